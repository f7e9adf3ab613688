"""No samples of answers in the planner’s statistics (docs/decisions/0024)."""

from typing import Any

from django.db import migrations

from kmportal.lib.unlinking import keep_no_statistics


def forget(apps: Any, schema_editor: Any) -> None:
    models = [apps.get_model("selfassessment", name) for name in ("Asked", "Response", "Answer")]
    keep_no_statistics(schema_editor, *models)


class Migration(migrations.Migration):
    dependencies = [("selfassessment", "0009_saves_are_not_counted")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
