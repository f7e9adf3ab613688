"""The days of a meeting: laid a year ahead by its rhythm, laid anew when that changes, kept by who moved them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from communities.models import ENDED, Meeting, MeetingDay

AHEAD = timedelta(days=366)


def lock_meeting(meeting: Meeting) -> None:
    """Row lock: hold the row until the transaction ends, and bring ``meeting`` up to what stands there now."""
    neighbours = ("community__organisation", "community__group", "organisation")
    rows = Meeting.objects.select_for_update(of=("self",)).select_related(*neighbours)
    meeting.refresh_from_db(from_queryset=rows)


def next_rhythm_day(meeting: Meeting, *, at: datetime) -> date | None:
    """The first day of the rhythm that is still to come, moved or not."""
    days = meeting.rhythm_days(max((at + AHEAD).date(), meeting.first_on))
    return next((day for day in days if meeting.moment(day, 0) >= at), None)


def has_days_to_come(meeting: Meeting, *, at: datetime) -> bool:
    """Whether it will meet again: a day that is laid, or one of its rhythm further ahead."""
    if meeting.days.filter(cancelled_at=None, starts_at__gte=at).exists():
        return True
    return meeting.is_rhythm and next_rhythm_day(meeting, at=at) is not None


def lay_days(meeting: Meeting, *, at: datetime) -> int:
    """Write the days that are not there yet, a year ahead; answers how many. What is there stays as it is."""
    known = set(meeting.days.values_list("slot", "laid_at"))
    fresh = [_new_day(meeting, slot, moment) for slot, moment in _wanted(meeting, at) if (slot, moment) not in known]
    MeetingDay.objects.bulk_create(fresh)
    return len(fresh)


def relay_days(meeting: Meeting, *, at: datetime) -> None:
    """The days to come as the rhythm has them now. A day that stays where it was keeps what was done to it; of the
    others each takes the place of the next, so that what hangs on it, such as a session, stays with it."""
    wanted = dict.fromkeys(_wanted(meeting, at))
    spare = []
    for day in meeting.days.filter(laid_at__gte=at):
        if (day.slot, day.laid_at) in wanted:
            del wanted[day.slot, day.laid_at]
            if not day.is_moved:
                _lay(day, meeting, day.laid_at)
        else:
            spare.append(day)
    for slot, moment in wanted:
        found = next((one for one in spare if one.slot == slot), None)
        if found is None:
            _new_day(meeting, slot, moment).save()
            continue
        spare.remove(found)
        found.laid_at, found.is_moved, found.cancelled_at = moment, False, None
        _lay(found, meeting, moment)
    MeetingDay.objects.filter(pk__in=[day.pk for day in spare if day.session_id is None]).delete()
    MeetingDay.objects.filter(pk__in=[day.pk for day in spare if day.session_id]).update(cancelled_at=at)


def _lay(day: MeetingDay, meeting: Meeting, moment: datetime) -> None:
    day.starts_at, day.minutes, day.place, day.version = moment, meeting.minutes, meeting.place, day.version + 1
    day.save()


def _new_day(meeting: Meeting, slot: int, moment: datetime) -> MeetingDay:
    return MeetingDay(
        meeting=meeting, slot=slot, laid_at=moment, starts_at=moment, minutes=meeting.minutes, place=meeting.place
    )


def _wanted(meeting: Meeting, at: datetime) -> list[tuple[int, datetime]]:
    """Every moment to come within a year, and the first one however far away it is."""
    until = max((at.astimezone(ZoneInfo(meeting.zone)) + AHEAD).date(), meeting.first_on)
    days = meeting.rhythm_days(until)
    moments = [(slot, meeting.moment(day, slot)) for day in days for slot in meeting.slots]
    return [(slot, moment) for slot, moment in moments if moment >= at]


def meetings_that_go_on() -> list[Meeting]:
    """Rhythms without an end that are neither called off nor of a community that has ended."""
    rows = Meeting.objects.filter(cancelled_at=None).exclude(repeats=Meeting.Repeats.ONCE)
    return list(rows.exclude(community__state__in=ENDED).select_related("community"))
