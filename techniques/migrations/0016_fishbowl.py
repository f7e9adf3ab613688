"""Fishbowl: form and chairs of a session, who sits and waits, how long people have spoken, and what was answered."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from kmportal.lib.unlinking import keep_no_statistics


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of who sat in a circle and spoke: docs/decisions/0024."""
    names = ("Chair", "Waiting", "Spoken")
    keep_no_statistics(schema_editor, *(apps.get_model("techniques", name) for name in names))


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0015_claims_are_counted"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answered",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "note",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answered", to="techniques.note"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Bowl",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed"), ("online", "Online")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("chairs", models.PositiveSmallIntegerField(default=4)),
                ("offered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "voices",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="How many sat in it. From the close on.", null=True
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bowl", to="techniques.session"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Chair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "chairs",
                    models.PositiveSmallIntegerField(
                        help_text="Of the bowl, so that the database knows which there are."
                    ),
                ),
                ("name", models.CharField(blank=True, help_text="Of somebody without a phone.", max_length=60)),
                ("sat_at", models.DateTimeField()),
                ("said_at", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(blank=True, help_text="When they were asked to leave.", null=True)),
                ("speaks_at", models.DateTimeField(blank=True, null=True)),
                (
                    "bowl",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="taken", to="techniques.bowl"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="techniques.participant",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Spoken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, help_text="Of somebody without a phone.", max_length=60)),
                ("seconds", models.PositiveIntegerField(default=0)),
                ("longest", models.PositiveIntegerField(default=0, help_text="Their longest turn.")),
                (
                    "bowl",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="spoken", to="techniques.bowl"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="techniques.participant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, help_text="Of somebody without a phone.", max_length=60)),
                (
                    "bowl",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="queue", to="techniques.bowl"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="techniques.participant",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="bowl",
            constraint=models.CheckConstraint(
                condition=models.Q(("chairs__gte", 3), ("chairs__lte", 6)), name="bowl_has_chairs"
            ),
        ),
        migrations.AddConstraint(
            model_name="bowl",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["open", "closed", "online"])), name="bowl_of_a_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="chair",
            constraint=models.UniqueConstraint(fields=("bowl", "number"), name="chair_for_one"),
        ),
        migrations.AddConstraint(
            model_name="chair",
            constraint=models.UniqueConstraint(fields=("participant",), name="chair_one_each"),
        ),
        migrations.AddConstraint(
            model_name="chair",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name", ""), _negated=True), fields=("bowl", "name"), name="chair_one_each_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="chair",
            constraint=models.UniqueConstraint(
                condition=models.Q(("speaks_at__isnull", False)), fields=("bowl",), name="chair_one_speaks"
            ),
        ),
        migrations.AddConstraint(
            model_name="chair",
            constraint=models.CheckConstraint(
                condition=models.Q(("chairs__lte", 6), ("number__gte", 1), ("number__lte", models.F("chairs"))),
                name="chair_of_the_bowl",
            ),
        ),
        migrations.AddConstraint(
            model_name="chair",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), ("participant__isnull", False)),
                    models.Q(("participant__isnull", True), models.Q(("name", ""), _negated=True)),
                    _connector="OR",
                ),
                name="chair_of_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="spoken",
            constraint=models.UniqueConstraint(fields=("participant",), name="spoken_one_each"),
        ),
        migrations.AddConstraint(
            model_name="spoken",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name", ""), _negated=True), fields=("bowl", "name"), name="spoken_one_each_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="spoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), ("participant__isnull", False)),
                    models.Q(("participant__isnull", True), models.Q(("name", ""), _negated=True)),
                    _connector="OR",
                ),
                name="spoken_of_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiting",
            constraint=models.UniqueConstraint(fields=("participant",), name="waiting_one_each"),
        ),
        migrations.AddConstraint(
            model_name="waiting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name", ""), _negated=True), fields=("bowl", "name"), name="waiting_one_each_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="waiting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", ""), ("participant__isnull", False)),
                    models.Q(("participant__isnull", True), models.Q(("name", ""), _negated=True)),
                    _connector="OR",
                ),
                name="waiting_of_somebody",
            ),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
