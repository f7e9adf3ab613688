"""Worker and timetable: messages that only wake, signs of life, commands that exist."""

import asyncio
from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.contrib.sessions.models import Session
from django.core.management import call_command, get_commands
from django.utils import timezone

from jobs import leases
from jobs.actions import enqueue
from jobs.broker import WAKE
from jobs.models import Done, Heartbeat, Job
from kmportal import asgi, celery


def test_the_timetable_sweeps_each_minute_and_every_message_dies_soon():
    entries = celery.app.conf.beat_schedule
    assert entries["sweep"]["schedule"].total_seconds() == 60
    for entry in entries.values():
        assert entry["task"] in celery.app.tasks
        assert entry["options"]["expires"] <= 600
    assert WAKE in celery.app.tasks


def test_every_command_of_the_timetable_exists_and_is_asked_for_all_day():
    names = {*celery.OFTEN, *celery.DAILY}
    assert names <= set(get_commands())
    for name in names:
        entry = celery.app.conf.beat_schedule[name]
        assert (entry["schedule"], entry["args"]) == (crontab(minute="*/10"), [name])


def test_what_is_asked_for_each_minute_exists():
    assert set(celery.EACH_MINUTE) <= set(get_commands())
    for name in celery.EACH_MINUTE:
        entry = celery.app.conf.beat_schedule[name]
        assert (entry["schedule"].total_seconds(), entry["args"]) == (60, [name])


def test_the_timetable_keeps_the_portals_own_time(settings):
    assert str(celery.app.timezone) == settings.TIME_ZONE


def test_a_daily_command_is_run_by_the_timetable_once_a_day(db, monkeypatch):
    runs = []
    monkeypatch.setattr("jobs.management.commands.daily.call_command", lambda name, **options: runs.append(name))
    for _ten_minutes_later in range(3):
        call_command("daily", "tidy_jobs")
    assert runs == ["tidy_jobs"]
    assert Done.objects.get().last_on == timezone.localdate()


def test_the_timetable_forgets_who_was_signed_in_long_ago(db, settings):
    settings.BACKUP_NIGHTLY = False  # it opens a second connection, which a test may not
    old, new = timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=1)
    Session.objects.create(session_key="old", session_data="", expire_date=old)
    Session.objects.create(session_key="new", session_data="", expire_date=new)
    for name in celery.DAILY:
        call_command("daily", name)
    assert Session.objects.get().pk == "new"


def test_the_heart_of_the_worker_writes_a_sign_of_life(db, monkeypatch):
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    celery._beat_once()
    assert Heartbeat.objects.get().name == "worker"


def test_the_heart_finds_work_whose_message_or_process_was_lost(db, monkeypatch):
    woken = []
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    monkeypatch.setattr("jobs.broker.wake", lambda: woken.append(True))
    celery._beat_once()
    assert not woken
    job = enqueue("jobs.tasks.deliver", {"mail_id": 0}, title="Lost", at=timezone.now())
    dead = leases.this_worker().rpartition(":")[0] + ":4194304"  # no process has such a number
    lease = {"claimed_by": dead, "lease_until": timezone.now() + leases.LEASE}
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=1, **lease)
    celery._beat_once()
    assert woken
    assert Job.objects.due(timezone.now()).get() == job


def test_the_heart_survives_a_database_that_is_away(db, monkeypatch, caplog):
    def gone(*args):
        raise OSError("the database is away")

    monkeypatch.setattr("django.db.connection.close", lambda: None)
    monkeypatch.setattr("jobs.actions.record_heartbeat", gone)
    celery._beat_once()
    assert "sign of life could not be written" in caplog.text


@pytest.mark.parametrize(
    ("kind", "path", "answered_by"),
    [
        ("http", "/live/board/1/", "streams"),
        ("http", "/o/x/", "pages"),
        ("http", "/live", "pages"),
        ("websocket", "/live/", "pages"),
    ],
)
def test_streams_and_pages_share_one_process(monkeypatch, kind, path, answered_by):
    asked = []

    def answer(name):
        async def application(scope, receive, send):
            asked.append(name)

        return application

    monkeypatch.setattr(asgi, "live", lambda: answer("streams"))
    monkeypatch.setattr(asgi, "pages", answer("pages"))
    asyncio.run(asgi.application({"type": kind, "path": path}, None, None))
    assert asked == [answered_by]
