"""What follows elsewhere: somebody was removed from the organisation, and a community may be without a facilitator."""

from communities.actions.people import keep_a_facilitator
from communities.actions.shelf import release_pins
from communities.models import ENDED, Community, RoleKind
from organisations.events import Occurrence


def keep_facilitators(occurrence: Occurrence) -> None:
    """In the communities of that organisation that nobody facilitates any more; and what they looked after is free."""
    led = Community.objects.filter(group__groupmembership__roles__kind=RoleKind.FACILITATOR)
    rows = Community.objects.filter(organisation=occurrence.organisation).exclude(state__in=ENDED)
    for community in rows.exclude(pk__in=led.values("pk")):
        keep_a_facilitator(community, at=occurrence.at)
    release_pins(occurrence.organisation, at=occurrence.at)
