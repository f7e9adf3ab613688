"""Steps take a helper: marks out of ten, the tables of a café, one question of consent."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from kmportal.lib.unlinking import keep_no_statistics


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of who gave which mark or answer: docs/decisions/0024."""
    keep_no_statistics(schema_editor, *(apps.get_model("techniques", name) for name in ("Mark", "Consent")))


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0009_the_shared_close"),
    ]

    operations = [
        migrations.AddField(
            model_name="stage",
            name="takes",
            field=models.CharField(blank=True, help_text="Its helper (helper_registry).", max_length=40),
        ),
        migrations.AlterField(
            model_name="roomevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("note", "Note written, changed or taken back"),
                    ("reveal", "Notes shown"),
                    ("stage", "Stage changed"),
                    ("timer", "Timer changed"),
                    ("people", "Somebody came, or admission was stopped or resumed"),
                    ("away", "Somebody went or was removed"),
                    ("screen", "Page turned, or something put alone on the big screen"),
                    ("groups", "Notes grouped, merged or taken apart"),
                    ("voting", "Vote opened or ended"),
                    ("voted", "Somebody voted for the first time, or took the last vote back"),
                    ("ready", "Somebody is ready, or not yet"),
                    ("wording", "What is agreed was worded, wished or agreed to"),
                    ("personal", "Somebody finds something new of their own"),
                    ("helper", "The helper of a step tells everybody something new"),
                    ("helper_desk", "The same, for desk and big screen"),
                    ("opened", "Session opened"),
                    ("closed", "Session closed"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="ConsentAsked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("everybody", models.BooleanField()),
                ("counted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("keeps_traces", models.BooleanField(default=True)),
                (
                    "stage",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consent_asked", to="techniques.stage"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Rota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tables", models.PositiveSmallIntegerField()),
                ("rounds", models.PositiveSmallIntegerField()),
                ("again", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rota", to="techniques.session"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("table", models.PositiveSmallIntegerField()),
                (
                    "tables",
                    models.PositiveSmallIntegerField(
                        help_text="Of the rota, so that the database knows which there are."
                    ),
                ),
                ("stays", models.BooleanField(default=False)),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                (
                    "rota",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="seats", to="techniques.rota"
                    ),
                ),
            ],
            options={
                "ordering": ["round", "table", "-stays", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agrees", models.BooleanField()),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="techniques.stage"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("stage", "participant"), name="consent_one_each")],
            },
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.PositiveSmallIntegerField()),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="techniques.stage"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stage", "participant"), name="mark_one_each"),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0), ("value__lte", 10)), name="mark_out_of_ten"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Marking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveSmallIntegerField(help_text="How many people gave a mark.")),
                ("halves", models.PositiveSmallIntegerField(help_text="The average, in half marks.")),
                (
                    "spread",
                    models.CharField(
                        choices=[
                            ("together", "Close together: all within two marks of each other"),
                            ("apart", "Some way apart: three to five marks between the lowest and the highest"),
                            ("far", "Far apart: six marks or more between the lowest and the highest"),
                        ],
                        max_length=10,
                    ),
                ),
                ("shown_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("keeps_traces", models.BooleanField(default=True)),
                (
                    "stage",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marking", to="techniques.stage"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("count__gte", 3)), name="marking_of_three_or_more"),
                    models.CheckConstraint(condition=models.Q(("halves__lte", 20)), name="marking_out_of_ten"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="rota",
            constraint=models.CheckConstraint(
                condition=models.Q(("rounds__gte", 1), ("tables__gte", 1)), name="rota_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(fields=("rota", "participant", "round"), name="seat_one_a_round"),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stays", True)), fields=("rota", "round", "table"), name="seat_one_stays_at_a_table"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("round__gte", 1), ("table__gte", 1), ("table__lte", models.F("tables"))),
                name="seat_at_a_table",
            ),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
