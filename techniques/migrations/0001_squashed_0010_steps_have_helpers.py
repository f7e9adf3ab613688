"""All of techniques up to 0010 in one step, for a new database (docs/decisions/0077)."""

import uuid
from typing import Any

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import techniques.models.rooms
from kmportal.lib.migrating import at_once
from kmportal.lib.unlinking import keep_no_statistics

WORDS = ("Note", "Comment", "Correction", "Wording", "Wish")
PEOPLE = ("Participant", "Ballot", "MeToo", "Mark", "Consent")


def forget(apps: Any, schema_editor: Any) -> None:
    """No samples of who wrote, voted, agreed or gave a mark in the statistics: docs/decisions/0024."""
    keep_no_statistics(schema_editor, *(apps.get_model("techniques", name) for name in (*WORDS, *PEOPLE)))


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("techniques", "0001_initial"),
        ("techniques", "0002_doors"),
        ("techniques", "0003_admission_and_unread_columns"),
        ("techniques", "0004_columns_say_what_they_tell"),
        ("techniques", "0005_closed_sessions_keep_no_traces"),
        ("techniques", "0006_no_statistics_of_notes"),
        ("techniques", "0007_the_big_screen_has_pages"),
        ("techniques", "0008_rooms_group_and_vote"),
        ("techniques", "0009_the_shared_close"),
        ("techniques", "0010_steps_have_helpers"),
    ]

    dependencies = [
        ("organisations", "0013_away"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("roadmap", "0003_changes_of_several_at_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Technique",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60)),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="organisations.organisation",
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "moment",
                    models.CharField(
                        choices=[("before", "Before"), ("during", "During"), ("after", "After"), ("any", "Any time")],
                        max_length=10,
                    ),
                ),
                ("tier", models.CharField(max_length=20)),
                ("purpose", models.TextField()),
                ("card", models.JSONField(default=dict)),
                ("stages", models.JSONField(default=list)),
                ("minutes", models.JSONField(default=dict, help_text="Total for each length.")),
                (
                    "can_run",
                    models.BooleanField(
                        default=False, help_text="Its script is complete, so that a session can be planned."
                    ),
                ),
                ("is_draft", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("organisation", None)), fields=("key",), name="technique_key_unique"
                    ),
                    models.UniqueConstraint(fields=("key", "organisation"), name="technique_copy_unique"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="organisations.organisation"),
                ),
                (
                    "technique",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="techniques.technique"),
                ),
                (
                    "length",
                    models.CharField(
                        choices=[("short", "Short"), ("standard", "Standard"), ("long", "Long")],
                        default="standard",
                        max_length=10,
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(default=0, help_text="In all, as planned.")),
                (
                    "confidentiality",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("no-blame", "No-blame summary"),
                            ("chatham-house", "Chatham House"),
                            ("not-captured", "Not captured"),
                            ("set-only", "Set only"),
                            ("consent", "By consent"),
                            ("private-pair", "Private pair"),
                        ],
                        default="no-blame",
                        help_text="Taken from the technique at planning: what people were promised does not change under them.",
                        max_length=20,
                    ),
                ),
                (
                    "naming",
                    models.CharField(
                        choices=[("anonymous", "No names"), ("alias", "Made-up names"), ("names", "Names")],
                        default="anonymous",
                        help_text="What stands beside a note. Fixed as soon as somebody has joined.",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(error_messages={"blank": "Say what the session is about."}, max_length=120)),
                (
                    "purpose",
                    models.TextField(
                        blank=True, max_length=1000, validators=[django.core.validators.MaxLengthValidator(1000)]
                    ),
                ),
                (
                    "intervention",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="roadmap.intervention"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="organisations.group"
                    ),
                ),
                (
                    "facilitator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sessions_facilitated",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                (
                    "place_kind",
                    models.CharField(
                        choices=[("room", "In a room"), ("online", "Online"), ("both", "In a room and online")],
                        default="room",
                        max_length=10,
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("live", "Under way"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="Join code; empty once closed, so that it is dead.", max_length=6
                    ),
                ),
                (
                    "last_code",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        help_text="The code it had: whoever was in hears that it is over.",
                        max_length=6,
                    ),
                ),
                (
                    "admission_stopped_at",
                    models.DateTimeField(blank=True, help_text="While set, nobody else comes in.", null=True),
                ),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                (
                    "paused_seconds",
                    models.IntegerField(blank=True, help_text="What is left while the clock is paused.", null=True),
                ),
                ("seq", models.PositiveIntegerField(default=0)),
                (
                    "prepared",
                    models.JSONField(default=list, help_text="Items of the checklist that are ticked, by their text."),
                ),
                ("summary", models.JSONField(default=dict, help_text="At the close: stage key → agreed words.")),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("summary_sent_at", models.DateTimeField(blank=True, null=True)),
                ("notes_deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "keeps_traces",
                    models.BooleanField(
                        default=False,
                        help_text="Closed, but deleted notes and their writers may still lie in the database’s files.",
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
                "ordering": ["-starts_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participants",
                        to="techniques.session",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        error_messages={"blank": "Enter your name, so that the facilitator knows who is here."},
                        max_length=60,
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("joined_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreed_to",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="The version of the wording to which they agree. Nobody is told who does.",
                        null=True,
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        error_messages={"invalid": "This is not an e-mail address."},
                        help_text="Where a guest gets the summary. Kept until it is sent, and for nothing else.",
                        max_length=254,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="techniques.participant",
                    ),
                ),
                ("before", models.TextField(blank=True, max_length=1000)),
                ("after", models.TextField(blank=True, max_length=1000)),
                ("place", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Rota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rota", to="techniques.session"
                    ),
                ),
                ("tables", models.PositiveSmallIntegerField()),
                ("rounds", models.PositiveSmallIntegerField()),
                ("again", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rounds__gte", 1), ("tables__gte", 1)), name="rota_of_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoomEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="techniques.session"
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("note", "Note written, changed or taken back"),
                            ("reveal", "Notes shown"),
                            ("stage", "Stage changed"),
                            ("timer", "Timer changed"),
                            ("people", "Somebody came, or admission was stopped or resumed"),
                            ("away", "Somebody went or was removed"),
                            ("screen", "Page turned, or something put alone on the big screen"),
                            ("groups", "Notes grouped, merged or taken apart"),
                            ("voting", "Vote opened or ended"),
                            ("voted", "Somebody voted for the first time, or took the last vote back"),
                            ("ready", "Somebody is ready, or not yet"),
                            ("wording", "What is agreed was worded, wished or agreed to"),
                            ("personal", "Somebody finds something new of their own"),
                            ("helper", "The helper of a step tells everybody something new"),
                            ("helper_desk", "The same, for desk and big screen"),
                            ("opened", "Session opened"),
                            ("closed", "Session closed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("ident", models.BigIntegerField(default=0, help_text="Of the note or stage it is about.")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["seq"],
                "constraints": [models.UniqueConstraint(fields=("session", "seq"), name="room_event_seq")],
            },
        ),
        migrations.CreateModel(
            name="NoteGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="techniques.session"
                    ),
                ),
                ("column", models.CharField(max_length=40)),
                (
                    "name",
                    models.CharField(
                        error_messages={"blank": "Write a name for the group, or choose one that is there."},
                        max_length=80,
                    ),
                ),
                ("handle", models.UUIDField(default=uuid.uuid4, unique=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="techniques.session"
                    ),
                ),
                ("column", models.CharField(max_length=40)),
                (
                    "text",
                    models.CharField(
                        error_messages={"blank": "Write something before you send the note."},
                        max_length=1000,
                        validators=[techniques.models.rooms.check_note_length],
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="techniques.participant"
                    ),
                ),
                (
                    "by_facilitator",
                    models.BooleanField(default=False, help_text="Typed for the room by whoever leads it."),
                ),
                ("client_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="notes",
                        to="techniques.notegroup",
                    ),
                ),
                (
                    "same_as",
                    models.ForeignKey(
                        blank=True,
                        help_text="It says the same as that note, which is shown for both.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="same",
                        to="techniques.note",
                    ),
                ),
                (
                    "promised_by",
                    models.CharField(blank=True, help_text="Who does it, in the words of its writer.", max_length=60),
                ),
                ("due_on", models.DateField(blank=True, help_text="By when they do it.", null=True)),
                (
                    "kept",
                    models.JSONField(
                        default=dict, help_text="At the close: how many wrote it, me too, votes, comments."
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Invitee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitees", to="techniques.session"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                (
                    "email",
                    models.EmailField(
                        blank=True, error_messages={"invalid": "This is not an e-mail address."}, max_length=254
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", False)),
                        fields=("session", "person"),
                        name="invitee_person_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("email", ""), _negated=True),
                        fields=("session", "email"),
                        name="invitee_address_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.session"
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="techniques.note"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="techniques.participant",
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("client_id", models.UUIDField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("session", "client_id"), name="comment_sent_once")],
            },
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stages", to="techniques.session"
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("prompts", models.JSONField(default=list)),
                ("say", models.TextField(blank=True)),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        help_text="What it has now: stretching one stage shortens later ones."
                    ),
                ),
                ("planned_minutes", models.PositiveSmallIntegerField()),
                (
                    "columns",
                    models.JSONField(default=list, help_text="As the script has them (content_schema.Column)."),
                ),
                ("takes", models.CharField(blank=True, help_text="Its helper (helper_registry).", max_length=40)),
                (
                    "writes",
                    models.CharField(
                        choices=[
                            ("everyone", "Everybody writes"),
                            ("facilitator", "Only the facilitator writes"),
                            ("nobody", "Nobody writes"),
                        ],
                        default="everyone",
                        max_length=12,
                    ),
                ),
                (
                    "reveal",
                    models.CharField(
                        choices=[("open", "Everybody sees notes at once"), ("hidden", "Hidden until shown")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("revealed_at", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                (
                    "seconds_left",
                    models.IntegerField(blank=True, help_text="On its clock when the room left it.", null=True),
                ),
                (
                    "screen_page",
                    models.PositiveSmallIntegerField(default=1, help_text="Of its notes, on the big screen."),
                ),
                (
                    "grouping_steps",
                    models.JSONField(
                        default=list, help_text="What to put back when sorting is undone, the last at the end."
                    ),
                ),
                (
                    "alone_note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="techniques.note",
                    ),
                ),
                ("alone_column", models.CharField(blank=True, max_length=40)),
                ("alone_page", models.PositiveSmallIntegerField(default=1, help_text="Of that column.")),
                ("alone_minutes", models.PositiveSmallIntegerField(default=0)),
                ("alone_ends_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("session", "key"), name="stage_key_once"),
                    models.UniqueConstraint(fields=("session", "position"), name="stage_position_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Marking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marking", to="techniques.stage"
                    ),
                ),
                ("count", models.PositiveSmallIntegerField(help_text="How many people gave a mark.")),
                ("halves", models.PositiveSmallIntegerField(help_text="The average, in half marks.")),
                (
                    "spread",
                    models.CharField(
                        choices=[
                            ("together", "Close together: all within two marks of each other"),
                            ("apart", "Some way apart: three to five marks between the lowest and the highest"),
                            ("far", "Far apart: six marks or more between the lowest and the highest"),
                        ],
                        max_length=10,
                    ),
                ),
                ("shown_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("keeps_traces", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("count__gte", 3)), name="marking_of_three_or_more"),
                    models.CheckConstraint(condition=models.Q(("halves__lte", 20)), name="marking_out_of_ten"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="techniques.stage"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                ("value", models.PositiveSmallIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("stage", "participant"), name="mark_one_each"),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0), ("value__lte", 10)), name="mark_out_of_ten"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentAsked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consent_asked", to="techniques.stage"
                    ),
                ),
                ("everybody", models.BooleanField()),
                ("counted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("keeps_traces", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="techniques.stage"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                ("agrees", models.BooleanField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("stage", "participant"), name="consent_one_each")],
            },
        ),
        migrations.CreateModel(
            name="SummaryVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="summary_versions",
                        to="techniques.session",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("words", models.JSONField(default=dict, help_text="Stage key → agreed words.")),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("agreed", models.PositiveSmallIntegerField(default=0)),
                ("people", models.PositiveSmallIntegerField(default=0)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("session", "number"), name="summary_number_once")],
            },
        ),
        migrations.CreateModel(
            name="Voting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votings", to="techniques.session"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votings", to="techniques.stage"
                    ),
                ),
                (
                    "on",
                    models.CharField(
                        choices=[("notes", "Each note"), ("groups", "Groups, and notes in no group")], max_length=10
                    ),
                ),
                ("budget", models.PositiveSmallIntegerField(help_text="Votes that each person has.")),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "voters",
                    models.PositiveSmallIntegerField(default=0, help_text="How many people had voted at the end."),
                ),
                ("result", models.JSONField(default=dict, help_text="Handle of a note or group → votes.")),
                ("keeps_traces", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("stage",), name="voting_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("budget__gte", 1), ("budget__lte", 10)), name="voting_budget_in_range"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "voting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ballots", to="techniques.voting"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                ("slot", models.PositiveSmallIntegerField()),
                ("budget", models.PositiveSmallIntegerField()),
                (
                    "note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="techniques.note",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="techniques.notegroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("voting", "participant", "slot"), name="ballot_slot_once"),
                    models.CheckConstraint(
                        condition=models.Q(("slot__gte", 1), ("slot__lte", models.F("budget"))),
                        name="ballot_within_budget",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note__isnull", True), ("group__isnull", True), _connector="XOR"),
                        name="ballot_for_one_thing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wishes", to="techniques.session"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="techniques.participant",
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("summary", "The summary"),
                            ("action", "An action"),
                            ("lesson", "A lesson for others"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("client_id", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Not decided yet"), ("taken", "Taken up"), ("left-out", "Left out")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("session", "client_id"), name="wish_sent_once")],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wording", to="techniques.session"
                    ),
                ),
                ("fields", models.JSONField(default=dict)),
                ("shown", models.JSONField(default=dict)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "saved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="MeToo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="me_toos", to="techniques.note"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("note", "participant"), name="me_too_once")],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rota",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="seats", to="techniques.rota"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="techniques.participant"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("table", models.PositiveSmallIntegerField()),
                (
                    "tables",
                    models.PositiveSmallIntegerField(
                        help_text="Of the rota, so that the database knows which there are."
                    ),
                ),
                ("stays", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["round", "table", "-stays", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("rota", "participant", "round"), name="seat_one_a_round"),
                    models.UniqueConstraint(
                        condition=models.Q(("stays", True)),
                        fields=("rota", "round", "table"),
                        name="seat_one_stays_at_a_table",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("round__gte", 1), ("table__gte", 1), ("table__lte", models.F("tables"))),
                        name="seat_at_a_table",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="session",
            name="stage",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="techniques.stage",
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="ready_for",
            field=models.ForeignKey(
                blank=True,
                help_text="The step they are done with.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="techniques.stage",
            ),
        ),
        migrations.AddField(
            model_name="notegroup",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="techniques.stage"
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="techniques.stage"
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(fields=("session", "key"), name="participant_key_once"),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False)),
                fields=("session", "person"),
                name="participant_person_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(fields=("session", "client_id"), name="note_sent_once"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True), fields=("code",), name="session_code_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(fields=("organisation", "once"), name="session_form_once"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("code", ""), models.Q(("state__in", ["closed", "cancelled"]), _negated=True), _connector="OR"
                ),
                name="session_code_dies_at_close",
            ),
        ),
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
    operations = at_once(operations)
