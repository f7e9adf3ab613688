"""No samples of notes and who takes part in the planner’s statistics (docs/decisions/0024)."""

from typing import Any

from django.db import migrations

from kmportal.lib.unlinking import keep_no_statistics


def forget(apps: Any, schema_editor: Any) -> None:
    models = [apps.get_model("techniques", name) for name in ("Note", "Participant")]
    keep_no_statistics(schema_editor, *models)


class Migration(migrations.Migration):
    dependencies = [("techniques", "0005_closed_sessions_keep_no_traces")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
