"""Rhythms: which days and moments a meeting has, by dateutil; the same rule stands in the calendar file.

Pure: no Django. Days are counted as people count them, in the zone of the organisation.
"""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import vRecur

ONCE, WEEKLY, FORTNIGHTLY = "once", "weekly", "fortnightly"
SAME_WEEKDAY, LAST_WEEKDAY, SAME_DAY, YEARLY = "same-weekday", "last-weekday", "same-day", "yearly"
_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SHORTEST_MONTH, LONGEST_MONTH = 28, 31


def rule_of(repeats: str, first: date) -> dict[str, Any] | None:
    """The rule of RFC 5545 for a rhythm that begins on that day; None for what happens once.

    The fifth Tuesday is the last one: four months of the year have five. A 31st, or a 29 February, is the last day of
    a month that is shorter. It is said as simply as it can be: Outlook knows “the last day” and one day of a month, and
    no list of days (MS-OXCICAL 2.1.3.2.2). A 29th and a 30th of each month can be said by a list alone.
    """
    match repeats:
        case "weekly":
            return {"freq": "weekly"}
        case "fortnightly":
            return {"freq": "weekly", "interval": 2}
        case "same-weekday":
            number = (first.day - 1) // 7 + 1
            return {"freq": "monthly", "byday": f"{number if number < 5 else -1}{_NAMES[first.weekday()]}"}
        case "last-weekday":
            return {"freq": "monthly", "byday": f"-1{_NAMES[first.weekday()]}"}
        case "same-day":
            return {"freq": "monthly", **_last_of_days(first)}
        case "yearly":
            is_leap_day = (first.month, first.day) == (2, 29)
            return {"freq": "yearly", "bymonth": first.month, "bymonthday": -1 if is_leap_day else first.day}
        case _:
            return None


def _last_of_days(first: date) -> dict[str, Any]:
    if first.day <= SHORTEST_MONTH:
        return {"bymonthday": first.day}
    if first.day == LONGEST_MONTH:
        return {"bymonthday": -1}
    return {"bymonthday": list(range(SHORTEST_MONTH, first.day + 1)), "bysetpos": -1}


def days_of(repeats: str, first: date, *, until: date) -> list[date]:
    """All days from the first to ``until``. A first day that its own rule does not hit is not one of them."""
    rule = rule_of(repeats, first)
    if rule is None:
        return [first] if first <= until else []
    text = vRecur(rule).to_ical().decode()
    start = datetime.combine(first, time())
    found = rrulestr(text, dtstart=start).between(start, datetime.combine(until, time()), inc=True)
    return [moment.date() for moment in found]


def moment_of(day: date, clock: time, zone: str) -> datetime:
    """The moment when a clock on that wall shows that time. In the hour that spring leaves out it is read by the clock
    of before, in the hour that autumn has twice it is the first one: as RFC 5545 wants it."""
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)
