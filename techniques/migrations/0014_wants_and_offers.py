"""Wants and offers: how people can be reached, what they claim, and afterwards who found whom."""

from typing import Any

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.unlinking import keep_no_statistics


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of who claimed what and who found whom: docs/decisions/0024."""
    keep_no_statistics(schema_editor, *(apps.get_model("techniques", name) for name in ("Sheet", "Claim", "Match")))


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0013_outlooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Match",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "is_want",
                    models.BooleanField(
                        help_text="It was wanted and somebody can help; else it was offered and claimed."
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000)),
                ("taker_name", models.CharField(blank=True, max_length=60)),
                ("taker_reach", models.CharField(blank=True, max_length=120)),
                ("giver_name", models.CharField(blank=True, max_length=60)),
                ("giver_reach", models.CharField(blank=True, max_length=120)),
                (
                    "talked",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("not-yet", "Not yet"), ("no", "No, and we shall not")],
                        max_length=10,
                    ),
                ),
                (
                    "saved",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nothing", "Nothing that I could name"),
                            ("hours", "Hours"),
                            ("days", "Days"),
                            ("weeks", "Weeks"),
                            ("half-year", "About six months"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "thanks",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[
                            django.core.validators.MaxLengthValidator(300, "Say thank you in 300 characters or less.")
                        ],
                    ),
                ),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "giver",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="matches", to="techniques.session"
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Sheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reach",
                    models.CharField(
                        error_messages={"blank": "Say where you work, and a phone number or mail address."},
                        max_length=120,
                        validators=[
                            django.core.validators.MaxLengthValidator(120, "Say it in 120 characters or less.")
                        ],
                    ),
                ),
                (
                    "participant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sheet", to="techniques.participant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Unmet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=1000)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="unmet_wants", to="techniques.session"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.PositiveSmallIntegerField()),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="techniques.note"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="techniques.participant"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("participant", "slot"), name="claim_slot_once"),
                    models.UniqueConstraint(fields=("participant", "note"), name="claim_of_a_note_once"),
                    models.CheckConstraint(
                        condition=models.Q(("slot__gte", 1), ("slot__lte", 3)), name="claim_within_budget"
                    ),
                ],
            },
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
