"""Locking: two people may edit the same thing, and nobody's text is lost; two machines do one thing once."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import F, Model

from kmportal.lib.exceptions import Stale


def save_over(obj: Model, *, seen: int, **fields: Any) -> None:
    """Write ``fields`` if the row still has the ``version`` that the person saw, and count the version up.

    The comparison is one UPDATE in the database, so that two writers at the same moment cannot both win. On
    success ``obj`` carries the new values. Raises ``Stale`` and writes nothing if the row has moved on.
    """
    rows = type(obj)._default_manager.filter(pk=obj.pk, version=seen)
    if not rows.update(version=F("version") + 1, **fields):
        raise Stale
    for name, value in fields.items():
        setattr(obj, name, value)
    obj.version = seen + 1  # type: ignore[attr-defined]


@contextmanager
def held_by_one(name: str) -> Iterator[bool]:
    """Advisory lock: whether nobody else does the thing of this name now, on whichever machine. PostgreSQL lets go of
    it when its holder dies. With SQLite there is one machine and one timetable, and behind a pooler that lends a
    connection for one transaction it would stay locked: there nobody is kept away, and commands are safe to repeat."""
    if connection.vendor != "postgresql" or not settings.SERVER_STATEMENTS:
        yield True
        return
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        is_ours = cursor.fetchone()[0]
    try:
        yield is_ours
    finally:
        if is_ours:
            with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
