"""Putting shipped content into tables. Idempotent: doing it twice changes nothing. Knows no app.

An app reads its files with ``kmportal.lib.content`` and hands the objects to ``load_rows``; what it adds is what its
tables call otherwise than its files.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from kmportal.lib.content_classes import Content, recast
from kmportal.lib.content_field import ContentField
from kmportal.lib.json_field import JSONField

M = TypeVar("M", bound=Model)
C = TypeVar("C", bound=Content)
NOTHING: Mapping[str, Any] = {}


@dataclass
class Loaded:
    """What a load has done, row by row."""

    what: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0

    def __str__(self) -> str:
        return (
            f"{self.what}: {self.created} new, {self.changed} changed, {self.unchanged} as before"
            + (f", {self.retired} retired" if self.retired else "")
            + "."
        )


def load_rows(
    tally: Loaded,
    model: type[M],
    things: Iterable[C],
    *,
    key: str = "key",
    among: Mapping[str, Any] = NOTHING,
    more: Callable[[C, int], Mapping[str, Any]] = lambda thing, place: NOTHING,
) -> list[tuple[M, C]]:
    """Create or change a row for each thing, found by ``key`` among the rows with the values ``among``.

    ``more`` says for a thing and its place, counted from 1, what ``columns_of`` cannot know. Answers each row with its
    thing.
    """
    found = []
    for place, thing in enumerate(things, start=1):
        values = {**columns_of(thing, model), **more(thing, place)}
        found.append((put(tally, model, {key: getattr(thing, key), **among}, values), thing))
    return found


def columns_of(thing: Content, model: type[Model]) -> dict[str, Any]:
    """Field → value, for the columns that have the name of a field of ``thing``.

    A column that holds a base class of ``thing`` takes that part of it.
    """
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, ContentField) and isinstance(field.holds, type) and isinstance(thing, field.holds):
            values[field.name] = recast(thing, field.holds)
        elif field.name in thing.__struct_fields__:
            value = getattr(thing, field.name)
            values[field.name] = list(value) if type(field) is JSONField else value  # as it is read back
    return values


def left_out(rows: QuerySet[M], things: Iterable[Content], *, key: str = "key") -> QuerySet[M]:
    """The rows that no thing stands for any more."""
    return rows.exclude(**{f"{key}__in": [getattr(thing, key) for thing in things]})


def put(tally: Loaded, model: type[M], found_by: Mapping[str, Any], values: Mapping[str, Any]) -> M:
    """The row found by these fields, with these values: created, changed in place, or left alone if it has them."""
    rows = model._default_manager.select_for_update()
    row = rows.filter(**found_by).first()
    if row is None:
        tally.created += 1
        return model._default_manager.create(**{**values, **found_by})
    different = [name for name, value in values.items() if getattr(row, name) != value]
    if not different:
        tally.unchanged += 1
        return row
    for name in different:
        setattr(row, name, values[name])
    row.save(update_fields=different)
    tally.changed += 1
    return row
