"""Somebody who reads the database beside the portal, and for long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

# Two seconds each on PostgreSQL: tests of other processes hold transactions of their own on the server.
PATIENCE = 150


def until_gone(work: Callable[[], int]) -> int:
    """Call it, as the timetable does, until it finds nothing to do; how often it did."""
    times = 0
    while work():
        times += 1
        assert times < PATIENCE, "it never finds the old rows gone"
    return times


@contextmanager
def somebody_writes_elsewhere() -> Iterator[None]:
    """An open transaction in another database of the same server; PostgreSQL only."""
    writer = connection.copy()
    writer.settings_dict = {**writer.settings_dict, "NAME": "postgres"}
    try:
        with writer.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_current_xact_id()")
            yield
            cursor.execute("ROLLBACK")
    finally:
        writer.close()


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
