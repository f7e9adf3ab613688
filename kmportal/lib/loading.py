"""Putting shipped content into tables so that doing it twice changes nothing. Knows no app."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model

M = TypeVar("M", bound=Model)


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


def put(tally: Loaded, model: type[M], found_by: Mapping[str, Any], values: Mapping[str, Any]) -> M:
    """The row found by these fields, with these values: created, changed in place, or left alone if it has them."""
    rows = model._default_manager.select_for_update()
    row = rows.filter(**found_by).first()
    if row is None:
        tally.created += 1
        return model._default_manager.create(**found_by, **values)
    different = [name for name, value in values.items() if getattr(row, name) != value]
    if not different:
        tally.unchanged += 1
        return row
    for name in different:
        setattr(row, name, values[name])
    row.save(update_fields=different)
    tally.changed += 1
    return row
