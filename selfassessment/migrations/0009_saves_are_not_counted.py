"""Versions of answers are random from now on. Where a round is closed, what they counted is forgotten as well."""

from typing import Any

from django.db import migrations, models


def look_again_at_closed_rounds(apps: Any, _editor: Any) -> None:
    """The timetable wipes the versions of these rounds, and what the files of the database still hold of them."""
    rounds = apps.get_model("selfassessment", "Assessment").objects
    rounds.filter(anonymous=True, state="closed").update(is_unmixed=True)


class Migration(migrations.Migration):
    dependencies = [
        ("selfassessment", "0008_asked_after_the_first_answer"),
    ]

    operations = [
        migrations.AlterField(
            model_name="answer",
            name="version",
            field=models.PositiveIntegerField(default=1, help_text="Random; 1 once an anonymous round is closed."),
        ),
        migrations.RunPython(look_again_at_closed_rounds, migrations.RunPython.noop, elidable=True),
    ]
