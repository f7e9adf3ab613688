"""All of communities up to 0019 in one step, for a new database (docs/decisions/0077)."""

import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from kmportal.lib.migrating import at_once


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("communities", "0001_initial"),
        ("communities", "0002_shelf"),
        ("communities", "0003_health"),
        ("communities", "0004_stories"),
        ("communities", "0005_review"),
        ("communities", "0006_rehoming"),
        ("communities", "0007_kickoff"),
        ("communities", "0008_meetings"),
        ("communities", "0009_assets_of_communities"),
        ("communities", "0010_asked_by_name"),
        ("communities", "0011_away_is_said_of_a_person"),
        ("communities", "0012_answers_to_objections"),
        ("communities", "0013_emergency_readings"),
        ("communities", "0014_review_sessions"),
        ("communities", "0015_followers_of_threads"),
        ("communities", "0016_benefits_decided"),
        ("communities", "0017_post_files"),
        ("communities", "0018_picture_with_consent"),
        ("communities", "0019_names_of_the_room"),
    ]

    dependencies = [
        ("attachments", "0002_sound"),
        ("lessons", "0018_kept_fresh_and_saved_lists"),
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("techniques", "0010_steps_have_helpers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Community",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="community", to="organisations.group"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="What is it called?")),
                ("question", models.CharField(max_length=300, verbose_name="Which question brings you together?")),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("open", "Everybody here can join"),
                            ("request", "People ask to join"),
                            ("invitation", "People are invited"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("forming", "Forming"),
                            ("established", "Established"),
                            ("informal", "Informal"),
                            ("closing", "Closing"),
                            ("closed", "Closed"),
                            ("archived", "Archived"),
                        ],
                        default="forming",
                        max_length=12,
                    ),
                ),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Planning"),
                            (2, "Creating"),
                            (3, "Building the knowledge base"),
                            (4, "Reviewing"),
                        ],
                        default=1,
                    ),
                ),
                (
                    "founded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("forming_until_on", models.DateField(blank=True, null=True)),
                ("asked_day", models.PositiveSmallIntegerField(default=0)),
                ("review_on", models.DateField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "moved_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="communities.community",
                    ),
                ),
                ("end_reason", models.CharField(blank=True, help_text="See Closing.Reason.", max_length=20)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "communities",
                "ordering": ["name"],
                "indexes": [models.Index(fields=["organisation", "state", "name"], name="community_directory")],
                "constraints": [models.UniqueConstraint(fields=("organisation", "once"), name="community_form_once")],
            },
        ),
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="closings", to="communities.community"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("done", "We have done what we came for"),
                            ("daily-work", "It is part of daily work now"),
                            ("merged", "It merges with another community"),
                            ("split", "It splits into others"),
                            ("no-time", "Nobody has time for it"),
                            ("gone", "The question has gone"),
                        ],
                        error_messages={"invalid_choice": "Choose one of the reasons."},
                        max_length=20,
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        error_messages={"blank": "Say what happens to what you know."},
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What happens to what you know?",
                    ),
                ),
                (
                    "story",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What came of it?",
                    ),
                ),
                (
                    "before",
                    models.CharField(help_text="The state to go back to if the closing is stopped.", max_length=12),
                ),
                ("last_on", models.DateField()),
                ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "last_meeting",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="When did you meet a last time, or why not?",
                    ),
                ),
                (
                    "thanks",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="A word of thanks",
                    ),
                ),
                ("asked_step", models.PositiveSmallIntegerField(default=0)),
                ("sisters_at", models.DateTimeField(blank=True, null=True)),
                ("heirs_asked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("open", "Announced"), ("stopped", "Stopped"), ("closed", "Carried out")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "open")), fields=("community",), name="closing_open_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Charter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="charters", to="communities.community"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("answers", models.JSONField(default=dict)),
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
                "constraints": [models.UniqueConstraint(fields=("community", "number"), name="charter_version_once")],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "community",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="communities.community",
                    ),
                ),
                ("hash", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("community__isnull", True), ("person__isnull", False)),
                            models.Q(("community__isnull", False), ("person__isnull", True)),
                            _connector="OR",
                        ),
                        name="calendar_feed_of_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="agreed", to="communities.community"
                    ),
                ),
                (
                    "meetings",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="How often do you meet in three months?",
                    ),
                ),
                (
                    "answer_days",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="In how many working days does a question get an answer?",
                    ),
                ),
                (
                    "builds",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="How many things do you build in three months?",
                    ),
                ),
                (
                    "stories",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="How many stories of value do you tell in a year?",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CommunityRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roles",
                        to="organisations.groupmembership",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("facilitator", "Facilitator"),
                            ("deputy", "Deputy"),
                            ("core", "Core group"),
                            ("expert", "Expert"),
                            ("librarian", "Librarian"),
                            ("sponsor", "Sponsor"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("seat", "kind"), name="community_role_once")],
            },
        ),
        migrations.CreateModel(
            name="EmergencyReader",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.membership"
                    ),
                ),
                ("named_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["named_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="EmergencyReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="emergency_readings",
                        to="communities.community",
                    ),
                ),
                (
                    "why",
                    models.TextField(
                        error_messages={"blank": "Say why it cannot wait. Everybody in it will read this."},
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="What has happened, and why can it not wait?",
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
                (
                    "agreed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, help_text="Taken back, or ended before its time.", null=True),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreed_by", None),
                            models.Q(("agreed_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="emergency_takes_two_people",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InPicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="in_picture",
                        to="organisations.groupmembership",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="KickOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "title",
                    models.CharField(
                        error_messages={"blank": "Say what it is about."},
                        max_length=120,
                        verbose_name="What is it about?",
                    ),
                ),
                (
                    "why",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="Why do you ask now?",
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("page", "On a page, for two weeks"),
                            ("live", "Live, with a page for those who cannot come"),
                        ],
                        default="page",
                        error_messages={"invalid_choice": "Choose whether it is live or on a page."},
                        max_length=10,
                    ),
                ),
                ("opens_on", models.DateField()),
                ("last_on", models.DateField()),
                (
                    "session",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="community_kickoff",
                        to="techniques.session",
                    ),
                ),
                ("taken_over_at", models.DateTimeField(blank=True, null=True)),
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
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["-opens_on", "-pk"],
                "constraints": [models.UniqueConstraint(fields=("organisation", "once"), name="kickoff_form_once")],
            },
        ),
        migrations.CreateModel(
            name="Knock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="knocks", to="communities.community"
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.membership"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("request", "Asks to join"), ("invitation", "Is invited")], max_length=12
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="Why would you like to join?",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("is_accepted", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("community", "membership"),
                        name="knock_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MailWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mail_wish",
                        to="organisations.groupmembership",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("at-once", "At once: each new discussion"),
                            ("weekly", "Once a week: what is new, in the mail of my day"),
                            ("nothing", "Nothing: I look myself"),
                        ],
                        default="weekly",
                        max_length=10,
                        verbose_name="How much mail?",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="meetings", to="communities.community"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "title",
                    models.CharField(
                        error_messages={"blank": "Say what it is about."},
                        max_length=200,
                        verbose_name="What is it about?",
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What should people know before?",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=300, verbose_name="Place or link")),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(1440),
                        ],
                        verbose_name="How many minutes?",
                    ),
                ),
                ("first_on", models.DateField(verbose_name="On which day?")),
                ("clock", models.TimeField(verbose_name="At what time?")),
                ("again_at", models.TimeField(blank=True, null=True, verbose_name="And once more at")),
                (
                    "repeats",
                    models.CharField(
                        choices=[
                            ("once", "Once"),
                            ("weekly", "Every week"),
                            ("fortnightly", "Every two weeks"),
                            ("same-weekday", "Every month on the same weekday, such as the first Tuesday"),
                            ("last-weekday", "Every month on the last such weekday, such as the last Friday"),
                            ("same-day", "Every month on the same day"),
                            ("yearly", "Every year"),
                        ],
                        default="once",
                        max_length=14,
                        verbose_name="How often?",
                    ),
                ),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="Until when?")),
                ("laid_from_on", models.DateField(help_text="From which day on the rhythm holds as it is now.")),
                ("zone", models.CharField(max_length=64)),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("planned_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["first_on", "pk"],
                "constraints": [models.UniqueConstraint(fields=("community", "once"), name="meeting_form_once")],
            },
        ),
        migrations.CreateModel(
            name="MeetingDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="days", to="communities.meeting"
                    ),
                ),
                ("slot", models.PositiveSmallIntegerField(default=0)),
                ("laid_at", models.DateTimeField(help_text="When the rhythm has it: calendars know the day by it.")),
                ("starts_at", models.DateTimeField()),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(1440),
                        ],
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=300, verbose_name="Place or link")),
                ("is_moved", models.BooleanField(default=False, help_text="Another time or place than the rhythm’s.")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "notes",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="What came of it?",
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="techniques.session",
                        verbose_name="session",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["starts_at", "pk"],
                "indexes": [models.Index(fields=["starts_at"], name="meeting_day_next")],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "slot", "laid_at"), name="meeting_day_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to="communities.meetingday",
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
                "constraints": [models.UniqueConstraint(fields=("day", "person"), name="attendance_once")],
            },
        ),
        migrations.CreateModel(
            name="NamedBarrier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kickoff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="barriers", to="communities.kickoff"
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=40)),
                (
                    "words",
                    models.CharField(
                        blank=True,
                        error_messages={"blank": "Say what gets in the way."},
                        max_length=500,
                        verbose_name="What gets in the way?",
                    ),
                ),
                ("words_key", models.CharField(default="", editable=False, max_length=200)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("kickoff", "key"),
                        name="barrier_of_list_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("key", "")), fields=("kickoff", "words_key"), name="barrier_words_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="objections", to="communities.closing"
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
                    "words",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="Why should it stay open?",
                    ),
                ),
                ("would_carry", models.BooleanField(default=False, verbose_name="I would help to carry it on")),
                ("would_facilitate", models.BooleanField(default=False, verbose_name="I would facilitate it")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "answer",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="What do you answer?",
                    ),
                ),
                (
                    "answered_by",
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
                "constraints": [models.UniqueConstraint(fields=("closing", "person"), name="objection_once")],
            },
        ),
        migrations.CreateModel(
            name="Pace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pace", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=0,
                        verbose_name="Which day is yours?",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pins", to="communities.community"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lesson", "Lesson"),
                            ("asset", "Knowledge asset"),
                            ("link", "Link"),
                            ("person", "Somebody to ask"),
                        ],
                        max_length=10,
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
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="lessons.asset",
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
                ("title", models.CharField(blank=True, max_length=200, verbose_name="What is it?")),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="What is it good for?",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
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
                ("review_on", models.DateField(blank=True, null=True)),
                (
                    "told_at",
                    models.DateTimeField(
                        blank=True, help_text="When the owner was asked to look at it again.", null=True
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lesson__isnull", False)),
                        fields=("community", "lesson"),
                        name="pin_lesson_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("asset__isnull", False)),
                        fields=("community", "asset"),
                        name="pin_asset_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        max_length=8000,
                        validators=[django.core.validators.MaxLengthValidator(8000)],
                        verbose_name="Your words",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PostFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attached", to="communities.post"
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="attachments.storedfile"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["post", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PostRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="revisions", to="communities.post"
                    ),
                ),
                ("text", models.TextField(max_length=8000)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, help_text="When it was changed.")),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kickoff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="topics", to="communities.kickoff"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        error_messages={"blank": "Give the topic a name."},
                        max_length=120,
                        verbose_name="What is the topic called?",
                    ),
                ),
                ("name_key", models.CharField(default="", editable=False, max_length=200)),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="topics",
                        to="communities.community",
                    ),
                ),
                (
                    "joined",
                    models.TextField(
                        blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)]
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("kickoff", "name_key"), name="topic_name_once")],
            },
        ),
        migrations.CreateModel(
            name="Problem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "kickoff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="problems", to="communities.kickoff"
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="problems",
                        to="communities.topic",
                    ),
                ),
                (
                    "was_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="communities.topic",
                    ),
                ),
                ("was_moved", models.BooleanField(default=False)),
                (
                    "line",
                    models.CharField(
                        error_messages={"blank": "Say in one line what it is."},
                        max_length=200,
                        verbose_name="In one line",
                    ),
                ),
                (
                    "more",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="Tell more",
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
                ("is_in", models.BooleanField(default=False, verbose_name="Count me in")),
                ("would_facilitate", models.BooleanField(default=False, verbose_name="I would keep it together")),
                ("voices", models.PositiveSmallIntegerField(default=0)),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="problems",
                        to="communities.community",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["organisation", "community"], name="problem_unclaimed")],
                "constraints": [models.UniqueConstraint(fields=("kickoff", "once"), name="problem_form_once")],
            },
        ),
        migrations.CreateModel(
            name="QuietLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quiet_lines",
                        to="communities.community",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wanted", "It is as we want it"),
                            ("busy", "We are busy just now"),
                            ("help", "Please help us"),
                            ("review", "We look back together"),
                            ("passed", "It passed by itself"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
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
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answer", "")), fields=("community",), name="quiet_line_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rehoming",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rehomings", to="communities.closing"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lesson", "Lesson"),
                            ("pin", "On the shelf"),
                            ("thread", "Question without an answer"),
                            ("action", "Action"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ident", models.BigIntegerField()),
                ("title", models.CharField(max_length=250)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("accepted", "Said yes"),
                            ("declined", "Said no"),
                            ("left", "Not looked after"),
                        ],
                        default="asked",
                        max_length=10,
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
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("closing", "kind", "ident"), name="rehoming_once")],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="communities.community"
                    ),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("carry-on", "Carry on"),
                            ("change", "Change"),
                            ("split", "Split"),
                            ("merge", "Merge"),
                            ("close", "Close"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "why",
                    models.TextField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="Why?",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
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
                ("missed_yes", models.PositiveIntegerField(default=0)),
                ("missed_no", models.PositiveIntegerField(default=0)),
                ("free_yes", models.PositiveIntegerField(default=0)),
                ("free_no", models.PositiveIntegerField(default=0)),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="techniques.session",
                    ),
                ),
                ("taken_over_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decision", "")), fields=("community",), name="review_open_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="communities.review"
                    ),
                ),
                ("stage", models.CharField(help_text="The key of the stage in content/review.yaml.", max_length=40)),
                (
                    "text",
                    models.TextField(
                        blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)]
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
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ReviewVoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="voices", to="communities.review"
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
                "constraints": [models.UniqueConstraint(fields=("review", "person"), name="review_voice_once")],
            },
        ),
        migrations.CreateModel(
            name="StepAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="step_answers",
                        to="communities.community",
                    ),
                ),
                (
                    "question",
                    models.CharField(help_text="The key of the question in content/steps.yaml.", max_length=40),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)]
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
                "indexes": [models.Index(fields=["community", "question"], name="step_answer_of")],
            },
        ),
        migrations.CreateModel(
            name="StepMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="communities.community"
                    ),
                ),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Planning"), (2, "Creating"), (3, "Building the knowledge base"), (4, "Reviewing")]
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
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Story",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stories", to="communities.community"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.group")),
                (
                    "reach",
                    models.CharField(
                        choices=[
                            ("author", "Only me"),
                            ("group", "Members of the community"),
                            ("organisation", "Everybody in the organisation"),
                        ],
                        error_messages={"blank": "Say who may read it.", "invalid_choice": "Say who may read it."},
                        max_length=20,
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
                    "title",
                    models.CharField(
                        error_messages={"blank": "Say in one line what it is about."},
                        max_length=200,
                        verbose_name="In one line",
                    ),
                ),
                (
                    "worth",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="It was worth coming",
                    ),
                ),
                (
                    "took",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="I took something away",
                    ),
                ),
                (
                    "used",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="I used it",
                    ),
                ),
                (
                    "changed",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="It changed something",
                    ),
                ),
                (
                    "otherwise",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="We now see it otherwise",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "stories",
                "ordering": ["-at", "-pk"],
                "constraints": [models.UniqueConstraint(fields=("community", "once"), name="story_form_once")],
            },
        ),
        migrations.CreateModel(
            name="ClaimedBenefit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "story",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="benefit", to="communities.story"
                    ),
                ),
                (
                    "what",
                    models.TextField(max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)]),
                ),
                ("amount", models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hours", "Hours"),
                            ("days", "Days"),
                            ("pounds", "Pounds"),
                            ("people", "People"),
                            ("times", "Times"),
                        ],
                        error_messages={"invalid_choice": "Choose of what it is so much."},
                        max_length=10,
                    ),
                ),
                ("who_says", models.CharField(blank=True, max_length=200, verbose_name="Who says so?")),
                (
                    "sureness",
                    models.CharField(
                        choices=[
                            ("measured", "It was counted or measured"),
                            ("estimated", "It was estimated"),
                            ("told", "Somebody says so"),
                        ],
                        default="told",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("claimed", "Claimed"), ("confirmed", "Confirmed"), ("declined", "Not confirmed")],
                        default="claimed",
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__isnull", True), ("unit", "")),
                            models.Q(("amount__isnull", False), models.Q(("unit", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="benefit_amount_with_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "claimed")),
                            models.Q(models.Q(("state", "claimed"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="benefit_decided_on_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="benefit_declined_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Support",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "problem",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="supports", to="communities.problem"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("is_in", models.BooleanField(default=False, verbose_name="Count me in")),
                ("would_facilitate", models.BooleanField(default=False, verbose_name="I would keep it together")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("problem", "person"), name="support_once")],
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="threads", to="communities.community"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.group")),
                (
                    "reach",
                    models.CharField(
                        choices=[
                            ("group", "Members of the community"),
                            ("organisation", "Everybody in the organisation"),
                        ],
                        default="group",
                        max_length=20,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("question", "A question"), ("talk", "Something to talk about")],
                        default="question",
                        max_length=10,
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        error_messages={"blank": "Say in one line what it is about."},
                        max_length=200,
                        verbose_name="In one line",
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
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answers", models.PositiveIntegerField(default=0)),
                (
                    "answer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="communities.post",
                    ),
                ),
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
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="lessons.asset",
                    ),
                ),
                ("told_unanswered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(blank=True, help_text="When one expert was asked by name.", null=True),
                ),
                ("once", models.UUIDField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["-last_at", "-pk"],
                "indexes": [models.Index(fields=["community", "-last_at"], name="thread_newest")],
                "constraints": [models.UniqueConstraint(fields=("community", "once"), name="thread_form_once")],
            },
        ),
        migrations.CreateModel(
            name="Muted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="muted_by", to="communities.thread"
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
                "constraints": [models.UniqueConstraint(fields=("thread", "person"), name="muted_once")],
            },
        ),
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="followers", to="communities.thread"
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
                "constraints": [models.UniqueConstraint(fields=("thread", "person"), name="follower_once")],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("merge", "Merge"), ("split", "Split")], max_length=10)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="given", to="communities.community"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="taken", to="communities.community"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="communities.review",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("done", "Done"),
                            ("declined", "Declined"),
                            ("undone", "Taken back"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=12)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("source",), name="transfer_asked_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TransferRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="communities.transfer"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("ident", models.BigIntegerField()),
                ("position", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("transfer", "kind", "ident"), name="transfer_row_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="post",
            name="thread",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="posts", to="communities.thread"
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["author", "-at"], name="post_by_author"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(fields=("thread", "once"), name="post_form_once"),
        ),
    ]
    operations = at_once(operations)
