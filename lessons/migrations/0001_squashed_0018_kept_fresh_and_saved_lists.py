"""All of lessons up to 0018 in one step, for a new database (docs/decisions/0077)."""

from decimal import Decimal

import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import lessons.models.posters
from kmportal.lib.migrating import at_once


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("lessons", "0001_initial"),
        ("lessons", "0002_actions_name_their_source"),
        ("lessons", "0003_rules_of_length_and_no_links"),
        ("lessons", "0004_tags_have_keys"),
        ("lessons", "0005_tags_unique_as_read"),
        ("lessons", "0006_assets"),
        ("lessons", "0007_reuse"),
        ("lessons", "0008_follows"),
        ("lessons", "0009_later_life"),
        ("lessons", "0010_agreed_changes"),
        ("lessons", "0011_merging_and_curating"),
        ("lessons", "0012_files_comments_posters"),
        ("lessons", "0013_whole_life"),
        ("lessons", "0014_before_you_start"),
        ("lessons", "0015_imports_in_pieces"),
        ("lessons", "0016_rules_of_themes"),
        ("lessons", "0017_traces_of_safe_lessons"),
        ("lessons", "0018_kept_fresh_and_saved_lists"),
    ]

    dependencies = [
        ("actionplan", "0003_other_promises_are_told_once"),
        ("attachments", "0002_sound"),
        ("jobs", "0003_invitations"),
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("roadmap", "0003_changes_of_several_at_once"),
        ("techniques", "0010_steps_have_helpers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Asset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published")], default="draft", max_length=12
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
                        default="author",
                        max_length=20,
                    ),
                ),
                (
                    "share_with",
                    models.CharField(
                        choices=[
                            ("group", "The group it belongs to"),
                            ("organisation", "Everybody in the organisation"),
                        ],
                        default="organisation",
                        max_length=20,
                        verbose_name="Who may read it?",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        error_messages={"blank": "Give it a title."}, max_length=200, verbose_name="Title"
                    ),
                ),
                (
                    "purpose",
                    models.TextField(
                        blank=True,
                        max_length=1000,
                        validators=[django.core.validators.MaxLengthValidator(1000)],
                        verbose_name="Who needs it, and when?",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        max_length=40000,
                        validators=[django.core.validators.MaxLengthValidator(40000)],
                        verbose_name="What does it say?",
                    ),
                ),
                ("number", models.PositiveIntegerField(default=1, help_text="Which version of its words.")),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("checked_number", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "review_on",
                    models.DateField(blank=True, null=True, verbose_name="When should somebody look at it again?"),
                ),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["organisation", "reach", "-id"], name="asset_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "once"), name="asset_form_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "draft"), _negated=True), ("reach", "author"), _connector="OR"
                        ),
                        name="asset_draft_is_private",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked_by", None),
                            ("author", None),
                            models.Q(("checked_by", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="asset_never_checks_own",
                        violation_error_message="Nobody checks what they wrote themselves.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssetRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="revisions", to="lessons.asset"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="Title")),
                ("purpose", models.TextField(blank=True, max_length=1000, verbose_name="Who needs it, and when?")),
                ("text", models.TextField(blank=True, max_length=40000, verbose_name="What does it say?")),
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
                "ordering": ["-number"],
                "constraints": [models.UniqueConstraint(fields=("asset", "number"), name="asset_revision_once")],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                ("name", models.CharField(max_length=80, verbose_name="Tag")),
                ("name_key", models.CharField(default="", editable=False, max_length=200)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lessons.tag",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("organisation", "name_key"), name="tag_once")],
            },
        ),
        migrations.CreateModel(
            name="Lesson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="lessons_written",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                        default="lesson",
                        error_messages={"invalid_choice": "Choose one of the kinds of lessons."},
                        max_length=20,
                    ),
                ),
                (
                    "went_well",
                    models.BooleanField(blank=True, help_text="Something to repeat, or to avoid.", null=True),
                ),
                ("is_safe", models.BooleanField(default=False, help_text="Its author stands apart: see SafeAuthor.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("review", "In review"),
                            ("returned", "Returned"),
                            ("declined", "Declined"),
                            ("identified", "Identified"),
                            ("noted", "Noted"),
                            ("action", "Action agreed"),
                            ("learned", "Learned"),
                            ("embedded", "Embedded"),
                            ("superseded", "Superseded"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=12,
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
                        default="author",
                        max_length=20,
                    ),
                ),
                (
                    "share_with",
                    models.CharField(
                        choices=[
                            ("group", "The group it belongs to"),
                            ("organisation", "Everybody in the organisation"),
                            ("network", "Everybody in the network"),
                        ],
                        default="organisation",
                        error_messages={
                            "invalid_choice": "Choose with whom it may be shared: a group, the organisation or the network."
                        },
                        max_length=20,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="techniques.session"
                    ),
                ),
                (
                    "intervention",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="roadmap.intervention"
                    ),
                ),
                ("happened_on", models.DateField(blank=True, null=True)),
                (
                    "contact",
                    models.CharField(
                        blank=True,
                        help_text="Who can be asked about it.",
                        max_length=200,
                        verbose_name="Who can people ask about it?",
                    ),
                ),
                (
                    "process",
                    models.CharField(
                        blank=True,
                        help_text="The document or process that should change.",
                        max_length=200,
                        verbose_name="What should change?",
                    ),
                ),
                (
                    "claimed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("answer_due_on", models.DateField(blank=True, null=True)),
                ("validated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "validated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("review_on", models.DateField(blank=True, null=True)),
                (
                    "evidence",
                    models.TextField(
                        blank=True,
                        max_length=1000,
                        validators=[django.core.validators.MaxLengthValidator(1000)],
                        verbose_name="What has changed, and where can people see it?",
                    ),
                ),
                ("learned_on", models.DateField(blank=True, null=True)),
                (
                    "look_again_on",
                    models.DateField(blank=True, help_text="Whether what has changed is still so.", null=True),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        help_text="Part of that one now.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lessons.lesson",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replaces",
                        to="lessons.lesson",
                    ),
                ),
                (
                    "end_reason",
                    models.TextField(
                        blank=True,
                        max_length=1000,
                        validators=[django.core.validators.MaxLengthValidator(1000)],
                        verbose_name="Why should nobody use it any more?",
                    ),
                ),
                ("ended_on", models.DateField(blank=True, null=True)),
                (
                    "ended_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("review", "In review"),
                            ("returned", "Returned"),
                            ("declined", "Declined"),
                            ("identified", "Identified"),
                            ("noted", "Noted"),
                            ("action", "Action agreed"),
                            ("learned", "Learned"),
                            ("embedded", "Embedded"),
                            ("superseded", "Superseded"),
                            ("retired", "Retired"),
                        ],
                        help_text="Where it stood before.",
                        max_length=12,
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=80)),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("source_url", models.URLField(blank=True, max_length=500)),
                ("flags", models.JSONField(blank=True, default=list, help_text="See Flag.")),
                ("rows_taken", models.JSONField(blank=True, default=list, editable=False)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tags", models.ManyToManyField(blank=True, to="lessons.tag")),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="LessonTheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="theme_ties", to="lessons.lesson"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ThemeSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "name",
                    models.CharField(
                        error_messages={"blank": "Say what the set is called."},
                        max_length=120,
                        verbose_name="What is the set called?",
                    ),
                ),
                ("name_key", models.CharField(default="", editable=False, max_length=200)),
                ("source_url", models.URLField(blank=True, max_length=500, verbose_name="Where can people read it?")),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [models.UniqueConstraint(fields=("organisation", "name_key"), name="theme_set_once")],
            },
        ),
        migrations.CreateModel(
            name="Theme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "theme_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="themes", to="lessons.themeset"
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                (
                    "name",
                    models.CharField(
                        error_messages={"blank": "A theme needs a name."}, max_length=200, verbose_name="Theme"
                    ),
                ),
                ("name_key", models.CharField(default="", editable=False, max_length=200)),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What does it say?",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lessons",
                    models.ManyToManyField(related_name="themes", through="lessons.LessonTheme", to="lessons.lesson"),
                ),
            ],
            options={
                "ordering": ["theme_set", "position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("theme_set", "name_key"), name="theme_name_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=("theme_set", "code"),
                        name="theme_code_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Follow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.membership"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("search", "Search"),
                            ("tag", "Tag"),
                            ("theme", "Theme"),
                            ("group", "Group"),
                            ("author", "Author"),
                        ],
                        max_length=10,
                    ),
                ),
                ("key", models.CharField(editable=False, max_length=64)),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="What do you call it?")),
                ("query", models.CharField(blank=True, max_length=1000)),
                (
                    "tag",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="lessons.tag",
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="lessons.theme",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.group",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("at-once", "At once, as a notice in the portal"),
                            ("digest", "In the e-mail of the next morning"),
                            ("off", "Not for now"),
                        ],
                        default="digest",
                        error_messages={"invalid_choice": "Choose how you want to hear of it."},
                        max_length=10,
                        verbose_name="How do you want to hear of it?",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["kind", "name", "pk"],
                "constraints": [models.UniqueConstraint(fields=("membership", "kind", "key"), name="follow_once")],
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("group_name", models.CharField(blank=True, max_length=120, verbose_name="Group")),
                ("file_name", models.CharField(max_length=200)),
                ("digest", models.CharField(default="", editable=False, help_text="Of the whole file.", max_length=64)),
                ("encoding", models.CharField(blank=True, max_length=40)),
                (
                    "source",
                    models.CharField(
                        error_messages={"blank": "Say what the source is called."}, max_length=80, verbose_name="Source"
                    ),
                ),
                ("mapping", models.JSONField(default=dict, help_text="Heading in the file → our field.")),
                (
                    "survey",
                    models.JSONField(
                        default=dict, editable=False, help_text="What one reading told of the whole file."
                    ),
                ),
                (
                    "bad_rows",
                    models.CharField(
                        choices=[
                            ("skip", "Leave them out and bring in the others"),
                            ("stop", "Bring in nothing while there is one"),
                        ],
                        default="skip",
                        max_length=4,
                        verbose_name="Rows that cannot come in",
                    ),
                ),
                (
                    "meeting",
                    models.CharField(
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
                (
                    "state",
                    models.CharField(
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
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undo_counts", models.JSONField(default=dict, editable=False)),
            ],
            options={
                "ordering": ["-started_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ImportProblem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="problems", to="lessons.importrun"
                    ),
                ),
                ("row", models.PositiveIntegerField()),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("sentence", models.CharField(max_length=500)),
                ("is_refusal", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["row", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ImportPiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="lessons.importrun"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
            ],
            options={
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("run", "position"), name="import_piece_once")],
            },
        ),
        migrations.CreateModel(
            name="LeftNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisations.group",
                    ),
                ),
                (
                    "happened",
                    models.TextField(
                        error_messages={"blank": "Say what happened."},
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What happened?",
                    ),
                ),
                (
                    "advice",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What should others do?",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "Nobody has decided about it yet"),
                            ("taken", "Somebody is writing it up"),
                            ("aside", "Put aside"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lesson",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lessons.lesson",
                    ),
                ),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["organisation", "state"], name="left_note_state")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "once"), name="left_note_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "new")),
                            models.Q(models.Q(("state", "new"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="left_note_decided_on_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="lessons.importrun"
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="imported_rows", to="lessons.lesson"
                    ),
                ),
                ("row", models.PositiveIntegerField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("before", models.JSONField(editable=False, help_text="Empty where the lesson was made.", null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ImportDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="differences", to="lessons.importrun"
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="lessons.lesson"
                    ),
                ),
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
            ],
            options={
                "ordering": ["row", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "external_id", "field"), name="import_difference_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowHit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.membership"
                    ),
                ),
                (
                    "follow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hits", to="lessons.follow"
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="lessons.lesson"
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("at-once", "At once, as a notice in the portal"),
                            ("digest", "In the e-mail of the next morning"),
                            ("off", "Not for now"),
                        ],
                        max_length=10,
                    ),
                ),
                ("day", models.DateField()),
            ],
            options={
                "indexes": [models.Index(fields=["how", "day"], name="follow_hit_day")],
                "constraints": [models.UniqueConstraint(fields=("membership", "lesson"), name="follow_hit_once")],
            },
        ),
        migrations.CreateModel(
            name="AssetPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="lessons.asset"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("lesson", "Lesson"), ("link", "Link"), ("person", "Somebody to ask")], max_length=10
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="lessons.lesson",
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
                ("url", models.URLField(blank=True, max_length=500, verbose_name="Which web address?")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="What do you call the link?")),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="What is it good for?",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lesson__isnull", False)),
                        fields=("asset", "lesson"),
                        name="asset_lesson_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", False)),
                        fields=("asset", "person"),
                        name="asset_person_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LessonComment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="lessons.lesson"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        error_messages={"blank": "Write something first."},
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="Your comment",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                (
                    "hidden_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hidden_because",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="Why is it hidden?",
                    ),
                ),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["author", "-at"], name="lesson_comment_by_author")],
                "constraints": [
                    models.UniqueConstraint(fields=("lesson", "once"), name="lesson_comment_form_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hidden_at", None),
                            ("hidden_by", None),
                            ("author", None),
                            models.Q(("hidden_by", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="lesson_comment_not_hidden_by_its_writer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LessonCommentRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="lessons.lessoncomment",
                    ),
                ),
                ("text", models.TextField(max_length=2000)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, help_text="When it was changed.")),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="LessonFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.membership"
                    ),
                ),
                (
                    "follow",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feed",
                        to="lessons.follow",
                    ),
                ),
                ("hash", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("follow", None)), fields=("membership",), name="lesson_feed_of_all_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LessonFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attached", to="lessons.lesson"
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="attachments.storedfile"
                    ),
                ),
                (
                    "tells",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What does it show or say?",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["lesson", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="LessonRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="revisions", to="lessons.lesson"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="Title")),
                (
                    "expected",
                    models.TextField(
                        blank=True,
                        max_length=40000,
                        validators=[django.core.validators.MaxLengthValidator(40000)],
                        verbose_name="What did you expect?",
                    ),
                ),
                (
                    "happened",
                    models.TextField(
                        blank=True,
                        max_length=40000,
                        validators=[django.core.validators.MaxLengthValidator(40000)],
                        verbose_name="What happened?",
                    ),
                ),
                (
                    "why",
                    models.TextField(
                        blank=True,
                        max_length=40000,
                        validators=[django.core.validators.MaxLengthValidator(40000)],
                        verbose_name="Why?",
                    ),
                ),
                ("when_you", models.CharField(blank=True, max_length=1000, verbose_name="When you are about to…")),
                (
                    "then_do",
                    models.TextField(
                        blank=True,
                        max_length=40000,
                        validators=[django.core.validators.MaxLengthValidator(40000)],
                        verbose_name="then…",
                    ),
                ),
                (
                    "abstract",
                    models.TextField(
                        blank=True,
                        max_length=40000,
                        validators=[django.core.validators.MaxLengthValidator(40000)],
                        verbose_name="Summary",
                    ),
                ),
                (
                    "learned",
                    models.TextField(
                        blank=True,
                        max_length=40000,
                        validators=[django.core.validators.MaxLengthValidator(40000)],
                        verbose_name="What was learned",
                    ),
                ),
                (
                    "files",
                    models.TextField(
                        blank=True,
                        editable=False,
                        help_text="A line for each that it had, and what it shows.",
                        verbose_name="Files and pictures",
                    ),
                ),
                (
                    "brought_in",
                    models.BooleanField(default=False, help_text="Written by an import and not by a person."),
                ),
                (
                    "restored_from",
                    models.PositiveIntegerField(blank=True, help_text="Number of the version it repeats.", null=True),
                ),
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
                "ordering": ["-number"],
                "constraints": [models.UniqueConstraint(fields=("lesson", "number"), name="lesson_revision_once")],
            },
        ),
        migrations.CreateModel(
            name="LessonMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges_out", to="lessons.lesson"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges_in", to="lessons.lesson"
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        blank=True,
                        help_text="That it wrote.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lessons.lessonrevision",
                    ),
                ),
                ("before", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("after", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
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
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)), fields=("source",), name="lesson_merged_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="lesson_merged_into_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LessonMergeRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="lessons.lessonmerge"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("ident", models.BigIntegerField()),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("merge", "kind", "ident"), name="lesson_merge_row_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LessonEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="lessons.lesson"
                    ),
                ),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("review", "In review"),
                            ("returned", "Returned"),
                            ("declined", "Declined"),
                            ("identified", "Identified"),
                            ("noted", "Noted"),
                            ("action", "Action agreed"),
                            ("learned", "Learned"),
                            ("embedded", "Embedded"),
                            ("superseded", "Superseded"),
                            ("retired", "Retired"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("review", "In review"),
                            ("returned", "Returned"),
                            ("declined", "Declined"),
                            ("identified", "Identified"),
                            ("noted", "Noted"),
                            ("action", "Action agreed"),
                            ("learned", "Learned"),
                            ("embedded", "Embedded"),
                            ("superseded", "Superseded"),
                            ("retired", "Retired"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "comment",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="Comment",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="lessons.lessonrevision"
                    ),
                ),
                (
                    "deed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("took-in", "Took another in"),
                            ("went-into", "Went into another"),
                            ("gave-back", "Gave another back"),
                            ("came-back", "Came back out of another"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lessons.lesson",
                    ),
                ),
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
            name="LessonCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="lessons.lesson"
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="lessons.lessonrevision"
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
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("revision", "person"),
                        name="lesson_checked_once_by_each",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpertQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="expert_questions",
                        to="lessons.lesson",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="lessons.lessonrevision"
                    ),
                ),
                ("whom", models.CharField(max_length=120, verbose_name="Whom do you ask?")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="Their e-mail address")),
                (
                    "question",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What do you want to know?",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ends_on", models.DateField(help_text="The last day on which the link opens.")),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="Your name")),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("right", "It is right"),
                            ("partly", "It is right in part"),
                            ("wrong", "It is not right"),
                            ("unsure", "I cannot say"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "opinion",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What should be better?",
                    ),
                ),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [models.UniqueConstraint(fields=("lesson", "once"), name="expert_asked_once")],
            },
        ),
        migrations.CreateModel(
            name="PackAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                ("work_kind", models.CharField(max_length=20)),
                ("work_ident", models.BigIntegerField()),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pack_answers",
                        to="lessons.lesson",
                        verbose_name="lesson",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("use", "We use it"), ("not", "Not for us"), ("later", "Later")], max_length=10
                    ),
                ),
                ("because", models.CharField(blank=True, max_length=500, verbose_name="Why is it not for you?")),
                (
                    "action",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="pack_answers",
                        to="actionplan.action",
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
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "work_kind", "work_ident", "lesson"), name="pack_answer_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "not"), _negated=True), ("because__gt", ""), _connector="OR"
                        ),
                        name="pack_answer_not_has_reason",
                        violation_error_message="Say why this lesson is not for you.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PieceOfWork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "title",
                    models.CharField(
                        error_messages={"blank": "Say what you will do."},
                        max_length=200,
                        verbose_name="What are you about to do?",
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What should we know about it?",
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="When does it begin?")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "pieces of work",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["organisation", "starts_on"], name="piece_of_work_begins")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "once"), name="piece_of_work_form_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Poster",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.group"
                    ),
                ),
                ("code", models.CharField(default=lessons.models.posters.new_code, max_length=32, unique=True)),
                ("is_open", models.BooleanField(default=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, help_text="When its address was made."),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lesson",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="receipt", to="lessons.lesson"
                    ),
                ),
                ("hash", models.CharField(max_length=64, unique=True)),
                (
                    "traces",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="How often something was written that joins it and its author beside the tables; 0: nothing is left.",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reuse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reuses", to="lessons.lesson"
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("helped", "This helped us"),
                            ("same", "The same happened to us"),
                            ("opposite", "The opposite happened"),
                        ],
                        error_messages={"invalid_choice": "Choose one of the three."},
                        max_length=10,
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
                        verbose_name="Which group?",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="Where was it?")),
                (
                    "changed",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What changed?",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["organisation", "-at"], name="reuse_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "lesson", "person", "kind"), name="reuse_said_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
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
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "kind"), name="review_rule_once")],
            },
        ),
        migrations.CreateModel(
            name="ReviewTurn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            name="SafeAuthor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lesson",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="safe_author", to="lessons.lesson"
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
                (
                    "known_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SavedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.membership"
                    ),
                ),
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
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [models.UniqueConstraint(fields=("membership", "name_key"), name="saved_list_once")],
            },
        ),
        migrations.CreateModel(
            name="Saving",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reuse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="savings", to="lessons.reuse"
                    ),
                ),
                (
                    "measure",
                    models.CharField(
                        choices=[("time", "Time"), ("money", "Money"), ("quality", "Quality"), ("safety", "Safety")],
                        max_length=10,
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="In words",
                    ),
                ),
                (
                    "sureness",
                    models.CharField(
                        choices=[
                            ("measured", "It was counted or measured"),
                            ("estimated", "It was estimated"),
                            ("told", "Somebody says so"),
                        ],
                        default="told",
                        error_messages={"invalid_choice": "Say how sure it is."},
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("confirmed", "Confirmed"),
                            ("claimed", "Claimed"),
                            ("taken", "Taken as said"),
                            ("declined", "Not confirmed"),
                        ],
                        default="taken",
                        max_length=10,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="Why not?",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("reuse", "measure"), name="saving_once_for_measure"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("measure__in", ["time", "money"]), ("amount__isnull", False), ("words", "")),
                            models.Q(
                                ("measure__in", ["quality", "safety"]),
                                ("amount__isnull", True),
                                models.Q(("words", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="saving_is_number_or_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state__in", ["taken", "claimed"])),
                            models.Q(("decided_at__isnull", False), ("state__in", ["confirmed", "declined"])),
                            _connector="OR",
                        ),
                        name="saving_decided_on_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="saving_declined_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="lessons.tag"
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="lessons.theme"
                    ),
                ),
                (
                    "minimum",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="How many people have to check it?",
                    ),
                ),
            ],
            options={
                "ordering": ["tag__name", "theme__theme_set__name", "theme__position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "tag"), name="check_rule_once_for_a_tag"),
                    models.UniqueConstraint(fields=("organisation", "theme"), name="check_rule_once_for_a_theme"),
                    models.UniqueConstraint(
                        condition=models.Q(("tag", None), ("theme", None)),
                        fields=("organisation",),
                        name="check_rule_once_for_all",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tag", None), ("theme", None), _connector="OR"),
                        name="check_rule_of_one_thing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upkeep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("doubted_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
        migrations.AddField(
            model_name="lesson",
            name="approved",
            field=models.ForeignKey(
                blank=True,
                help_text="The one that was validated.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="lessons.lessonrevision",
            ),
        ),
        migrations.AddField(
            model_name="lesson",
            name="revision",
            field=models.ForeignKey(
                blank=True,
                help_text="The newest.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="lessons.lessonrevision",
            ),
        ),
        migrations.AddField(
            model_name="lessontheme",
            name="theme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="ties", to="lessons.theme"
            ),
        ),
        migrations.AddIndex(
            model_name="lesson",
            index=models.Index(fields=["organisation", "state"], name="lesson_state"),
        ),
        migrations.AddIndex(
            model_name="lesson",
            index=models.Index(fields=["organisation", "reach", "-id"], name="lesson_newest"),
        ),
        migrations.AddIndex(
            model_name="lesson",
            index=models.Index(fields=["author", "state"], name="lesson_mine"),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("organisation", "source", "external_id"),
                name="lesson_external_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.UniqueConstraint(fields=("organisation", "once"), name="lesson_form_once"),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["action", "embedded", "identified", "learned", "noted", "retired", "superseded"]),
                    models.Q(("state", "draft"), ("reach", "author")),
                    models.Q(
                        ("state__in", ["submitted", "review", "returned", "declined"]),
                        ("reach__in", ["author", "reviewers"]),
                    ),
                    _connector="OR",
                ),
                name="lesson_private_until_validated",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_safe", False), ("author", None), _connector="OR"),
                name="lesson_safe_names_nobody",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("superseded_by", None),
                    models.Q(("state", "superseded"), models.Q(("superseded_by", models.F("id")), _negated=True)),
                    _connector="OR",
                ),
                name="lesson_superseded_by_another",
                violation_error_message="Choose another lesson, which takes its place.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("validated_by", None),
                    ("author", None),
                    models.Q(("validated_by", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="lesson_never_validates_own",
                violation_error_message="Nobody checks their own lesson.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lesson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_by", None),
                    ("author", None),
                    models.Q(("claimed_by", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="lesson_never_claims_own",
                violation_error_message="Nobody checks their own lesson.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lessontheme",
            constraint=models.UniqueConstraint(fields=("theme", "lesson"), name="lesson_theme_once"),
        ),
    ]
    operations = at_once(operations)
