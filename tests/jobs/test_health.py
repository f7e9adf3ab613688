"""Who is alive, as machines ask."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from django.utils import timezone

from jobs import actions, breaker, health
from jobs.models import Job


@pytest.fixture
def all_alive(db):
    actions.record_heartbeat("worker", timezone.now())
    actions.record_heartbeat("timetable", timezone.now())


def test_the_process_and_its_database(client, db):
    answer = client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"database": True})


def test_all_alive(client, all_alive, settings):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    alive = {"database": True, "worker": True, "timetable": True}
    expected = {**alive, "mail": "off", "disk": "ok", "degraded": [], "version": settings.VERSION}
    assert answer.json() == expected
    assert "no-store" in answer["Cache-Control"]


def test_before_the_first_sign_of_life_nobody_is_alive(client, db, settings):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    alive = {"database": True, "worker": False, "timetable": False}
    expected = {**alive, "mail": "off", "disk": "ok", "degraded": [], "version": settings.VERSION}
    assert answer.json() == expected


@pytest.mark.parametrize(
    ("name", "seconds", "alive"),
    [("worker", 35, True), ("worker", 36, False), ("timetable", 150, True), ("timetable", 151, False)],
)
def test_a_sign_of_life_counts_for_a_while(all_alive, name, seconds, alive):
    now = timezone.now()
    actions.record_heartbeat(name, now - timedelta(seconds=seconds))
    assert getattr(health.check(now), name) is alive


def test_a_worker_that_beats_but_does_nothing_is_not_alive(all_alive, task):
    now = timezone.now()
    task(lambda work: None, due_at=now - timedelta(seconds=179))
    assert health.check(now).is_whole
    task(lambda work: None, due_at=now - timedelta(seconds=181))
    assert health.check(now) == health.Health(database=True, worker=False, timetable=True, brakes=True)


def test_a_database_that_is_away(client, db, monkeypatch):
    def gone(*args, **options):
        raise DatabaseError("the connection is gone")

    monkeypatch.setattr(health, "connection", SimpleNamespace(cursor=gone))
    monkeypatch.setattr(health.Heartbeat.objects, "all", gone)
    assert client.get("/livez").status_code == 503
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] is False


def test_moments_and_counts_are_for_whoever_has_the_key(client, all_alive, settings, task):
    task(lambda work: None, due_at=timezone.now() - timedelta(seconds=60))
    assert "details" not in client.get("/healthz", headers={"Authorization": "Bearer "}).json()
    settings.HEALTH_KEY = "a long secret"
    assert "details" not in client.get("/healthz", headers={"Authorization": "Bearer another"}).json()
    told = client.get("/healthz", headers={"Authorization": "Bearer a long secret"}).json()["details"]
    assert 60 <= told["oldest_seconds"]["work"] < 70
    assert (told["oldest_seconds"]["mail"], told["mail_waiting"], told["last_backup"]) == (0, 0, None)
    assert told["free_bytes"] > 0


def test_mail_that_rests_is_told_and_does_not_make_the_worker_dead(client, all_alive, settings, task):
    settings.SMTP_URL = "smtp://mail.example"
    now = timezone.now()
    assert health.check(now).mail == "ok"
    task(lambda work: None, due_at=now - timedelta(hours=1), kind=Job.Kind.MAIL)
    assert not health.check(now).worker
    breaker.note_failure(now)
    assert (health.check(now).mail, health.check(now).is_whole) == ("failing", True)


def test_a_disk_with_little_room_is_told(all_alive, monkeypatch):
    monkeypatch.setattr(health, "free_bytes", lambda: 1024)
    assert health.check(timezone.now()).disk == "low"
