"""All of roadmap up to 0003 in one step, for a new database (docs/decisions/0077)."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.migrating import at_once


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("roadmap", "0001_initial"),
        ("roadmap", "0002_actions_name_their_source"),
        ("roadmap", "0003_changes_of_several_at_once"),
    ]

    dependencies = [
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CatalogueEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Create awareness"),
                            (2, "Get advocates, buy-in and ownership"),
                            (3, "Strategise"),
                            (4, "Prioritise and plan"),
                            (5, "Implement"),
                        ]
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("what", models.TextField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("quick-win", "Quick win"),
                            ("strategic", "Strategic"),
                            ("infrastructure", "Infrastructure"),
                            ("process-change", "Process change"),
                        ],
                        default="quick-win",
                        max_length=20,
                    ),
                ),
                (
                    "effort",
                    models.CharField(
                        choices=[("quick", "Quick"), ("medium", "Medium"), ("long", "Long")],
                        default="medium",
                        max_length=10,
                    ),
                ),
                ("areas", models.JSONField(default=list)),
                ("guidance", models.JSONField(default=dict)),
                ("is_extra", models.BooleanField(default=False)),
                ("is_draft", models.BooleanField(default=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "catalogue entries",
                "ordering": ["step", "position", "name"],
            },
        ),
        migrations.CreateModel(
            name="StepGuide",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Create awareness"),
                            (2, "Get advocates, buy-in and ownership"),
                            (3, "Strategise"),
                            (4, "Prioritise and plan"),
                            (5, "Implement"),
                        ],
                        unique=True,
                    ),
                ),
                ("purpose", models.TextField()),
                ("exit_questions", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                ("name", models.CharField(max_length=120)),
                ("vision", models.TextField(blank=True, max_length=1000)),
                ("mission", models.TextField(blank=True, max_length=1000)),
                ("ambition", models.TextField(blank=True, max_length=1000)),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="programmes_led",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sponsor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="programmes_sponsored",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("is_current", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["-is_current", "-starts_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "once"), name="programme_form_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)), fields=("organisation",), name="programme_one_current"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="programme_ends_after_start",
                        violation_error_message="The programme must end after it starts.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Intervention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interventions",
                        to="roadmap.programme",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="roadmap.catalogueentry"
                    ),
                ),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Create awareness"),
                            (2, "Get advocates, buy-in and ownership"),
                            (3, "Strategise"),
                            (4, "Prioritise and plan"),
                            (5, "Implement"),
                        ]
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        error_messages={"blank": "Give the intervention a name."},
                        max_length=120,
                        validators=[
                            django.core.validators.MaxLengthValidator(
                                120, "Give the intervention a name of 120 characters or fewer."
                            )
                        ],
                        verbose_name="name",
                    ),
                ),
                ("summary", models.TextField(blank=True, max_length=2000)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="interventions_owned",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("doing", "Under way"),
                            ("done", "Done"),
                            ("paused", "Paused"),
                            ("dropped", "Dropped"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("state_reason", models.CharField(blank=True, max_length=500)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("quick-win", "Quick win"),
                            ("strategic", "Strategic"),
                            ("infrastructure", "Infrastructure"),
                            ("process-change", "Process change"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "effort",
                    models.CharField(
                        blank=True, choices=[("quick", "Quick"), ("medium", "Medium"), ("long", "Long")], max_length=10
                    ),
                ),
                (
                    "areas",
                    models.JSONField(
                        default=list, help_text="Keys of the areas that it serves, in the order of the areas."
                    ),
                ),
                ("output", models.CharField(blank=True, max_length=300)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["step", models.OrderBy(models.F("starts_on"), nulls_last=True), "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "once"), name="intervention_form_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["paused", "dropped"]), _negated=True),
                            ("state_reason__gt", ""),
                            _connector="OR",
                        ),
                        name="intervention_stopped_has_reason",
                        violation_error_message="Say why it stops.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None),
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="intervention_ends_after_start",
                        violation_error_message="The last day must not be before the first.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InterventionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "intervention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="roadmap.intervention"
                    ),
                ),
                ("words", models.CharField(help_text="What changed, as one sentence.", max_length=400)),
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
            name="PlanChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="plan_changes", to="roadmap.programme"
                    ),
                ),
                ("once", models.UUIDField(editable=False)),
                ("words", models.CharField(max_length=200)),
                ("rows", models.JSONField(default=list)),
                ("problems", models.JSONField(default=list)),
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
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "constraints": [models.UniqueConstraint(fields=("programme", "once"), name="plan_change_once")],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="roadmap.programme"
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Create awareness"),
                            (2, "Get advocates, buy-in and ownership"),
                            (3, "Strategise"),
                            (4, "Prioritise and plan"),
                            (5, "Implement"),
                        ]
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Not started"), ("doing", "Under way"), ("done", "Done")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("programme", "number"), name="programme_step_once")],
            },
        ),
    ]
    operations = at_once(operations)
