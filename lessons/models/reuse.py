"""Reuse: what readers say came of a lesson, where, what it saved, how sure that is, and who else looked at it."""

from decimal import Decimal

from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from lessons.models.lesson import Lesson
from organisations.models import Group, Membership, Organisation, Person

LONGEST_CHANGE = 2_000


class Sureness(models.TextChoices):
    """How sure a benefit is, from the surest. The weakest link counts: a total is as sure as the least sure in it."""

    MEASURED = "measured", "It was counted or measured"
    ESTIMATED = "estimated", "It was estimated"
    TOLD = "told", "Somebody says so"

    @classmethod
    def least(cls, *some: str) -> "Sureness":
        return max(map(cls, some), key=list(cls).index)


class Measure(models.TextChoices):
    """What a lesson can save: the first two as a number, the others in words."""

    TIME = "time", "Time"
    MONEY = "money", "Money"
    QUALITY = "quality", "Quality"
    SAFETY = "safety", "Safety"


IN_NUMBERS = (Measure.TIME, Measure.MONEY)
# Hours and pounds.
LARGE: dict[str, Decimal] = {Measure.TIME: Decimal(40), Measure.MONEY: Decimal(1_000)}
"""Materiality threshold, a policy of the house: from forty hours, a working week, or a thousand pounds on, what
somebody says is a claim until a second person confirms it. Below, asking would cost more than being wrong."""


class ReuseQuerySet(models.QuerySet["Reuse"]):
    """What readers said of lessons."""

    def visible_to(self, membership: Membership) -> "ReuseQuerySet":
        """At home, by whoever may read the lesson: other organisations do not hear what came of theirs here."""
        readable = Lesson.objects.visible_as_it_was(membership).order_by()
        return self.filter(organisation_id=membership.organisation_id, lesson__in=readable)

    def said_by(self, membership: Membership) -> "ReuseQuerySet":
        """One’s own at home, also what was said of a lesson that one cannot read any more."""
        return self.filter(organisation_id=membership.organisation_id, person_id=membership.person_id)

    def of_lesson(self, lesson: Lesson) -> "ReuseQuerySet":
        return self.filter(lesson=lesson)

    def helped(self) -> "ReuseQuerySet":
        """Put to use: neither the same again nor the opposite."""
        return self.filter(kind=Reuse.Kind.HELPED)

    def count_by_kind(self) -> dict[str, int]:
        return dict(self.order_by().values_list("kind").annotate(n=Count("pk")))


class Reuse(models.Model):
    """One person’s word on one lesson: it helped, the same happened, the opposite happened. One press makes it; where,
    and what changed, may follow. ``organisation`` is theirs, not always that of the lesson."""

    class Kind(models.TextChoices):
        HELPED = "helped", "This helped us"
        SAME = "same", "The same happened to us"
        OPPOSITE = "opposite", "The opposite happened"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="reuses")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(
        max_length=10, choices=Kind.choices, error_messages={"invalid_choice": "Choose one of the three."}
    )
    group = models.ForeignKey(
        Group, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Which group?")
    )
    place = LineField("Where was it?", max_length=200, blank=True)
    changed = models.TextField(
        "What changed?", max_length=LONGEST_CHANGE, blank=True, validators=[MaxLengthValidator(LONGEST_CHANGE)]
    )
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now)

    objects = ReuseQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "lesson", "person", "kind"], name="reuse_said_once")
        ]
        indexes = [models.Index(fields=["organisation", "-at"], name="reuse_newest")]

    def __str__(self) -> str:
        return self.get_kind_display()

    def get_absolute_url(self) -> str:
        return reverse("reuse_detail", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """The trail is read by people who may not read the lesson."""
        return f"Reuse {self.pk}"

    @property
    def may_save(self) -> bool:
        """Whether it may have saved something. “The same” may: what the lesson foretells came true, its gain with it.
        Where the opposite happened, the lesson saved nothing."""
        return self.kind != Reuse.Kind.OPPOSITE

    @property
    def is_described(self) -> bool:
        """Whether more is kept than the press. One query, unless ``savings`` are loaded."""
        return bool(self.where or self.changed or self.savings.all())

    @property
    def where(self) -> str:
        """The group, the words, or both."""
        return ", ".join(part for part in (str(self.group or ""), self.place) if part)


class SavingQuerySet(models.QuerySet["Saving"]):
    """What reuse saved."""

    def visible_to(self, membership: Membership) -> "SavingQuerySet":
        """With what was said, by whoever reads that."""
        return self.filter(reuse__in=Reuse.objects.visible_to(membership).order_by())

    def claimed(self) -> "SavingQuerySet":
        """Large, and nobody else has looked at it yet."""
        return self.filter(state=Saving.State.CLAIMED)

    def to_decide(self, membership: Membership) -> "SavingQuerySet":
        """What waits for this member as the second person: never what they said themselves."""
        return self.visible_to(membership).claimed().exclude(reuse__person_id=membership.person_id)

    def totals(self) -> list[tuple[str, str, str, int, Decimal | None]]:
        """Measure, state, how sure, how many, and how much together: like with like, never a claim with what is
        confirmed."""
        rows = self.order_by().values_list("measure", "state", "sureness")
        return list(rows.annotate(n=Count("pk"), much=Sum("amount")))


class Saving(models.Model):
    """One thing that a reuse saved: time in hours, money in pounds, quality and safety in words, and how sure it is.

    ``version`` is what a second person read before they decided.
    """

    class State(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        CLAIMED = "claimed", "Claimed"
        TAKEN = "taken", "Taken as said"
        DECLINED = "declined", "Not confirmed"

    reuse = models.ForeignKey(Reuse, on_delete=models.CASCADE, related_name="savings")
    measure = models.CharField(max_length=10, choices=Measure.choices)
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))]
    )
    words = models.TextField(
        "In words", max_length=LONGEST_CHANGE, blank=True, validators=[MaxLengthValidator(LONGEST_CHANGE)]
    )
    sureness = models.CharField(
        max_length=10,
        choices=Sureness.choices,
        default=Sureness.TOLD,
        error_messages={"invalid_choice": "Say how sure it is."},
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.TAKEN)
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(
        "Why not?", max_length=LONGEST_CHANGE, blank=True, validators=[MaxLengthValidator(LONGEST_CHANGE)]
    )
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now)

    objects = SavingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["reuse", "measure"], name="saving_once_for_measure"),
            models.CheckConstraint(
                condition=(Q(measure__in=["time", "money"]) & Q(amount__isnull=False, words=""))
                | (Q(measure__in=["quality", "safety"]) & Q(amount__isnull=True) & ~Q(words="")),
                name="saving_is_number_or_words",
            ),
            # Nothing counts as confirmed, or is declined, on nobody’s word.
            models.CheckConstraint(
                condition=Q(state__in=["taken", "claimed"], decided_at__isnull=True)
                | Q(state__in=["confirmed", "declined"], decided_at__isnull=False),
                name="saving_decided_on_a_day",
            ),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(reason=""), name="saving_declined_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} of reuse {self.reuse_id}"

    @property
    def is_large(self) -> bool:
        """Whether it takes a second person."""
        return self.amount is not None and self.amount >= LARGE[self.measure]
