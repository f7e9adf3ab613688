"""Migrations that make many tables at once: docs/decisions/0077."""

from collections.abc import Iterator
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Django’s own names: what makes a table, and what a new table has from the beginning.
MAKES = migrations.CreateModel
BELONGS = migrations.AddField | migrations.AddIndex | migrations.AddConstraint


class MakeTables(Operation):
    """``CreateModel`` many times over, and what belongs to these models: fields, indexes, constraints.

    Django draws the models of the past anew after each operation, with all that refer to them: for forty tables that
    all refer to a person this takes far longer than making them. Here they are drawn once, and each table is made as
    it is in the end. An index on a table that is there already may stand among them.
    """

    reduces_to_sql = True

    def __init__(self, operations: list[Any]) -> None:
        self.operations = operations
        self._made = {one.name_lower for one in operations if isinstance(one, MAKES)}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # drawn again, once, by whoever asks for it next
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for one in self._in_the_database():
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for one in reversed(list(self._in_the_database())):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Make {len(self._made)} tables"

    def _in_the_database(self) -> Iterator[Any]:
        """A new table has its fields, indexes and constraints from the beginning."""
        for one in self.operations:
            if isinstance(one, MAKES) or one.model_name_lower not in self._made:
                yield one


def at_once(operations: list[Any]) -> list[Any]:
    """The operations of a migration, with those that follow each other and only make tables as one.

    For the last line of a migration’s class: ``operations = at_once(operations)``. What changes a table that was there
    before stays as it is, and so does what runs code.
    """
    found: list[Any] = []
    run: list[Any] = []
    for one in operations:
        if _only_makes(one, {made.name_lower for made in run if isinstance(made, MAKES)}):
            run.append(one)
            continue
        found += _as_one(run)
        found.append(one)
        run = []
    return [*found, *_as_one(run)]


def _only_makes(operation: Any, made: set[str]) -> bool:
    if isinstance(operation, MAKES | migrations.AddIndex):
        return True
    return isinstance(operation, BELONGS) and operation.model_name_lower in made


def _as_one(run: list[Any]) -> list[Any]:
    return [MakeTables(run)] if len(run) > 1 else run
