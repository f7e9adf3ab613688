"""Peer assist: how long the home team may speak, and how long it has. The arithmetic alone; no Django.

A quarter of the planned length is the home team’s; from four fifths of that on whoever leads is told.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

HALF_MINUTE = 30


@dataclass(frozen=True)
class Limit:
    """For a session of so many minutes: the home team’s share, and when to warn, in minutes."""

    minutes: int

    @property
    def limit(self) -> int:
        return self.minutes // 4

    @property
    def warn(self) -> int:
        return ceil(self.limit * 4 / 5)


def spoken(since: datetime | None, at: datetime) -> int:
    """Seconds that a turn has lasted so far."""
    return max(0, round((at - since).total_seconds())) if since else 0


def in_half_minutes(seconds: int) -> int:
    """Rounded to half minutes, and in seconds again."""
    return round(seconds / HALF_MINUTE) * HALF_MINUTE


def minutes_in_figures(seconds: int) -> str:
    """“12”, “12.5”."""
    return f"{in_half_minutes(seconds) / 60:g}"
