"""Who may do what with an action: asked by the action, by the page’s buttons and by the API’s ``allowed``."""

from typing import TYPE_CHECKING

from organisations import policies
from organisations.models import Group, Membership
from organisations.permissions import Permission
from organisations.visibility import OPEN, Reach

if TYPE_CHECKING:
    from actionplan.models import Action

# What can be done with an action, by its state.
MOVES = {
    "open": ("complete", "reschedule", "hand_over", "reword", "drop"),
    "done": ("reopen", "reword"),
    "dropped": ("reopen", "reword"),
}


def may_change(membership: Membership | None, action: "Action") -> bool:
    """The one who does it, wrote it down or is told when it is late; besides them facilitators and leads."""
    if membership is None or not policies.belongs(membership, action.organisation):
        return False
    concerned = {action.owner_id, action.author_id, action.told_when_late_id}
    return membership.person_id in concerned or membership.can(Permission.FACILITATE) or membership.can(Permission.PLAN)


def is_narrower(action: "Action", reach: str, group: Group | None) -> bool:
    """Whether these readers are no others than those who read it now: its writer and those concerned read it always."""
    if reach == Reach.AUTHOR or (reach, group) == (action.reach, action.group):
        return True
    is_at_home = group is not None and group.organisation_id == action.organisation_id
    return is_at_home and reach == Reach.GROUP and action.reach in OPEN


def may_pass_on(membership: Membership | None, action: "Action") -> bool:
    """Whoever may change it, and whoever looks after people."""
    return may_change(membership, action) or policies.may(Permission.ADMINISTER, membership, action.organisation)


def may_assign(membership: Membership) -> bool:
    """Whether this member may give actions to somebody else; a reader adds actions for themselves alone."""
    return membership.can(Permission.CONTRIBUTE)


def is_touched(action: "Action") -> bool:
    """Whether anything has happened to it since it was added."""
    return action.version > 1 or action.changes.exclude(kind="made").exists()


def allowed(membership: Membership | None, action: "Action") -> frozenset[str]:
    """The names of all moves that this member may make with the action as it stands."""
    return frozenset(MOVES[action.state]) if may_change(membership, action) else frozenset()
