"""Giving work to the worker, and looking after what lies there."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jobs import broker, health, leases, runner
from jobs.events import Event
from jobs.models import DEFAULT_ATTEMPTS, Done, Heartbeat, Job, Mail
from jobs.policies import may_retry
from kmportal.lib.exceptions import Refusal
from kmportal.lib.locking import held_by_one
from organisations import events
from organisations.models import Membership, Organisation
from organisations.policies import require_that

KEEP_JOBS = timedelta(days=30)
KEEP_MAIL = timedelta(days=90)


@transaction.atomic
def enqueue(
    function: str,
    args: Mapping[str, Any] | None = None,
    *,
    title: str,
    at: datetime,
    key: str | None = None,
    by: Membership | None = None,
    organisation: Organisation | None = None,
    due_at: datetime | None = None,
    max_attempts: int = DEFAULT_ATTEMPTS,
    back_url: str = "",
    kind: Job.Kind = Job.Kind.WORK,
) -> Job:
    """Write down one piece of work, in the caller’s transaction, and wake the worker when that commits.

    ``function`` is the dotted name of a function in an app’s ``tasks.py`` (see ``jobs.runner`` for how it is called);
    ``args`` are ids. With a ``key`` the work is written once for all time: a second call answers the first row, in
    whatever state it is. It is done at ``due_at``, by default at once. ``by`` is the member who waits for it and may
    see its page, which leads back to ``back_url``; work for which nobody waits is done later. ``kind`` says in whose
    seats of the worker it is done. The action that gives the work has asked the permission.
    """
    runner.resolve(function)
    values = {
        "title": title[:200],
        "kind": kind,
        "function": function,
        "args": dict(args or {}),
        "organisation": organisation,
        "requested_by": by.person if by else None,
        "created_at": at,
        "due_at": due_at or at,
        "max_attempts": max_attempts,
        "back_url": back_url,
        "priority": Job.Priority.WAITED_FOR if by else Job.Priority.ORDINARY,
    }
    if key:
        job, is_new = Job.objects.get_or_create(key=key, defaults=values)
    else:
        job, is_new = Job.objects.create(**values), True
    if is_new and job.due_at <= timezone.now():
        broker.wake_on_commit()
    return job


@transaction.atomic
def enqueue_all(
    function: str,
    args: Iterable[Mapping[str, Any]],
    *,
    title: str,
    at: datetime,
    max_attempts: int = DEFAULT_ATTEMPTS,
    kind: Job.Kind = Job.Kind.WORK,
) -> list[Job]:
    """The same work for each of these ``args``, in one statement: as ``enqueue`` without a key, for which nobody
    waits."""
    runner.resolve(function)
    jobs = Job.objects.bulk_create(
        Job(
            title=title[:200],
            kind=kind,
            function=function,
            args=dict(one),
            created_at=at,
            due_at=at,
            max_attempts=max_attempts,
        )
        for one in args
    )
    if jobs and at <= timezone.now():
        broker.wake_on_commit()
    return jobs


@transaction.atomic
def retry_job(job: Job, *, by: Membership, at: datetime) -> Job:
    """Have failed work tried again from the beginning, by whoever may see it. Refuses work that has not failed."""
    require_that(may_retry(by, job))
    again = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
        state=Job.State.READY,
        attempts=0,
        failures=0,
        error="",
        progress=0,
        progress_text="",
        due_at=at,
        finished_at=None,
    )
    if not again:
        raise Refusal("Only work that has failed can be tried again.")
    broker.wake_on_commit()
    job.refresh_from_db()
    return job


@transaction.atomic
def tell_undelivered(job: Job, at: datetime) -> None:
    """Tell whoever caused a mail that it will not arrive. Part of the work that has just failed for good, so once."""
    mail = Mail.objects.filter(job=job, sent_at=None).select_related("caused_by").first()
    if mail is not None and mail.caused_by is not None:
        texts = {"subject": mail.subject, "address": ", ".join(mail.recipients)}
        events.record(Event.MAIL_UNDELIVERED, mail.caused_by, by=None, at=at, texts=texts)


def record_heartbeat(name: str, at: datetime) -> None:
    """Heartbeat: write when the worker or the timetable was last alive."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=at)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def sweep_jobs(at: datetime) -> None:
    """Each minute: prove that the timetable reaches a worker, and find work whose message or worker was lost."""
    record_heartbeat(health.TIMETABLE, at)
    find_lost_work(at)


def find_lost_work(at: datetime) -> None:
    """Take work back from processes of this machine that are gone, and wake the worker if something lies about."""
    leases.release_dead(at)
    if Job.objects.due(at).exists():
        broker.wake()


def forget_last_run(at: datetime) -> None:
    """Before web, worker and timetable of this machine start: forget signs of life and leases of the last run."""
    Heartbeat.objects.all().delete()
    leases.release_dead(at)


def run_daily(name: str, on: date, command: Callable[[], object]) -> bool:
    """Run something unless it was done for this day, or the timetable of another machine is at it; answers whether it
    ran.

    The day is written down after it ended well, so what is broken off is run again: it must be safe to repeat.
    """
    with held_by_one(f"daily {name}") as is_ours:
        last = Done.objects.filter(name=name).first()
        if not is_ours or (last and last.is_done(on)):
            return False
        command()
        Done.objects.update_or_create(name=name, defaults={"last_on": on, "at": timezone.now()})
        return True


def forget_mails(key: str, *, unsent: bool = False) -> list[tuple[str, str]]:
    """Forget the mails whose key begins so, and to whom they went: answers address and subject of each, as
    ``tell_undelivered`` says them. What is still to be tried stays, unless ``unsent`` says that it need not arrive any
    more."""
    mails = Mail.objects.filter(key__startswith=key)
    if not unsent:
        mails = mails.exclude(sent_at=None, is_kept=False, job__state__in=[Job.State.READY, Job.State.RUNNING])
    gone = [(", ".join(recipients), subject) for recipients, subject in mails.values_list("recipients", "subject")]
    if gone:
        mails.delete()
    return gone


def tidy_jobs(at: datetime) -> None:
    """Forget what nobody asks for any more: ended work with its files after a month, mail after three."""
    Job.objects.ended_before(at - KEEP_JOBS).delete()
    Mail.objects.written_before(at - KEEP_MAIL).delete()
