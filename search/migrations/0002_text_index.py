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
        "ALTER TABLE search_searchdoc ADD COLUMN tsv tsvector NOT NULL DEFAULT ''",
        # Scoring reads the vector without unpacking it, and the rows that are only filtered stay narrow.
        "ALTER TABLE search_searchdoc ALTER COLUMN tsv SET STORAGE EXTERNAL",
        "ALTER TABLE search_searchdoc SET (toast_tuple_target = 160)",
        "CREATE INDEX search_doc_tsv ON search_searchdoc USING gin (tsv)",
    ),
}
DROP = {
    "sqlite": ("DROP TRIGGER search_fts_drop", "DROP TABLE search_fts"),
    "postgresql": ("DROP INDEX search_doc_tsv", "ALTER TABLE search_searchdoc DROP COLUMN tsv"),
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
