"""When a community meets: planned, changed as a whole or on one day, called off, written up, held as a session."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

import techniques.actions.planning
from communities import policies
from communities.events import Event
from communities.meeting_days import has_days_to_come, lay_days, lock_meeting, next_rhythm_day, relay_days
from communities.models import Attendance, Community, Meeting, MeetingDay, State
from communities.transitions import lock_community, refuse_unless_living
from jobs.actions import enqueue
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import GroupMembership, Membership, Person
from organisations.policies import require_that
from techniques.models import Session, Technique

# Further away than this is a slip of the pen.
FURTHEST = timedelta(days=3 * 366)
RHYTHM = ("first_on", "clock", "again_at", "repeats", "until_on")
WORDS = ("title", "words", "place", "minutes")
PASSED = "This moment has passed. Choose a later one."


@transaction.atomic
def plan_meeting(
    community: Community,
    *,
    by: Membership,
    at: datetime,
    title: str,
    first_on: date,
    clock: time,
    again_at: time | None = None,
    repeats: str = Meeting.Repeats.ONCE,
    until_on: date | None = None,
    minutes: int = 60,
    words: str = "",
    place: str = "",
    once: UUID | None = None,
    is_told: bool = True,
) -> Meeting:
    """Plan a meeting or a rhythm of them, in the zone of the organisation. Everybody in the community is told by mail,
    with an entry for their calendar, except who wants no mail of it. ``is_told``: not of what was over long ago.

    Idempotent: the same ``once`` a second time answers the meeting that it made.
    """
    require_that(policies.may_shape(by, community))
    lock_community(community)
    _refuse_unless_meeting(community)
    key = once or uuid4()
    if found := Meeting.objects.filter(community=community, once=key).first():
        return found
    meeting = Meeting(
        community=community,
        organisation=community.organisation,
        title=title,
        words=clean_text(words).strip(),
        place=line_of_text(place),
        minutes=minutes,
        first_on=first_on,
        clock=clock,
        again_at=again_at,
        repeats=repeats,
        until_on=until_on,
        laid_from_on=first_on,
        zone=community.organisation.time_zone,
        planned_at=at,
        once=key,
    )
    _refuse_odd(meeting, at=at)
    _refuse_odd_days(meeting, at=at)
    meeting.save()
    lay_days(meeting, at=at)
    events.record(Event.MEETING_PLANNED, meeting, by=by, at=at, repeats=meeting.repeats)
    if is_told:
        _tell_everybody(meeting, at=at)
    return meeting


@transaction.atomic
def change_meeting(meeting: Meeting, *, by: Membership, at: datetime, seen: int, **wanted: Any) -> Meeting:
    """Change all of its days that are still to come. What has been stays as it was.

    With another rhythm its days are laid anew, also those that were moved or called off; else these stay. ``Stale``
    when it was changed since ``seen``, unless the same stands there already.
    """
    require_that(policies.may_shape(by, meeting.community))
    lock_meeting(meeting)
    _refuse_unless_meeting(meeting.community)
    _refuse_cancelled(meeting)
    unknown = set(wanted) - {*RHYTHM, *WORDS}
    if unknown:
        raise TypeError(f"A meeting has no {sorted(unknown)}")
    wanted = {**wanted}
    for name, clean in (("title", line_of_text), ("place", line_of_text), ("words", lambda text: text.strip())):
        if name in wanted:
            wanted[name] = clean(clean_text(wanted[name]))
    same_rule = wanted.get("repeats", meeting.repeats) == meeting.repeats
    if same_rule and wanted.get("first_on") == next_rhythm_day(meeting, at=at):
        wanted["first_on"] = meeting.first_on  # the form shows the next day: it goes on as it was
    changed = {name: value for name, value in wanted.items() if getattr(meeting, name) != value}
    if not changed:
        return meeting
    if meeting.version != seen:
        raise Stale
    before = meeting.slots
    for name, value in changed.items():
        setattr(meeting, name, value)
    _refuse_odd(meeting, at=at)
    if changed.keys() & set(RHYTHM):
        today = at.astimezone(ZoneInfo(meeting.zone)).date()
        if "first_on" in changed:
            _refuse_odd_days(meeting, at=at)
        meeting.laid_from_on = max(today, meeting.first_on)
    _save_next_version(meeting, *changed, "laid_from_on")
    relay_days(meeting, at=at)
    events.record(Event.MEETING_CHANGED, meeting, by=by, at=at, changed=", ".join(sorted(changed)))
    _tell_everybody(meeting, gone=[slot for slot in before if slot not in meeting.slots], at=at)
    return meeting


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, by: Membership, at: datetime) -> Meeting:
    """Call off all of its days that are still to come. Everybody is told, and their calendars drop it. Idempotent."""
    require_that(policies.may_shape(by, meeting.community))
    lock_meeting(meeting)
    if meeting.cancelled_at is None and not has_days_to_come(meeting, at=at):
        raise Refusal("It has begun, or is over. Nothing of it is still to come.")
    return call_off(meeting, by=by, at=at)


def call_off(meeting: Meeting, *, by: Membership | None, at: datetime) -> Meeting:
    """The same, of a locked row, by whoever has asked the permission: its community may have closed."""
    if meeting.cancelled_at is not None:
        return meeting
    meeting.days.filter(cancelled_at=None, starts_at__gte=at).update(cancelled_at=at)
    meeting.cancelled_at = at
    _save_next_version(meeting, "cancelled_at")
    events.record(Event.MEETING_CANCELLED, meeting, by=by, at=at)
    _tell_everybody(meeting, at=at)
    return meeting


@transaction.atomic
def move_meeting_day(
    day: MeetingDay, *, by: Membership, at: datetime, seen: int, starts_at: datetime, minutes: int, place: str
) -> MeetingDay:
    """Another time or place for one day; the others stay. ``Stale`` when it was changed since ``seen``, unless the
    same stands there already."""
    require_that(policies.may_shape(by, day.meeting.community))
    meeting = day.meeting
    _lock_day(day)
    wanted = {"starts_at": starts_at, "minutes": minutes, "place": line_of_text(place)}
    if all(getattr(day, name) == value for name, value in wanted.items()):
        return day
    if day.version != seen:
        raise Stale
    if not at <= starts_at <= at + FURTHEST:
        raise Refusal(PASSED if starts_at < at else "This is more than three years away. Check the year.")
    refuse_invalid(MeetingDay(**wanted), "minutes", "place")
    for name, value in wanted.items():
        setattr(day, name, value)
    day.is_moved = wanted != {"starts_at": day.laid_at, "minutes": meeting.minutes, "place": meeting.place}
    _save_day(day, *wanted, "is_moved")
    _save_next_version(meeting)
    events.record(Event.MEETING_DAY_MOVED, meeting, by=by, at=at, day=day.pk)
    _tell_everybody(meeting, day, at=at)
    return day


@transaction.atomic
def cancel_meeting_day(day: MeetingDay, *, by: Membership, at: datetime) -> MeetingDay:
    """Call off one day of it; the others stay. Idempotent."""
    require_that(policies.may_shape(by, day.meeting.community))
    meeting = day.meeting
    if not meeting.is_rhythm and len(meeting.slots) == 1:
        cancel_meeting(meeting, by=by, at=at)
        day.refresh_from_db()
        return day
    lock_meeting(meeting)
    day.refresh_from_db(fields=["cancelled_at", "starts_at", "version"])
    if day.cancelled_at is not None:
        return day
    _refuse_passed(day, at=at)
    day.cancelled_at = at
    _save_day(day, "cancelled_at")
    _save_next_version(meeting)
    events.record(Event.MEETING_DAY_CANCELLED, meeting, by=by, at=at, day=day.pk)
    _tell_everybody(meeting, day, at=at)
    return day


@transaction.atomic
def write_up_meeting(
    day: MeetingDay, *, by: Membership, at: datetime, seen: int, notes: str, people: Collection[Person]
) -> MeetingDay:
    """Who came, and what came of it. ``Stale`` when somebody wrote it since ``seen``, unless the same stands there."""
    require_that(policies.may_shape(by, day.meeting.community))
    meeting = day.meeting
    lock_meeting(meeting)
    day.refresh_from_db(fields=["cancelled_at", "starts_at", "version", "notes"])
    if day.cancelled_at is not None:
        raise Refusal("It was called off on this day, so nobody came.")
    if day.starts_at > at:
        raise Refusal("It has not begun yet. Write it up when it has.")
    text, who = clean_text(notes).strip(), {person.pk for person in people}
    if who and not day.keeps_who_came:
        raise Refusal(worded("In this session it was promised that nobody keeps who was there. Name nobody."))
    before = set(day.attendances.values_list("person_id", flat=True))
    if (text, who) == (day.notes, before):
        return day
    if day.version != seen:
        raise Stale
    refuse_invalid(MeetingDay(notes=text), "notes")
    inside = GroupMembership.objects.filter(group_id=meeting.community.group_id, person_id__in=who)
    if strangers := who - before - set(inside.values_list("person_id", flat=True)):
        person = next(one for one in people if one.pk in strangers)
        raise Refusal(f"{person} does not belong to this {worded('community')}.")
    day.attendances.exclude(person_id__in=who).delete()
    Attendance.objects.bulk_create(Attendance(day=day, person_id=pk) for pk in sorted(who - before))
    day.notes = text
    _save_day(day, "notes")
    events.record(Event.MEETING_WRITTEN_UP, meeting, by=by, at=at, day=day.pk, came=len(who))
    return day


@transaction.atomic
def plan_session_of_day(day: MeetingDay, *, by: Membership, at: datetime, technique: Technique, length: str) -> Session:
    """Hold this day as a session with a technique, led by whoever plans it. Idempotent: a day has one session."""
    require_that(policies.may_shape(by, day.meeting.community))
    meeting = day.meeting
    _lock_day(day)
    if day.session is not None:
        return day.session
    _refuse_passed(day, at=at)
    day.session = techniques.actions.planning.plan_session(
        meeting.organisation,
        by=by,
        at=at,
        technique=technique,
        length=length,
        title=meeting.title,
        starts_at=day.starts_at,
        group=meeting.community.group,
        place=day.place,
        place_kind=Session.Place.ONLINE if "://" in day.place else Session.Place.ROOM,
    )
    _save_day(day, "session")
    events.record(Event.MEETING_BECAME_SESSION, meeting, by=by, at=at, session=day.session)
    return day.session


# --- What they share -------------------------------------------------------------------------------------------------


def _refuse_unless_meeting(community: Community) -> None:
    """Until the last day people may meet."""
    if community.state != State.CLOSING:
        refuse_unless_living(community)


def _refuse_cancelled(meeting: Meeting) -> None:
    if meeting.cancelled_at is not None:
        raise Refusal("This meeting is called off. Plan a new one.")


def _refuse_passed(day: MeetingDay, *, at: datetime) -> None:
    if day.starts_at < at:
        raise Refusal("This day has passed. It stays as it was.")


def _refuse_odd(meeting: Meeting, *, at: datetime) -> None:
    refuse_invalid(meeting, "title", "words", "place", "minutes", "repeats")
    if meeting.again_at is not None and meeting.again_at == meeting.clock:
        raise Refusal("Choose another second time, or leave it empty.")
    if meeting.until_on is not None and meeting.until_on < meeting.first_on:
        raise Refusal("It ends before it begins. Choose a later last day, or leave it empty.")


def _refuse_odd_days(meeting: Meeting, *, at: datetime) -> None:
    """The first day: still to come, hit by its own rule, and not a year that somebody mistyped."""
    if meeting.moment(meeting.first_on, 0) < at:
        raise Refusal(PASSED)
    if meeting.first_on > (at + FURTHEST).date():
        raise Refusal("This is more than three years away. Check the year.")
    if meeting.repeats == Meeting.Repeats.LAST_WEEKDAY and not meeting.rhythm_days(meeting.first_on):
        raise Refusal("The first day is not the last such weekday of its month. Choose the day on which it is.")


def _lock_day(day: MeetingDay) -> None:
    """Row lock on its meeting, and the day as it stands; refuses what is called off."""
    lock_meeting(day.meeting)
    _refuse_unless_meeting(day.meeting.community)
    _refuse_cancelled(day.meeting)
    day.refresh_from_db(fields=["starts_at", "minutes", "place", "cancelled_at", "session", "version"])
    if day.cancelled_at is not None:
        raise Refusal("It is called off on this day.")


def _save_next_version(meeting: Meeting, *columns: str) -> None:
    """Count up what calendars tell versions apart by."""
    meeting.version += 1
    meeting.save(update_fields=[*columns, "version"])


def _save_day(day: MeetingDay, *columns: str) -> None:
    day.version += 1
    day.save(update_fields=[*columns, "version"])


def _tell_everybody(
    meeting: Meeting, day: MeetingDay | None = None, *, gone: Collection[int] = (), at: datetime
) -> None:
    """Have the worker write the mails: five hundred are nothing that somebody waits for. ``gone``: times that it no
    longer has."""
    told = {"meeting_id": meeting.pk, "version": meeting.version, "day_id": day.pk if day else None}
    enqueue(
        "communities.tasks.tell_of_meeting",
        {**told, "gone": list(gone)} if gone else told,
        title="Write the mails about a meeting",
        key=f"meeting {meeting.pk} {meeting.version}",
        at=at,
    )
