"""Which days and moments a rhythm has."""

from datetime import UTC, date, datetime, time

import pytest

from communities.rhythms import days_of, moment_of

LEAP = ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]
LONDON = "Europe/London"


@pytest.mark.parametrize(
    ("repeats", "first", "until", "days"),
    [
        ("once", date(2026, 12, 1), date(2027, 12, 1), ["2026-12-01"]),
        ("weekly", date(2026, 12, 28), date(2027, 1, 11), ["2026-12-28", "2027-01-04", "2027-01-11"]),
        ("fortnightly", date(2026, 12, 28), date(2027, 1, 11), ["2026-12-28", "2027-01-11"]),
        ("same-weekday", date(2026, 12, 1), date(2027, 2, 28), ["2026-12-01", "2027-01-05", "2027-02-02"]),
        # The fifth Tuesday is the last one.
        ("same-weekday", date(2026, 12, 29), date(2027, 2, 28), ["2026-12-29", "2027-01-26", "2027-02-23"]),
        ("last-weekday", date(2027, 1, 26), date(2027, 3, 31), ["2027-01-26", "2027-02-23", "2027-03-30"]),
        ("same-day", date(2027, 1, 31), date(2027, 4, 30), ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("yearly", date(2028, 2, 29), date(2032, 2, 29), LEAP),
    ],
)  # fmt: skip
def test_the_days_of_a_rhythm(repeats, first, until, days):
    assert [str(day) for day in days_of(repeats, first, until=until)] == days


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        (date(2027, 3, 27), time(14), datetime(2027, 3, 27, 14, tzinfo=UTC)),
        (date(2027, 3, 28), time(14), datetime(2027, 3, 28, 13, tzinfo=UTC)),
        # An hour that spring leaves out, and one that autumn has twice.
        (date(2027, 3, 28), time(1, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        (date(2027, 10, 31), time(1, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_the_hour_stays_when_the_clocks_change(day, clock, moment):
    assert moment_of(day, clock, LONDON) == moment
