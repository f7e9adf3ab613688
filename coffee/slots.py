"""A piece of coffee trials on home (see ``kmportal/slots.py``)."""

from typing import Any

from coffee.models import Trial
from coffee.reports import TrialPage
from organisations.models import Membership


def trial_of_member(home: Any, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """On home: whom the reader is to meet; else, until the pairs are made, a trial of which they have said nothing."""
    rows = Trial.objects.visible_to(membership).select_related("organisation").order_by("pairs_on", "pk")
    own = rows.filter(state=Trial.State.RUNNING, joiners__membership=membership, joiners__left_at=None).first()
    if own is not None:
        page = TrialPage.build(own, membership)
        if page.partners and page.seat and page.seat.has_met is None:
            return "coffee/_home.html", {"trial": own, "partners": page.partners}
    offered = rows.filter(state=Trial.State.INVITING).exclude(joiners__membership=membership).first()
    return ("coffee/_home.html", {"trial": offered}) if offered else None
