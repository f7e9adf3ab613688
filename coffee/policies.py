"""Who may do what with coffee trials: asked by the action and by the page’s buttons."""

from coffee.models import Joiner, Pairing, Trial
from organisations import policies
from organisations.models import Membership, Organisation
from organisations.permissions import Permission

State = Trial.State
MOVES = {
    State.INVITING: ("edit", "cancel", "pair"),
    State.RUNNING: ("edit", "end"),
    State.ENDED: ("share",),
}


def may_plan(membership: Membership | None, organisation: Organisation) -> bool:
    """Whoever facilitates plans trials."""
    return policies.may(Permission.FACILITATE, membership, organisation)


def may_coordinate(membership: Membership | None, trial: Trial) -> bool:
    """Everybody who facilitates here, so that none hangs on one person."""
    return policies.may(Permission.FACILITATE, membership, trial.organisation)


def may_pass_on(membership: Membership | None, trial: Trial) -> bool:
    """Whoever facilitates, and whoever looks after people."""
    return policies.may_pass_on(Permission.FACILITATE, membership, trial.organisation)


def may_join(membership: Membership | None, trial: Trial) -> bool:
    """Every member, until it is over: a late comer joins a pair or waits for another."""
    return trial.is_open and policies.may(Permission.READ, membership, trial.organisation)


def is_oneself(membership: Membership | None, joiner: Joiner) -> bool:
    """Whoever joined, alone."""
    here = policies.belongs(membership, joiner.trial.organisation)
    return here and joiner.membership_id == getattr(membership, "pk", 0)


def sits_in(membership: Membership | None, pairing: Pairing) -> bool:
    """Whoever was drawn into this pair."""
    here = policies.belongs(membership, pairing.trial.organisation)
    return here and pairing.seats.filter(joiner__membership=getattr(membership, "pk", 0)).exists()


def allowed(membership: Membership | None, trial: Trial) -> frozenset[str]:
    """The moves with a trial that this member may make as it stands."""
    if not may_coordinate(membership, trial):
        return frozenset()
    return frozenset(MOVES.get(State(trial.state), ()))
