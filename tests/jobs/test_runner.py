"""Doing the work: one worker a job, results kept once, failures told in a sentence."""

import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from jobs import actions, leases, runner, seats, tasks
from jobs.models import Heartbeat, Job, JobFile
from kmportal.lib.exceptions import Refusal
from tests.cast import as_member


def look(job):
    return Job.objects.get(pk=job.pk)


def test_a_task_gets_its_ids_and_its_answer_is_kept(task, db):
    job = task(lambda work, first, second: {"sum": first + second}, {"first": 2, "second": 3})
    assert runner.run_ready() == 1
    job = look(job)
    assert (job.state, job.result, job.progress, job.attempts) == (Job.State.DONE, {"sum": 5}, 100, 1)
    assert job.finished_at >= job.started_at
    assert runner.run_ready() == 0


def test_work_for_later_waits(task, db):
    task(lambda work: None, due_at=timezone.now() + timedelta(minutes=5))
    assert runner.run_ready() == 0


def test_who_waits_is_served_before_mail_and_then_the_oldest(task, lena, riverside):
    order = []
    now = timezone.now()
    task(lambda work, name: order.append(name), {"name": "young"})
    task(lambda work, name: order.append(name), {"name": "old"}, due_at=now - timedelta(minutes=1))
    task(lambda work, name: order.append(name), {"name": "waited for"}, by=as_member(lena), organisation=riverside)
    runner.run_ready()
    assert order == ["waited for", "old", "young"]


def test_a_claimed_job_is_nobody_elses_until_the_lease_runs_out(task, db):
    task(lambda work: None)
    now = timezone.now()
    first = leases.claim(now, Job.Kind.WORK)
    assert leases.claim(now, Job.Kind.WORK) is None
    second = leases.claim(now + leases.LEASE + timedelta(seconds=1), Job.Kind.WORK)
    assert (second.pk, second.attempts) == (first.pk, 2)
    assert not leases.update_claimed(first, progress=50)
    assert leases.update_claimed(second, progress=50)


def test_a_worker_that_lost_its_lease_keeps_nothing(task, db):
    def slow(work):
        Job.objects.filter(pk=work.job.pk).update(attempts=2)  # another worker has claimed it meanwhile
        work.finish({"made": "twice"}, JobFile(name="report.pdf", content_type="application/pdf", content=b"x"))

    job = task(slow)
    runner.run_ready(limit=1)
    assert (look(job).state, look(job).result) == (Job.State.RUNNING, {})
    assert not JobFile.objects.exists()


def test_the_file_and_done_are_kept_together(task, db):
    def make(work):
        work.finish({"pages": 2}, JobFile(name="report.pdf", content_type="application/pdf", content=b"%PDF-"))

    job = task(make)
    runner.run_ready()
    file = JobFile.objects.get()
    assert (file.job, bytes(file.content), look(job).state) == (job, b"%PDF-", Job.State.DONE)


def test_rows_written_with_finish_go_when_the_end_fails(task, db):
    def make(work):
        with transaction.atomic():
            Heartbeat.objects.create(name="made", at=timezone.now())
            work.finish()
            raise OSError("the disk is full")

    job = task(make)
    runner.run_ready(limit=1)
    assert not Heartbeat.objects.exists()
    assert (look(job).state, look(job).attempts) == (Job.State.READY, 1)


def test_what_breaks_is_tried_again_after_longer_and_longer_pauses_then_given_up(task, db, caplog):
    def fail(work):
        raise OSError("no route to host")

    job = task(fail)
    pauses = []
    for _ in range(2):
        before = timezone.now()
        runner.run_ready()
        pauses.append((look(job).due_at - before).total_seconds() // 10 * 10)  # a slow machine is no failure
        Job.objects.update(due_at=before)
    runner.run_ready()
    job = look(job)
    assert pauses == [10, 60]
    assert job.state == Job.State.FAILED
    assert job.error.startswith("This did not work, although we tried 3 times.")
    assert "no route to host" not in job.error
    assert "no route to host" in caplog.text


def test_when_the_database_goes_away_under_the_work_it_is_let_go_as_soon_as_it_is_back(
    task, transactional_db, monkeypatch
):
    def gone(*args):
        raise OperationalError("server closed the connection unexpectedly")

    def lose(work):
        monkeypatch.setattr(runner, "_try_again", gone)
        gone()

    job, update, calls = task(lose), runner.leases.update_claimed, []

    def answer_the_second_time(*args, **values):
        calls.append(values)
        return gone() if len(calls) == 1 else update(*args, **values)

    monkeypatch.setattr(runner.leases, "update_claimed", answer_the_second_time)
    monkeypatch.setattr(runner, "AWAY_SECONDS", 0)
    with pytest.raises(OperationalError):
        runner.run_ready(limit=1)
    assert len(calls) == 2
    assert (look(job).state, look(job).claimed_by, look(job).failures) == (Job.State.READY, "", 0)


def test_a_refusal_ends_the_job_at_once_with_its_sentence(task, db):
    def refuse(work):
        raise Refusal("Nobody has answered yet.")

    job = task(refuse)
    runner.run_ready()
    assert (look(job).state, look(job).error) == (Job.State.FAILED, "Nobody has answered yet.")


@pytest.mark.parametrize(("begun", "state"), [(4, Job.State.DONE), (9, Job.State.DONE), (10, Job.State.FAILED)])
def test_work_that_kills_its_worker_again_and_again_is_given_up_too(task, db, begun, state):
    job = task(lambda work: None)
    long_ago = timezone.now() - timedelta(seconds=1)
    Job.objects.update(state=Job.State.RUNNING, attempts=begun, claimed_by="gone/:1", lease_until=long_ago)
    runner.run_ready()
    assert look(job).state == state
    assert ("interrupted again and again" in look(job).error) is (state == Job.State.FAILED)


def test_progress_is_written_once_a_second_and_renews_the_lease(task, db, monkeypatch, django_assert_num_queries):
    seen = []

    def slow(work):
        Job.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
        with django_assert_num_queries(1):
            for row in range(1000):
                work.progress(row / 10, f"{row} of 1,000 lessons")
        seen.append(look(work.job))

    task(slow)
    runner.run_ready()
    assert (seen[0].progress, seen[0].progress_text) == (0, "0 of 1,000 lessons")
    assert seen[0].lease_until > timezone.now() + timedelta(seconds=100)


def test_progress_stops_a_worker_that_lost_its_lease(task, db):
    reached = []

    def slow(work):
        Job.objects.update(attempts=7)
        work.progress(50)
        reached.append("the end")

    task(slow)
    runner.run_ready(limit=1)
    assert reached == []


def test_leases_of_workers_that_died_on_this_machine_end_at_once(task, db):
    dead, unburied = (subprocess.Popen([sys.executable, "-c", ""]) for _ in range(2))
    dead.wait()
    os.waitid(os.P_PID, unburied.pid, os.WEXITED | os.WNOWAIT)
    now = timezone.now()
    jobs = [task(lambda work: None) for _ in range(4)]
    here = leases.this_worker().rpartition(":")[0]
    workers = (f"{here}:{dead.pid}", f"{here}:{unburied.pid}", leases.this_worker(), "elsewhere/:1")
    for job, worker in zip(jobs, workers, strict=True):
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.RUNNING, claimed_by=worker, lease_until=now + timedelta(minutes=1)
        )
    assert leases.release_dead(now) == 2
    assert set(Job.objects.due(timezone.now())) == set(jobs[:2])
    assert set(Job.objects.exclude(claimed_by="")) == set(jobs[2:])  # nobody reads that the others are in hand
    unburied.wait()


def test_when_the_time_is_up_the_worker_is_woken_again_instead_of_going_on(task, wakes, db):
    for _ in range(2):
        task(lambda work: None)
    assert runner.run_ready(for_seconds=-1) == 0
    assert wakes == ["jobs.wake"]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_do_each_job_once(task):
    done = []
    lock = threading.Lock()

    def note(work, number):
        with lock:
            done.append(number)

    for number in range(30):
        task(note, {"number": number})

    def worker():
        try:
            runner.run_ready()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == list(range(30))
    assert Job.objects.filter(state=Job.State.DONE, attempts=1).count() == 30
    assert connection.vendor in {"sqlite", "postgresql"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hanging", [Job.Kind.MAIL, Job.Kind.IMPORT])
def test_what_hangs_stops_no_work_of_another_kind(task, monkeypatch, hanging):
    """Two seats of the pool: one hangs in a mail server; the other does a report, and not the next mail."""
    begun, end, done = threading.Event(), threading.Event(), []

    def hang(work):
        begun.set()
        assert end.wait(30)

    monkeypatch.setattr(tasks, "hang", hang, raising=False)
    for _ in range(2):
        actions.enqueue("jobs.tasks.hang", title="Hangs", at=timezone.now(), kind=hanging)
    report = task(lambda work: done.append("report"))
    Job.objects.filter(pk=report.pk).update(due_at=timezone.now() + timedelta(minutes=5))

    def worker():
        try:
            runner.run_ready(limit=1)
        finally:
            connections.close_all()

    thread = threading.Thread(target=worker)
    thread.start()
    try:
        assert begun.wait(30)
        Job.objects.filter(pk=report.pk).update(due_at=timezone.now())
        assert runner.run_ready() == 1
        assert done == ["report"]
    finally:
        end.set()
        thread.join()
    assert Job.objects.filter(state=Job.State.READY, kind=hanging).count() == 1


def test_there_is_always_a_seat_left_for_the_timetable(settings):
    for processes, work in ((1, 1), (4, 1), (8, 5)):
        settings.WORKER_PROCESSES = processes
        assert seats.seats_of(Job.Kind.WORK) == work
        assert (seats.seats_of(Job.Kind.MAIL), seats.seats_of(Job.Kind.IMPORT)) == (1, 1)


def test_a_seat_is_given_back_when_its_holder_is_done():
    with seats.taken_seat(Job.Kind.MAIL) as first, seats.taken_seat(Job.Kind.MAIL) as second:
        assert (first, second) == (True, False)
    with seats.taken_seat(Job.Kind.MAIL) as again:
        assert again
