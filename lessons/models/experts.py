"""Asking somebody without an account whether one version of a lesson is right."""

from datetime import date, timedelta

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import AddressField, LineField
from lessons.models.lesson import Lesson, LessonRevision
from organisations.models import Person

LONGEST_OPINION = 2_000
OPEN_FOR = timedelta(days=30)


class ExpertQuestionQuerySet(models.QuerySet["ExpertQuestion"]):
    """What experts were asked."""

    def unanswered(self) -> "ExpertQuestionQuerySet":
        """Whose link was neither used nor taken back."""
        return self.filter(answered_at=None, revoked_at=None)


class ExpertQuestion(models.Model):
    """One question to one person outside, by a signed link: about one version, to be answered once, for thirty days.

    ``name`` is what they typed, and ``whom`` what whoever asked them calls them.
    """

    class Verdict(models.TextChoices):
        RIGHT = "right", "It is right"
        PARTLY = "partly", "It is right in part"
        WRONG = "wrong", "It is not right"
        UNSURE = "unsure", "I cannot say"

    # Nobody’s account: whoever answers is a guest (``organisations.events``).
    person = None
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="expert_questions")
    revision = models.ForeignKey(LessonRevision, on_delete=models.CASCADE, related_name="+")
    whom = LineField("Whom do you ask?", max_length=120)
    email = AddressField("Their e-mail address", max_length=254, blank=True)
    question = models.TextField(
        "What do you want to know?",
        max_length=LONGEST_OPINION,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_OPINION)],
    )
    asked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    ends_on = models.DateField(help_text=_("The last day on which the link opens."))
    revoked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    name = LineField("Your name", max_length=120, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    opinion = models.TextField(
        "What should be better?",
        max_length=LONGEST_OPINION,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_OPINION)],
    )
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = ExpertQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["lesson", "once"], name="expert_asked_once")]

    def __str__(self) -> str:
        return f"{self.whom} about {self.lesson}"

    def is_over(self, on: date) -> bool:
        """Whether the thirty days have passed without an answer."""
        return self.answered_at is None and on > self.ends_on
