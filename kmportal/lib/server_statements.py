"""Server-side prepared statements: what PostgreSQL has parsed and planned once for each connection.

Where a page asks seventy small things, most of what PostgreSQL does is planning. psycopg2 puts values into the text, so
that each call is another statement: here ``PREPARE`` and ``EXECUTE`` are sent instead (decision 87). Used by
``kmportal.lib.prepared`` alone, which knows what in a statement is a value.

A pooler that lends a connection for one transaction loses them: ``KM_SERVER_STATEMENTS=0`` (``docs/running.md``).
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

# How many stand ready on one connection. Each takes some ten to hundred kilobytes of the server.
MOST = 300
# Texts are taken for what they are compared with, as they are where they stand in the statement.
_TYPES = {int: "bigint", date: "date", datetime: "timestamptz", str: "unknown"}
_numbers = count(1)
_ready: "WeakKeyDictionary[Any, OrderedDict[str, None]]" = WeakKeyDictionary()  # connection of psycopg2 → names


class ServerStatement:
    """A statement with a name, whose values are handed over."""

    def __init__(self, connection: Any, sql: str, params: Sequence[Any], places: Sequence[int]) -> None:
        numbered = list(params)
        for number, place in enumerate(places, start=1):
            numbered[place] = connection.Database.extensions.AsIs(f"${number}")
        with connection.cursor() as cursor:
            text = cursor.cursor.mogrify(sql, numbered).decode()
        types = ", ".join(_TYPES[type(params[place])] for place in places)
        self.name = f"km_{next(_numbers)}"
        self.preparing = f"PREPARE {self.name}{f' ({types})' if types else ''} AS {text}"
        slots = ", ".join(["%s"] * len(places))
        self.executing = f"EXECUTE {self.name}{f' ({slots})' if slots else ''}"

    def execute(self, cursor: Any, values: Sequence[Any]) -> None:
        """Run it on the connection of this cursor of psycopg2, where it is made ready at the first time."""
        ready = _ready.setdefault(cursor.connection, OrderedDict())
        if self.name in ready:
            ready.move_to_end(self.name)
        else:
            while len(ready) >= MOST:
                oldest = next(iter(ready))
                cursor.execute(f"DEALLOCATE {oldest}")
                del ready[oldest]
            cursor.execute(self.preparing)
            ready[self.name] = None
        cursor.execute(self.executing, values)


def are_kept(connection: BaseDatabaseWrapper) -> bool:
    """Whether this database keeps statements: PostgreSQL does, where nothing between it and us loses them."""
    return connection.vendor == "postgresql" and settings.SERVER_STATEMENTS


class KeepingConnection:
    """A connection whose cursors run one statement, with these values, whatever text they are given.

    The text is what logs and tests read.
    """

    def __init__(self, connection: BaseDatabaseWrapper, statement: ServerStatement, values: Sequence[Any]) -> None:
        self.kept = connection
        self.statement = statement
        self.values = values

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kept, name)

    def cursor(self) -> CursorWrapper:
        wrapped = self.kept.cursor()
        wrapped.cursor = _KeepingCursor(wrapped.cursor, self.statement, self.values)
        return wrapped


class _KeepingCursor:
    """A cursor of psycopg2 that runs one statement."""

    def __init__(self, cursor: Any, statement: ServerStatement, values: Sequence[Any]) -> None:
        self.kept = cursor
        self.statement = statement
        self.values = values
        self.asked: tuple[str, Sequence[Any]] = ("", ())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kept, name)

    def __iter__(self) -> Any:
        return iter(self.kept)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        self.asked = (sql, params)
        self.statement.execute(self.kept, self.values)

    @property
    def query(self) -> Any:
        """The text with its values, for who counts and reads queries."""
        return self.kept.mogrify(*self.asked)
