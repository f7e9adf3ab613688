"""Somebody who reads the database beside the portal, and for long."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def somebody_reads() -> Iterator[None]:
    """Another connection with a snapshot from before what happens inside: a back-up, or an attacker."""
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("BEGIN")
            else:
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT count(*) FROM organisations_person")
            cursor.fetchone()
            yield
            cursor.execute("ROLLBACK")
    finally:
        reader.close()
