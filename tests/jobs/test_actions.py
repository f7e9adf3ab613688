"""Giving work away: exactly once, together with what causes it, and never at the price of the request."""

from datetime import date, timedelta
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from jobs import actions, broker
from jobs.models import Done, Heartbeat, Job, JobFile, Mail
from kmportal.lib.exceptions import Refusal
from tests.cast import as_member


class Broken(Exception):
    """Something of ours that goes wrong."""


def nothing(work):
    """A task that does nothing."""


def test_work_is_written_with_its_caller_or_not_at_all(task, db):
    @transaction.atomic
    def act():
        task(nothing)
        raise Broken

    with pytest.raises(Broken):
        act()
    assert not Job.objects.exists()


def test_a_key_is_used_once_for_all_time(task, db):
    first = task(nothing, key="reminder:7:2026-11-22")
    Job.objects.update(state=Job.State.DONE)
    again = task(nothing, key="reminder:7:2026-11-22", title="Another title")
    assert (again.pk, again.title, again.state) == (first.pk, "A probe", Job.State.DONE)


def test_work_without_a_key_is_new_each_time(task, db):
    assert task(nothing).pk != task(nothing).pk


def test_work_that_somebody_waits_for_comes_first(task, lena, riverside):
    task(nothing)
    asked = task(nothing, by=as_member(lena), organisation=riverside)
    assert Job.objects.due(timezone.now()).order_by("priority").first() == asked


@pytest.mark.parametrize(
    "function",
    [
        "os.system",
        "jobs.actions.tidy",
        "jobs.tasks._hidden",
        "jobs.tasks.Mail.objects.all",
        "jobs.tasks.",
        "subprocess.tasks.run",
    ],
)
def test_a_row_cannot_name_code_that_is_no_task(function, db):
    with pytest.raises(ValueError, match="no function of a tasks"):
        actions.enqueue(function, title="x", at=timezone.now())


def test_a_mistyped_task_is_found_when_it_is_written(db):
    with pytest.raises(ImportError):
        actions.enqueue("jobs.tasks.delivr", title="x", at=timezone.now())


def test_the_worker_is_woken_once_for_many_jobs_when_they_are_committed(
    task, wakes, django_capture_on_commit_callbacks, db
):
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            task(nothing)
        assert wakes == []
    assert wakes == ["jobs.wake"]


def test_work_for_later_wakes_nobody(task, wakes, django_capture_on_commit_callbacks, db):
    with django_capture_on_commit_callbacks(execute=True):
        task(nothing, due_at=timezone.now() + timedelta(hours=1))
    assert wakes == []


def test_a_dead_broker_never_reaches_the_caller_and_is_left_alone_for_a_while(monkeypatch, caplog):
    tries = []

    def refuse(*args, **options):
        tries.append(1)
        raise FileNotFoundError("the broker’s folder is gone")

    monkeypatch.setattr(broker._sender, "send_task", refuse)
    assert broker.wake() is False
    assert broker.wake() is False
    assert len(tries) == 1
    assert "sweep finds" in caplog.text
    monkeypatch.setattr(broker, "_quiet_until", 0.0)
    broker.wake()
    assert len(tries) == 2


def test_failed_work_can_be_tried_again_from_the_beginning(task, riverside, lena, reza):
    job = task(nothing, organisation=riverside)
    Job.objects.update(state=Job.State.FAILED, attempts=3, failures=3, error="It broke.", finished_at=timezone.now())
    with pytest.raises(PermissionDenied):
        actions.retry_job(job, by=as_member(reza), at=timezone.now())
    job = actions.retry_job(job, by=as_member(lena), at=timezone.now())
    assert (job.state, job.attempts, job.failures, job.error) == (Job.State.READY, 0, 0, "")
    assert job.finished_at is None
    with pytest.raises(Refusal):
        actions.retry_job(job, by=as_member(lena), at=timezone.now())


def test_the_sweep_shows_that_the_timetable_lives_and_finds_what_was_missed(task, wakes, db):
    now = timezone.now()
    actions.sweep_jobs(now)
    assert (Heartbeat.objects.get(name="timetable").at, wakes) == (now, [])
    task(nothing)
    later = timezone.now()
    actions.sweep_jobs(later)
    assert (Heartbeat.objects.get(name="timetable").at, wakes) == (later, ["jobs.wake"])


def test_the_sweep_finds_work_whose_worker_died(task, wakes, db):
    now = timezone.now()
    task(nothing)
    Job.objects.update(state=Job.State.RUNNING, claimed_by="elsewhere/:7", lease_until=now - timedelta(seconds=1))
    actions.sweep_jobs(now)
    assert wakes == ["jobs.wake"]


def test_signs_of_life_of_the_last_run_are_forgotten_at_the_start(db):
    actions.record_heartbeat("worker", timezone.now())
    actions.forget_last_run(timezone.now())
    assert not Heartbeat.objects.exists()


def test_a_daily_command_runs_once_a_day_also_after_a_restart(db):
    runs = []
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    assert actions.run_daily("send_reminders", monday, lambda: runs.append(monday))
    assert not actions.run_daily("send_reminders", monday, lambda: runs.append(monday))
    assert actions.run_daily("send_reminders", tuesday, lambda: runs.append(tuesday))
    assert runs == [monday, tuesday]


def test_a_daily_command_that_breaks_is_run_again(db):
    def fail():
        raise Broken

    with pytest.raises(Broken):
        actions.run_daily("send_reminders", date(2026, 11, 23), fail)
    assert not Done.objects.exists()
    assert actions.run_daily("send_reminders", date(2026, 11, 23), lambda: None)


@pytest.mark.database
@pytest.mark.skipif(connection.vendor != "postgresql", reason="with SQLite there is one timetable")
def test_two_timetables_run_a_daily_command_once(transactional_db):
    """While the first is at it, a second one looks, on a connection of its own."""
    monday, runs, others = date(2026, 11, 23), [], []

    def run():
        runs.append(monday)
        other = Thread(target=run_beside)
        other.start()
        other.join()

    def run_beside():
        others.append(actions.run_daily("send_reminders", monday, lambda: runs.append(monday)))
        connection.close()

    assert actions.run_daily("send_reminders", monday, run)
    assert (runs, others) == ([monday], [False])
    assert not actions.run_daily("send_reminders", monday, run), "done, and free again"
    assert actions.run_daily("send_reminders", date(2026, 11, 24), lambda: None)


def test_what_nobody_asks_for_any_more_is_forgotten(task, db):
    now = timezone.now()
    old, fresh, still_waiting = task(nothing), task(nothing), task(nothing)
    long_ago = now - timedelta(days=31)
    Job.objects.filter(pk=old.pk).update(state=Job.State.DONE, finished_at=long_ago, created_at=long_ago)
    Job.objects.filter(pk=fresh.pk).update(state=Job.State.DONE, finished_at=now)
    Job.objects.filter(pk=still_waiting.pk).update(created_at=long_ago)
    JobFile.objects.create(job=old, name="report.pdf", content_type="application/pdf", content=b"%PDF")
    for days, key in ((91, "old"), (89, "young")):
        Mail.objects.create(key=key, message_id=key, subject=key, created_at=now - timedelta(days=days))
    actions.tidy_jobs(now)
    assert set(Job.objects.all()) == {fresh, still_waiting}
    assert not JobFile.objects.exists()
    assert Mail.objects.get().key == "young"
