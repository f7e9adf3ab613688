"""Answers, with or without a name. No moment anywhere, and random keys: docs/decisions/0006."""

import uuid

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from organisations.models import Person
from selfassessment.models.framework import Criterion
from selfassessment.models.rounds import Assessment

LAST_VERSION = 2**31 - 1
A_LEVEL = [MinValueValidator(1, "Choose a level from 1 to 5."), MaxValueValidator(5, "Choose a level from 1 to 5.")]


class ResponseQuerySet(models.QuerySet["Response"]):
    """Respondents of a round."""

    def counted(self) -> "ResponseQuerySet":
        """Those who have said something about at least one criterion."""
        return self.filter(Exists(Answer.objects.given().filter(response=OuterRef("pk"))))

    def asked(self) -> "ResponseQuerySet":
        """Of those who were asked one by one."""
        return self.filter(way=Response.Way.ASKED)

    def by_link(self) -> "ResponseQuerySet":
        """Through the one link for all: nobody knows how many people stand behind them."""
        return self.filter(way=Response.Way.LINK)

    def of(self, assessment: Assessment, *, key: str, person: Person | None) -> "ResponseQuerySet":
        """What somebody has said in a round: found by their key and, in a named round, by who they are."""
        rows = self.filter(assessment=assessment)
        if person is not None and not assessment.anonymous:
            return rows.filter(Q(key=key) | Q(person=person))
        return rows.filter(key=key)


class Response(models.Model):
    """One respondent’s answers, found again by ``key``: the hash of what only the respondent has.

    In an anonymous round that is a key in their browser. The primary key is random, and there is no moment anywhere,
    so that neither the order nor the time of rows can be laid beside a list of people; the rows themselves are put in
    random order again and again (docs/decisions/0024).
    """

    class Way(models.TextChoices):
        """By what right somebody answered. Only those who were asked one by one are known to be so many people."""

        ASKED = "asked", "Asked one by one"
        LINK = "link", "By the one link"
        UNKNOWN = "unknown", "From before this was noted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="responses")
    anonymous = models.BooleanField()
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True)
    name = LineField(max_length=120, blank=True, help_text=_("Of a guest in a named round."))
    key = models.CharField(max_length=64)
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.LINK)
    is_finished = models.BooleanField(default=False)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "key"], name="response_key_once"),
            models.UniqueConstraint(
                fields=["assessment", "person"], condition=Q(person__isnull=False), name="response_person_once"
            ),
            models.CheckConstraint(
                condition=Q(anonymous=False) | Q(person=None, name=""), name="response_anonymous_has_no_person"
            ),
        ]

    def __str__(self) -> str:
        return "response"


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Answers of a round."""

    def given(self) -> "AnswerQuerySet":
        """Those that say something: a level, or “don’t know”."""
        return self.exclude(now=None, wanted=None, dont_know=False)


class Withholding(models.TextChoices):
    """Why a comment is kept out of the report. Chosen, not typed: readers see it, and it can name nobody."""

    NAMES = "names", "It names somebody"
    SHOWS = "shows", "It shows who somebody is without the name"
    WRITER = "writer", "It shows who wrote it"
    HURTS = "hurts", "It insults or accuses somebody"


class Answer(models.Model):
    """What one respondent says about one criterion. The database counts: five slots for “matters most”, each once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT)
    now = models.PositiveSmallIntegerField(null=True, blank=True, validators=A_LEVEL)
    wanted = models.PositiveSmallIntegerField(null=True, blank=True, validators=A_LEVEL)
    dont_know = models.BooleanField(default=False)
    comment = models.TextField("Comment", max_length=2000, blank=True, validators=[MaxLengthValidator(2000)])
    evidence = models.CharField("Evidence", max_length=500, blank=True)
    # The words stay as they were written; with a reason here they leave the server for nobody, once it is published.
    comment_withheld = models.CharField(max_length=10, choices=Withholding.choices, blank=True)
    evidence_withheld = models.CharField(max_length=10, choices=Withholding.choices, blank=True)
    slot = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1–5 if it matters most.")
    version = models.PositiveIntegerField(default=1, help_text=_("Random; 1 once an anonymous round is closed."))

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "criterion"], name="answer_once"),
            models.UniqueConstraint(
                fields=["response", "slot"], condition=Q(slot__isnull=False), name="answer_slot_once"
            ),
            models.CheckConstraint(condition=Q(slot=None) | Q(slot__gte=1, slot__lte=5), name="answer_five_slots"),
            models.CheckConstraint(condition=Q(now=None) | Q(now__gte=1, now__lte=5), name="answer_now_level"),
            models.CheckConstraint(
                condition=Q(wanted=None) | Q(wanted__gte=1, wanted__lte=5), name="answer_wanted_level"
            ),
            models.CheckConstraint(condition=Q(dont_know=False) | Q(now=None), name="answer_dont_know_has_no_level"),
        ]

    def __str__(self) -> str:
        return "answer"

    @property
    def is_given(self) -> bool:
        return self.now is not None or self.wanted is not None or self.dont_know

    @property
    def is_half(self) -> bool:
        """Whether only one of *now* and *wanted* was said. “Don’t know” is a whole answer."""
        return not self.dont_know and (self.now is None) != (self.wanted is None)
