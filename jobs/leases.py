"""Who works on a job: claiming it for a while, staying with it, letting go. One row, one worker, on both databases."""

import os
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from jobs.models import Job

LEASE = timedelta(seconds=120)


def _this_machine() -> str:
    """The machine, and on Linux the container too: where a process number means one process."""
    container = ""
    with suppress(OSError):
        container = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()[:60]}/{container}"


def this_worker() -> str:
    """Machine and process, as ``Job.claimed_by`` keeps them."""
    return f"{_this_machine()}:{os.getpid()}"


@transaction.atomic
def claim(at: datetime, kind: str) -> Job | None:
    """The next job of this kind for this worker, or None. Nobody else gets it before its lease runs out.

    PostgreSQL skips rows that another worker is just claiming; on SQLite a transaction begins with the write lock
    (``transaction_mode`` IMMEDIATE), so there is no other.
    """
    due = Job.objects.due(at).filter(kind=kind).select_for_update(skip_locked=True)
    job = due.order_by("priority", "due_at", "pk").first()
    if job is None:
        return None
    job.state = Job.State.RUNNING
    job.claimed_by = this_worker()
    job.lease_until = at + LEASE
    job.attempts += 1
    job.started_at = job.started_at or at
    job.save(update_fields=["state", "claimed_by", "lease_until", "attempts", "started_at"])
    return job


def update_claimed(job: Job, **values: object) -> bool:
    """Write to the row, if it is still ours: False when the lease ran out and another worker has taken it since.

    The object in memory stays as it was claimed: should the caller’s transaction be rolled back, it still holds.
    """
    ours = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, claimed_by=job.claimed_by, attempts=job.attempts)
    return bool(ours.update(**values))


def release_dead(at: datetime) -> int:
    """Take back what this machine’s workers that are gone had in hand (killed, or from before a restart); answers how
    many pieces. Without it they would only be found when the lease runs out.

    It waits again, so that nobody reads that it is being done while, for example, mail rests.
    """
    released = 0
    here = _this_machine() + ":"
    for job in Job.objects.filter(state=Job.State.RUNNING, claimed_by__startswith=here, lease_until__gte=at):
        if not _is_alive(int(job.claimed_by.removeprefix(here))):
            released += update_claimed(job, state=Job.State.READY, claimed_by="", lease_until=None)
    return released


def _is_alive(process: int) -> bool:
    """Whether this process still works. One that is dead but not yet buried (in a container whose first process buries
    nobody, for ever) keeps its number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in {"Z", "X"}
    return True
