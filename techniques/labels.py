"""How sessions are spoken of: the look of a state."""

from kmportal.lib.things import Look
from techniques.models import Session

STATES: dict[str, Look] = {
    Session.State.PLANNED: Look("info", "calendar", "Planned"),
    Session.State.LIVE: Look("good", "play", "Under way"),
    Session.State.CLOSED: Look("", "circle-check", "Held"),
    Session.State.CANCELLED: Look("", "circle-x", "Cancelled"),
}
