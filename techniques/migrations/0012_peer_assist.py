from typing import Any

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from kmportal.lib.migrating import at_once
from kmportal.lib.unlinking import keep_no_statistics


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of who came on which side: docs/decisions/0024."""
    keep_no_statistics(schema_editor, apps.get_model("techniques", "Participant"))


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0011_feedback_and_outcomes"),
    ]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="side",
            field=models.CharField(
                blank=True,
                choices=[("home", "Home team"), ("visitors", "Visitors")],
                help_text="Until the close.",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Advice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(blank=True, max_length=1000)),
                (
                    "answer",
                    models.CharField(
                        choices=[("use", "We use it"), ("adapt", "We adapt it"), ("park", "We park it")], max_length=10
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[
                            django.core.validators.MaxLengthValidator(300, "Say the reason in 300 characters or less.")
                        ],
                    ),
                ),
                (
                    "became",
                    models.CharField(
                        blank=True,
                        choices=[("used", "Used"), ("adapted", "Adapted"), ("parked", "Parked")],
                        error_messages={"blank": "Choose what became of it."},
                        max_length=10,
                    ),
                ),
                ("because", models.CharField(blank=True, max_length=300)),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "note",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="advice",
                        to="techniques.note",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="advice", to="techniques.session"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.stage"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="TalkShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("home", models.PositiveIntegerField(default=0)),
                ("visitors", models.PositiveIntegerField(default=0)),
                (
                    "speaking",
                    models.CharField(
                        blank=True, choices=[("home", "Home team"), ("visitors", "Visitors")], max_length=10
                    ),
                ),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="talk_share", to="techniques.session"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("began_at__isnull", True), ("speaking", "")),
                            models.Q(models.Q(("speaking", ""), _negated=True), ("began_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="talk_of_a_side_since_then",
                    )
                ],
            },
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
    operations = at_once(operations)
