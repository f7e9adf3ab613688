"""How sessions are spoken of: the look of a state."""

from kmportal.lib.things import Look
from techniques.models import Bowl, Session

STATES: dict[str, Look] = {
    Session.State.PLANNED: Look("info", "calendar", "Planned"),
    Session.State.LIVE: Look("good", "play", "Under way"),
    Session.State.CLOSED: Look("", "circle-check", "Held"),
    Session.State.CANCELLED: Look("", "circle-x", "Cancelled"),
}

# How the subject of each mail begins that says of somebody that they were asked to come or were there.
INVITATION, MOVED, CANCELLED, SUMMARY = "Invitation: ", "New time or place: ", "Cancelled: ", "What came out of "
SUBJECTS = (INVITATION, MOVED, CANCELLED, SUMMARY)

# What each form of a fishbowl means, for whoever chooses it.
IN_FORM: dict[str, str] = {
    Bowl.Kind.OPEN: "One chair stays empty. Whoever takes it speaks, and somebody else leaves.",
    Bowl.Kind.CLOSED: "Few talk, who are named beforehand. After a while others come in, all at once.",
    Bowl.Kind.ONLINE: "In a video call. The list on the phones stands for the way to the chair.",
}
