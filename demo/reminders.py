"""The mails of the mornings: what the timetable would have written on every day of the last months."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from actionplan.actions import send_due_digests
from demo.story import Happening
from demo.world import World

# Older mail would have been tidied away by now.
WORKING_DAYS = 64
CLOCK = "07:05"


def happenings(world: World, *, now: datetime) -> Iterator[Happening]:
    """Each working day up to today, if its morning has passed. Weekends’ reminders go with Monday’s."""
    for number in range(-WORKING_DAYS, 1):
        if world.calendar.moment(number, CLOCK) <= now - timedelta(minutes=1):
            yield Happening(number, CLOCK, _remind_people)


def _remind_people(at: datetime) -> None:
    send_due_digests(at=at)
