"""Starting and ending the portal: sentences instead of error lines, and never a process left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from tests.portal import ROOT, Portal

pytestmark = [
    pytest.mark.long,
    pytest.mark.services,
    pytest.mark.django_db,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes through /proc"),
]
same_everywhere = pytest.mark.skipif(
    "connection.vendor == 'postgresql'", reason="the database plays no part, and SQLite has shown it"
)


@pytest.fixture
def portal(tmp_path):
    portal = Portal(tmp_path / "data")
    yield portal
    portal.leave()


@pytest.fixture
def new_portal(tmp_path):
    """One that has to set up its database first."""
    portal = Portal(tmp_path / "data", empty=True)
    yield portal
    portal.leave()


def seconds_until(condition, limit):
    """How long it takes until something is true."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < limit, "it takes too long"
        time.sleep(0.05)
    return time.monotonic() - start


def test_it_starts_is_alive_ends_within_ten_seconds_leaving_nobody_and_starts_again_with_its_data(new_portal):
    portal = new_portal
    portal.start().wait()
    portal.wait_to_hear(f"KM Portal is running:  {portal.url}/")
    assert portal.get("/livez") == (200, {"database": True})
    assert len(portal.processes()) >= 6  # supervisor, guard, web, worker and its pool, timetable
    portal.process.send_signal(signal.SIGINT)
    started = time.monotonic()
    assert portal.end() == 0
    assert time.monotonic() - started < 10
    assert portal.processes() == {}
    if connection.vendor == "sqlite":
        assert (portal.data / "portal.sqlite3").is_file()
        first = (portal.data / "secret.key").read_text()
        portal.start().wait("/livez")
        assert (portal.data / "secret.key").read_text() == first
    assert "Traceback" not in portal.said()


def test_a_web_process_that_is_killed_comes_back_and_a_frozen_worker_does_not_hold_up_the_end(portal):
    portal.start().wait()
    os.kill(portal.number_of("uvicorn"), signal.SIGKILL)
    portal.wait_to_hear("web stopped (killed by signal 9). Starting it again in 1 s.")
    portal.wait("/livez")
    os.kill(portal.number_of("--quiet worker"), signal.SIGSTOP)
    portal.process.send_signal(signal.SIGINT)
    started = time.monotonic()
    portal.end()
    assert time.monotonic() - started < 10
    assert portal.processes() == {}


@same_everywhere
def test_killed_itself_it_leaves_nobody(portal):
    portal.start().wait()
    portal.process.kill()
    portal.end()
    seconds_until(lambda: not portal.processes(), 20)


@same_everywhere
def test_when_the_make_that_started_it_is_killed_it_ends(portal):
    portal.environment["MAKELEVEL"] = "1"
    portal.start(through=["sh", "-c", '"$@"; :', "make"]).wait("/livez")
    portal.process.kill()
    portal.end()
    seconds_until(lambda: not portal.processes(), 20)
    assert "Stopped." in portal.said()


@same_everywhere
def test_a_pool_whose_lock_died_with_one_of_its_processes_is_started_anew(portal):
    """Without Redis the processes of the pool wait in turn at one pipe; the one that reads it holds their lock."""
    portal.environment |= {"REDIS_URL": "", "DJANGO_SETTINGS_MODULE": "kmportal.settings"}
    portal.start().wait()
    family = _processes_of_worker(portal)
    os.kill(_reader_of_pipe(family[1:]), signal.SIGKILL)
    wake = "import django; django.setup(); from jobs import broker; broker.wake()"
    subprocess.run([sys.executable, "-c", wake], cwd=ROOT, env=portal.environment, check=True)
    portal.wait_to_hear("The processes of the worker take no work. It is started anew.", 30)
    seconds_until(lambda: len({*_processes_of_worker(portal)} - {*family}) > 2, 30)


def _processes_of_worker(portal: Portal) -> list[int]:
    return sorted(number for number, line in portal.processes().items() if "--quiet worker" in line)


def _reader_of_pipe(pool: list[int]) -> int:
    """The process that waits for bytes; the others wait for the lock."""
    found = []

    def is_quiet() -> bool:
        waits = {pid: Path(f"/proc/{pid}/wchan").read_text() for pid in pool}
        found[:] = [pid for pid, where in waits.items() if "pipe" in where]
        return len(found) == 1 and all("pipe" in where or "futex" in where for where in waits.values())

    seconds_until(is_quiet, 20)
    return found[0]


@same_everywhere
def test_ctrl_c_while_it_gets_ready_ends_it_too(new_portal):
    portal = new_portal
    portal.start()
    seconds_until(lambda: any("prepare" in line for line in portal.processes().values()), 30)
    portal.process.send_signal(signal.SIGINT)
    assert portal.end() == 0
    assert portal.processes() == {}


@same_everywhere
def test_a_taken_port_is_a_sentence_that_says_what_to_type(portal):
    with socket.socket() as other:
        other.bind(("127.0.0.1", portal.port))
        other.listen()
        portal.start()
        assert portal.end() == 1
    assert portal.said().strip() == (
        f"Cannot listen on 127.0.0.1:{portal.port}: the port is taken. "
        f"Choose another: make serve PORT={portal.port + 1}"
    )
    assert portal.processes() == {}


@same_everywhere
def test_started_twice_it_says_where_the_first_one_is_and_a_second_ctrl_c_waits_for_nothing(portal):
    portal.start().wait()
    second = Portal(portal.data, empty=True)
    try:
        second.log = portal.data.parent / "second.log"
        second.start()
        assert second.process.wait(20) == 1
        assert "This portal is already running with the data in" in second.said()
        assert f"at http://127.0.0.1:{portal.port}/. Use that one" in second.said()
    finally:
        second.process.wait()
    assert portal.get("/livez")[0] == 200
    portal.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    portal.process.send_signal(signal.SIGINT)
    started = time.monotonic()
    portal.end()
    assert time.monotonic() - started < 5  # a worker alone may take seven seconds
    assert portal.processes() == {}


@same_everywhere
@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PORT", "http", "The settings cannot be read: "),
        ("PORT", "70000", "There is no port 70000; they go from 1 to 65535."),
        ("HOST", "203.0.113.7", "This machine cannot listen on the address 203.0.113.7. Use HOST=127.0.0.1"),
    ],
)
def test_a_wrong_setting_is_a_sentence(portal, variable, value, sentence):
    portal.environment[variable] = value
    portal.start()
    assert portal.end() == 1
    assert sentence in portal.said()
    assert "Traceback" not in portal.said()
