"""Closed sessions are marked until their old notes are gone from the files of the database: docs/decisions/0024."""

from typing import Any

from django.db import migrations, models


def look_again_at_closed_sessions(apps: Any, _editor: Any) -> None:
    """Until now the old notes of a closed session were looked for once: the timetable does so for all of them."""
    apps.get_model("techniques", "Session").objects.filter(state="closed").update(keeps_traces=True)


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0004_columns_say_what_they_tell"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="keeps_traces",
            field=models.BooleanField(
                default=False,
                help_text="Closed, but deleted notes and their writers may still lie in the database’s files.",
            ),
        ),
        migrations.RunPython(look_again_at_closed_sessions, migrations.RunPython.noop, elidable=True),
    ]
