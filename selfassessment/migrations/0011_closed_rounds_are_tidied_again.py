"""Closed anonymous rounds lose the keys of their browsers and what too few people said: the next minute does it."""

from typing import Any

from django.db import migrations


def mark_closed_rounds(apps: Any, schema_editor: Any) -> None:
    rounds = apps.get_model("selfassessment", "Assessment").objects.filter(anonymous=True, state="closed")
    rounds.update(is_unmixed=True)


class Migration(migrations.Migration):
    dependencies = [("selfassessment", "0010_no_statistics_of_answers")]

    operations = [migrations.RunPython(mark_closed_rounds, migrations.RunPython.noop, elidable=True)]
