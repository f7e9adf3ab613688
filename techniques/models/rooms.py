"""What happens in a room: who is here, what they write, and the log that screens follow."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.json_field import JSONField
from kmportal.lib.model_fields import AddressField, LineField
from organisations.models import Person
from techniques.column_kinds import NOTE_LIMIT
from techniques.models.sessions import Session, Stage


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Those in a room."""

    def here(self) -> "ParticipantQuerySet":
        """Those who have joined and not gone, in the order of their names."""
        return self.filter(joined_at__isnull=False).order_by("name", "pk")

    def noted(self) -> "ParticipantQuerySet":
        """Those who were written down as having been there, by whoever led it."""
        return self.filter(key__startswith=NOTED)

    def joined(self) -> "ParticipantQuerySet":
        """Those who came in by themselves."""
        return self.exclude(key__startswith=NOTED)


class Side(models.TextChoices):
    """On whose side somebody sits, where those who ask and those who advise meet."""

    HOME = "home", "Home team"
    VISITORS = "visitors", "Visitors"


# How the key begins of whoever was written down: no hash does.
NOTED = "noted:"


class Participant(models.Model):
    """Somebody in the room: a member, or a guest who is known by a key that their browser keeps.

    ``key`` is the hash of that key. The name is shown only as "who is here"; notes never carry it to anybody.
    Whoever leads the room and only types for it is a row without ``joined_at``, and is not counted. Who was there
    without joining is written down afterwards, with a key that begins with ``NOTED`` and opens nothing.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="participants")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True)
    name = LineField(
        max_length=60, error_messages={"blank": _("Enter your name, so that the facilitator knows who is here.")}
    )
    key = models.CharField(max_length=64)
    joined_at = models.DateTimeField(null=True, blank=True)
    ready_for = models.ForeignKey(
        Stage,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The step they are done with.",
    )
    agreed_to = models.PositiveIntegerField(
        null=True, blank=True, help_text="The version of the wording to which they agree. Nobody is told who does."
    )
    side = models.CharField(max_length=10, choices=Side.choices, blank=True, help_text="Until the close.")
    claims_made = models.PositiveSmallIntegerField(default=0, help_text="Those taken back, too. Until the close.")
    gave_feedback = models.BooleanField(default=False, help_text="Answered the two questions. Not kept: what.")
    email = AddressField(
        max_length=254,
        blank=True,
        error_messages={"invalid": "This is not an e-mail address."},
        help_text="Where a guest gets the summary, and their own list. Kept until both are sent, and for nothing else.",
    )

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

    @property
    def address(self) -> str:
        """Where they are written to: a member’s own, or what a guest has left."""
        return self.person.email if self.person else self.email


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
    group = models.ForeignKey("NoteGroup", on_delete=models.SET_NULL, null=True, blank=True, related_name="notes")
    same_as = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="same",
        help_text="It says the same as that note, which is shown for both.",
    )  # fmt: skip
    promised_by = LineField(max_length=60, blank=True, help_text="Who does it, in the words of its writer.")
    due_on = models.DateField(null=True, blank=True, help_text="By when they do it.")
    kept = JSONField(default=dict, help_text="At the close: how many wrote it, me too, votes, comments.")

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
        SCREEN = "screen", "Page turned, or something put alone on the big screen"
        GROUPS = "groups", "Notes grouped, merged or taken apart"
        VOTING = "voting", "Vote opened or ended"
        VOTED = "voted", "Somebody voted for the first time, or took the last vote back"
        READY = "ready", "Somebody is ready, or not yet"
        WORDING = "wording", "What is agreed was worded, wished or agreed to"
        PERSONAL = "personal", "Somebody finds something new of their own"
        HELPER = "helper", "The helper of a step tells everybody something new"
        HELPER_DESK = "helper_desk", "The same, for desk and big screen"
        OPENED = "opened", _("Session opened")
        CLOSED = "closed", _("Session closed")

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
