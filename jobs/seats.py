"""Bulkheads: each kind of work has seats of its own on a machine, so that work of one kind never waits for another.

A seat is a lock on a file in the data folder, held while one piece of work is done. The kernel gives it back when its
process dies, however it dies. Seats only hold back: which work there is, and who does it, stands in the rows.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from jobs.models import Job

# For the timetable (reminders, the sweep, the back-up), which gives its work as commands and not as rows.
KEPT_FREE = 1


def seats_of(kind: str) -> int:
    """One for mail and one for imports; what is left of the worker’s processes is for what people wait for."""
    if kind != Job.Kind.WORK:
        return 1
    return max(1, settings.WORKER_PROCESSES - KEPT_FREE - (len(Job.Kind) - 1))


@contextmanager
def taken_seat(kind: str) -> Iterator[bool]:
    """Hold a seat of this kind, if one is free: whether it was."""
    for number in range(seats_of(kind)):
        path = settings.DATA_DIR / f"seat-{kind}-{number}.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:  # no room for a new file: better too many at once than none
            yield True
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        try:
            yield True
        finally:
            os.close(descriptor)
        return
    yield False
