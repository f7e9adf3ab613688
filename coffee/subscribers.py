"""What follows from what happens to members: whoever goes meets nobody any more, and their partner gets another."""

from coffee.actions import release_leaver
from organisations.events import Occurrence
from organisations.models import Membership


def let_go(occurrence: Occurrence) -> None:
    """A membership has ended, or is suspended."""
    membership = occurrence.subject
    assert isinstance(membership, Membership)  # noqa: S101  what the event is about
    release_leaver(membership, at=occurrence.at)
