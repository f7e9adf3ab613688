"""Pieces of communities on pages of apps below and above (see ``kmportal/slots.py``)."""

from typing import Any

from django.utils import timezone

from communities.models import LIVING, Knock
from communities.reports.home import own_communities
from organisations.models import Membership


def communities_of_member(home: Any, membership: Membership) -> tuple[str, dict[str, Any]] | None:
    """On home: one’s own communities, and invitations that wait for an answer. Nothing for who has neither."""
    rows = own_communities(membership, at=timezone.now())
    open_ones = Knock.objects.filter(membership=membership, kind=Knock.Kind.INVITATION, answered_at=None)
    invitations = list(open_ones.filter(community__state__in=LIVING).select_related("community"))
    if not rows and not invitations:
        return None
    return "communities/_home.html", {"rows": rows, "invitations": invitations}
