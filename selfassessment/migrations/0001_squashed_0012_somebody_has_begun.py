"""All of selfassessment up to 0012 in one step, for a new database (docs/decisions/0077)."""

import uuid
from importlib import import_module
from typing import Any

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.migrating import at_once
from kmportal.lib.unlinking import keep_no_statistics

promises = import_module("selfassessment.migrations.0002_promises")


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of answers in the planner’s statistics: docs/decisions/0024."""
    models = [apps.get_model("selfassessment", name) for name in ("Asked", "Response", "Answer")]
    keep_no_statistics(schema_editor, *models)


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("selfassessment", "0001_initial"),
        ("selfassessment", "0002_promises"),
        ("selfassessment", "0003_actions_name_their_decision"),
        ("selfassessment", "0004_rules_of_length_and_unread_columns"),
        ("selfassessment", "0005_answers_are_unlinked"),
        ("selfassessment", "0006_comments_are_read_first"),
        ("selfassessment", "0007_results_meeting_is_a_session"),
        ("selfassessment", "0008_asked_after_the_first_answer"),
        ("selfassessment", "0009_saves_are_not_counted"),
        ("selfassessment", "0010_no_statistics_of_answers"),
        ("selfassessment", "0011_closed_rounds_are_tidied_again"),
        ("selfassessment", "0012_somebody_has_begun"),
    ]

    dependencies = [
        ("actionplan", "0003_other_promises_are_told_once"),
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("roadmap", "0003_changes_of_several_at_once"),
        ("techniques", "0010_steps_have_helpers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Framework",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60)),
                ("edition", models.PositiveIntegerField(default=1)),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="organisations.organisation",
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("summary", models.TextField(blank=True)),
                (
                    "note",
                    models.TextField(blank=True, help_text="What it is and what it is not, shown to all who answer."),
                ),
                (
                    "short_note",
                    models.CharField(
                        blank=True, help_text="The same in a line, for the foot of a report.", max_length=200
                    ),
                ),
                (
                    "how_to_answer",
                    models.JSONField(default=list, help_text="Sentences that are read before the first answer."),
                ),
                ("minutes", models.PositiveSmallIntegerField(default=20, help_text="About how long answering takes.")),
                (
                    "months_ahead",
                    models.PositiveSmallIntegerField(default=12, help_text="How far ahead “wanted” looks."),
                ),
                ("level_names", models.JSONField(default=list)),
                ("level_rules", models.JSONField(default=list)),
                ("checksum", models.CharField(blank=True, max_length=64)),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["key", "-edition"],
                "constraints": [models.UniqueConstraint(fields=("key", "edition"), name="framework_edition_once")],
            },
        ),
        migrations.CreateModel(
            name="Section",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "framework",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sections",
                        to="selfassessment.framework",
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                ("short_name", models.CharField(max_length=40)),
                ("purpose", models.CharField(blank=True, max_length=300)),
                ("position", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("framework", "key"), name="section_key_once")],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria",
                        to="selfassessment.section",
                    ),
                ),
                ("code", models.CharField(max_length=8)),
                ("name", models.CharField(max_length=80)),
                ("question", models.CharField(max_length=200)),
                ("statements", models.JSONField(default=list)),
                ("evidence", models.TextField(blank=True)),
                ("helps", models.JSONField(default=list, help_text="Keys of catalogue entries and techniques.")),
                (
                    "tags",
                    models.JSONField(default=dict, help_text="{iso: [...], quality_outcome: [...], legacy: [...]}"),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("is_draft", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name_plural": "criteria",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="roadmap.programme"
                    ),
                ),
                (
                    "framework",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="selfassessment.framework"),
                ),
                (
                    "title",
                    models.CharField(
                        error_messages={"blank": "Give the round a name."},
                        max_length=120,
                        verbose_name="Name of this round",
                    ),
                ),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("individual", "Each for themselves"),
                            ("team", "A team"),
                            ("directorate", "A directorate or department"),
                            ("organisation", "The whole organisation"),
                        ],
                        default="organisation",
                        max_length=20,
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        blank=True,
                        help_text="For whom people answer, in words: “Ward 6”.",
                        max_length=120,
                        verbose_name="Which one?",
                    ),
                ),
                (
                    "facilitator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="assessments_facilitated",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("anonymous", models.BooleanField(default=True)),
                (
                    "months_ahead",
                    models.PositiveSmallIntegerField(default=12, help_text="How far ahead “wanted” looks."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Being prepared"), ("open", "Open for answers"), ("closed", "Closed")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("closes_on", models.DateField()),
                (
                    "told_closing_on",
                    models.DateField(
                        blank=True, help_text="The closing date that the facilitator was told of.", null=True
                    ),
                ),
                ("results_at", models.DateTimeField(blank=True, null=True, verbose_name="results meeting")),
                (
                    "results_session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="techniques.session",
                    ),
                ),
                ("results_place", models.CharField(blank=True, max_length=200, verbose_name="Where do you meet?")),
                (
                    "not_heard",
                    models.CharField(
                        blank=True,
                        help_text="Who was not heard, in the facilitator’s words.",
                        max_length=200,
                        verbose_name="Who did we not hear from?",
                    ),
                ),
                (
                    "link_nonce",
                    models.CharField(
                        blank=True, help_text="Of the one link for all; empty: no such link.", max_length=32
                    ),
                ),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "published_at",
                    models.DateTimeField(
                        blank=True, help_text="From then on everybody here can read the report.", null=True
                    ),
                ),
                (
                    "comments_read_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="From then on the report shows what people wrote; somebody has read it before.",
                        null=True,
                    ),
                ),
                (
                    "begun_on",
                    models.DateField(
                        blank=True,
                        help_text="Since when somebody who was asked has begun: who is asked now is in doubt.",
                        null=True,
                    ),
                ),
                (
                    "is_unmixed",
                    models.BooleanField(
                        default=False,
                        help_text="Anonymous answers were written since they were last put in random order.",
                    ),
                ),
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
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("link_nonce", ""), _negated=True),
                        fields=("link_nonce",),
                        name="assessment_link_once",
                    ),
                    models.UniqueConstraint(fields=("organisation", "once"), name="assessment_form_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Response",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="responses",
                        to="selfassessment.assessment",
                    ),
                ),
                ("anonymous", models.BooleanField()),
                (
                    "person",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("name", models.CharField(blank=True, help_text="Of a guest in a named round.", max_length=120)),
                ("key", models.CharField(max_length=64)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("asked", "Asked one by one"),
                            ("link", "By the one link"),
                            ("unknown", "From before this was noted"),
                        ],
                        default="link",
                        max_length=10,
                    ),
                ),
                ("is_finished", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("assessment", "key"), name="response_key_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", False)),
                        fields=("assessment", "person"),
                        name="response_person_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("anonymous", False), models.Q(("name", ""), ("person", None)), _connector="OR"
                        ),
                        name="response_anonymous_has_no_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "response",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="selfassessment.response",
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="selfassessment.criterion"),
                ),
                (
                    "now",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1, "Choose a level from 1 to 5."),
                            django.core.validators.MaxValueValidator(5, "Choose a level from 1 to 5."),
                        ],
                    ),
                ),
                (
                    "wanted",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1, "Choose a level from 1 to 5."),
                            django.core.validators.MaxValueValidator(5, "Choose a level from 1 to 5."),
                        ],
                    ),
                ),
                ("dont_know", models.BooleanField(default=False)),
                (
                    "comment",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="Comment",
                    ),
                ),
                ("evidence", models.CharField(blank=True, max_length=500, verbose_name="Evidence")),
                (
                    "comment_withheld",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("names", "It names somebody"),
                            ("shows", "It shows who somebody is without the name"),
                            ("writer", "It shows who wrote it"),
                            ("hurts", "It insults or accuses somebody"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "evidence_withheld",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("names", "It names somebody"),
                            ("shows", "It shows who somebody is without the name"),
                            ("writer", "It shows who wrote it"),
                            ("hurts", "It insults or accuses somebody"),
                        ],
                        max_length=10,
                    ),
                ),
                ("slot", models.PositiveSmallIntegerField(blank=True, help_text="1–5 if it matters most.", null=True)),
                (
                    "version",
                    models.PositiveIntegerField(default=1, help_text="Random; 1 once an anonymous round is closed."),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("response", "criterion"), name="answer_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("slot__isnull", False)),
                        fields=("response", "slot"),
                        name="answer_slot_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slot", None), models.Q(("slot__gte", 1), ("slot__lte", 5)), _connector="OR"
                        ),
                        name="answer_five_slots",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("now", None), models.Q(("now__gte", 1), ("now__lte", 5)), _connector="OR"),
                        name="answer_now_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("wanted", None), models.Q(("wanted__gte", 1), ("wanted__lte", 5)), _connector="OR"
                        ),
                        name="answer_wanted_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("dont_know", False), ("now", None), _connector="OR"),
                        name="answer_dont_know_has_no_level",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestions",
                        to="selfassessment.criterion",
                    ),
                ),
                ("band", models.CharField(choices=[("first", "First step"), ("stretch", "Stretch")], max_length=10)),
                ("title", models.CharField(max_length=90)),
                ("text", models.TextField()),
                (
                    "effort",
                    models.CharField(
                        choices=[("quick", "Quick"), ("medium", "Medium"), ("long", "Long")],
                        default="medium",
                        max_length=10,
                    ),
                ),
                (
                    "becomes",
                    models.CharField(
                        default="action", help_text="intervention or action, as first offered.", max_length=12
                    ),
                ),
                (
                    "entry_key",
                    models.CharField(blank=True, help_text="Catalogue entry that it would become.", max_length=60),
                ),
                ("technique_key", models.CharField(blank=True, help_text="Technique that it asks for.", max_length=60)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("criterion", "band"), name="suggestion_band_once")],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="selfassessment.assessment",
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="selfassessment.criterion"),
                ),
                (
                    "suggestion",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="selfassessment.suggestion"),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("accepted", "Accepted"), ("changed", "Accepted, changed"), ("rejected", "Rejected")],
                        max_length=10,
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True,
                        help_text="The suggestion as it was accepted.",
                        max_length=200,
                        verbose_name="What will you call it?",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="Why not?")),
                (
                    "intervention",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="roadmap.intervention"
                    ),
                ),
                (
                    "action",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="actionplan.action"
                    ),
                ),
                (
                    "now",
                    models.DecimalField(
                        decimal_places=1, help_text="As it stood at the decision.", max_digits=3, null=True
                    ),
                ),
                ("wanted", models.DecimalField(decimal_places=1, max_digits=3, null=True)),
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
                "ordering": ["at"],
                "constraints": [
                    models.UniqueConstraint(fields=("assessment", "criterion"), name="decision_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "rejected"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="decision_rejection_has_reason",
                        violation_error_message="Say why it is rejected.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Asked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asked",
                        to="selfassessment.assessment",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("nonce", models.CharField(max_length=32, unique=True)),
                ("reminded_on", models.DateField(blank=True, null=True)),
                (
                    "is_late",
                    models.BooleanField(
                        default=False,
                        help_text="Asked after somebody began, and not a member since before: the floor leaves it out.",
                    ),
                ),
                ("answered", models.BooleanField(default=False)),
                (
                    "card",
                    models.CharField(
                        blank=True, help_text="Says which browser answers, and nothing of what.", max_length=64
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "asked",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", False)),
                        fields=("assessment", "person"),
                        name="asked_person_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("email", ""), _negated=True),
                        fields=("assessment", "email"),
                        name="asked_address_once",
                    ),
                ],
            },
        ),
        migrations.RunPython(promises.promise, promises.unpromise),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
    operations = at_once(operations)
