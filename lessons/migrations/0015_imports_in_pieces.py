"""Files that are brought in lie in pieces; each lesson knows the row that it came from; imports can be undone."""

import hashlib
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

PIECE = 1 << 20


def put_into_pieces(apps: Any, schema_editor: Any) -> None:
    runs, pieces = apps.get_model("lessons", "ImportRun").objects, apps.get_model("lessons", "ImportPiece").objects
    for key in list(runs.values_list("pk", flat=True)):
        content = bytes(runs.values_list("content", flat=True).get(pk=key))
        for position, start in enumerate(range(0, len(content), PIECE)):
            pieces.create(run_id=key, position=position, data=content[start : start + PIECE])
        if content:
            runs.filter(pk=key).update(digest=hashlib.sha256(content).hexdigest())


class Migration(migrations.Migration):
    dependencies = [
        ("lessons", "0014_before_you_start"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="bad_rows",
            field=models.CharField(
                choices=[
                    ("skip", "Leave them out and bring in the others"),
                    ("stop", "Bring in nothing while there is one"),
                ],
                default="skip",
                max_length=4,
                verbose_name="Rows that cannot come in",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="digest",
            field=models.CharField(default="", editable=False, help_text="Of the whole file.", max_length=64),
        ),
        migrations.AddField(
            model_name="importrun",
            name="meeting",
            field=models.CharField(
                choices=[
                    ("newer", "Take the file’s words, but keep what somebody wrote here"),
                    ("ours", "Keep ours, and fill what is empty"),
                    ("theirs", "Take the file’s words"),
                ],
                default="newer",
                max_length=6,
                verbose_name="Lessons that are here already",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="survey",
            field=models.JSONField(default=dict, editable=False, help_text="What one reading told of the whole file."),
        ),
        migrations.AddField(
            model_name="importrun",
            name="undo_counts",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="importrun",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("uploaded", "Uploaded"),
                    ("tried", "Tried out"),
                    ("running", "In progress"),
                    ("done", "Done"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                ],
                default="uploaded",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ImportedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("before", models.JSONField(editable=False, help_text="Empty where the lesson was made.", null=True)),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="imported_rows", to="lessons.lesson"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="lessons.importrun"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ImportDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField()),
                ("external_id", models.CharField(max_length=80)),
                ("field", models.CharField(max_length=20)),
                ("ours", models.TextField(blank=True, max_length=2000)),
                ("theirs", models.TextField(blank=True, max_length=2000)),
                (
                    "by_rule",
                    models.CharField(
                        choices=[("ours", "Keep ours"), ("theirs", "Take theirs")],
                        help_text="What the rule of the run makes of it.",
                        max_length=6,
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        blank=True, choices=[("ours", "Keep ours"), ("theirs", "Take theirs")], max_length=6
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="lessons.lesson"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="differences", to="lessons.importrun"
                    ),
                ),
            ],
            options={
                "ordering": ["row", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "external_id", "field"), name="import_difference_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportPiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="lessons.importrun"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("run", "position"), name="import_piece_once")],
            },
        ),
        # No way back: the files would be lost.
        migrations.RunPython(put_into_pieces),
        migrations.RemoveField(
            model_name="importrun",
            name="content",
        ),
    ]
