"""Who may do what with a file of lessons as it stands."""

from datetime import datetime, timedelta

from lessons.models import ImportRun
from organisations import policies
from organisations.models import Membership
from organisations.permissions import Permission

# A file whose lessons are being written, or have been: how it is read stays as it was.
BEGUN = frozenset({ImportRun.State.RUNNING, ImportRun.State.DONE, ImportRun.State.UNDOING, ImportRun.State.UNDONE})
UNDO_WITHIN = timedelta(days=7)


def allowed_with_import(membership: Membership | None, run: ImportRun, *, at: datetime) -> frozenset[str]:
    """The names of all moves that this member may make with a file of lessons as it stands."""
    if not policies.may(Permission.FACILITATE, membership, run.organisation):
        return frozenset()
    if run.state in BEGUN:
        return frozenset({"undo"}) if can_be_undone(run, at=at) else frozenset()
    return frozenset({"settle", "try", "run"})


def can_be_undone(run: ImportRun, *, at: datetime) -> bool:
    """Whether a file that was brought in, or partly, can be taken out again: only if it is known what came from it. One
    query."""
    State = ImportRun.State
    if run.state == State.DONE:
        is_open = run.finished_at is not None and at - run.finished_at <= UNDO_WITHIN
    else:
        is_open = run.has_stopped and run.state in (State.RUNNING, State.UNDOING)
    return is_open and (run.state == State.UNDOING or run.rows.exists())
