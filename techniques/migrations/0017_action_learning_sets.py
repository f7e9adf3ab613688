"""Action learning sets: who belongs to one, what its room has, and what presenters mean to do."""

from typing import Any

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.unlinking import keep_no_statistics

SECRET = (
    "LearningSet", "SetMember", "SetDate", "SetVisit", "LookBack", "OwnAction", "Reported", "Bid", "Backing", "Turn",
    "Question", "Gift",
)  # fmt: skip


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of who is in a set, asked for what and means to do what: docs/decisions/0024."""
    keep_no_statistics(schema_editor, *(apps.get_model("techniques", name) for name in SECRET))


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0013_away"),
        ("techniques", "0016_fishbowl"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bid",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "about",
                    models.CharField(
                        error_messages={"blank": "Say in one sentence what your issue is."},
                        max_length=200,
                        validators=[
                            django.core.validators.MaxLengthValidator(200, "Say it in 200 characters or less.")
                        ],
                    ),
                ),
                (
                    "need",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "It can wait"),
                            (2, "Some time soon"),
                            (3, "I would be glad of it"),
                            (4, "It presses"),
                            (5, "It must be today"),
                        ],
                        default=3,
                    ),
                ),
                (
                    "participant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bids", to="techniques.session"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="LearningSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(error_messages={"blank": "Give the set a name."}, max_length=80)),
                (
                    "length",
                    models.CharField(
                        choices=[("short", "Short"), ("standard", "Standard"), ("long", "Long")],
                        default="standard",
                        max_length=10,
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                (
                    "adviser",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="learning_sets",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="session",
            name="learning_set",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="meetings",
                to="techniques.learningset",
            ),
        ),
        migrations.CreateModel(
            name="LookBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asking", models.CharField(blank=True, max_length=300)),
                ("working", models.CharField(blank=True, max_length=300)),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="look_back", to="techniques.session"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OwnAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "text",
                    models.CharField(
                        error_messages={"blank": "Say what you will do."},
                        max_length=300,
                        validators=[
                            django.core.validators.MaxLengthValidator(300, "Say it in 300 characters or less.")
                        ],
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                ("became", models.CharField(blank=True, max_length=300)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("is_shared", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "learning_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.learningset"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Reported",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "participant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reported", to="techniques.session"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SetDate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                (
                    "learning_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="dates", to="techniques.learningset"
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at"],
            },
        ),
        migrations.CreateModel(
            name="SetMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "learning_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="techniques.learningset"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SetVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="visits", to="techniques.session"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("part", models.PositiveSmallIntegerField(default=0)),
                ("is_over", models.BooleanField(default=False)),
                (
                    "reads_questions",
                    models.BooleanField(default=False, help_text="The presenter has them before their eyes."),
                ),
                ("wants_gifts", models.BooleanField(default=False)),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="techniques.participant",
                    ),
                ),
                (
                    "person",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="turns", to="techniques.session"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "text",
                    models.CharField(
                        error_messages={"blank": "Write your question first."},
                        max_length=300,
                        validators=[
                            django.core.validators.MaxLengthValidator(300, "Say it in 300 characters or less.")
                        ],
                    ),
                ),
                (
                    "turn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="techniques.turn"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Gift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "text",
                    models.CharField(
                        error_messages={"blank": "Write your line first."},
                        max_length=300,
                        validators=[
                            django.core.validators.MaxLengthValidator(300, "Say it in 300 characters or less.")
                        ],
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="techniques.participant",
                    ),
                ),
                (
                    "turn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="gifts", to="techniques.turn"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Backing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                (
                    "bid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="backings", to="techniques.bid"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("bid", "participant"), name="backing_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="learningset",
            constraint=models.UniqueConstraint(fields=("organisation", "once"), name="learning_set_form_once"),
        ),
        migrations.AddConstraint(
            model_name="setdate",
            constraint=models.UniqueConstraint(fields=("learning_set", "starts_at"), name="set_date_once"),
        ),
        migrations.AddConstraint(
            model_name="setmember",
            constraint=models.UniqueConstraint(fields=("learning_set", "person"), name="set_member_once"),
        ),
        migrations.AddConstraint(
            model_name="setvisit",
            constraint=models.UniqueConstraint(fields=("session", "person"), name="set_visit_once"),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.UniqueConstraint(
                condition=models.Q(("participant__isnull", False)),
                fields=("session", "participant"),
                name="turn_of_one_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.UniqueConstraint(fields=("turn", "text"), name="question_once"),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.UniqueConstraint(
                condition=models.Q(("participant__isnull", False)),
                fields=("turn", "participant"),
                name="gift_of_one_once",
            ),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
