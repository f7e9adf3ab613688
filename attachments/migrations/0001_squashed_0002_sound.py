"""All of attachments up to 0002 in one step, for a new database (docs/decisions/0077)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.migrating import at_once


class Migration(migrations.Migration):
    initial = True
    replaces = [("attachments", "0001_initial"), ("attachments", "0002_sound")]

    dependencies = [
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("jpeg", "JPEG picture"),
                            ("png", "PNG picture"),
                            ("ogg", "Sound (Ogg)"),
                            ("webm", "Sound (WebM)"),
                            ("m4a", "Sound (M4A)"),
                            ("mp3", "Sound (MP3)"),
                            ("aac", "Sound (AAC)"),
                            ("wav", "Sound (WAV)"),
                            ("pdf", "PDF"),
                            ("text", "Plain text"),
                            ("csv", "CSV table"),
                            ("markdown", "Markdown text"),
                            ("docx", "Word document"),
                            ("xlsx", "Excel workbook"),
                            ("pptx", "PowerPoint slides"),
                            ("odt", "OpenDocument text"),
                            ("ods", "OpenDocument spreadsheet"),
                            ("odp", "OpenDocument slides"),
                        ],
                        max_length=10,
                    ),
                ),
                ("size", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "small_width",
                    models.PositiveSmallIntegerField(blank=True, help_text="Of a picture’s small version.", null=True),
                ),
                ("small_height", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["uploaded_by", "-uploaded_at"], name="file_by_uploader")],
            },
        ),
        migrations.CreateModel(
            name="FileContent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contents",
                        to="attachments.storedfile",
                    ),
                ),
                (
                    "version",
                    models.CharField(
                        choices=[("whole", "As it is kept"), ("small", "A small picture of it")],
                        default="whole",
                        max_length=5,
                    ),
                ),
                ("content", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("file", "version"), name="file_content_once")],
            },
        ),
    ]
    operations = at_once(operations)
