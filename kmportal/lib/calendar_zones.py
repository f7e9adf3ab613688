"""Time zones of calendar files: when the clocks change, as rules (VTIMEZONE with RRULE, RFC 5545 section 3.6.5).

The icalendar library lists each change by its date. Outlook reads one rule for summer and one for winter, and makes a
wrong one of a list: meetings stand an hour off for half a year. So the list is written as a rule where one says the
same; where none does, as in Morocco, the list stays.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Timezone, vRecur

# How many years a rule is compared with what the zone really does.
YEARS = 6
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@lru_cache(maxsize=64)
def zone_component(zone: str, first_year: int) -> Timezone:
    """The zone for dates from the first day of that year on. What is returned is shared: do not change it."""
    before = first_year - 1  # winter began in the year before
    last = before + YEARS
    found = Timezone.from_tzinfo(ZoneInfo(zone), zone, date(before, 1, 1), date(last, 12, 31))
    observances: list[Any] = found.subcomponents
    changes = [one for one in observances if one["TZOFFSETFROM"].td != one["TZOFFSETTO"].td]
    rules = [_rule_of(_starts_of(one), range(before, last + 1)) for one in changes]
    if not changes or None in rules:
        return found
    found.pop("COMMENT")  # it says that all of this ends in some years
    found.subcomponents = changes
    for one, rule in zip(changes, rules, strict=True):
        one.pop("RDATE", None)
        one.add("RRULE", rule)
    return found


def _starts_of(change: Any) -> list[datetime]:
    listed = change.get("RDATE", [])
    more = listed if isinstance(listed, list) else [listed]
    return sorted([change["DTSTART"].dt, *(one.dt for row in more for one in row.dts)])


def _rule_of(starts: list[datetime], years: range) -> vRecur | None:
    """“The last Sunday of March”, if that is when it happens in each of these years."""
    first = starts[0]
    day, month = _DAYS[first.weekday()], first.month
    for number in (-1, (first.day - 1) // 7 + 1):
        rule = vRecur(freq="yearly", bymonth=month, byday=f"{number}{day}")
        text = rule.to_ical().decode()
        same = list(rrulestr(f"{text};COUNT={len(years)}", dtstart=first))
        if same == starts:
            return rule
    return None
