"""Actions follow what they name: the owner and the thing that they come from are found under their names of today."""

from actionplan.models import Action
from organisations.events import Occurrence
from search import subscribers as search


def follow_owner(occurrence: Occurrence) -> None:
    """Somebody has another name: whoever looks for it finds their actions here."""
    member = occurrence.subject
    rows = Action.objects.filter(owner=member.person, organisation=occurrence.organisation)
    search.put(rows.select_related("organisation", "owner"))


def follow_source(occurrence: Occurrence) -> None:
    """What an action comes from may be called something else now."""
    search.put(Action.objects.agreed_in(occurrence.ref).select_related("organisation", "owner"))
