"""How rounds of assessment are spoken of: the look of a state."""

from kmportal.lib.things import Look
from selfassessment.models import Assessment

STATES: dict[str, Look] = {
    Assessment.State.DRAFT: Look("", "circle-dashed", "Being prepared"),
    Assessment.State.OPEN: Look("info", "pencil", "Open for answers"),
    Assessment.State.CLOSED: Look("good", "circle-check", "Closed"),
}
UNREAD = Look("info", "eye-off", "Closed, not published yet")
