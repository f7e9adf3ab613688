"""Sessions, their stages, and who is invited."""

from datetime import date, datetime, timedelta
from functools import cached_property
from typing import ClassVar

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.content_field import ContentField
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.json_field import JSONField
from kmportal.lib.model_fields import AddressField, LineField
from organisations.models import Group, Membership, Organisation, Person
from roadmap.models import Intervention
from techniques.confidentiality import IN_CIRCLE, Confidentiality, Naming, who_is_seen
from techniques.content_schema import Column
from techniques.models.learning_sets import LearningSet
from techniques.models.techniques import Length, Technique

# So long after the close the summary is put right without a new version, and is sent to nobody.
GRACE = timedelta(hours=1)


class SessionQuerySet(models.QuerySet["Session"]):
    """Sessions of one organisation. Members read them; live notes follow the rules of the room."""

    def visible_to(self, membership: Membership) -> "SessionQuerySet":
        """All of the organisation; meetings of an action learning set to its members and its adviser alone."""
        known = Q(learning_set=None) | Q(learning_set__in=LearningSet.objects.visible_to(membership).values("pk"))
        return self.filter(known, organisation_id=membership.organisation_id)

    def to_come(self) -> "SessionQuerySet":
        """Planned or under way, the next one first."""
        return self.filter(state__in=[Session.State.PLANNED, Session.State.LIVE]).order_by("starts_at", "pk")

    def with_person(self, person: Person) -> "SessionQuerySet":
        """Led by them, or they are invited."""
        return self.filter(models.Q(facilitator=person) | models.Q(invitees__person=person)).distinct()

    def held(self) -> "SessionQuerySet":
        return self.filter(state=Session.State.CLOSED)

    def held_since(self, day: date) -> "SessionQuerySet":
        """Held on this day or later, whenever they were closed: some are written down long afterwards."""
        return self.held().filter(starts_at__date__gte=day, closed_at__date__gte=day)

    def with_traces(self) -> "SessionQuerySet":
        """Sessions of which deleted notes, and who wrote them, may still lie in the files of the database."""
        return self.filter(keeps_traces=True)

    def forgetting(self) -> "SessionQuerySet":
        """Those that were held of which it is not kept who was there."""
        return self.held().filter(confidentiality__in=[one for one in Confidentiality if not one.keeps_who_came])

    def owed_summary(self, at: datetime) -> "SessionQuerySet":
        """Closed long enough for slips to be put right, and nobody has been sent what came out of them yet."""
        return self.held().filter(closed_at__lte=at - GRACE, summary_sent_at=None, learning_set=None)

    def closed_between(self, first: datetime, last: datetime) -> "SessionQuerySet":
        """Closed between two moments, the first among them. Nobody is asked what came of a meeting of a set."""
        return self.held().filter(closed_at__gte=first, closed_at__lt=last, learning_set=None)

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
        help_text=_("Taken from the technique at planning: what people were promised does not change under them."),
    )
    naming = models.CharField(
        max_length=10,
        choices=Naming.choices,
        default=Naming.ANONYMOUS,
        help_text="What stands beside a note. Fixed as soon as somebody has joined.",
    )
    title = LineField(max_length=120, error_messages={"blank": _("Say what the session is about.")})
    purpose = models.TextField(max_length=1000, blank=True, validators=[MaxLengthValidator(1000)])
    intervention = models.ForeignKey(Intervention, on_delete=models.SET_NULL, null=True, blank=True)
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True)
    learning_set = models.ForeignKey(
        LearningSet, on_delete=models.CASCADE, null=True, blank=True, related_name="meetings"
    )
    facilitator = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="sessions_facilitated")
    starts_at = models.DateTimeField()
    place_kind = models.CharField(max_length=10, choices=Place.choices, default=Place.ROOM)
    place = LineField(max_length=200, blank=True)
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
    prepared = JSONField(default=list, help_text="Items of the checklist that are ticked, by their text.")
    summary = JSONField(default=dict, help_text="At the close: stage key → agreed words.")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    summary_sent_at = models.DateTimeField(null=True, blank=True)
    notes_deleted_at = models.DateTimeField(null=True, blank=True)
    keeps_traces = models.BooleanField(
        default=False, help_text="Closed, but deleted notes and their writers may still lie in the database’s files."
    )
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
        if self.learning_set_id:
            return reverse("learning_set_detail", args=[self.organisation.slug, self.learning_set_id])
        return reverse("session_detail", kwargs={"slug": self.organisation.slug, "pk": self.pk})

    @property
    def name_in_trail(self) -> str:
        """What administrators read: of a meeting of a set no more than that it was one."""
        return self.technique.name if self.learning_set_id else self.title

    @property
    def is_planned(self) -> bool:
        return self.state == Session.State.PLANNED

    @property
    def is_live(self) -> bool:
        return self.state == Session.State.LIVE

    @property
    def is_closed(self) -> bool:
        return self.state == Session.State.CLOSED

    def is_in_grace(self, at: datetime) -> bool:
        """Whether its summary is put right without a reason, before anybody is sent it."""
        return self.is_closed and self.summary_sent_at is None and at < (self.closed_at or at) + GRACE

    @property
    def is_over(self) -> bool:
        """Closed or cancelled: nobody joins or writes any more."""
        return self.state in {Session.State.CLOSED, Session.State.CANCELLED}

    @property
    def keeps_notes(self) -> bool:
        """Whether the notes that were shown outlive the session."""
        return Confidentiality(self.confidentiality).keeps_notes

    @property
    def was_entered_afterwards(self) -> bool:
        """Whether it was held without the portal, and is only written down here: there was no room, and no note."""
        is_later = self.opened_at is not None and timezone.localdate(self.opened_at) > timezone.localdate(
            self.starts_at
        )
        return is_later and not self.participants.joined().exists()

    @property
    def key_of_mails(self) -> str:
        """How the key of each mail begins that says of somebody that they were asked to come or were there."""
        return f"session {self.pk} "

    @property
    def key_of_lists(self) -> str:
        """The same for everybody’s own list of whom they found: it is written at the close, when the others go."""
        return f"matches {self.pk} of "

    @property
    def what_is_kept(self) -> str:
        """Who sees who wrote a note and what becomes of it, in words for those who write them."""
        if self.learning_set_id:
            return Confidentiality(self.confidentiality).keeping
        seen = who_is_seen(Naming(self.naming), has_claims=self.has_claims)
        promised = f"{seen} {Confidentiality(self.confidentiality).keeping}"
        return f"{promised} {IN_CIRCLE}" if self.has_circle else promised

    @property
    def who_is_seen(self) -> str:
        """Who sees who wrote a note, short, where somebody writes."""
        if self.has_claims and self.naming == Naming.ANONYMOUS:
            return "Only whoever claims it sees who wrote it."
        return Naming(self.naming).at_the_box

    @cached_property
    def has_claims(self) -> bool:
        """Whether people claim what others have written, and so hear whose it is."""
        return self.stages.filter(takes="claims").exists()

    @cached_property
    def has_circle(self) -> bool:
        """Whether some sit in an inner circle, where everybody sees them."""
        return self.stages.filter(takes="fishbowl").exists()

    @property
    def takes_alias(self) -> bool:
        """Whether everybody, members too, comes in under a name that they choose."""
        return self.naming == Naming.ALIAS

    @property
    def has_sides(self) -> bool:
        """Whether whoever comes in says on which side they are."""
        return self.stages.filter(takes="sides").exists()

    @property
    def shows_names(self) -> bool:
        """Whether a name stands beside each note while the session runs."""
        return self.naming != Naming.ANONYMOUS

    @property
    def what_was_kept(self) -> str:
        """What has become of the notes, in words for those who wrote them."""
        return Confidentiality(self.confidentiality).what_was_kept

    @property
    def code_in_words(self) -> str:
        """The code as people read it out: two groups of three."""
        return f"{self.code[:3]} {self.code[3:]}" if self.code else ""

    def summary_by_step(self) -> list[tuple[str, str]]:
        """The agreed words: name of the step, words, for the steps that have any."""
        return [(stage.name, self.summary[stage.key]) for stage in self.stages.all() if self.summary.get(stage.key)]

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
        FACILITATOR = "facilitator", _("Only the facilitator writes")
        NOBODY = "nobody", "Nobody writes"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="stages")
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    name = LineField(max_length=80)
    prompts = JSONField(default=list)
    say = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField(help_text="What it has now: stretching one stage shortens later ones.")
    planned_minutes = models.PositiveSmallIntegerField()
    columns = ContentField(
        tuple[Column, ...], default=list, help_text="As the script has them (content_schema.Column)."
    )
    takes = models.CharField(max_length=40, blank=True, help_text="Its helper (helper_registry).")
    writes = models.CharField(max_length=12, choices=Writes.choices, default=Writes.EVERYONE)
    reveal = models.CharField(max_length=10, choices=Reveal.choices, default=Reveal.OPEN)
    revealed_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    seconds_left = models.IntegerField(null=True, blank=True, help_text="On its clock when the room left it.")
    screen_page = models.PositiveSmallIntegerField(default=1, help_text="Of its notes, on the big screen.")
    grouping_steps = JSONField(default=list, help_text="What to put back when sorting is undone, the last at the end.")
    # What stands alone on the big screen: one note, one column or one group. It has a clock of its own.
    alone_note = models.ForeignKey("Note", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    alone_column = models.CharField(max_length=40, blank=True)
    alone_page = models.PositiveSmallIntegerField(default=1, help_text="Of that column.")
    alone_minutes = models.PositiveSmallIntegerField(default=0)
    alone_ends_at = models.DateTimeField(null=True, blank=True)

    # The values of a stage of which nothing stands alone.
    NOTHING_ALONE: ClassVar = {
        "alone_note": None,
        "alone_column": "",
        "alone_page": 1,
        "alone_minutes": 0,
        "alone_ends_at": None,
    }

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
    name = LineField(max_length=120, blank=True)
    email = AddressField(
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
