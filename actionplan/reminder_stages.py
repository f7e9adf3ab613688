"""When somebody is reminded of an action. Pure: days in, stages out.

A stage is a number of days from the due day: two days before, on the day, one day after, then every week. The stage
that a day has reached is the latest one that is not ahead, so that a run that was missed is made up for.
"""

from datetime import date, timedelta

BEFORE = -2
WEEK = 7


def stage_on(due_on: date, day: date) -> int | None:
    """The latest stage that ``day`` has reached; None while it is too early."""
    days = (day - due_on).days
    if days < BEFORE:
        return None
    if days <= 0:
        return BEFORE if days < 0 else 0
    return 1 if days < WEEK else days - days % WEEK


def day_of(due_on: date, stage: int) -> date:
    """The day on which a stage begins."""
    return due_on + timedelta(days=stage)
