"""Visibility: who may see a row. The one rule that pages, search, exports, mails and streams share.

A model that can be shared or kept back carries the columns ``organisation``, ``reach``, ``group`` and ``author``.
``within_reach`` turns a membership into the condition over them, always decided in the SQL.
"""

from django.db import models
from django.db.models import Q

from kmportal.lib.domain_words import worded_later as _
from organisations.models import GroupMembership, Membership
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
    circles = GroupMembership.objects.in_force(membership).values("group_id")
    shared = Q(reach=Reach.NETWORK) | Q(reach=Reach.GROUP, group_id__in=circles)
    return (Q(organisation_id=membership.organisation_id) & inside) | shared
