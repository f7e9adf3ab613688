"""All of jobs up to 0003 in one step, for a new database (docs/decisions/0077)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.migrating import at_once


class Migration(migrations.Migration):
    initial = True
    replaces = [("jobs", "0001_initial"), ("jobs", "0002_bulkheads"), ("jobs", "0003_invitations")]

    dependencies = [
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Done",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("last_on", models.DateField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "done",
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="MailServer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(default="default", max_length=20, unique=True)),
                ("tried_again_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="in a row")),
                ("last_success_at", models.DateTimeField(blank=True, null=True)),
                ("last_failure_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="what it is, for people")),
                (
                    "kind",
                    models.CharField(
                        choices=[("work", "Reports and other short work"), ("import", "Imports"), ("mail", "Mail")],
                        default="work",
                        max_length=10,
                    ),
                ),
                ("function", models.CharField(max_length=120)),
                ("args", models.JSONField(default=dict)),
                ("key", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Waiting"),
                            ("running", "In progress"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="ready",
                        max_length=10,
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        choices=[(10, "Somebody waits for it"), (20, "Ordinary")], default=20
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="how often it was begun")),
                ("failures", models.PositiveSmallIntegerField(default=0, verbose_name="how often it failed by itself")),
                ("max_attempts", models.PositiveSmallIntegerField(default=3)),
                ("claimed_by", models.CharField(blank=True, max_length=120)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("progress_text", models.CharField(blank=True, max_length=200)),
                ("result", models.JSONField(default=dict)),
                ("back_url", models.CharField(blank=True, max_length=500, verbose_name="where it was asked for")),
                ("error", models.CharField(blank=True, max_length=500, verbose_name="what went wrong, for people")),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="organisations.organisation",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(fields=["state", "priority", "due_at"], name="job_next"),
                    models.Index(fields=["organisation", "-created_at"], name="job_recent"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("progress__lte", 100)), name="job_progress_percent"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "running"), _negated=True),
                            models.Q(("lease_until__isnull", False), models.Q(("claimed_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="job_running_has_lease",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "job",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="files", to="jobs.job"),
                ),
                ("name", models.CharField(max_length=150)),
                ("content_type", models.CharField(max_length=100)),
                ("content", models.BinaryField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("job", "name"), name="job_file_name_once")],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender", models.CharField(max_length=320)),
                ("recipients", models.JSONField(default=list)),
                ("subject", models.CharField(max_length=500)),
                ("body", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("calendar", models.TextField(blank=True, help_text="An invitation: the text of a calendar file.")),
                ("headers", models.JSONField(default=dict)),
                ("message_id", models.CharField(max_length=250, unique=True)),
                ("key", models.CharField(blank=True, max_length=200, null=True, unique=True)),
                ("is_kept", models.BooleanField(default=False)),
                (
                    "job",
                    models.OneToOneField(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="jobs.job"
                    ),
                ),
                (
                    "caused_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisations.membership",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-created_at"], name="mail_newest")],
            },
        ),
    ]
    operations = at_once(operations)
