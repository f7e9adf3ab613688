"""The directory: communities as rows, and those that are like another."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from communities import labels
from communities.likeness import alike
from communities.models import (
    LISTED,
    Community,
    State,
)
from kmportal.lib.sentences import listed, people_in_words
from kmportal.lib.things import Look
from organisations.models import GroupMembership, Membership, Organisation


@dataclass(frozen=True)
class CommunityRow:
    """One community in a list."""

    community: Community
    look: Look
    people: str
    is_yours: bool
    why: str = ""
    moved_to: Community | None = None
    home: Organisation | None = None  # named to who comes from another one


def directory_rows(communities: Sequence[Community], membership: Membership) -> list[CommunityRow]:
    """Rows of the directory. Two queries, however many."""
    sizes = _sizes([one.group_id for one in communities])
    mine = set(GroupMembership.objects.in_force(membership).values_list("group_id", flat=True))
    return [
        CommunityRow(
            one,
            labels.STATES[State(one.state)],
            people_in_words(sizes.get(one.group_id, 0)),
            one.group_id in mine,
            moved_to=one.moved_to,
            home=None if one.organisation_id == membership.organisation_id else one.organisation,
        )
        for one in communities
    ]


def _sizes(groups: Sequence[int]) -> dict[int, int]:
    rows = GroupMembership.objects.filter(group_id__in=groups, membership__left_at=None)
    return dict(rows.values("group_id").annotate(size=Count("pk")).values_list("group_id", "size"))


def similar_communities(membership: Membership, name: str, question: str) -> list[CommunityRow]:
    """Communities at home that are like the one that somebody is about to begin, and why each is shown."""
    rows = Community.objects.filter(organisation=membership.organisation, state__in=LISTED).select_related("moved_to")
    found = alike(name, question, rows.values_list("pk", "name", "question"))
    if not found:
        return []
    by_key = rows.in_bulk([one.key for one in found])
    communities = [by_key[one.key] for one in found if one.key in by_key]
    why = {one.key: _why_alike(one.shared) for one in found}
    return [
        CommunityRow(row.community, row.look, row.people, row.is_yours, why[row.community.pk])
        for row in directory_rows(communities, membership)
    ]


def _why_alike(shared: Sequence[str]) -> str:
    if not shared:
        return "It has the same name."
    return f"Both speak of {listed([f'“{word}”' for word in shared[:4]])}."
