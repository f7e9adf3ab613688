"""Groups, votes, “me too”, comments, corrections, and who is ready."""

import uuid
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from kmportal.lib.unlinking import keep_no_statistics


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of who voted, agreed or said something: docs/decisions/0024."""
    names = ("Ballot", "MeToo", "Comment", "Correction", "Note", "Participant")
    keep_no_statistics(schema_editor, *(apps.get_model("techniques", name) for name in names))


class Migration(migrations.Migration):
    dependencies = [
        ("techniques", "0007_the_big_screen_has_pages"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="naming",
            field=models.CharField(
                choices=[("anonymous", "No names"), ("alias", "Made-up names"), ("names", "Names")],
                default="anonymous",
                help_text="What stands beside a note. Fixed as soon as somebody has joined.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="kept",
            field=models.JSONField(default=dict, help_text="At the close: how many wrote it, me too, votes, comments."),
        ),
        migrations.AddField(
            model_name="note",
            name="same_as",
            field=models.ForeignKey(
                blank=True,
                help_text="It says the same as that note, which is shown for both.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="same",
                to="techniques.note",
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="ready_for",
            field=models.ForeignKey(
                blank=True,
                help_text="The step they are done with.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="techniques.stage",
            ),
        ),
        migrations.AddField(
            model_name="stage",
            name="grouping_steps",
            field=models.JSONField(
                default=list, help_text="What to put back when sorting is undone, the last at the end."
            ),
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
                    ("personal", "Somebody finds something new of their own"),
                    ("opened", "Session opened"),
                    ("closed", "Session closed"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.TextField(blank=True, max_length=1000)),
                ("after", models.TextField(blank=True, max_length=1000)),
                ("place", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="techniques.participant",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="NoteGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("column", models.CharField(max_length=40)),
                (
                    "name",
                    models.CharField(
                        error_messages={"blank": "Write a name for the group, or choose one that is there."},
                        max_length=80,
                    ),
                ),
                ("handle", models.UUIDField(default=uuid.uuid4, unique=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="techniques.session"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="techniques.stage"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="note",
            name="group",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="notes",
                to="techniques.notegroup",
            ),
        ),
        migrations.CreateModel(
            name="Voting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "on",
                    models.CharField(
                        choices=[("notes", "Each note"), ("groups", "Groups, and notes in no group")], max_length=10
                    ),
                ),
                ("budget", models.PositiveSmallIntegerField(help_text="Votes that each person has.")),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "voters",
                    models.PositiveSmallIntegerField(default=0, help_text="How many people had voted at the end."),
                ),
                ("result", models.JSONField(default=dict, help_text="Handle of a note or group → votes.")),
                ("keeps_traces", models.BooleanField(default=False)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votings", to="techniques.session"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votings", to="techniques.stage"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.PositiveSmallIntegerField()),
                ("budget", models.PositiveSmallIntegerField()),
                (
                    "note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="techniques.note",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="techniques.notegroup",
                    ),
                ),
                (
                    "voting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ballots", to="techniques.voting"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300)),
                ("client_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
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
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="techniques.note"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.session"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("session", "client_id"), name="comment_sent_once")],
            },
        ),
        migrations.CreateModel(
            name="MeToo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="me_toos", to="techniques.note"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("note", "participant"), name="me_too_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="voting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("stage",), name="voting_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="voting",
            constraint=models.CheckConstraint(
                condition=models.Q(("budget__gte", 1), ("budget__lte", 10)), name="voting_budget_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.UniqueConstraint(fields=("voting", "participant", "slot"), name="ballot_slot_once"),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.CheckConstraint(
                condition=models.Q(("slot__gte", 1), ("slot__lte", models.F("budget"))), name="ballot_within_budget"
            ),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.CheckConstraint(
                condition=models.Q(("note__isnull", True), ("group__isnull", True), _connector="XOR"),
                name="ballot_for_one_thing",
            ),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
