"""How sessions are spoken of: the look of a state."""

from kmportal.lib.things import Look
from techniques.models import Session

STATES: dict[str, Look] = {
    Session.State.PLANNED: Look("info", "calendar", "Planned"),
    Session.State.LIVE: Look("good", "play", "Under way"),
    Session.State.CLOSED: Look("", "circle-check", "Held"),
    Session.State.CANCELLED: Look("", "circle-x", "Cancelled"),
}

# How the subject of each mail begins that says of somebody that they were asked to come or were there.
INVITATION, MOVED, CANCELLED, SUMMARY = "Invitation: ", "New time or place: ", "Cancelled: ", "What came out of "
SUBJECTS = (INVITATION, MOVED, CANCELLED, SUMMARY)
