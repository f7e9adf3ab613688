"""All of notifications up to 0002 in one step, for a new database (docs/decisions/0077)."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.migrating import at_once


class Migration(migrations.Migration):
    initial = True
    replaces = [("notifications", "0001_initial"), ("notifications", "0002_references")]

    dependencies = [
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("address", models.EmailField(max_length=254)),
                ("day", models.DateField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("address"), models.F("day"), name="daily_mail_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ("kind", models.CharField(max_length=20)),
                (
                    "ident",
                    models.BigIntegerField(default=0, help_text="With the kind a reference to what it is about."),
                ),
                ("text", models.CharField(max_length=300)),
                (
                    "key",
                    models.CharField(help_text="The same event never tells the same person twice.", max_length=120),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["person", "organisation", "read_at"], name="notice_unread"),
                    models.Index(fields=["kind", "ident"], name="notice_about"),
                ],
                "constraints": [models.UniqueConstraint(fields=("person", "key"), name="notice_once")],
            },
        ),
    ]
    operations = at_once(operations)
