"""Who may do what with the plan: asked by the action, by the page’s buttons and by the API’s ``allowed``."""

from organisations import policies
from organisations.models import Membership
from organisations.permissions import Permission
from roadmap.models import Intervention, PlanChange, Programme
from roadmap.preconditions import is_programme_untouched, is_untouched


def may_plan(membership: Membership | None, programme: Programme) -> bool:
    """Whoever plans the programme."""
    return policies.may(Permission.PLAN, membership, programme.organisation)


def allowed_with_programme(membership: Membership | None, programme: Programme) -> frozenset[str]:
    """The names of all moves that this member may make with a programme."""
    moves = {"revise", "plan", *([] if programme.is_current else ["make_current"])}
    return frozenset(moves) if may_plan(membership, programme) else frozenset()


def may_delete(membership: Membership | None, intervention: Intervention) -> bool:
    """Whoever plans, while nothing hangs on it. Asks the database, so it is for one page and not for a list."""
    return may_plan(membership, intervention.programme) and is_untouched(intervention)


def may_delete_programme(membership: Membership | None, programme: Programme) -> bool:
    """Whoever plans, while nothing hangs on it or on its interventions."""
    return may_plan(membership, programme) and is_programme_untouched(programme)


def may_undo(membership: Membership | None, change: PlanChange) -> bool:
    """A change of several: whoever plans. A deletion: only who deleted it, while they plan."""
    if not may_plan(membership, change.programme):
        return False
    return not change.is_deletion or (membership is not None and membership.person_id == change.by_id)


def may_set_state(membership: Membership | None, intervention: Intervention) -> bool:
    """Those who plan, and the one who does it."""
    if membership is None or not policies.belongs(membership, intervention.organisation):
        return False
    return membership.can(Permission.PLAN) or membership.person_id == intervention.owner_id


def allowed(membership: Membership | None, intervention: Intervention) -> frozenset[str]:
    """The names of all moves that this member may make with the intervention as it stands."""
    moves = set()
    if may_plan(membership, intervention.programme):
        moves.add("change")
    if may_set_state(membership, intervention):
        moves.add("set_state")
    if policies.may(Permission.FACILITATE, membership, intervention.organisation):
        moves.add("plan_session")
    if policies.may(Permission.READ, membership, intervention.organisation):
        moves.add("add_action")
    return frozenset(moves)
