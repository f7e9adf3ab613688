"""How actions are spoken of: the look of a state, and its days in words."""

from datetime import date

from actionplan.models import Action
from kmportal.lib.days import long_day
from kmportal.lib.things import Look

STATES: dict[str, Look] = {
    Action.State.OPEN: Look("info", "arrow-right", "Open"),
    Action.State.DONE: Look("good", "circle-check", "Done"),
    Action.State.DROPPED: Look("", "circle-x", "Dropped"),
}
LATE = Look("bad", "triangle-alert", "Late")


def look_of(action: Action, *, on: date) -> Look:
    """The state of an action as its page shows it; what is open and past its day is late."""
    return LATE if action.days_late(on) else STATES[Action.State(action.state)]


def day_in_history(day: date | None) -> str:
    """A day as the history of an action keeps it; empty for none."""
    return long_day(day) if day else ""
