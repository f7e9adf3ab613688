"""Waking the worker. A message says only “look”; what there is to do stands in the rows, and the sweep looks anyway."""

import logging
import threading
import time

from celery import Celery
from django.db import connection, transaction

logger = logging.getLogger(__name__)
WAKE = "jobs.wake"
MESSAGE_LIVES_SECONDS = 60
QUIET_SECONDS = 10

# Only sends: the worker’s own application, with the timetable, is kmportal.celery, which stands above this app.
_sender = Celery("kmportal", set_as_current=False)
_sender.config_from_object("django.conf:settings", namespace="CELERY")
_lock = threading.Lock()
_quiet_until = 0.0


def wake() -> bool:
    """Tell the worker to look now. Never raises; after a failure it stays quiet for a while, because each try may take
    two seconds of somebody’s request. Answers whether a message left."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    try:
        _sender.send_task(WAKE, expires=MESSAGE_LIVES_SECONDS, ignore_result=True, retry=False)
    except Exception as error:  # a missing folder is no kombu error, and whatever it is, the row is safe
        with _lock:
            _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("The worker could not be woken (%s); the sweep finds the work within a minute.", error)
        return False
    return True


def wake_on_commit() -> None:
    """Wake once when the transaction commits, however many jobs it wrote."""
    if any(entry[1] is wake for entry in connection.run_on_commit):
        return
    transaction.on_commit(wake, robust=True)
