"""Checked lessons of which somebody has promised something are being changed; the index is built anew by its version."""

from typing import Any

from django.db import migrations


def agree(apps: Any, schema_editor: Any) -> None:
    promised = apps.get_model("actionplan", "Action").objects.filter(source_kind="lesson").exclude(state="dropped")
    rows = apps.get_model("lessons", "Lesson").objects.filter(state="identified")
    rows.filter(pk__in=promised.values("source_ident")).update(state="action")


class Migration(migrations.Migration):
    dependencies = [
        ("actionplan", "0003_other_promises_are_told_once"),
        ("lessons", "0009_later_life"),
    ]

    operations = [migrations.RunPython(agree, migrations.RunPython.noop, elidable=True)]
