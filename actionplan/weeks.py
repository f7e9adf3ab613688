"""The next seven days, as lists and filters of actions count them. Pure."""

from datetime import date, timedelta


def last_of_week(on: date) -> date:
    """The last of the next seven days, today being the first."""
    return on + timedelta(days=6)
