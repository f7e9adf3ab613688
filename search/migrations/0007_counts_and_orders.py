"""How many things there are of each sort, kept by triggers; and an index for each order and filter of a list.

A later migration that alters ``search_searchdoc`` on SQLite makes that table anew, which loses its triggers: it has to
create them again, as migration 0003 does (a test looks for them).
"""

from typing import Any

import django.db.models.functions.text
from django.db import migrations, models

from kmportal.lib.migrating import at_once

COLUMNS = ("audience", "kind", "state", "name", "value", "within", "within_value")
NAMES = ", ".join(COLUMNS)
# As in search.counting when this was written. {} stands for the row.
VALUES = {
    "subkind": "{}subkind",
    "source": "{}source",
    "year": "coalesce(CAST({}year AS text), '')",
    "group": "coalesce(CAST({}group_id AS text), '')",
}
COUNTED = [("", "''", "", "''")]
COUNTED += [(name, value, "", "''") for name, value in VALUES.items()]
COUNTED += [
    (name, value, within, within_value)
    for name, value in VALUES.items()
    for within, within_value in VALUES.items()
    if name != within
]


def whose(row: str) -> str:
    organisation = f"coalesce({row}organisation_id, 0)"
    audience = (
        f"CASE {row}reach WHEN 'network' THEN 'n' WHEN 'group' THEN 'g' || coalesce({row}group_id, 0) "
        f"WHEN 'organisation' THEN 'o' || {organisation} WHEN 'reviewers' THEN 'r' || {organisation} ELSE 'a' END"
    )
    return f"{audience}, {row}kind, {row}state"


def counted(row: str) -> list[str]:
    return [
        f"'{name}', {value.format(row)}, '{within}', {within_value.format(row)}"
        for name, value, within, within_value in COUNTED
    ]


def _more(row: str) -> str:
    """SQLite: one more in each row of figures that a thing counts for."""
    rows = ", ".join(f"({whose(row)}, {one}, 1, false)" for one in counted(row))
    return (
        f"INSERT INTO search_doccount ({NAMES}, number, waits) VALUES {rows} "  # noqa: S608  constants
        f"ON CONFLICT ({NAMES}) WHERE NOT waits DO UPDATE SET number = number + 1;"
    )


def _less(row: str) -> str:
    """SQLite: one less in each; nothing where the figures went first, as when all tables are emptied. What comes to
    nought goes with ``recount``."""
    return " ".join(
        f"UPDATE search_doccount SET number = number - 1 WHERE NOT waits AND ({NAMES}) = ({whose(row)}, {one});"  # noqa: S608
        for one in counted(row)
    )


def _statement(event: str, rows: str) -> str:
    """PostgreSQL: one row of figures for each that a statement changes."""
    each = ", ".join(f"({one})" for one in counted("changed."))
    return f"""
        CREATE FUNCTION search_count_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO search_doccount ({NAMES}, number, waits)
            SELECT {whose("changed.")}, name, value, within, within_value, sum(step), true FROM ({rows}) changed
            CROSS JOIN LATERAL (VALUES {each}) AS counted (name, value, within, within_value)
            GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(step) <> 0;
            RETURN NULL;
        END $$
    """  # noqa: S608  constants


FACTS = ("kind", "organisation_id", "reach", "group_id", "state", "subkind", "source", "year")
_ROW = ", ".join(FACTS)
_NEW = f"SELECT {_ROW}, 1 AS step FROM new_rows"  # noqa: S608  constants
_OLD = f"SELECT {_ROW}, -1 AS step FROM old_rows"  # noqa: S608  constants
# The rows that changed alone: nearly no change of a row is one of its figures.
_CHANGED = f"""
    SELECT {_ROW}, sum(step) AS step FROM ({_NEW} UNION ALL {_OLD}) both_ways GROUP BY {_ROW} HAVING sum(step) <> 0
"""  # noqa: S608  constants
_DIFFERS = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in FACTS)
_FILL = " UNION ALL ".join(
    f"SELECT {whose('')}, {one}, count(*), false FROM search_searchdoc GROUP BY 1, 2, 3, 4, 5, 6, 7"  # noqa: S608
    for one in counted("")
)
CREATE = {
    "sqlite": (
        f"CREATE TRIGGER search_count_insert AFTER INSERT ON search_searchdoc BEGIN {_more('NEW.')} END",
        f"CREATE TRIGGER search_count_delete AFTER DELETE ON search_searchdoc BEGIN {_less('OLD.')} END",
        f"CREATE TRIGGER search_count_update AFTER UPDATE ON search_searchdoc WHEN {_DIFFERS} "
        f"BEGIN {_less('OLD.')} {_more('NEW.')} END",
    ),
    "postgresql": (
        _statement("insert", _NEW),
        _statement("delete", _OLD),
        _statement("update", _CHANGED),
        "CREATE TRIGGER search_count_insert AFTER INSERT ON search_searchdoc REFERENCING NEW TABLE AS new_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION search_count_insert()",
        "CREATE TRIGGER search_count_delete AFTER DELETE ON search_searchdoc REFERENCING OLD TABLE AS old_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION search_count_delete()",
        "CREATE TRIGGER search_count_update AFTER UPDATE ON search_searchdoc "
        "REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION search_count_update()",
        # With a short waiting list after all: an import writes each word of some hundred texts once instead of once for
        # each text, and a search reads no more than this many KB beside the index.
        "ALTER INDEX search_text_tsv SET (fastupdate = on, gin_pending_list_limit = 256)",
    ),
}
DROP = {
    "sqlite": (
        "DROP TRIGGER search_count_insert",
        "DROP TRIGGER search_count_delete",
        "DROP TRIGGER search_count_update",
    ),
    "postgresql": (
        "DROP TRIGGER search_count_insert ON search_searchdoc",
        "DROP TRIGGER search_count_delete ON search_searchdoc",
        "DROP TRIGGER search_count_update ON search_searchdoc",
        "DROP FUNCTION search_count_insert()",
        "DROP FUNCTION search_count_delete()",
        "DROP FUNCTION search_count_update()",
        "ALTER INDEX search_text_tsv SET (fastupdate = off)",
    ),
}


def create(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(f"INSERT INTO search_doccount ({NAMES}, number, waits) {_FILL}", params=None)
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def drop(apps: Any, schema_editor: Any) -> None:
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0013_away"),
        ("search", "0006_words_of_organisations"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("audience", models.CharField(max_length=24)),
                ("kind", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=10)),
                ("value", models.CharField(max_length=80)),
                ("within", models.CharField(max_length=10)),
                ("within_value", models.CharField(max_length=80)),
                ("number", models.BigIntegerField()),
                ("waits", models.BooleanField(default=True, help_text="A change that was not added up yet.")),
            ],
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["organisation", "-at", "-id"], name="search_doc_at"),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["organisation", "kind", "-at", "-id"], name="search_doc_kind"),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["organisation", "kind", "state", "-at", "-id"], name="search_doc_state"),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["organisation", "kind", "subkind", "-at", "-id"], name="search_doc_subkind"),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["organisation", "kind", "source", "-at", "-id"], name="search_doc_source"),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["organisation", "kind", "year", "-at", "-id"], name="search_doc_year"),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["organisation", "group", "kind", "-at", "-id"], name="search_doc_group"),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["group", "reach", "kind", "-at", "-id"], name="search_doc_circle"),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(
                models.F("organisation"),
                models.F("kind"),
                django.db.models.functions.text.Lower("title"),
                models.F("id"),
                name="search_doc_title",
            ),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(
                condition=models.Q(("reach", "network")), fields=["kind", "-at", "-id"], name="search_doc_network"
            ),
        ),
        migrations.AddIndex(
            model_name="searchdoc",
            index=models.Index(fields=["author", "reach"], name="search_doc_own"),
        ),
        migrations.AddIndex(
            model_name="doccount",
            index=models.Index(fields=["audience", "kind", "within", "within_value"], name="search_count_within"),
        ),
        migrations.AddIndex(
            model_name="doccount",
            index=models.Index(condition=models.Q(("waits", True)), fields=["waits"], name="search_count_waits"),
        ),
        migrations.AddConstraint(
            model_name="doccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("waits", False)),
                fields=("audience", "kind", "state", "name", "value", "within", "within_value"),
                name="search_count_once",
            ),
        ),
        migrations.RunPython(create, drop),
    ]
    operations = at_once(operations)
