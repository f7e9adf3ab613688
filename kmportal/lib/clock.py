"""Days in somebody’s own time zone. A day is never taken from the server’s clock alone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone


def day_in(zone: str, at: datetime | None = None) -> date:
    """The calendar day in ``zone`` at the moment ``at`` (now, when not told)."""
    return (at or timezone.now()).astimezone(ZoneInfo(zone)).date()
