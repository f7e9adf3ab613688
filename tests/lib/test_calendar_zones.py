"""Zones of calendar files: one rule for summer and one for winter, because Outlook makes a wrong one of a list."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from kmportal.lib.calendar_zones import zone_component

LAST_SUNDAYS = {"DAYLIGHT": "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "STANDARD": "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"}


def rules(zone: str, year: int = 2027) -> dict[str, str]:
    return {one.name: one["RRULE"].to_ical().decode() for one in zone_component(zone, year).subcomponents}


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/London", LAST_SUNDAYS),
        ("Europe/Berlin", LAST_SUNDAYS),
        (
            "America/New_York",
            {"DAYLIGHT": "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "STANDARD": "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"},
        ),
        (
            "Australia/Sydney",
            {"STANDARD": "FREQ=YEARLY;BYDAY=1SU;BYMONTH=4", "DAYLIGHT": "FREQ=YEARLY;BYDAY=1SU;BYMONTH=10"},
        ),
    ],
)
def test_one_rule_for_summer_and_one_for_winter(zone, expected):
    assert rules(zone) == expected


@pytest.mark.parametrize("year", range(2020, 2032))
def test_the_rule_is_the_same_whichever_year_it_begins_with(year):
    assert rules("Europe/London", year) == LAST_SUNDAYS


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC"])
def test_a_reader_of_the_file_has_the_hours_of_the_zone(zone):
    """As the library reads it back, also in the years after those that were compared."""
    calendar = Calendar()
    calendar.add_component(zone_component(zone, 2027))
    (read,) = Calendar.from_ical(calendar.to_ical()).timezones
    there = read.to_tz(lookup_tzid=False)
    day = datetime(2027, 1, 1, 12)
    while day.year < 2034:
        assert day.replace(tzinfo=there).utcoffset() == day.replace(tzinfo=ZoneInfo(zone)).utcoffset(), day
        day += timedelta(days=5)


def test_where_no_rule_says_it_the_days_are_listed():
    """Morocco changes its clocks around Ramadan."""
    text = zone_component("Africa/Casablanca", 2027).to_ical().decode()
    assert "RDATE" in text
    assert "RRULE" not in text
