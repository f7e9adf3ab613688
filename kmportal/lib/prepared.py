"""Prepared statements: querysets that are put together and compiled once for each process, not at each request.

Most of what a small query costs is Python: chains of filters, conditions of who may see what, columns of neighbours.
All of that is the same each time but for the keys and days in it. ``@prepared`` keeps the SQL of a function that builds
a queryset, and puts the values of each call in their places::

    @prepared
    def _unread(membership: Membership) -> QuerySet[Notice]:
        return Notice.objects.for_member(membership).unread()

    _unread.count(membership)

Rows are read each time: nothing that anybody sees is kept, and a condition stays where it is defined. Whole numbers,
days, moments, texts and tuples of keys are values. Whatever else is handed over (a choice, a flag, None) is part of the
statement and makes one of its own; so does the ``shape`` of a row that ``stands_in``. A function that makes other
values out of those it is given (``today + week``), or asks the clock, would have them kept by mistake: each statement
is compiled twice, with different values, and what changes besides them is an error, and so is a day from elsewhere.
"""

import re
from collections.abc import Callable, Hashable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import update_wrapper
from itertools import count
from threading import Lock
from types import SimpleNamespace
from typing import Any, Generic, ParamSpec, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigIntegerField, Model, QuerySet, prefetch_related_objects
from django.db.models.query import FlatValuesListIterable, ModelIterable
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from kmportal.lib import server_statements
from kmportal.lib.server_statements import KeepingConnection, ServerStatement

P = ParamSpec("P")
Row = TypeVar("Row")

# Where stand-ins for values begin: far from everything that a condition may hold. They lie at squares from there, so
# that the distance of two of them differs from one trial to the next: what is made of one is not taken for another.
_NUMBER, _DAY, _MOMENT = 4_611_000_000_000_000_000, date(1066, 10, 14), datetime(1086, 8, 1, 12, 30, 7, 9, tzinfo=UTC)
# Of one function. The time zones of the world would make some hundreds; the oldest goes and is put together anew.
KEPT = 128
# What the widest column of whole numbers holds.
_LEAST, _MOST = BigIntegerField.MAX_BIGINT * -1 - 1, BigIntegerField.MAX_BIGINT
_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Prepared(Generic[P, Row]):
    """A function that builds a queryset, with what was compiled of it."""

    def __init__(self, build: Callable[P, QuerySet[Any, Row]]) -> None:
        self.build = build
        self.name = build.__qualname__
        self._kept: dict[Hashable, _Statement] = {}
        self._keeping = Lock()
        update_wrapper(self, build)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """The rows as the queryset would give them: models, or what ``values_list`` asks for."""
        try:
            statement, compiler = self._find("rows", args, kwargs)
        except EmptyResultSet:
            return list(self.build(*args, **kwargs))
        if not statement.gives_models:
            values: Any = compiler.results_iter(tuple_expected=True)
            return [row[0] for row in values] if statement.is_flat else list(values)
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        asked: Any = SimpleNamespace(db=compiler.using, query=query, _known_related_objects={})
        found: Any = list(ModelIterable(asked))
        if found and statement.lookups:
            prefetch_related_objects(found, *statement.lookups)
        return cast("list[Row]", found)

    def first(self, *args: P.args, **kwargs: P.kwargs) -> Row | None:
        """The first of the rows. The function asks for one only."""
        return next(iter(self(*args, **kwargs)), None)

    def count(self, *args: P.args, **kwargs: P.kwargs) -> int:
        """How many rows there are."""
        try:
            _, compiler = self._find("count", args, kwargs)
        except EmptyResultSet:
            return self.build(*args, **kwargs).count()
        row: Any = compiler.execute_sql("single")
        return int(row[0])

    def exists(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether there is any."""
        try:
            _, compiler = self._find("exists", args, kwargs)
        except EmptyResultSet:
            return self.build(*args, **kwargs).exists()
        return compiler.execute_sql("single") is not None

    def _find(self, what: str, args: Any, kwargs: Any) -> "tuple[_Statement, SQLCompiler]":
        """The statement for these arguments, and a compiler that runs it with their values.

        Raises ``EmptyResultSet`` where Django would not even ask: of nobody, of no keys, or of a number that no column
        can hold. There the queryset itself answers, and nothing is kept.
        """
        values: list[Any] = []
        shapes = [_take(one, values) for one in (*args, *kwargs.values())]
        if any(type(one) is int and not _LEAST <= one <= _MOST for one in values):
            raise EmptyResultSet
        shape = (what, timezone.get_current_timezone_name(), *kwargs, *shapes)
        if (statement := self._kept.get(shape)) is None:
            statement = self._compile(what, args, kwargs)
            with self._keeping:
                while len(self._kept) >= KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[shape] = statement
        return statement, statement.filled(values)

    def _compile(self, what: str, args: Any, kwargs: Any) -> "_Statement":
        first, second = (self._compile_with(count(start), what, args, kwargs) for start in (0, 1000))
        if first.sql != second.sql or len(first.params) != len(second.params):
            raise TypeError(f"{self.name} makes another statement of other values")
        places = []
        for place, (one, other) in enumerate(zip(first.params, second.params, strict=True)):
            found = [number for number, value in enumerate(first.values) if _is_same(value, one)]
            if found and _is_same(second.values[found[0]], other):
                places.append((place, found[0]))
            elif not _is_same(one, other) or _is_day(one):
                raise TypeError(f"{self.name} makes a value by itself ({one!r}): hand it over instead")
        queryset, compiler = first.queryset, first.compiler
        columns = [column[0] for column in compiler.select or ()]
        return _Statement(
            compiler,
            first.sql,
            first.params,
            tuple(places),
            compiler.get_converters(columns),
            gives_models=issubclass(queryset._iterable_class, ModelIterable),
            is_flat=issubclass(queryset._iterable_class, FlatValuesListIterable),
            using=queryset.db,
            server=_server_statement(first, places),
            lookups=tuple(queryset._prefetch_related_lookups),
        )

    def _compile_with(self, numbers: Iterator[int], what: str, args: Any, kwargs: Any) -> "_Trial":
        """With stand-ins instead of the values."""
        values: list[Any] = []
        standing = [_stand_in(one, numbers, values) for one in args]
        named = {name: _stand_in(one, numbers, values) for name, one in kwargs.items()}
        queryset, compiler, sql, params = self.put_together(what, standing, named)
        return _Trial(queryset, compiler, sql, params, [_adapted(one, compiler.connection) for one in values])

    def put_together(self, what: str, args: Any, kwargs: Any) -> tuple[Any, SQLCompiler, str, tuple[Any, ...]]:
        """As it would be without being kept: the queryset, what compiled it, SQL and parameters."""
        queryset: Any = self.build(*args, **kwargs)
        if queryset._known_related_objects:
            raise TypeError(f"{self.name} asks a row for what belongs to it: filter the rows of the model")
        query = queryset.query
        if what == "exists":
            query = query.exists()
        elif what == "count":
            query = (queryset if query.is_sliced else queryset.order_by()).values("pk").query
        compiler = query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        if what == "count":
            sql = f"SELECT COUNT(*) FROM ({sql}) counted"  # noqa: S608  Django’s own SQL
        return queryset, compiler, sql, tuple(params)


@dataclass(frozen=True)
class _Trial:
    """What comes out with one set of stand-ins."""

    queryset: Any
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    values: list[Any]


@dataclass(frozen=True)
class _Statement:
    """SQL with its parameters, and which value of a call belongs at which place of them."""

    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]
    converters: dict[int, Any]
    gives_models: bool
    is_flat: bool
    using: str
    server: ServerStatement | None
    lookups: tuple[Any, ...]

    def filled(self, values: list[Any]) -> SQLCompiler:
        """A compiler that runs it with these values, on the connection of this thread."""
        compiler = copy(self.compiler)
        compiler.connection = connection = connections[self.using]
        params = list(self.params)
        for place, number in self.places:
            params[place] = _adapted(values[number], connection)
        if self.server:
            kept: Any = KeepingConnection(connection, self.server, [params[place] for place, _ in self.places])
            compiler.connection = kept
        compiler.__dict__["as_sql"] = lambda *args, **kwargs: (self.sql, tuple(params))
        compiler.__dict__["get_converters"] = lambda columns: self.converters
        return compiler


def _server_statement(trial: _Trial, places: list[tuple[int, int]]) -> ServerStatement | None:
    """What the database keeps of it, where it does."""
    connection = trial.compiler.connection
    if not server_statements.are_kept(connection):
        return None
    return ServerStatement(connection, trial.sql, trial.params, [place for place, _ in places])


def _take(given: Any, values: list[Any]) -> Hashable:
    """Put the values of an argument to the others; answers what the statement hangs on."""
    kind: Any = type(given)
    if kind in _VALUES:
        values.append(given)
        return cast("Hashable", kind)
    if _are_keys(given):
        values.extend(_padded(given))
        return tuple, type(given[0]) if given else None, _room_for(given)
    if hasattr(kind, "stands_in"):
        values.extend(given.keys)
        return kind, given.shape
    if isinstance(given, Model):
        raise TypeError(f"{kind.__name__} has no stand-in: hand over its key, or each row makes a statement")
    return cast("Hashable", given)


def _stand_in(given: Any, numbers: Iterator[int], values: list[Any]) -> Any:
    """The same with other values, in the order of ``_take``."""
    kind = type(given)
    if kind in _VALUES:
        values.append(_VALUES[kind](next(numbers)))
        return values[-1]
    if _are_keys(given):
        keys: tuple[Any, ...] = tuple(_VALUES[type(given[0])](next(numbers)) for _ in range(_room_for(given)))
    elif hasattr(kind, "stands_in"):
        keys = tuple(_VALUES[type(one)](next(numbers)) for one in given.keys)
    else:
        return given
    values.extend(keys)
    return keys if kind is tuple else kind.stands_in(given.shape, keys)


_VALUES: dict[type, Callable[[int], Any]] = {
    int: lambda number: _NUMBER + number**2,
    str: lambda number: f" Ständ-In {number} %_\\ ",  # which neither lower nor strip nor LIKE leaves as it is
    date: lambda number: _DAY + timedelta(number**2),
    datetime: lambda number: _MOMENT + timedelta(number**2),
}


def _are_keys(given: Any) -> bool:
    """Whether it is a tuple of keys: whole numbers, or texts."""
    return type(given) is tuple and {type(one) for one in given} in (set(), {int}, {str})


def _room_for(keys: tuple[Any, ...]) -> int:
    """How many keys a statement takes: powers of two, so that there are few of different length."""
    return 1 << (len(keys) - 1).bit_length() if keys else 0


def _padded(keys: tuple[Any, ...]) -> tuple[Any, ...]:
    """Filled up with the last one, which a second time finds nothing more."""
    return keys + keys[-1:] * (_room_for(keys) - len(keys))


def _adapted(value: Any, connection: Any) -> Any:
    """A value as the fields of Django hand it to the database."""
    if type(value) is datetime:
        return connection.ops.adapt_datetimefield_value(value)
    if type(value) is date:
        return connection.ops.adapt_datefield_value(value)
    return value


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _is_day(value: Any) -> bool:
    return isinstance(value, date) or (isinstance(value, str) and _A_DAY.match(value) is not None)


def prepared(build: Callable[P, QuerySet[Any, Row]]) -> Prepared[P, Row]:
    """Keep the statements of a function that builds a queryset."""
    return Prepared(build)
