"""Days of the story, counted in working days from the day of loading, so that it never looks old.

Working days and not calendar days: nothing is held on a Sunday, whatever day the demo is loaded on, and what comes
after something else in the story comes after it in every calendar. A week is 5, a month about 22, a year 261.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

A_WEEK = 5
LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Calendar:
    """Turns the numbers of the story into days. Day 0 is the day of loading; at a weekend, the Friday before."""

    today: date
    zone: ZoneInfo = LONDON

    def day(self, number: int) -> date:
        """The day so many working days after (or, below nought, before) day 0."""
        monday = self.today - timedelta(days=self.today.weekday())
        weeks, weekday = divmod(min(self.today.weekday(), A_WEEK - 1) + number, A_WEEK)
        return monday + timedelta(weeks=weeks, days=weekday)

    def moment(self, number: int, clock: str) -> datetime:
        """“14:30” on that day, in the zone of the story."""
        return datetime.combine(self.day(number), time.fromisoformat(clock), tzinfo=self.zone)
