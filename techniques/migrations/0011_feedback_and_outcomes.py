from typing import Any

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.migrating import at_once
from kmportal.lib.unlinking import keep_no_statistics


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of who answered, and who sat where: docs/decisions/0024."""
    names = ("Participant", "Feedback", "Seat")
    keep_no_statistics(schema_editor, *(apps.get_model("techniques", name) for name in names))


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0010_steps_have_helpers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="gave_feedback",
            field=models.BooleanField(default=False, help_text="Answered the two questions. Not kept: what."),
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_shown", models.BooleanField()),
                (
                    "keeps_traces",
                    models.BooleanField(
                        default=False,
                        help_text="Older counts, which tell of single answers, may still lie in the database’s files.",
                    ),
                ),
                ("people", models.PositiveSmallIntegerField(default=0)),
                ("worth_yes", models.PositiveSmallIntegerField(default=0)),
                ("worth_partly", models.PositiveSmallIntegerField(default=0)),
                ("worth_no", models.PositiveSmallIntegerField(default=0)),
                ("said_yes", models.PositiveSmallIntegerField(default=0)),
                ("said_partly", models.PositiveSmallIntegerField(default=0)),
                ("said_no", models.PositiveSmallIntegerField(default=0)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="feedback", to="techniques.session"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("session", "is_shown"), name="feedback_one_of_each"),
                    models.CheckConstraint(
                        condition=models.Q(("is_shown", False), ("people__gte", 3), _connector="OR"),
                        name="feedback_of_three_or_more",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("changed", "Something is different now"),
                            ("under-way", "We are still at it"),
                            ("nothing", "Nothing came of it"),
                        ],
                        error_messages={"blank": "Choose what came of it."},
                        max_length=10,
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True, max_length=1000, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="techniques.session"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", False)),
                        fields=("session", "person"),
                        name="outcome_one_each",
                    )
                ],
            },
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
    operations = at_once(operations)
