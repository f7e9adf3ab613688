"""Techniques as scripts, and the sessions in which people use them together.

A room is stage data: which prompts, how long, what is written in which column, open or hidden until shown, and what
the close makes of it. No technique has code of its own here.
"""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.content_field import ContentField
from organisations.models import Group, Membership, Organisation, Person
from roadmap.models import Intervention
from techniques.column_kinds import NOTE_LIMIT
from techniques.confidentiality import Confidentiality
from techniques.content_schema import Card, Column, Minutes
from techniques.content_schema import Stage as StageScript


class Length(models.TextChoices):
    """How long a session takes; each script has minutes for all three."""

    SHORT = "short", "Short"
    STANDARD = "standard", "Standard"
    LONG = "long", "Long"


class TechniqueQuerySet(models.QuerySet["Technique"]):
    """Techniques: those that ship, and an organisation’s own."""

    def of(self, organisation: Organisation) -> "TechniqueQuerySet":
        """What the organisation may use: an own copy stands in for the shipped one of the same key."""
        copies = self.model.objects.filter(organisation=organisation, key=OuterRef("key"))
        shipped = Q(organisation=None) & ~Q(Exists(copies))
        return self.filter(shipped | Q(organisation=organisation))

    def visible_to(self, membership: Membership) -> "TechniqueQuerySet":
        """What the member’s organisation may use."""
        return self.of(membership.organisation)


class Technique(models.Model):
    """A way of learning together, with its card and script. Ships as content; a copy of one’s own has an organisation.

    ``card`` holds the guidance, ``stages`` the script as the content file has it.
    """

    class Moment(models.TextChoices):
        BEFORE = "before", "Before"
        DURING = "during", "During"
        AFTER = "after", "After"
        ANY = "any", "Any time"

    key = models.SlugField(max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True)
    name = models.CharField(max_length=80)
    moment = models.CharField(max_length=10, choices=Moment.choices)
    tier = models.CharField(max_length=20)
    purpose = models.TextField()
    card = ContentField(Card, default=dict)
    stages = ContentField(tuple[StageScript, ...], default=list)
    minutes = ContentField(Minutes, default=dict, help_text="Total for each length.")
    can_run = models.BooleanField(default=False, help_text="Its script is complete, so that a session can be planned.")
    is_draft = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    objects = TechniqueQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(organisation=None), name="technique_key_unique"),
            models.UniqueConstraint(fields=["key", "organisation"], name="technique_copy_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_meeting(self) -> bool:
        """Whether it is a meeting of the programme and not one of the techniques of the framework."""
        return self.card.family == "meeting"

    @property
    def confidentiality(self) -> Confidentiality:
        """What its card says about keeping notes."""
        return Confidentiality(self.card.confidentiality)

    @property
    def preparation(self) -> list[tuple[int, str]]:
        """The checklist: so many days before the session, and what to do then."""
        return [(item.days, item.text) for item in self.card.prep]

    @property
    def when_it_helps(self) -> str:
        """“Before the work”, “Any time”; for a meeting nothing, since meetings belong to the programme."""
        if self.is_meeting or self.moment == self.Moment.ANY:
            return "" if self.is_meeting else "Any time"
        return f"{self.get_moment_display()} the work"


class SessionQuerySet(models.QuerySet["Session"]):
    """Sessions of one organisation. Members read them; live notes follow the rules of the room."""

    def visible_to(self, membership: Membership) -> "SessionQuerySet":
        return self.filter(organisation_id=membership.organisation_id)

    def to_come(self) -> "SessionQuerySet":
        """Planned or under way, the next one first."""
        return self.filter(state__in=[Session.State.PLANNED, Session.State.LIVE]).order_by("starts_at", "pk")

    def held(self) -> "SessionQuerySet":
        return self.filter(state=Session.State.CLOSED)

    def for_room(self) -> "SessionQuerySet":
        """With everything that a room’s page needs of its neighbours."""
        return self.select_related("organisation", "technique", "facilitator", "stage")


class Session(models.Model):
    """One session of a technique: planned, live, closed.

    ``seq`` counts the log: every change of the room takes the next number under the row’s lock, so that the order of
    numbers is the order of commits. The clock is a deadline (``ends_at``) or, while paused, what is left of it.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        LIVE = "live", "Under way"
        CLOSED = "closed", "Closed"
        CANCELLED = "cancelled", "Cancelled"

    class Place(models.TextChoices):
        ROOM = "room", "In a room"
        ONLINE = "online", "Online"
        BOTH = "both", "In a room and online"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    technique = models.ForeignKey(Technique, on_delete=models.PROTECT)
    length = models.CharField(max_length=10, choices=Length.choices, default=Length.STANDARD)
    minutes = models.PositiveSmallIntegerField(default=0, help_text="In all, as planned.")
    confidentiality = models.CharField(
        max_length=20,
        choices=Confidentiality.choices,
        default=Confidentiality.NO_BLAME,
        help_text="Taken from the technique at planning: what people were promised does not change under them.",
    )
    title = models.CharField(max_length=120, error_messages={"blank": "Say what the session is about."})
    purpose = models.TextField(max_length=1000, blank=True, validators=[MaxLengthValidator(1000)])
    intervention = models.ForeignKey(Intervention, on_delete=models.SET_NULL, null=True, blank=True)
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True)
    facilitator = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="sessions_facilitated")
    starts_at = models.DateTimeField()
    place_kind = models.CharField(max_length=10, choices=Place.choices, default=Place.ROOM)
    place = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    code = models.CharField(max_length=6, blank=True, help_text="Join code; empty once closed, so that it is dead.")
    last_code = models.CharField(
        max_length=6, blank=True, db_index=True, help_text="The code it had: whoever was in hears that it is over."
    )
    admission_stopped_at = models.DateTimeField(null=True, blank=True, help_text="While set, nobody else comes in.")
    stage = models.ForeignKey("Stage", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ends_at = models.DateTimeField(null=True, blank=True)
    paused_seconds = models.IntegerField(null=True, blank=True, help_text="What is left while the clock is paused.")
    seq = models.PositiveIntegerField(default=0)
    prepared = models.JSONField(default=list, help_text="Items of the checklist that are ticked, by their text.")
    summary = models.JSONField(default=dict, help_text="At the close: stage key → agreed words.")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    notes_deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    # Made by the form: the same form sent twice plans one session.
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="session_code_unique"),
            models.UniqueConstraint(fields=["organisation", "once"], name="session_form_once"),
            models.CheckConstraint(
                condition=Q(code="") | ~Q(state__in=["closed", "cancelled"]), name="session_code_dies_at_close"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("session_detail", kwargs={"slug": self.organisation.slug, "pk": self.pk})

    @property
    def is_planned(self) -> bool:
        return self.state == Session.State.PLANNED

    @property
    def is_live(self) -> bool:
        return self.state == Session.State.LIVE

    @property
    def is_closed(self) -> bool:
        return self.state == Session.State.CLOSED

    @property
    def is_over(self) -> bool:
        """Closed or cancelled: nobody joins or writes any more."""
        return self.state in {Session.State.CLOSED, Session.State.CANCELLED}

    @property
    def what_is_kept(self) -> str:
        """What becomes of the notes, in words for those who write them."""
        return Confidentiality(self.confidentiality).what_is_kept

    @property
    def what_was_kept(self) -> str:
        """What has become of the notes, in words for those who wrote them."""
        return Confidentiality(self.confidentiality).what_was_kept

    @property
    def code_in_words(self) -> str:
        """The code as people read it out: two groups of three."""
        return f"{self.code[:3]} {self.code[3:]}" if self.code else ""

    def enter_stage(self, stage: "Stage", at: datetime) -> None:
        """Make this the stage of the room and start its clock, with what is left of its minutes. Saves nothing."""
        left = stage.minutes * 60 if stage.seconds_left is None else stage.seconds_left
        self.stage, self.paused_seconds, self.ends_at = stage, None, at + timedelta(seconds=left)
        stage.started_at = stage.started_at or at

    def end_code(self) -> None:
        """Let the code die. Whoever was in with it can still be told that the session is over."""
        self.last_code, self.code = self.code, ""

    def seconds_left(self, at: datetime) -> int | None:
        """What the clock shows: seconds to the deadline, negative when it is over; None before it was ever set."""
        if self.paused_seconds is not None:
            return self.paused_seconds
        if self.ends_at is None:
            return None
        return round((self.ends_at - at).total_seconds())


class Stage(models.Model):
    """One stage of a session, copied from the script at planning, so that it may be bent in the room."""

    class Reveal(models.TextChoices):
        OPEN = "open", "Everybody sees notes at once"
        HIDDEN = "hidden", "Hidden until shown"

    class Writes(models.TextChoices):
        EVERYONE = "everyone", "Everybody writes"
        FACILITATOR = "facilitator", "Only the facilitator writes"
        NOBODY = "nobody", "Nobody writes"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="stages")
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    prompts = models.JSONField(default=list)
    say = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField(help_text="What it has now: stretching one stage shortens later ones.")
    planned_minutes = models.PositiveSmallIntegerField()
    columns = ContentField(
        tuple[Column, ...], default=list, help_text="As the script has them (content_schema.Column)."
    )
    writes = models.CharField(max_length=12, choices=Writes.choices, default=Writes.EVERYONE)
    reveal = models.CharField(max_length=10, choices=Reveal.choices, default=Reveal.OPEN)
    revealed_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    seconds_left = models.IntegerField(null=True, blank=True, help_text="On its clock when the room left it.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "key"], name="stage_key_once"),
            models.UniqueConstraint(fields=["session", "position"], name="stage_position_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shows_notes(self) -> bool:
        """Whether the text of notes may leave the server at all. Asked by the one projection."""
        return self.reveal == self.Reveal.OPEN or self.revealed_at is not None

    @property
    def column_keys(self) -> list[str]:
        return [column.key for column in self.columns]

    def column(self, key: str) -> Column:
        """The column of that key. Raises ``KeyError``."""
        return {column.key: column for column in self.columns}[key]

    @property
    def takes_names(self) -> bool:
        """Whether people are asked to write who does it or who can be asked. Everywhere else nobody is named."""
        return any(column.names or column.makes == "actions" for column in self.columns)


class Invitee(models.Model):
    """Somebody asked to come: a member, or a guest by address."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="invitees")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(
        max_length=254,
        blank=True,
        error_messages={"invalid": "This is not an e-mail address."},
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"], condition=Q(person__isnull=False), name="invitee_person_once"
            ),
            models.UniqueConstraint(fields=["session", "email"], condition=~Q(email=""), name="invitee_address_once"),
        ]

    def __str__(self) -> str:
        return str(self.person) if self.person else self.name or self.email


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Those in a room."""

    def here(self) -> "ParticipantQuerySet":
        """Those who have joined and not gone, in the order of their names."""
        return self.filter(joined_at__isnull=False).order_by("name", "pk")


class Participant(models.Model):
    """Somebody in the room: a member, or a guest who is known by a key that their browser keeps.

    ``key`` is the hash of that key. The name is shown only as "who is here"; notes never carry it to anybody.
    Whoever leads the room and only types for it is a row without ``joined_at``, and is not counted.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="participants")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True)
    name = models.CharField(
        max_length=60, error_messages={"blank": "Enter your name, so that the facilitator knows who is here."}
    )
    key = models.CharField(max_length=64)
    joined_at = models.DateTimeField(null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "key"], name="participant_key_once"),
            models.UniqueConstraint(
                fields=["session", "person"], condition=Q(person__isnull=False), name="participant_person_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def check_note_length(text: str) -> None:
    """Raise ``ValidationError`` with how long the text is, so that its writer knows what to do."""
    if len(text) > NOTE_LIMIT:
        raise ValidationError(
            f"A note has at most {NOTE_LIMIT:,} characters. Yours has {len(text):,}: split it into two."
        )


class Note(models.Model):
    """One note in one column of a stage. Its text leaves the server only through ``techniques.room_visibility``.

    ``client_id`` is made by the writer’s browser, so that sending twice saves once; it is also the only name of a
    note that leaves the server, because row numbers would tell the order of writing. A note that was taken back keeps
    its row until the close, without text, so that a late second sending does not bring it back.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="notes")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="notes")
    column = models.CharField(max_length=40)
    text = models.CharField(
        max_length=NOTE_LIMIT,
        validators=[check_note_length],
        error_messages={"blank": "Write something before you send the note."},
    )
    author = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, blank=True)
    by_facilitator = models.BooleanField(default=False, help_text="Typed for the room by whoever leads it.")
    client_id = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["session", "client_id"], name="note_sent_once")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class RoomEvent(models.Model):
    """The log of one room: kinds and ids, never text, so that deleting a note deletes it.

    Written in the transaction of the change with the session’s next number.
    """

    class Kind(models.TextChoices):
        NOTE = "note", "Note written, changed or taken back"
        REVEAL = "reveal", "Notes shown"
        STAGE = "stage", "Stage changed"
        TIMER = "timer", "Timer changed"
        PEOPLE = "people", "Somebody came, or admission was stopped or resumed"
        AWAY = "away", "Somebody went or was removed"
        OPENED = "opened", "Session opened"
        CLOSED = "closed", "Session closed"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    ident = models.BigIntegerField(default=0, help_text="Of the note or stage it is about.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["session", "seq"], name="room_event_seq")]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.seq} {self.kind}"
