"""Doing the work: call the function that the row names, and keep what it made in one transaction with “done”.

A function of an app’s ``tasks.py`` is called as ``function(work, **args)``, where ``work`` is an ``Assignment`` and
``args`` are the ids from the row. It runs outside any transaction and must be safe to repeat: if the worker dies,
another one starts it from the beginning. It ends in one of these ways:

* it returns None or a dict: the dict becomes the job’s result (``{"url": "/o/…"}`` sends the person there);
* it calls ``work.finish(result=…, file=JobFile(…))``, inside its own ``transaction.atomic()`` where it writes rows:
  then they commit together with “done”, exactly once;
* it raises ``Refusal``: the job fails at once, and the person reads the sentence;
* it raises anything else: tried again after a pause, and failed when that has happened ``max_attempts`` times.

A worker that is killed in the middle is not the job’s fault and counts as none of these; ten times in a row, it does.
"""

import logging
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from jobs import breaker, broker, leases, seats
from jobs.models import Job, JobFile
from kmportal.lib.exceptions import Refusal

logger = logging.getLogger(__name__)
PAUSES = [timedelta(seconds=seconds) for seconds in (10, 60, 300, 900, 3600)]
REPORT_SECONDS = 1.0
BROKEN_OFF_LIMIT = 10
AWAY_SECONDS = 1.0
GAVE_UP = "This did not work, although we tried {times}. Tell your administrator; the log says more (job {number})."
BROKEN_OFF = "This was interrupted again and again, so we gave up. Tell your administrator (job {number})."

# Who is to hear, in the same transaction, that work has failed for good: function of a task → ``(job, at) -> None``
WHEN_FAILED = {"jobs.tasks.deliver": "jobs.actions.tell_undelivered"}

Task = Callable[..., dict[str, Any] | None]


class LeaseLost(Exception):
    """Another worker has taken the job over. Whatever this one made must not be kept."""


class Assignment:
    """What a task is handed: the job, and the ways to report on it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.is_finished = False
        self._reported = 0.0

    def progress(self, percent: float, text: str = "") -> None:
        """Say how far it has come, in percent and perhaps in words. Also renews the lease, so a task that takes longer
        than two minutes must call it. Cheap to call often: written once a second at most. Call it outside a
        transaction, or nobody sees it before the end."""
        now = time.monotonic()
        if now - self._reported < REPORT_SECONDS:
            return
        self._reported = now
        if not leases.update_claimed(
            self.job,
            progress=max(0, min(100, round(percent))),
            progress_text=text[:200],
            lease_until=timezone.now() + leases.LEASE,
        ):
            raise LeaseLost

    def finish(self, result: dict[str, Any] | None = None, file: JobFile | None = None) -> None:
        """Store the result and mark the job done, in the caller’s transaction if there is one: rows written there are
        kept together with “done” or not at all. Raises LeaseLost, not to be caught, when another worker has the job."""
        with transaction.atomic():
            if not leases.update_claimed(
                self.job,
                state=Job.State.DONE,
                result=result or {},
                progress=100,
                error="",
                finished_at=timezone.now(),
                claimed_by="",
                lease_until=None,
            ):
                raise LeaseLost
            if file is not None:
                file.job = self.job
                file.save(force_insert=True)
        self.is_finished = True


def resolve(function: str) -> Task:
    """The function behind ``<app>.tasks.<name>``. Rows must not be able to name any other code."""
    app, _, name = function.partition(".tasks.")
    if app not in settings.LOCAL_APPS or not name.isidentifier() or name.startswith("_"):
        raise ValueError(f"{function} is no function of a tasks.py of ours")
    return import_string(function)


def run(job: Job) -> None:
    """Do one claimed job, whatever comes of it. Raises only when the database itself fails."""
    if job.attempts - 1 - job.failures >= BROKEN_OFF_LIMIT:  # it may well be what kills the workers
        logger.error("Job %s (%s) was broken off %s times", job.pk, job.function, BROKEN_OFF_LIMIT)
        _fail_for_good(job, BROKEN_OFF.format(number=job.pk))
        return
    work = Assignment(job)
    try:
        with job.organisation.at_home() if job.organisation else nullcontext():
            result = resolve(job.function)(work, **job.args)
        if not work.is_finished:
            work.finish(result)
    except LeaseLost:
        logger.warning("Job %s (%s) was taken over by another worker", job.pk, job.function)
    except Refusal as refusal:
        _fail_for_good(job, str(refusal))
    except Exception:
        logger.exception("Job %s (%s) failed at attempt %s", job.pk, job.function, job.attempts)
        _try_again(job, timezone.now())


def run_ready(*, for_seconds: float = 20.0, limit: int | None = None) -> int:
    """Do what is due, one after the other, until nothing is left for which there is a seat, the time is up or the limit
    is reached.

    Answers how many were done. When the time is up and work is left, it wakes the worker again: in between, other
    messages (the timetable’s) get their turn.
    """
    deadline = time.monotonic() + for_seconds
    count = 0
    while limit is None or count < limit:
        if time.monotonic() > deadline:
            broker.wake()
            break
        if not any(_run_next(kind) for kind in _kinds_due(timezone.now())):
            break
        count += 1
    return count


def _kinds_due(at: datetime) -> list[str]:
    """The kinds of work that wait, the most urgent first; mail only while its server is not left in peace.

    Looked at before claiming, which on SQLite takes the write lock, and each time after a seat was given back: whoever
    found that seat taken relies on it.
    """
    order = Job.objects.due(at).order_by("priority", "due_at", "pk").values_list("kind", flat=True)
    waiting = [kind for kind in Job.Kind.values if Job.objects.due(at).filter(kind=kind).exists()]
    if len(waiting) > 1 and (first := order.first()) in waiting:
        waiting.sort(key=lambda kind: kind != first)
    return [kind for kind in waiting if kind != Job.Kind.MAIL or not breaker.is_resting(at)]


def _run_next(kind: str) -> bool:
    """Do one piece of work of this kind, if there is a seat for it; answers whether there was one to do."""
    with seats.taken_seat(kind) as is_seated:
        job = leases.claim(timezone.now(), kind) if is_seated else None
        if job is not None:
            try:
                run(job)
            except (DatabaseError, InterfaceError):
                _let_go(job)
                raise
    return job is not None


def _let_go(job: Job) -> None:
    """The database went away under the work: as soon as it is back, somebody else may begin it anew. We live on, so
    nobody would take the job from us before its lease runs out."""
    deadline = time.monotonic() + leases.LEASE.total_seconds()
    while time.monotonic() < deadline:
        connection.close_if_unusable_or_obsolete()
        with suppress(DatabaseError, InterfaceError):
            leases.update_claimed(job, state=Job.State.READY, claimed_by="", lease_until=None)
            return
        time.sleep(AWAY_SECONDS)


@transaction.atomic
def _fail_for_good(job: Job, sentence: str) -> None:
    ours = leases.update_claimed(
        job,
        state=Job.State.FAILED,
        error=sentence[:500],
        finished_at=timezone.now(),
        claimed_by="",
        lease_until=None,
    )
    if ours and (tell := WHEN_FAILED.get(job.function)):
        import_string(tell)(job, timezone.now())


def _try_again(job: Job, at: datetime) -> None:
    failures = job.failures + 1
    if failures >= job.max_attempts:
        times = "once" if failures == 1 else f"{failures} times"
        _fail_for_good(job, GAVE_UP.format(times=times, number=job.pk))
        return
    again_at = at + PAUSES[min(failures, len(PAUSES)) - 1]
    leases.update_claimed(
        job, state=Job.State.READY, failures=failures, due_at=again_at, claimed_by="", lease_until=None
    )
