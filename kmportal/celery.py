"""The worker and the timetable.

A message only wakes: the worker then runs a management command that looks into the database. What is due, what is
done and what was promised stands there, never in the broker.
"""

import logging
import os
import threading
import warnings
from datetime import timedelta
from io import StringIO
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import after_setup_logger, after_setup_task_logger, beat_init, worker_ready, worker_shutting_down
from celery.worker import state
from django.conf import settings
from django.core.management import call_command

from kmportal.lib.logs import PlainFormatter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmportal.settings")
app = Celery("kmportal")
app.config_from_object("django.conf:settings", namespace="CELERY")

# Root inside a container is usual, and the messages carry no code: they are JSON, and say only “look”.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

logger = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 5
SWEEP_SECONDS = 60
TEN_MINUTES = 600
# Asked for each minute: they look, and mostly find nothing to do.
EACH_MINUTE = [
    "mix_answers",
    "remove_traces",
    "remove_safe_traces",
    "remove_voice_traces",
    "mix_searches",
    "forget_moments",
    "fold_counts",
]
# Asked for every ten minutes, day and night: the command itself knows whose morning it is and what it has done.
OFTEN = ["send_reminders", "move_trials_on", "send_summaries"]
# Asked for as often, done once a day: a machine that was off in the morning does it when it is back.
DAILY = [
    "back_up_nightly",
    "tidy_jobs",
    "tidy_imports",
    "tidy_files",
    "tidy_plan",
    "forget_matches",
    "forget_sets",
    "discard_left_drafts",
    "forget_undelivered",
    "move_communities_on",
    "choose_lesson_reviews",
]
DAILY += ["clearsessions"]


def _every_ten_minutes(task: str, name: str) -> dict[str, Any]:
    return {
        "task": task,
        "schedule": crontab(minute="*/10"),
        "args": [name],
        "options": {"expires": TEN_MINUTES},
    }


app.conf.beat_schedule = {
    "sweep": {
        "task": "jobs.sweep",
        "schedule": timedelta(seconds=SWEEP_SECONDS),
        "options": {"expires": SWEEP_SECONDS},
    },
    **{
        name: {
            "task": "jobs.command",
            "schedule": timedelta(seconds=SWEEP_SECONDS),
            "args": [name],
            "options": {"expires": SWEEP_SECONDS},
        }
        for name in EACH_MINUTE
    },
    **{name: _every_ten_minutes("jobs.command", name) for name in OFTEN},
    **{name: _every_ten_minutes("jobs.daily", name) for name in DAILY},
}


@app.task(name="jobs.wake")
def wake() -> None:
    """Do what is due."""
    call_command("run_jobs")


@app.task(name="jobs.sweep")
def sweep() -> None:
    """Look for what was missed."""
    call_command("sweep")


@app.task(name="jobs.command")
def command(name: str) -> None:
    """Run a command of the timetable. What it prints is for people who call it by hand."""
    call_command(name, stdout=StringIO())


@app.task(name="jobs.daily")
def daily(name: str) -> None:
    """Run a command of the timetable unless it was done today."""
    call_command("daily", name)


@after_setup_logger.connect
@after_setup_task_logger.connect
def write_as_the_portal_does(logger: logging.Logger, **_signal: Any) -> None:
    """Worker and timetable have a log of their own: it leaves out what that of the portal leaves out."""
    logging_of_portal: dict[str, Any] = settings.LOGGING
    plain = logging_of_portal["formatters"]["plain"]
    for handler in logger.handlers:
        handler.setFormatter(PlainFormatter(plain["format"], plain["datefmt"]))


@beat_init.connect
def sweep_at_start(**_signal: Any) -> None:
    """The timetable proves at once that it is alive, not after its first minute."""
    sweep.apply_async(expires=SWEEP_SECONDS)


_ending = threading.Event()
# Held while the thread uses the database: the pool forks at any time, and a child must not inherit an open connection.
_no_fork = threading.Lock()
os.register_at_fork(before=_no_fork.acquire, after_in_parent=_no_fork.release, after_in_child=_no_fork.release)


@worker_ready.connect
def start_heart(**_signal: Any) -> None:
    """The worker’s main process writes a sign of life each five seconds, also while its pool is busy. It looks for work
    that was lost with one of its processes or with a message, too: nobody who waits for it should wait for the sweep.
    """
    threading.Thread(target=_beat_until_the_end, name="heart", daemon=True).start()


@worker_shutting_down.connect
def stop_heart(**_signal: Any) -> None:
    _ending.set()


def _beat_until_the_end() -> None:
    waiting: set[str] = set()
    while True:
        with _no_fork:
            _beat_once()
        still = _untouched_messages()
        if waiting & still:
            logger.error("The processes of the worker take no work. It is started anew.")
            os._exit(os.EX_TEMPFAIL)
        waiting = still
        if _ending.wait(HEARTBEAT_SECONDS):
            return


def _untouched_messages() -> set[str]:
    """Which messages wait for a process although none of them has anything in hand.

    Without Redis the processes of the pool take turns at one pipe, under one lock. If the one that holds the lock is
    killed, nobody gets it any more: the others wait for ever, and only this process can tell.
    """
    try:
        return set() if state.active_requests else {request.id for request in state.reserved_requests}
    except RuntimeError:  # another thread has just changed them
        return set()


def _beat_once() -> None:
    from django.db import connection  # noqa: PLC0415  the apps are loaded when the worker is, not when this module is
    from django.utils import timezone  # noqa: PLC0415  see above

    from jobs import actions, health  # noqa: PLC0415  see above

    try:
        now = timezone.now()
        actions.record_heartbeat(health.WORKER, now)
        actions.find_lost_work(now)
    except Exception as error:  # the heart of a worker must not stop for a database that is away for a while
        logger.warning("The worker’s sign of life could not be written: %s", error)
    finally:
        connection.close()
