"""Meetings as calendars keep them: the entries of a mail or a file, and the feeds behind secret addresses."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from communities import rhythms
from communities.models import ENDED, CalendarFeed, Meeting, MeetingDay
from kmportal.lib.calendar_files import Entry, calendar_file, entry_ident
from kmportal.lib.days import clock, long_day
from kmportal.lib.links import absolute
from organisations.models import GroupMembership, Membership, Person
from techniques.models import Session

# How much of what has been stays in a feed.
BEHIND = timedelta(days=92)


def entries_of_meeting(
    meeting: Meeting, slot: int, days: Iterable[MeetingDay], url: str, *, marks_called_off: bool = False
) -> list[Entry]:
    """One time of a meeting: its rhythm, and each of ``days`` that was moved as an entry of its own. Days that were
    called off are left out of the rhythm, or with ``marks_called_off`` stand as entries that say so."""
    start = _start_of_rhythm(meeting, slot)
    if start is None:
        return []
    mine = [day for day in days if day.slot == slot and day.laid_at >= start]
    if not meeting.is_rhythm:
        return [entry_of_day(meeting, day, url, is_alone=True) for day in mine]
    zone = ZoneInfo(meeting.zone)
    rule = dict(rhythms.rule_of(meeting.repeats, meeting.first_on) or {})
    if meeting.until_on is not None:
        rule["until"] = meeting.moment(meeting.until_on, slot)
    is_off = meeting.cancelled_at is not None
    called_off = [day for day in mine if day.cancelled_at and not is_off]
    whole = Entry(
        ident=_ident(meeting, slot),
        version=meeting.version,
        title=meeting.title,
        starts_at=start.astimezone(zone),
        minutes=meeting.minutes,
        url=url,
        words=meeting.words,
        place=meeting.place,
        rule=rule,
        excluded=() if marks_called_off else tuple(day.laid_at.astimezone(zone) for day in called_off),
        is_cancelled=is_off,
    )
    alone = [day for day in mine if day.is_moved and day.cancelled_at is None]
    alone += called_off if marks_called_off else []
    return [whole, *(entry_of_day(meeting, day, url) for day in alone)]


def _start_of_rhythm(meeting: Meeting, slot: int) -> datetime | None:
    """The first moment of the rhythm as it is now: days before it were laid by what was planned earlier."""
    until = max(meeting.first_on, meeting.laid_from_on) + timedelta(days=366)
    first = next(iter(meeting.rhythm_days(until)), None)
    return None if first is None else meeting.moment(first, slot)


def entry_of_day(meeting: Meeting, day: MeetingDay, url: str, *, is_alone: bool = False) -> Entry:
    """One day: of a rhythm that the calendar has, or alone."""
    zone = ZoneInfo(meeting.zone)
    return Entry(
        ident=_ident(meeting, day.slot),
        version=meeting.version,
        title=meeting.title,
        starts_at=day.starts_at.astimezone(zone),
        minutes=day.minutes,
        url=url,
        words=meeting.words,
        place=day.place,
        stands_for=None if is_alone else day.laid_at.astimezone(zone),
        is_cancelled=day.cancelled_at is not None or meeting.cancelled_at is not None,
    )


def entry_of_time_gone(meeting: Meeting, slot: int, url: str) -> Entry:
    """What takes one of its times out of calendars: the name that they know it by is what counts."""
    return Entry(
        ident=_ident(meeting, slot),
        version=meeting.version,
        title=meeting.title,
        starts_at=meeting.moment(max(meeting.first_on, meeting.laid_from_on), slot),
        minutes=meeting.minutes,
        url=url,
        is_cancelled=True,
    )


def _ident(meeting: Meeting, slot: int) -> str:
    """Each of its times is one entry."""
    return entry_ident(f"{meeting.uid}-{slot}")


def file_of_meeting(meeting: Meeting, url: str, *, at: datetime) -> str:
    """All of a meeting for one’s own calendar."""
    days = list(meeting.days.all())
    entries = [entry for slot in meeting.slots for entry in entries_of_meeting(meeting, slot, days, url)]
    return calendar_file(entries, at=at, name=meeting.title)


# --- Feeds -----------------------------------------------------------------------------------------------------------


def file_of_feed(feed: CalendarFeed, *, at: datetime) -> str:
    """What an address gives: the meetings under the names that their mails and files give them, so that a calendar
    keeps each once; days that were called off are marked so. A person’s is over all communities to which they belong
    today, with what they may read today, and over the sessions that they lead or are invited to; a community that has
    ended gives none.
    """
    days = MeetingDay.objects.filter(starts_at__gte=at - BEHIND).exclude(meeting__community__state__in=ENDED)
    seats: dict[int, str] = {}
    sessions: list[Entry] = []
    if feed.community is not None:
        days = days.filter(meeting__community=feed.community)
        name = feed.community.name
    else:
        seats = _slugs_by_group(feed)
        days = days.filter(meeting__community__group_id__in=seats)
        sessions = _entries_of_sessions(feed.person, at) if feed.person else []
        name = "KM Portal"
    neighbours = ("meeting__community", "meeting__organisation")
    by_meeting: dict[int, list[MeetingDay]] = {}
    for day in days.select_related(*neighbours):
        by_meeting.setdefault(day.meeting_id, []).append(day)
    entries = [entry for mine in by_meeting.values() for entry in _entries_of_feed(mine[0].meeting, mine, seats)]
    return calendar_file([*entries, *sessions], at=at, name=name)


def _slugs_by_group(feed: CalendarFeed) -> dict[int, str]:
    """The groups of a person, each with the organisation through which they belong to it."""
    found: dict[int, str] = {}
    for membership in Membership.objects.current().filter(person=feed.person).select_related("organisation"):
        for group in GroupMembership.objects.in_force(membership).values_list("group_id", flat=True):
            found.setdefault(group, membership.organisation.slug)
    return found


def _entries_of_sessions(person: Person, at: datetime) -> list[Entry]:
    """Those at which somebody is looked for. One that a meeting is held as stands in the feed as that meeting."""
    found = {}
    held_as = MeetingDay.objects.exclude(session=None).values("session")
    for membership in Membership.objects.current().filter(person=person).select_related("organisation"):
        rows = Session.objects.visible_to(membership).with_person(person).filter(starts_at__gte=at - BEHIND)
        for session in rows.exclude(pk__in=held_as).select_related("technique", "organisation"):
            found[session.pk] = _entry_of_session(session)
    return list(found.values())


def _entry_of_session(session: Session) -> Entry:
    return Entry(
        ident=entry_ident(f"session-{session.pk}"),
        version=session.version,
        title=session.title,
        starts_at=session.starts_at,
        minutes=session.minutes,
        url=absolute(session.get_absolute_url()),
        words=session.technique.name,
        place=session.place,
        is_cancelled=session.state == Session.State.CANCELLED,
    )


def _entries_of_feed(meeting: Meeting, days: list[MeetingDay], slugs: dict[int, str]) -> list[Entry]:
    """A meeting as its mail has it. What was held before its rhythm was changed or called off stands beside it."""
    slug = slugs.get(meeting.community.group_id, meeting.organisation.slug)
    url = absolute(reverse("meeting_detail", args=[slug, meeting.pk]))
    entries = []
    for slot in meeting.slots:
        entries += entries_of_meeting(meeting, slot, days, url, marks_called_off=True)
    starts = {slot: _start_of_rhythm(meeting, slot) for slot in meeting.slots}
    for day in days:
        start = starts.get(day.slot)
        is_of_rhythm = start is not None and day.laid_at >= start
        outlived = meeting.is_rhythm and meeting.cancelled_at is not None and day.cancelled_at is None
        if not is_of_rhythm or outlived:
            entries.append(_entry_of_past_day(meeting, day, url))
    return [replace(entry, title=f"{meeting.title} ({meeting.community})") for entry in entries]


def _entry_of_past_day(meeting: Meeting, day: MeetingDay, url: str) -> Entry:
    """Under a name of its own: the rhythm no longer has it."""
    entry = entry_of_day(meeting, day, url, is_alone=True)
    return replace(entry, ident=entry_ident(f"{meeting.uid}-day-{day.pk}"), is_cancelled=day.cancelled_at is not None)


# --- In words --------------------------------------------------------------------------------------------------------


def day_in_words(moment: datetime) -> str:
    """“Tuesday 1 December 2026 at 14:00”, by the clock that is set."""
    local = timezone.localtime(moment)
    return f"{local:%A} {long_day(local)} at {clock(local)}"


def rhythm_in_words(meeting: Meeting) -> str:
    """“Each month on the first Tuesday, 14:00 and again at 02:30”, as short as it can be said. Of a day that not each
    month or year has, with what happens in the others (``rhythms.rule_of``)."""
    first = meeting.first_on
    weekday = f"{first:%A}"
    number = ("first", "second", "third", "fourth", "last")[(first.day - 1) // 7]
    said = {
        Meeting.Repeats.ONCE: long_day(first),
        Meeting.Repeats.WEEKLY: f"Every {weekday}",
        Meeting.Repeats.FORTNIGHTLY: f"Every other {weekday}",
        Meeting.Repeats.SAME_WEEKDAY: f"Each month on the {number} {weekday}",
        Meeting.Repeats.LAST_WEEKDAY: f"Each month on the last {weekday}",
        Meeting.Repeats.SAME_DAY: f"Each month on day {first.day}",
        Meeting.Repeats.YEARLY: f"Each year on {first.day} {first:%B}",
    }[Meeting.Repeats(meeting.repeats)]
    if meeting.repeats == Meeting.Repeats.SAME_DAY and first.day > rhythms.SHORTEST_MONTH:
        said += ", or on the last day of a shorter month"
    if meeting.repeats == Meeting.Repeats.YEARLY and (first.month, first.day) == (2, 29):
        said += ", or on 28 February"
    times = clock(meeting.clock)
    if meeting.again_at is not None:
        times += f" and again at {clock(meeting.again_at)}"
    return f"{said}, {times}"
