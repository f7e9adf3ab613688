"""The story of an intervention, as its page tells it: one line for each change of the plan, with the reason."""

from organisations.events import Occurrence
from roadmap.models import InterventionChange


def write(occurrence: Occurrence) -> None:
    """Add the line of an event that changed the plan; the action has put it into words."""
    words = occurrence.texts.get("words", "")
    if not words:
        return
    InterventionChange.objects.create(
        intervention=occurrence.subject,
        words=words if len(words) <= 400 else words[:399] + "…",
        reason=occurrence.note[:500],
        at=occurrence.at,
        by=occurrence.person,
    )
