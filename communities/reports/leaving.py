"""What becomes of the communities that somebody keeps together when they go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from communities.models import ENDED, RUNNING_ROLES, Community, CommunityRole, RoleKind
from kmportal.lib.domain_words import worded
from kmportal.lib.sentences import listed
from organisations.models import Membership, Person


@dataclass(frozen=True)
class LeftCommunity:
    """One of them: what they are in it, and who keeps it together without them."""

    community: Community
    role: str
    then: str
    is_orphaned: bool  # nobody is there to follow


def communities_left_by(leaver: Membership, membership: Membership) -> list[LeftCommunity]:
    """Those that somebody facilitates or is deputy of, as far as ``membership`` knows of them. Two queries."""
    own = CommunityRole.objects.filter(seat__membership=leaver, kind__in=RUNNING_ROLES)
    rows = Community.objects.visible_to(membership).filter(group__in=own.values("seat__group"))
    communities = list(rows.exclude(state__in=ENDED).select_related("organisation").order_by("name", "pk"))
    roles = CommunityRole.objects.filter(
        seat__group__in=[one.group_id for one in communities],
        kind__in=RUNNING_ROLES,
        seat__membership__left_at=None,
    )
    found: dict[int, list[CommunityRole]] = defaultdict(list)
    for role in roles.select_related("seat__person").order_by("pk"):
        found[role.seat.group_id].append(role)
    return [_left_behind(one, found[one.group_id], leaver) for one in communities]


def _left_behind(community: Community, roles: Sequence[CommunityRole], leaver: Membership) -> LeftCommunity:
    facilitates = any(one.kind == RoleKind.FACILITATOR and one.seat.membership_id == leaver.pk for one in roles)
    others = {kind: _people(roles, kind, leaver) for kind in RUNNING_ROLES}
    remain, deputies = others[RoleKind.FACILITATOR], others[RoleKind.DEPUTY]
    role = RoleKind.FACILITATOR if facilitates else RoleKind.DEPUTY
    if not facilitates:
        then = "Nobody else stands in there" if not deputies else f"{_names(deputies)} stays there as deputy"
    elif remain:
        then = f"Goes on with {_names(remain)} as {worded('facilitator')}"
    elif deputies:
        then = f"{deputies[0]} stands in there, and is its {worded('facilitator')} from then on"
    else:
        then = worded("Nobody stands in there. Whoever plans the programme is asked to find a facilitator")
    return LeftCommunity(community, str(role.label), then, facilitates and not remain and not deputies)


def _people(roles: Sequence[CommunityRole], kind: str, leaver: Membership) -> list[Person]:
    return [one.seat.person for one in roles if one.kind == kind and one.seat.membership_id != leaver.pk]


def _names(people: Sequence[Person]) -> str:
    return listed([str(person) for person in people])
