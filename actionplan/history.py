"""The story of an action, as its page tells it: one line for each event."""

from actionplan.events import Event
from actionplan.labels import day_in_history
from actionplan.models import ActionChange
from organisations.events import Occurrence

Kind = ActionChange.Kind
# Who does it after somebody went and nobody was named.
NOBODY = "nobody yet"
_KINDS: dict[str, str] = {
    Event.ACTION_ADDED: Kind.MADE,
    Event.ACTION_REWORDED: Kind.EDITED,
    Event.ACTION_DONE: Kind.DONE,
    Event.ACTION_REOPENED: Kind.REOPENED,
    Event.ACTION_MOVED: Kind.MOVED,
    Event.ACTION_HANDED_OVER: Kind.HANDED,
    Event.ACTION_DROPPED: Kind.DROPPED,
}


def write(occurrence: Occurrence) -> None:
    """Add the line of an event; those that its page does not tell are left out."""
    kind = _KINDS.get(occurrence.event)
    if kind is None:
        return
    before, after = _change_in_words(occurrence, kind)
    ActionChange.objects.create(
        action=occurrence.subject,
        kind=kind,
        before=before[:200],
        after=after[:200],
        reason=occurrence.note[:500],
        at=occurrence.at,
        by=occurrence.person,
    )


def _change_in_words(occurrence: Occurrence, kind: str) -> tuple[str, str]:
    """What it was and what it is now, in words that stay as they were said."""
    action, facts = occurrence.subject, occurrence.facts
    match kind:
        case Kind.MADE:
            return "", day_in_history(facts["due_on"])
        case Kind.EDITED:
            return occurrence.texts["title_before"], action.title
        case Kind.MOVED:
            return day_in_history(facts["before"]), day_in_history(facts["after"])
        case Kind.HANDED:
            return occurrence.texts["owner_before"], action.owner_name or NOBODY
        case Kind.REOPENED:
            return occurrence.texts["state_before"], ""
        case Kind.DONE if occurrence.person is None:
            return "", action.guest_name
    return "", ""
