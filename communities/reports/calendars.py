"""Meetings as calendars keep them: the entries of a mail or a file, and the feeds behind secret addresses."""

from collections.abc import Iterable
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


def entries_of_meeting(meeting: Meeting, slot: int, days: Iterable[MeetingDay], url: str) -> list[Entry]:
    """One time of a meeting: its rhythm, and each of ``days`` that was moved as an entry of its own."""
    mine = [day for day in days if day.slot == slot]
    until = max(meeting.first_on, meeting.laid_from_on) + timedelta(days=366)
    first = next(iter(meeting.rhythm_days(until)), None)
    if first is None:
        return []
    if not meeting.is_rhythm:
        return [entry_of_day(meeting, day, url, is_alone=True) for day in mine]
    zone = ZoneInfo(meeting.zone)
    rule = dict(rhythms.rule_of(meeting.repeats, meeting.first_on) or {})
    if meeting.until_on is not None:
        rule["until"] = meeting.moment(meeting.until_on, slot)
    is_off = meeting.cancelled_at is not None
    called_off = [day.laid_at.astimezone(zone) for day in mine if day.cancelled_at and not is_off]
    whole = Entry(
        ident=_ident(meeting, slot),
        version=meeting.version,
        title=meeting.title,
        starts_at=meeting.moment(first, slot).astimezone(zone),
        minutes=meeting.minutes,
        url=url,
        words=meeting.words,
        place=meeting.place,
        rule=rule,
        excluded=tuple(called_off),
        is_cancelled=is_off,
    )
    moved = [day for day in mine if day.is_moved and day.cancelled_at is None]
    return [whole, *(entry_of_day(meeting, day, url) for day in moved)]


def entry_of_day(meeting: Meeting, day: MeetingDay, url: str, *, is_alone: bool = False) -> Entry:
    """One day: of a rhythm that the calendar has, or alone."""
    return Entry(
        ident=_ident(meeting, day.slot),
        version=meeting.version,
        title=meeting.title,
        starts_at=day.starts_at,
        minutes=day.minutes,
        url=url,
        words=meeting.words,
        place=day.place,
        stands_for=None if is_alone else day.laid_at,
        is_cancelled=day.cancelled_at is not None or meeting.cancelled_at is not None,
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
    """What an address gives: each day as an entry of its own, those that were called off marked so. A person’s is over
    all communities to which they belong today, with what they may read today, and over the sessions that they lead or
    are invited to; a community that has ended gives none.
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
    entries = [_entry_of_feed(day, seats) for day in days.select_related(*neighbours)]
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


def _entry_of_feed(day: MeetingDay, slugs: dict[int, str]) -> Entry:
    meeting = day.meeting
    slug = slugs.get(meeting.community.group_id, meeting.organisation.slug)
    return Entry(
        ident=f"{meeting.uid}-day-{day.pk}",
        version=meeting.version,
        title=f"{meeting.title} ({meeting.community})",
        starts_at=day.starts_at,
        minutes=day.minutes,
        url=absolute(reverse("meeting_detail", args=[slug, meeting.pk])),
        words=meeting.words,
        place=day.place,
        is_cancelled=day.cancelled_at is not None,
    )


# --- In words --------------------------------------------------------------------------------------------------------


def day_in_words(moment: datetime) -> str:
    """“Tuesday 1 December 2026 at 14:00”, by the clock that is set."""
    local = timezone.localtime(moment)
    return f"{local:%A} {long_day(local)} at {clock(local)}"


def rhythm_in_words(meeting: Meeting) -> str:
    """“Every month on the same weekday …, 14:00 and again 02:30”, as short as it can be said."""
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
    times = clock(meeting.clock)
    if meeting.again_at is not None:
        times += f" and again at {clock(meeting.again_at)}"
    return f"{said}, {times}"
