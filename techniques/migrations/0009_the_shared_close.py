"""What a room agrees: its draft, proposals, who agreed, versions of a summary; who promises what by when."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.unlinking import keep_no_statistics


def mark_as_sent(apps: Any, schema_editor: Any) -> None:
    """Nobody is sent what came out of sessions that were closed before there was such a mail."""
    sessions = apps.get_model("techniques", "Session").objects.filter(state="closed")
    sessions.update(summary_sent_at=models.F("closed_at"))


def keep_samples_of_none(apps: Any, schema_editor: Any) -> None:
    names = ("Note", "Participant", "Wording", "Wish")
    keep_no_statistics(schema_editor, *[apps.get_model("techniques", name) for name in names])


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0008_rooms_group_and_vote"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="note",
            name="due_on",
            field=models.DateField(blank=True, help_text="By when they do it.", null=True),
        ),
        migrations.AddField(
            model_name="note",
            name="promised_by",
            field=models.CharField(blank=True, help_text="Who does it, in the words of its writer.", max_length=60),
        ),
        migrations.AddField(
            model_name="participant",
            name="agreed_to",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="The version of the wording to which they agree. Nobody is told who does.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="email",
            field=models.EmailField(
                blank=True,
                error_messages={"invalid": "This is not an e-mail address."},
                help_text="Where a guest gets the summary. Kept until it is sent, and for nothing else.",
                max_length=254,
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="summary_sent_at",
            field=models.DateTimeField(blank=True, null=True),
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
                    ("opened", "Session opened"),
                    ("closed", "Session closed"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fields", models.JSONField(default=dict)),
                ("shown", models.JSONField(default=dict)),
                ("version", models.PositiveIntegerField(default=0)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "saved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wording", to="techniques.session"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SummaryVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("words", models.JSONField(default=dict, help_text="Stage key → agreed words.")),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("agreed", models.PositiveSmallIntegerField(default=0)),
                ("people", models.PositiveSmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "by",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="summary_versions",
                        to="techniques.session",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("session", "number"), name="summary_number_once")],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("summary", "The summary"),
                            ("action", "An action"),
                            ("lesson", "A lesson for others"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("client_id", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Not decided yet"), ("taken", "Taken up"), ("left-out", "Left out")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="techniques.participant",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wishes", to="techniques.session"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("session", "client_id"), name="wish_sent_once")],
            },
        ),
        migrations.RunPython(mark_as_sent, migrations.RunPython.noop),
        migrations.RunPython(keep_samples_of_none, migrations.RunPython.noop),
    ]
