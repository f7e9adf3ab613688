"""Who is alive, as machines ask."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from django.utils import timezone

from jobs import actions, health


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
    assert answer.json() == {
        "database": True,
        "worker": True,
        "timetable": True,
        "degraded": [],
        "version": settings.VERSION,
    }
    assert "no-store" in answer["Cache-Control"]


def test_before_the_first_sign_of_life_nobody_is_alive(client, db, settings):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {
        "database": True,
        "worker": False,
        "timetable": False,
        "degraded": [],
        "version": settings.VERSION,
    }


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
