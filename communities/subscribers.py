"""What follows elsewhere: somebody was removed from an organisation, and a community may be without a facilitator."""

from communities.actions.people import keep_a_facilitator
from communities.actions.shelf import release_pins
from communities.models import Community
from organisations.events import Occurrence


def keep_facilitators(occurrence: Occurrence) -> None:
    """In the communities that they belonged to, wherever those are at home; and what they looked after is free."""
    groups = [int(group) for group in occurrence.texts.get("groups", "").split()]
    for community in Community.objects.filter(group__in=groups):
        keep_a_facilitator(community, at=occurrence.at)
    release_pins(groups, at=occurrence.at)
