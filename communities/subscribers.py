"""What follows elsewhere: somebody was removed from an organisation, and a community may be without a facilitator; the
session of a kick-off was closed, and its page takes over what was shown."""

from communities.actions.kickoff import take_over_session
from communities.actions.people import keep_a_facilitator
from communities.actions.shelf import release_pins
from communities.models import Community
from organisations.events import Occurrence
from techniques.models import Session


def keep_facilitators(occurrence: Occurrence) -> None:
    """In the communities that they belonged to, wherever those are at home; and what they looked after is free."""
    groups = [int(group) for group in occurrence.texts.get("groups", "").split()]
    for community in Community.objects.filter(group__in=groups):
        keep_a_facilitator(community, at=occurrence.at)
    release_pins(groups, at=occurrence.at)


def take_over_session_of_kickoff(occurrence: Occurrence) -> None:
    """Nothing happens for a session that belongs to no kick-off."""
    session = occurrence.subject
    assert isinstance(session, Session)  # noqa: S101  what the event is about
    take_over_session(session, at=occurrence.at)
