"""Who looks after each lesson, when kinds of lessons are looked at again, and lists that people keep."""

from typing import Any

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

LIVING = ("identified", "noted", "action", "learned", "embedded")
# Roles that may contribute.
ABLE = ("contributor", "facilitator", "lead", "sponsor", "administrator")


def let_authors_keep(apps: Any, schema_editor: Any) -> None:
    """What was checked here before is looked after by its author, as what is checked from now on; as long as they are
    still here and may contribute. One statement, however many lessons there are."""
    Lesson, Membership = apps.get_model("lessons", "Lesson"), apps.get_model("organisations", "Membership")
    able = Membership.objects.filter(
        organisation=OuterRef("organisation"), person=OuterRef("keeper"), role__in=ABLE, left_at=None,
        suspended_at=None, person__is_active=True,
    )  # fmt: skip
    now = models.Value(django.utils.timezone.now(), output_field=models.DateTimeField())
    rows = Lesson.objects.filter(state__in=LIVING, source="", merged_into=None).order_by()
    rows = rows.annotate(keeper=Coalesce("author_id", "validated_by_id"), now=now).filter(Exists(able))
    connection, name = schema_editor.connection, schema_editor.quote_name
    compiled = rows.values_list("pk", "group_id", "keeper", "now").query.get_compiler(connection=connection)
    found, params = compiled.as_sql()
    columns = ", ".join(name(column) for column in ("lesson_id", "group_id", "owner_id", "created_at"))
    table = name(apps.get_model("lessons", "Upkeep")._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) {found}", params)  # noqa: S608  all of it is ours


class Migration(migrations.Migration):
    dependencies = [
        ("lessons", "0017_traces_of_safe_lessons"),
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lesson", "Lesson"),
                            ("good-practice", "Good practice"),
                            ("case-study", "Case study"),
                            ("innovation", "Innovation"),
                            ("success-story", "Success story"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "months",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="After how many months?",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "kind"), name="review_rule_once")],
            },
        ),
        migrations.CreateModel(
            name="ReviewTurn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round_on", models.DateField()),
                ("asked_on", models.DateField()),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "It is still right"),
                            ("change", "Something in it must change"),
                            ("pass", "Somebody else should look after it"),
                            ("retire", "Nobody should use it any more"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="review_turns", to="lessons.lesson"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["person", "round_on"], name="review_turn_of_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)), fields=("lesson",), name="review_turn_one_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        error_messages={"blank": "Give the list a name"},
                        max_length=60,
                        verbose_name="What do you call this list?",
                    ),
                ),
                ("name_key", models.CharField(default="", editable=False, max_length=200)),
                ("query", models.CharField(max_length=1000)),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.membership"
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [models.UniqueConstraint(fields=("membership", "name_key"), name="saved_list_once")],
            },
        ),
        migrations.CreateModel(
            name="Upkeep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("doubted_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "deputy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Who stands in?",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisations.group",
                        verbose_name="Which community or team does it belong to?",
                    ),
                ),
                (
                    "lesson",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="upkeep", to="lessons.lesson"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Who looks after it?",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deputy", None),
                            ("owner", None),
                            models.Q(("owner", models.F("deputy")), _negated=True),
                            _connector="OR",
                        ),
                        name="upkeep_deputy_is_another",
                        violation_error_message="Choose two different people.",
                    )
                ],
            },
        ),
        migrations.RunPython(let_authors_keep, migrations.RunPython.noop),
    ]
