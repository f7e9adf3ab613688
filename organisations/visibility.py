"""Visibility: who may see a row. The one rule that pages, search, exports, mails and streams share.

A model that can be shared or kept back carries the columns ``organisation``, ``reach``, ``group`` and ``author``.
``within_reach`` turns a membership into the condition over them, always decided in the SQL.
"""

from collections.abc import Sequence

from django.db import models
from django.db.models import Q

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.prepared import prepared
from organisations.models import GroupMembership, Membership
from organisations.models.groups import GroupMembershipQuerySet
from organisations.permissions import Permission


class Reach(models.TextChoices):
    """Who may see it, from the narrowest to the widest."""

    AUTHOR = "author", "Only you"
    REVIEWERS = "reviewers", _("You and those who check lessons")
    GROUP = "group", _("The group it belongs to")
    ORGANISATION = "organisation", "Everybody in the organisation"
    NETWORK = "network", "Everybody in the network"


# What everybody in the organisation may see.
OPEN = frozenset({Reach.ORGANISATION, Reach.NETWORK})


def within_reach(membership: Membership) -> Q:
    """The condition over ``organisation``, ``reach``, ``group`` and ``author`` for what this member may see.

    One's own rows are visible at any reach, but only inside the organisation where one is a member. What a group shares
    is visible to all who belong to it, also from another organisation where both sides allow that. The role of
    administrator opens nothing here.
    """
    inside = Q(reach=Reach.ORGANISATION) | Q(reach=Reach.NETWORK) | Q(author_id=membership.person_id)
    if membership.can(Permission.VALIDATE):
        inside |= Q(reach=Reach.REVIEWERS)
    shared = Q(reach=Reach.NETWORK) | Q(reach=Reach.GROUP, group_id__in=_circles(membership).values("group_id"))
    return (Q(organisation_id=membership.organisation_id) & inside) | shared


def circles_of(membership: Membership) -> list[int]:
    """The keys of the groups whose things this member sees. One query."""
    return _keys_of_circles(membership)


def audiences_for(membership: Membership, circles: Sequence[int]) -> list[str]:
    """Whose things this member sees whoever wrote them, as ``audience_of`` names them."""
    key = membership.organisation_id
    checks = [f"r{key}"] if membership.can(Permission.VALIDATE) else []
    return [f"o{key}", "n", *checks, *(f"g{group}" for group in circles)]


def parts_within_reach(membership: Membership, circles: Sequence[int]) -> tuple[list[Q], Q]:
    """The same rows as ``within_reach``, each in one part, so that each part is found by an index of its own: those of
    ``audiences_for``, and the rest of what one wrote. What groups keep among themselves is ``shared_with`` each."""
    reaches = [str(Reach.ORGANISATION), str(Reach.NETWORK)]
    if membership.can(Permission.VALIDATE):
        reaches.append(str(Reach.REVIEWERS))
    here, inside = Q(organisation_id=membership.organisation_id), Q(reach__in=reaches)
    # As a list of what it is, not of what it is not: so an index of author and reach leads to them.
    narrow = Q(reach__in=[reach for reach in Reach.values if reach not in reaches])
    own = here & Q(author_id=membership.person_id) & narrow & ~shared_with(circles)
    return [here & inside, Q(reach=Reach.NETWORK) & ~here], own


def shared_with(groups: Sequence[int]) -> Q:
    """What these groups keep among themselves."""
    return Q(reach=Reach.GROUP, group_id__in=groups)


@prepared
def _keys_of_circles(membership: Membership) -> models.QuerySet[GroupMembership, int]:
    return _circles(membership).order_by("group_id").values_list("group_id", flat=True)


def _circles(membership: Membership) -> GroupMembershipQuerySet:
    return GroupMembership.objects.in_force(membership)
