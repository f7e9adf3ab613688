"""A full disk: how databases and files say so, and what may be left undone while nothing can be saved."""

import errno
import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, transaction

logger = logging.getLogger(__name__)
DISK_FULL = "53100"  # of PostgreSQL
IO_ERRORS = {"SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR"}


def is_disk_full(error: BaseException | None) -> bool:
    """Whether a database or a file found no room. SQLite says it in two ways: the second when its log has no room."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return True
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or getattr(error, "pgcode", "") == DISK_FULL:
            return True
        if getattr(error, "sqlite_errorname", "") in IO_ERRORS and not shutil.disk_usage(settings.DATA_DIR).free:
            return True
        error = error.__cause__
    return False


@contextmanager
def left_undone_without_room(what: str) -> Iterator[None]:
    """Do what is inside, or leave it undone when the disk is full: for what nobody was promised, so that people can go
    on reading. The log says what, and not whose."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        if not is_disk_full(error):
            raise
        logger.warning("The disk is full: %s.", what)
