"""The text index: an FTS5 table on SQLite, a tsvector column on PostgreSQL.

A later migration that alters ``search_searchdoc`` on SQLite makes that table anew, which loses the trigger: it has to
create the trigger again (a test looks for it).
"""

from typing import Any

from django.db import migrations

CREATE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_fts USING fts5(title, tags, abstract, body, tokenize = 'ascii')",
        # A row may go by a cascade that no action sees.
        "CREATE TRIGGER search_fts_drop AFTER DELETE ON search_searchdoc BEGIN "
        "DELETE FROM search_fts WHERE rowid = OLD.id; END",
    ),
    "postgresql": (
        "ALTER TABLE search_searchtext ADD COLUMN tsv tsvector NOT NULL DEFAULT ''",
        # In the row, not beside it: the planner does not price what lies beside, and would read all of it in turn
        # even for a rare word (10 ms instead of 0.3 with 2,000 rows). The rows that are filtered stay narrow.
        "ALTER TABLE search_searchtext ALTER COLUMN tsv SET STORAGE MAIN",
        # Without a waiting list of changes, which after an import every search would have to read through.
        "CREATE INDEX search_text_tsv ON search_searchtext USING gin (tsv) WITH (fastupdate = off)",
    ),
}
DROP = {
    "sqlite": ("DROP TRIGGER search_fts_drop", "DROP TABLE search_fts"),
    "postgresql": ("DROP INDEX search_text_tsv", "ALTER TABLE search_searchtext DROP COLUMN tsv"),
}


def create(apps: Any, schema_editor: Any) -> None:
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
