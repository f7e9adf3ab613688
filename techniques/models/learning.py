"""What an action learning set has in its room, and the little that is kept of it for its members alone.

Bids go with the meeting, questions and gifts a week later. What a presenter means to do is theirs alone.
"""

from datetime import datetime, timedelta

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from kmportal.lib.model_fields import LineField
from organisations.models import Person
from techniques.models.learning_sets import LearningSet
from techniques.models.rooms import Participant
from techniques.models.sessions import Session

LINE_LIMIT = 300
# So long a presenter reads the questions and gifts of a meeting.
READ_FOR = timedelta(days=7)


def _line(blank: str, limit: int = LINE_LIMIT) -> LineField:
    return LineField(
        max_length=limit,
        validators=[MaxLengthValidator(limit, f"Say it in {limit} characters or less.")],
        error_messages={"blank": blank},
    )


class Reported(models.Model):
    """Somebody has told the set what became of what they wanted to do. What they told is written nowhere."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="reported")
    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"reported in {self.session_id}"


class Bid(models.Model):
    """Somebody asks for time: what it is about in one sentence, and how much they need it. Gone with the close."""

    class Need(models.IntegerChoices):
        CAN_WAIT = 1, "It can wait"
        SOME_DAY = 2, "Some time soon"
        GLAD = 3, "I would be glad of it"
        PRESSING = 4, "It presses"
        TODAY = 5, "It must be today"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="bids")
    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="+")
    about = _line("Say in one sentence what your issue is.", 200)
    need = models.PositiveSmallIntegerField(choices=Need.choices, default=Need.GLAD)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"bid in {self.session_id}"


class Backing(models.Model):
    """Somebody says that this issue should have time today. Gone with the close."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="backings")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bid", "participant"], name="backing_once")]

    def __str__(self) -> str:
        return f"backing of {self.bid_id}"


class TurnQuerySet(models.QuerySet["Turn"]):
    """Turns of presenters."""

    def held(self) -> "TurnQuerySet":
        """Those of meetings that are over: who presented when."""
        return self.filter(session__state=Session.State.CLOSED)


class Turn(models.Model):
    """The time of one presenter. ``part`` is the part of the turn that is on: none before it begins.

    After the close it says who presented, to the members of the set alone.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="turns")
    participant = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    part = models.PositiveSmallIntegerField(default=0)
    is_over = models.BooleanField(default=False)
    reads_questions = models.BooleanField(default=False, help_text="The presenter has them before their eyes.")
    wants_gifts = models.BooleanField(default=False)

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "participant"], condition=Q(participant__isnull=False), name="turn_of_one_once"
            )
        ]

    def __str__(self) -> str:
        return f"turn in {self.session_id}"

    @property
    def is_on(self) -> bool:
        return self.part > 0 and not self.is_over


class Question(models.Model):
    """A question to a presenter, in writing. Whose it is was never kept. Read by the presenter alone, for a week."""

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="questions")
    text = _line("Write your question first.")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["turn", "text"], name="question_once")]

    def __str__(self) -> str:
        return f"question in turn {self.turn_id}"


class Gift(models.Model):
    """One line for a presenter: a thought, an offer, somebody to meet. Read by the presenter alone, for a week."""

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="gifts")
    participant = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = _line("Write your line first.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["turn", "participant"], condition=Q(participant__isnull=False), name="gift_of_one_once"
            )
        ]

    def __str__(self) -> str:
        return f"gift in turn {self.turn_id}"


class OwnActionQuerySet(models.QuerySet["OwnAction"]):
    """What presenters mean to do. There is no other way in: each is of one person."""

    def of_person(self, person: Person) -> "OwnActionQuerySet":
        return self.filter(person=person)

    def open(self) -> "OwnActionQuerySet":
        return self.filter(done_at=None)


class OwnAction(models.Model):
    """What a presenter means to do, for that person’s eyes. No page, search, export, mail or figure shows it to others.

    ``is_shared``: its person has also made an ordinary action of it.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    learning_set = models.ForeignKey(LearningSet, on_delete=models.CASCADE, related_name="+")
    text = _line("Say what you will do.")
    due_on = models.DateField(null=True, blank=True)
    became = LineField(max_length=LINE_LIMIT, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OwnActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return f"for one person alone: {self.pk}"


class SetVisit(models.Model):
    """Somebody was at a meeting of their set. Read by its members alone."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="visits")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="set_visit_once")]

    def __str__(self) -> str:
        return f"visit to {self.session_id}"


class LookBack(models.Model):
    """How a set worked together, in two lines, and nothing of what was said. Read by its members alone."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="look_back")
    asking = LineField(max_length=LINE_LIMIT, blank=True)
    working = LineField(max_length=LINE_LIMIT, blank=True)

    def __str__(self) -> str:
        return f"look back on {self.session_id}"


def readable_until(closed_at: datetime) -> datetime:
    """When questions and gifts of a meeting that ended then are deleted."""
    return closed_at + READ_FOR
