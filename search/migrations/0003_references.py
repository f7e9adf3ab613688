"""A hit is a reference: its page follows from kind and key.

SQLite may make the table anew for this, which loses the trigger of the text index (see 0002): it is created again.
"""

from django.db import migrations

TRIGGER = (
    "CREATE TRIGGER IF NOT EXISTS search_fts_drop AFTER DELETE ON search_searchdoc BEGIN "
    "DELETE FROM search_fts WHERE rowid = OLD.id; END"
)


def keep_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(TRIGGER)


class Migration(migrations.Migration):
    dependencies = [("search", "0002_text_index"), ("organisations", "0004_circles_have_a_membership")]

    operations = [
        migrations.RemoveField(model_name="searchdoc", name="url_args"),
        migrations.RemoveField(model_name="searchdoc", name="url_name"),
        migrations.RunPython(keep_trigger, migrations.RunPython.noop),
    ]
