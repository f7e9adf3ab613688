"""Wants and offers: how people can be reached, what they claim, and afterwards who could help whom."""

from datetime import datetime, timedelta

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from kmportal.lib.model_fields import LineField
from organisations.models import Person
from techniques.column_kinds import NOTE_LIMIT
from techniques.models.afterwards import ASKED_FOR
from techniques.models.rooms import Note, Participant
from techniques.models.sessions import Session

# How many wants, and how many offers, one person writes; and how many things they claim at once.
MOST_OF_ONE = 5
CLAIMS_OF_ONE = 3
# So often one person claims in all: each claim tells a name and a number, also one that is taken back.
CLAIMS_EVER = 2 * CLAIMS_OF_ONE
# So long after the close it is asked whether the two have talked.
TALKED_AFTER = timedelta(days=28)
# Under which name the mail of the day keeps whom it has asked.
ASKED_WHETHER_TALKED = "session-matches"
REACH_LIMIT = 120


class Sheet(models.Model):
    """Where somebody works and how they can be reached, said once for all that they write. Gone with the close.

    Told to nobody but to those who claim something of theirs, or of whom they claim something.
    """

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="sheet")
    reach = LineField(
        max_length=REACH_LIMIT,
        validators=[MaxLengthValidator(REACH_LIMIT, f"Say it in {REACH_LIMIT} characters or less.")],
        error_messages={"blank": "Say where you work, and a phone number or mail address."},
    )

    def __str__(self) -> str:
        return f"sheet of {self.participant_id}"


class Claim(models.Model):
    """Somebody can help with a want, or would like to have an offer. Gone with the close.

    The budget is kept by the database: each claim fills one of the person’s ``slot`` numbers.
    """

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="claims")
    slot = models.PositiveSmallIntegerField()
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="claims")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant", "slot"], name="claim_slot_once"),
            models.UniqueConstraint(fields=["participant", "note"], name="claim_of_a_note_once"),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=CLAIMS_OF_ONE), name="claim_within_budget"),
        ]

    def __str__(self) -> str:
        return f"claim on note {self.note_id}"


class MatchQuerySet(models.QuerySet["Match"]):
    """Pairs of sessions that are over."""

    def of_person(self, person: Person) -> "MatchQuerySet":
        """Those of which this person is one half."""
        return self.filter(Q(taker=person) | Q(giver=person))

    def asked_of(self, person: Person) -> "MatchQuerySet":
        """Those of which this person tells: whoever wanted it, and else whoever gave it."""
        return self.filter(Q(taker=person) | Q(taker=None, giver=person))

    def not_told(self) -> "MatchQuerySet":
        """Nobody has said yet that they talked, or that they will not."""
        return self.filter(talked__in=["", Match.Talked.NOT_YET])

    def with_names(self) -> "MatchQuerySet":
        return self.exclude(taker=None, giver=None, taker_name="", giver_name="", text="")

    def to_forget(self, at: datetime) -> "MatchQuerySet":
        """It was asked long enough ago, so it is no longer known who they were."""
        return self.with_names().filter(session__closed_at__lt=at - TALKED_AFTER - ASKED_FOR)


class Match(models.Model):
    """One who wants something and one who can give it. Read by these two alone, until it is forgotten who they were.

    A member stands there as ``taker`` or ``giver``, a guest by name. What is kept for good is whether they talked and
    what it saved.
    """

    class Talked(models.TextChoices):
        YES = "yes", "Yes"
        NOT_YET = "not-yet", "Not yet"
        NO = "no", "No, and we shall not"

    class Saved(models.TextChoices):
        NOTHING = "nothing", "Nothing that I could name"
        HOURS = "hours", "Hours"
        DAYS = "days", "Days"
        WEEKS = "weeks", "Weeks"
        HALF_YEAR = "half-year", "About six months"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="matches")
    is_want = models.BooleanField(help_text="It was wanted and somebody can help; else it was offered and claimed.")
    text = models.CharField(max_length=NOTE_LIMIT, blank=True)
    taker = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    taker_name = LineField(max_length=60, blank=True)
    taker_reach = LineField(max_length=REACH_LIMIT, blank=True)
    giver = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    giver_name = LineField(max_length=60, blank=True)
    giver_reach = LineField(max_length=REACH_LIMIT, blank=True)
    talked = models.CharField(max_length=10, choices=Talked.choices, blank=True)
    saved = models.CharField(max_length=10, choices=Saved.choices, blank=True)
    thanks = LineField(
        max_length=300, blank=True, validators=[MaxLengthValidator(300, "Say thank you in 300 characters or less.")]
    )
    told_at = models.DateTimeField(null=True, blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"match in {self.session_id}"

    def is_told_by(self, person: Person) -> bool:
        """Whoever wanted it tells, and where that is a guest, whoever gave it."""
        return self.taker_id == person.pk or (self.taker_id is None and self.giver_id == person.pk)

    def is_taken_by(self, person: Person) -> bool:
        return self.taker_id == person.pk

    def other_of(self, person: Person) -> str:
        """The name of the other one; of what was typed for the room nobody’s is known."""
        one, name = (self.giver, self.giver_name) if self.is_taken_by(person) else (self.taker, self.taker_name)
        return str(one) if one else name or "whoever it was"

    def reach_of_other(self, person: Person) -> str:
        return self.giver_reach if self.is_taken_by(person) else self.taker_reach

    def takes_thanks_of(self, person: Person) -> bool:
        """Whether somebody would read it: whoever wanted it thanks, and a guest who gave it has no page."""
        return self.is_taken_by(person) and self.giver_id is not None


class Unmet(models.Model):
    """A want that nobody could meet, without its writer: for a community, a peer assist or the library.

    Where notes are not kept it has no words either, and is only counted.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="unmet_wants")
    text = models.CharField(max_length=NOTE_LIMIT, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
