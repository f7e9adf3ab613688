"""Who may do what with a knowledge asset."""

from lessons.models import Asset, AssetPart
from organisations import policies
from organisations.models import GroupMembership, Membership
from organisations.permissions import Permission


def may_read_asset(membership: Membership | None, asset: Asset) -> bool:
    """As the queryset says it. One query."""
    return isinstance(membership, Membership) and (
        membership.is_current and Asset.objects.visible_to(membership).filter(pk=asset.pk).exists()
    )


def may_write_asset(membership: Membership | None, asset: Asset) -> bool:
    """The author of a draft. Once it is published: its author, whoever looks after it or stands in, the people of its
    group, and those who facilitate, as far as they can read it."""
    if membership is None or not policies.may(Permission.CONTRIBUTE, membership, asset.organisation):
        return False
    if asset.is_draft:
        return asset.author_id == membership.person_id
    if not may_read_asset(membership, asset):
        return False
    theirs = {asset.author_id, asset.owner_id, asset.deputy_id}
    if membership.person_id in theirs or membership.can(Permission.FACILITATE):
        return True
    return (
        asset.group_id is not None
        and GroupMembership.objects.in_force(membership).filter(group_id=asset.group_id).exists()
    )


def may_share_asset(membership: Membership | None, asset: Asset) -> bool:
    """Who may say who else reads it: its author, and whoever looks after it."""
    return membership is not None and membership.person_id in {asset.author_id, asset.owner_id}


def may_publish_asset(membership: Membership | None, asset: Asset) -> bool:
    return asset.is_draft and may_write_asset(membership, asset)


def may_keep_asset(membership: Membership | None, asset: Asset) -> bool:
    """Say that it still holds."""
    return not asset.is_draft and may_write_asset(membership, asset)


def may_check_asset(membership: Membership | None, asset: Asset) -> bool:
    """Whoever contributes, reads it, and wrote neither it nor its words of today."""
    if asset.is_draft or asset.is_checked or membership is None:
        return False
    if not policies.may(Permission.CONTRIBUTE, membership, asset.organisation):
        return False
    writers = asset.revisions.filter(number=asset.number).values_list("by", flat=True)
    return membership.person_id not in {asset.author_id, *writers} and may_read_asset(membership, asset)


def may_take_asset(membership: Membership | None, asset: Asset) -> bool:
    """Whoever may write it can look after what nobody or somebody else looks after."""
    is_own = membership is not None and asset.owner_id == membership.person_id
    return not asset.is_draft and not is_own and may_write_asset(membership, asset)


def may_remove_part(membership: Membership | None, part: AssetPart) -> bool:
    """Whoever may write it, and whoever is named as somebody to ask and would rather not be."""
    is_oneself = membership is not None and part.person_id is not None and part.person_id == membership.person_id
    return may_write_asset(membership, part.asset) or (is_oneself and may_read_asset(membership, part.asset))


def allowed_with_asset(membership: Membership | None, asset: Asset) -> frozenset[str]:
    """The names of all moves that this member may make with a knowledge asset as it stands."""
    found = {
        "write": may_write_asset,
        "publish": may_publish_asset,
        "discard": may_publish_asset,
        "check": may_check_asset,
        "take": may_take_asset,
        "keep": may_keep_asset,
    }
    return frozenset(name for name, may in found.items() if may(membership, asset))
