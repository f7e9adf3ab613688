"""Who is told what of an intervention: whoever does it. Whoever did the deed is never told."""

from kmportal.lib.domain_words import worded
from notifications.actions import notify
from organisations.events import Occurrence
from roadmap.events import Event
from roadmap.models import Intervention


def send(occurrence: Occurrence) -> None:
    """Leave the notices of an event."""
    intervention, who = occurrence.subject, occurrence.person
    assert isinstance(intervention, Intervention)  # noqa: S101  what the event is about
    given = f"{who} gave you {worded('an intervention')}: {intervention.title}"
    match occurrence.event:
        case Event.INTERVENTION_PLANNED:
            notify(intervention.owner, occurrence, given)
        case Event.INTERVENTION_CHANGED if occurrence.facts["new_owner"]:
            notify(intervention.owner, occurrence, given)
        case Event.INTERVENTION_STATE_SET:
            state = intervention.get_state_display().lower()
            notify(
                intervention.owner,
                occurrence,
                f"{who} marked your {worded('intervention')} as {state}: {intervention.title}",
            )
