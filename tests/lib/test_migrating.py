"""Many tables at once: as step by step, there and back."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from kmportal.lib.migrating import MakeTables, at_once


def _nothing(apps, schema_editor):
    pass


def _operations():
    return [
        migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            "Book",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("title", models.CharField(max_length=20)),
                ("shelf", models.ForeignKey("help.shelf", models.CASCADE)),
            ],
        ),
        migrations.AddField("Shelf", "first", models.ForeignKey("help.book", models.SET_NULL, null=True)),
        migrations.AddIndex("Book", models.Index(fields=["title"], name="book_by_title")),
        migrations.AddConstraint(
            "Book", models.CheckConstraint(condition=~models.Q(title=""), name="book_has_a_title")
        ),
    ]  # fmt: skip


def _applied(operations):
    """What stands in the database after these, and after taking them back."""
    migration = migrations.Migration("0001_test", "help")
    migration.operations = operations
    with connection.schema_editor(atomic=True) as editor:
        migration.apply(ProjectState(), editor)
    after = {table: _described(table) for table in ("help_shelf", "help_book")}
    with connection.schema_editor(atomic=True) as editor:
        migration.unapply(ProjectState(), editor)
    return after, set(connection.introspection.table_names())


def _described(table):
    with connection.cursor() as cursor:
        columns = [(one.name, one.type_code, one.null_ok) for one in
                   connection.introspection.get_table_description(cursor, table)]  # fmt: skip
        return columns, connection.introspection.get_constraints(cursor, table)


@pytest.mark.django_db(transaction=True)
def test_it_is_as_step_by_step():
    there = set(connection.introspection.table_names())
    steps, _ = _applied(_operations())
    once, left = _applied(at_once(_operations()))
    assert once == steps
    assert left == there


def test_what_only_makes_is_one_and_the_rest_stays():
    code = migrations.RunPython(_nothing)
    older = migrations.AddField("Person", "shelf", models.ForeignKey("help.shelf", models.CASCADE))
    found = at_once([*_operations(), older, code, *_operations()[:1]])
    assert [type(one) for one in found] == [
        MakeTables,
        migrations.AddField,
        migrations.RunPython,
        migrations.CreateModel,
    ]
    assert found[0].describe() == "Make 2 tables"


def test_an_index_on_an_older_table_is_made_by_itself():
    index = migrations.AddIndex("Person", models.Index(fields=["name"], name="person_by_name"))
    together = MakeTables([*_operations(), index])
    assert [type(one).__name__ for one in together._in_the_database()] == ["CreateModel", "CreateModel", "AddIndex"]
