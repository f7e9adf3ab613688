"""After a session: what people thought of it, as figures without names, and what came of it three months on."""

from collections.abc import Mapping
from datetime import timedelta

from django.core.validators import MaxLengthValidator
from django.db import models

from kmportal.lib.domain_words import worded_later as _
from organisations.models import Person
from techniques.models.sessions import Session
from techniques.scoring import FEWEST

# So long after the close the two questions can be answered.
FEEDBACK_FOR = timedelta(days=14)
# So long after the close it is asked what came of it, and so long the question stands at home.
ASKED_AFTER = timedelta(days=91)
ASKED_FOR = timedelta(days=30)


class Worth(models.TextChoices):
    """The answers to both questions."""

    YES = "yes", "Yes"
    PARTLY = "partly", "Partly"
    NO = "no", "No"


# Field of the form and beginning of the columns → the question.
QUESTIONS: Mapping[str, str] = {
    "worth": "Was it worth your time?",
    "said": "Could you say what mattered to you?",
}


class Feedback(models.Model):
    """How often each answer was given to the two questions: an aggregate, never who gave which.

    The row that is not shown collects until it has ``FEWEST`` people; then they are added to the one that is. So nobody
    who looks twice finds out what one person answered in between.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="feedback")
    is_shown = models.BooleanField()
    keeps_traces = models.BooleanField(
        default=False, help_text="Older counts, which tell of single answers, may still lie in the database’s files."
    )
    people = models.PositiveSmallIntegerField(default=0)
    worth_yes = models.PositiveSmallIntegerField(default=0)
    worth_partly = models.PositiveSmallIntegerField(default=0)
    worth_no = models.PositiveSmallIntegerField(default=0)
    said_yes = models.PositiveSmallIntegerField(default=0)
    said_partly = models.PositiveSmallIntegerField(default=0)
    said_no = models.PositiveSmallIntegerField(default=0)

    COUNTS = tuple(f"{question}_{answer}" for question in QUESTIONS for answer in Worth.values)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "is_shown"], name="feedback_one_of_each"),
            models.CheckConstraint(
                condition=models.Q(is_shown=False) | models.Q(people__gte=FEWEST), name="feedback_of_three_or_more"
            ),
        ]

    def __str__(self) -> str:
        return f"feedback on {self.session_id}"

    def count(self, answers: Mapping[str, str]) -> None:
        """Add one person. Saves nothing."""
        self.people += 1
        for question, answer in answers.items():
            name = f"{question}_{answer}"
            setattr(self, name, getattr(self, name) + 1)

    def add(self, other: "Feedback") -> None:
        """Add all people of the other one, which has nobody after that. Saves nothing."""
        for name in ("people", *Feedback.COUNTS):
            setattr(self, name, getattr(self, name) + getattr(other, name))
            setattr(other, name, 0)


class Outcome(models.Model):
    """What came of a session three months on, as one of those said who led it or did something because of it."""

    class Kind(models.TextChoices):
        CHANGED = "changed", "Something is different now"
        UNDER_WAY = "under-way", "We are still at it"
        NOTHING = "nothing", "Nothing came of it"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="outcomes")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, error_messages={"blank": _("Choose what came of it.")})
    words = models.TextField(max_length=1000, blank=True, validators=[MaxLengthValidator(1000)])
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"], condition=models.Q(person__isnull=False), name="outcome_one_each"
            )
        ]

    def __str__(self) -> str:
        return f"what came of {self.session_id}"
