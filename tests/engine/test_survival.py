"""A worker killed in the middle of everything: no mail is lost, and what it makes is made once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from django.utils import timezone

from jobs.actions import enqueue
from jobs.models import Job, JobFile, Mail
from kmportal.lib.mail import post
from tests.cast import as_member
from tests.engine.tasks import GO
from tests.portal import ROOT, address_of_database, free_port

pytestmark = [pytest.mark.long, pytest.mark.services, pytest.mark.pdf, pytest.mark.django_db(transaction=True)]
MAILS = 200
KILL_WHEN_TAKEN = (20, 70, 120)
SEATS = 2


class Worker:
    """A real worker on the tests’ database, that can be killed with all its pool and started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.data = Path(environment["KM_DATA_DIR"])
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "--app", "kmportal.celery", "--quiet", "worker"]
        command += ["--concurrency", str(SEATS), "--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.process = subprocess.Popen(
            [*command, "--loglevel", "error"], cwd=ROOT, env=self.environment, start_new_session=True
        )

    def sweep(self) -> None:
        """What the timetable does each minute. Twice, so that both seats of the pool are woken."""
        for _seat in range(SEATS):
            subprocess.run([sys.executable, "manage.py", "sweep"], cwd=ROOT, env=self.environment, check=True)

    def kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def taken(tmp_path, settings):
    """The file in which the mail server keeps the Message-IDs of the mails that it took."""
    port, path = free_port(), tmp_path / "taken"
    path.touch()
    settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_BACKEND = "jobs.mail.Backend"
    sink = subprocess.Popen([sys.executable, str(Path(__file__).with_name("sink.py")), str(port), str(path)])
    yield path
    sink.kill()
    sink.wait()


@pytest.fixture
def worker(tmp_path, settings, taken):
    settings.LOCAL_APPS = [*settings.LOCAL_APPS, "tests.engine"]
    worker = Worker(
        {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.engine.settings",
            "DATABASE_URL": address_of_database(),
            "KM_DATA_DIR": str(tmp_path / "data"),
            "SMTP_URL": settings.SMTP_URL,
        }
    )
    yield worker
    worker.kill()


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, (
            f"not within {seconds} s: {Counter(Job.objects.values_list('state', 'error'))}"
        )
        time.sleep(0.02)


def test_a_worker_killed_amid_200_mails_and_a_pdf_loses_nothing(worker, taken, lena, riverside, monkeypatch):
    monkeypatch.setattr("jobs.broker.wake", lambda: True)
    report = enqueue(
        "tests.engine.tasks.slow_report",
        title="Gap report",
        at=timezone.now(),
        by=as_member(lena),
        organisation=riverside,
    )
    for number in range(MAILS):
        post(f"person{number}@riverside.example", f"Mail {number}", "Words.")
    wanted = set(Mail.objects.values_list("message_id", flat=True))

    def ids():
        return taken.read_text().split()

    for number in KILL_WHEN_TAKEN:
        worker.start()
        worker.sweep()
        wait_until(lambda number=number: len(ids()) >= number)
        report.refresh_from_db()
        assert report.state == Job.State.RUNNING
        worker.kill()
    assert Job.objects.exclude(state=Job.State.DONE).exists(), "it was killed too late to prove anything"

    (worker.data / GO).touch()
    worker.start()
    worker.sweep()
    wait_until(lambda: not Job.objects.filter(state__in=[Job.State.READY, Job.State.RUNNING]).exists())
    worker.kill()
    assert not Job.objects.exclude(state=Job.State.DONE).exists()

    counts = Counter(ids())
    assert set(counts) == wanted
    assert not Mail.objects.waiting().exists()
    # A double stands for a kill between the server’s answer and our commit: at most one a seat and kill.
    doubles = {message_id for message_id, count in counts.items() if count > 1}
    assert len(doubles) <= len(KILL_WHEN_TAKEN) * SEATS
    assert all(Mail.objects.get(message_id=message_id).job.attempts > 1 for message_id in doubles)
    report.refresh_from_db()
    assert report.attempts == len(KILL_WHEN_TAKEN) + 1
    assert bytes(JobFile.objects.get(job=report).content).startswith(b"%PDF")
