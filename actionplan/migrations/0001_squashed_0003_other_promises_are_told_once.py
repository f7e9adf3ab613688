"""All of actionplan up to 0003 in one step, for a new database (docs/decisions/0077)."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.migrating import at_once


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("actionplan", "0001_initial"),
        ("actionplan", "0002_source_is_a_reference"),
        ("actionplan", "0003_other_promises_are_told_once"),
    ]

    dependencies = [
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Action",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "title",
                    models.CharField(
                        error_messages={"blank": "Say what will be done."},
                        max_length=200,
                        validators=[
                            django.core.validators.MaxLengthValidator(
                                200,
                                "Say what will be done in 200 characters or fewer. The rest can go into the details.",
                            )
                        ],
                        verbose_name="what will be done",
                    ),
                ),
                ("detail", models.TextField(blank=True, max_length=4000)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="actions_owned",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("guest_name", models.CharField(blank=True, max_length=120)),
                ("guest_email", models.EmailField(blank=True, max_length=254)),
                ("due_on", models.DateField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("dropped", "Dropped")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("done_note", models.CharField(blank=True, max_length=500)),
                ("source_kind", models.CharField(blank=True, max_length=20)),
                ("source_ident", models.BigIntegerField(blank=True, null=True)),
                (
                    "told_when_late",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reach",
                    models.CharField(
                        choices=[
                            ("author", "Only you"),
                            ("reviewers", "You and those who check lessons"),
                            ("group", "The group it belongs to"),
                            ("organisation", "Everybody in the organisation"),
                            ("network", "Everybody in the network"),
                        ],
                        default="organisation",
                        max_length=20,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="organisations.group"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="actions_written",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner", "state", "due_on"], name="action_mine"),
                    models.Index(fields=["organisation", "state", "due_on"], name="action_ours"),
                    models.Index(fields=["source_kind", "source_ident"], name="action_source"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "once"), name="action_form_once"),
                    models.CheckConstraint(
                        condition=models.Q(("guest_email__gt", ""), ("owner__isnull", False), _negated=True),
                        name="action_one_owner",
                        violation_error_message="Choose a member or name a guest, not both.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="action_done_has_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ActionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="actionplan.action"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("made", "Promised"),
                            ("moved", "Moved"),
                            ("handed", "Handed over"),
                            ("edited", "Reworded"),
                            ("done", "Done"),
                            ("dropped", "Dropped"),
                            ("reopened", "Opened again"),
                        ],
                        max_length=10,
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=200)),
                ("after", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PromiseReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("ident", models.BigIntegerField()),
                ("address", models.EmailField(max_length=254)),
                ("due_on", models.DateField()),
                ("stage", models.IntegerField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "ident", "address", "due_on", "stage"), name="promise_reminder_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="actionplan.action"
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("due_on", models.DateField()),
                ("stage", models.IntegerField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("action", "address", "due_on", "stage"), name="reminder_once")
                ],
            },
        ),
    ]
    operations = at_once(operations)
