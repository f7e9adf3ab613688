"""Keeping lessons fresh: who looks after each, after how long each kind is looked at again, and whose turn it is."""

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from lessons.models.lesson import LIVING, Lesson
from lessons.models.pack import PackAnswer
from lessons.models.reuse import Reuse
from organisations.models import Group, Membership, Organisation, Person

# After so many months a lesson is looked at again, where an organisation says nothing else. What was just invented ages
# first; what happened once, and is told as it was, last.
MONTHS: dict[str, int] = {
    Lesson.Kind.LESSON: 12,
    Lesson.Kind.GOOD_PRACTICE: 12,
    Lesson.Kind.CASE_STUDY: 24,
    Lesson.Kind.INNOVATION: 6,
    Lesson.Kind.SUCCESS_STORY: 24,
}
MOST_MONTHS = 60
# So many lessons one person is asked about in a month.
MOST_TURNS = 5


class ReviewRuleQuerySet(models.QuerySet["ReviewRule"]):
    """After how long lessons are looked at again."""

    def visible_to(self, membership: Membership) -> "ReviewRuleQuerySet":
        """Those of one’s own organisation."""
        return self.filter(organisation=membership.organisation_id)

    def months_in(self, organisation: Organisation | int) -> dict[str, int]:
        """Months for each kind: the organisation’s own, or else the usual ones. One query."""
        return {**MONTHS, **dict(self.filter(organisation=organisation).values_list("kind", "months"))}


class ReviewRule(models.Model):
    """Review interval: after so many months an organisation looks again at each lesson of one kind."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20, choices=Lesson.Kind.choices)
    months = models.PositiveSmallIntegerField(
        "After how many months?", validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)]
    )

    objects = ReviewRuleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "kind"], name="review_rule_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.months}"


class UpkeepQuerySet(models.QuerySet["Upkeep"]):
    """Who looks after lessons."""

    def visible_to(self, membership: Membership) -> "UpkeepQuerySet":
        """Of the lessons that this member may read."""
        return self.filter(lesson__in=Lesson.objects.visible_to(membership).order_by())

    def in_use(self, organisation: Organisation | int) -> "UpkeepQuerySet":
        """Of lessons of an organisation that are checked and in use."""
        return self.filter(
            lesson__organisation=organisation, lesson__state__in=LIVING, lesson__merged_into=None
        ).select_related("lesson__organisation", "lesson__revision", "owner", "deputy", "group")

    def of(self, membership: Membership) -> "UpkeepQuerySet":
        """What this member looks after at home, or stands in for."""
        mine = Q(owner=membership.person_id) | Q(deputy=membership.person_id)
        return self.in_use(membership.organisation_id).visible_to(membership).filter(mine)

    def due(self, until: date) -> "UpkeepQuerySet":
        """What should be looked at by this day: its day has come, or somebody has said since that it is not so. What
        its keeper said must change has a day of its own (``answer_turn``). With what ranks it: ``uses`` (how often it
        helped or was taken up), ``doubts`` and ``since`` (when somebody last looked). A lesson that waits for an answer
        already is left out."""
        checked = Coalesce("lesson__validated_at", "lesson__created_at")
        since = Greatest(Coalesce("looked_at", checked), checked)
        said = Reuse.objects.filter(lesson=OuterRef("lesson")).order_by().values("lesson")
        used = PackAnswer.objects.filter(lesson=OuterRef("lesson"), answer=PackAnswer.Answer.USE)
        doubts = said.filter(kind=Reuse.Kind.OPPOSITE, at__gt=OuterRef("since"))
        rows = self.annotate(since=since).annotate(
            doubts=_number(doubts),
            uses=_number(said.exclude(kind=Reuse.Kind.OPPOSITE)) + _number(used.order_by().values("lesson")),
        )
        waiting = ReviewTurn.objects.filter(lesson=OuterRef("lesson"), answered_at=None)
        is_due = Q(lesson__review_on__lte=until) | Q(doubts__gt=0)
        return rows.filter(is_due).exclude(Exists(waiting))


def _number(rows: "models.QuerySet[Any, Any]") -> Coalesce:
    """How many there are of each lesson, for these rows of lessons."""
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


class Upkeep(models.Model):
    """Stewardship: who looks after a checked lesson, who stands in, and the community or team that it belongs to. Where
    a community has it and nobody else, its members are asked in turn.

    ``looked_at`` is when somebody last said that it is right; ``doubted_at`` when its keeper last said that it is not,
    until it is changed or said to be right.
    """

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="upkeep")
    owner = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="Who looks after it?"
    )
    deputy = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="Who stands in?"
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Which community or team does it belong to?"),
    )
    looked_at = models.DateTimeField(null=True, blank=True)
    doubted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = UpkeepQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deputy=None) | Q(owner=None) | ~Q(owner=F("deputy")),
                name="upkeep_deputy_is_another",
                violation_error_message="Choose two different people.",
            )
        ]

    def __str__(self) -> str:
        return self.lesson.words.title

    def get_absolute_url(self) -> str:
        return reverse("lesson_keeper", args=[self.lesson.organisation.slug, self.lesson_id])


class ReviewTurnQuerySet(models.QuerySet["ReviewTurn"]):
    """Whom the portal asks about which lesson."""

    def open(self) -> "ReviewTurnQuerySet":
        """Not answered, of a lesson that is still in use."""
        return self.filter(answered_at=None, lesson__state__in=LIVING, lesson__merged_into=None)

    def of(self, membership: Membership) -> "ReviewTurnQuerySet":
        """Those of this member at home, of lessons that they may read."""
        readable = Lesson.objects.visible_to(membership).order_by()
        return self.filter(
            person=membership.person_id, lesson__organisation=membership.organisation_id, lesson__in=readable
        )


class ReviewTurn(models.Model):
    """One lesson that one person is asked about in one monthly round (``round_on``: its first day), and the answer."""

    class Answer(models.TextChoices):
        KEEP = "keep", "It is still right"
        CHANGE = "change", "Something in it must change"
        PASS = "pass", "Somebody else should look after it"
        RETIRE = "retire", "Nobody should use it any more"

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="review_turns")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    round_on = models.DateField()
    asked_on = models.DateField()
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReviewTurnQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["lesson"], condition=Q(answered_at=None), name="review_turn_one_at_a_time")
        ]
        indexes = [models.Index(fields=["person", "round_on"], name="review_turn_of_person")]

    def __str__(self) -> str:
        return f"{self.lesson}: {self.get_answer_display() or 'asked'}"
