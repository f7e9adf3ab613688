"""Who is told what of an action. Whoever did it is never told."""

from actionplan.events import Event
from actionplan.labels import day_in_history
from actionplan.models import Action
from kmportal.lib.domain_words import worded
from notifications.actions import notify
from organisations.events import Occurrence
from organisations.models import Person


def send(occurrence: Occurrence) -> None:
    """Leave the notices of an event."""
    action = occurrence.subject
    assert isinstance(action, Action)  # noqa: S101  what the event is about
    for person, words in _people_to_tell(occurrence, action):
        notify(person, occurrence, f"{words}: {action.title}")


def _people_to_tell(occurrence: Occurrence, action: Action) -> list[tuple[Person | None, str]]:
    who = occurrence.person or "The portal"
    match occurrence.event:
        case Event.ACTION_ADDED:
            return [(action.owner, f"{who} gave you {worded('an action')}")]
        case Event.ACTION_REOPENED:
            return [(action.owner, f"{who} opened {worded('an action')} of yours again")]
        case Event.ACTION_DROPPED:
            return [(action.owner, f"{who} dropped {worded('an action')} of yours")]
        case Event.ACTION_MOVED:
            return [(action.owner, _move_in_words(occurrence, who))]
        case Event.ACTION_HANDED_OVER:
            had = occurrence.facts["owner_before"]
            if not action.owner_name:
                return []
            return [
                (action.owner, f"{who} gave you {worded('an action')}"),
                (had, f"{action.owner_name} has taken over {worded('an action')} of yours"),
            ]
        case Event.ACTION_DONE:
            author = action.author if action.author_id != action.owner_id or occurrence.person is None else None
            return [(author, f"{occurrence.person or action.guest_name} has marked {worded('an action')} as done")]
    return []


def _move_in_words(occurrence: Occurrence, who: Person | str) -> str:
    day = occurrence.facts["after"]
    return (
        f"{who} moved {worded('an action')} of yours to {day_in_history(day)}"
        if day
        else f"{who} removed the date of {worded('an action')} of yours"
    )
