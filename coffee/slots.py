"""A piece of coffee trials on home (see ``kmportal/slots.py``)."""

from typing import Any

from django.db.models import QuerySet

from coffee.models import Trial
from coffee.reports import TrialPage
from kmportal.lib.prepared import prepared
from organisations.models import Membership


def _trials(membership: Membership) -> QuerySet[Trial]:
    return Trial.objects.visible_to(membership).select_related("organisation").order_by("pairs_on", "pk")


@prepared
def _own(membership: Membership) -> QuerySet[Trial]:
    rows = _trials(membership).filter(state=Trial.State.RUNNING)
    return rows.filter(joiners__membership=membership, joiners__left_at=None)[:1]


@prepared
def _offered(membership: Membership) -> QuerySet[Trial]:
    return _trials(membership).filter(state=Trial.State.INVITING).exclude(joiners__membership=membership)[:1]


def trial_of_member(home: Any, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """On home: whom the reader is to meet; else, until the pairs are made, a trial of which they have said nothing."""
    own = _own.first(membership)
    if own is not None:
        page = TrialPage.build(own, membership)
        if page.partners and page.seat and page.seat.has_met is None:
            return "coffee/_home.html", {"trial": own, "partners": page.partners}
    offered = _offered.first(membership)
    return ("coffee/_home.html", {"trial": offered}) if offered else None
