"""Who may change a promise."""

from typing import TYPE_CHECKING

from organisations.models import Membership
from organisations.permissions import Permission

if TYPE_CHECKING:
    from actionplan.models import Action


def may_change(action: "Action", membership: Membership) -> bool:
    """The one who does it, wrote it down or is told when it is late; besides them facilitators and leads."""
    if membership.organisation_id != action.organisation_id:
        return False
    concerned = {action.owner_id, action.author_id, action.told_when_late_id}
    return membership.person_id in concerned or membership.can(Permission.FACILITATE) or membership.can(Permission.PLAN)


def may_give(membership: Membership) -> bool:
    """Whether this member may promise in somebody else’s name; a reader promises for themselves alone."""
    return membership.can(Permission.CONTRIBUTE)
