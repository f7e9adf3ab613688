"""The register of knowledge at risk: what people know that matters, who knows it, until when they are here, and who
sees to it that it is kept."""

from datetime import date, timedelta

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.model_fields import LineField
from lessons.models.asset import Asset
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission

LONGEST_TOLD_OF_RISK = 1_000
# From which product of the two marks on it is called high, and middle.
HIGH, MIDDLE = 6, 3
# So many days before somebody leaves, whoever sees to it is told: seven weeks is what a good hand-over takes.
WARNED_BEFORE = {"high": 70, "middle": 56, "low": 49}


def _told(label: str) -> "models.TextField[str, str]":
    longest = LONGEST_TOLD_OF_RISK
    return models.TextField(label, max_length=longest, blank=True, validators=[MaxLengthValidator(longest)])


def _cannot_wait(today: date) -> Q:
    return Q(warn_on__lte=today) | Q(due_on__lt=today)


class RiskQuerySet(models.QuerySet["Risk"]):
    """Topics of the register, in the words of those who keep it."""

    def visible_to(self, membership: Membership) -> "RiskQuerySet":
        """At home: all of them for those who curate or oversee; for others those that they see to or know about."""
        here = self.filter(organisation_id=membership.organisation_id)
        if membership.can(Permission.FACILITATE) or membership.can(Permission.OVERSEE):
            return here
        knows = RiskHolder.objects.filter(risk=OuterRef("pk"), person=membership.person_id)
        return here.filter(Q(owner=membership.person_id) | Exists(knows))

    def open(self) -> "RiskQuerySet":
        """Those of which nobody has said yet that they are kept."""
        return self.filter(settled_at=None)

    def pressing(self, today: date) -> "RiskQuerySet":
        """Open, and somebody leaves soon or has left, or what was to be done by a day is not done."""
        return self.open().filter(_cannot_wait(today))

    def rated(self, word: str) -> "RiskQuerySet":
        """Those that are called high, middle or low."""
        rows = self.alias(product=F("matter") * F("loss"))
        match word:
            case "high":
                return rows.filter(product__gte=HIGH)
            case "middle":
                return rows.filter(product__gte=MIDDLE, product__lt=HIGH)
        return rows.filter(product__lt=MIDDLE)

    def most_urgent_first(self, today: date) -> "RiskQuerySet":
        """What cannot wait, then by rating, then by the day on which somebody leaves; what is kept stands last."""
        is_kept = Q(settled_at__isnull=False)
        place = Case(When(is_kept, then=Value(2)), When(_cannot_wait(today), then=Value(0)), default=Value(1))
        rating = (F("matter") * F("loss")).desc()
        return self.order_by(place, rating, F("leaves_on").asc(nulls_last=True), "pk")


class Risk(models.Model):
    """A topic at risk: something that people know, how much it matters, and how easily it would be lost.

    ``leaves_on`` is the first day on which one of those who know it leaves, ``warn_on`` the day from which it cannot
    wait any more; the actions keep both. Kept for good it stands in the register with how (``kept_how``).
    """

    class Matter(models.IntegerChoices):
        LITTLE = 1, "It would be a nuisance"
        MUCH = 2, "Work would get slower or worse"
        MOST = 3, "Work would stop, or somebody could be harmed"

    class Loss(models.IntegerChoices):
        SHARED = 1, "Others know it, too, or it is written down"
        FEW = 2, "Few know it, and little is written down"
        ONE = 3, "One person knows it, and nothing is written down"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(
        Person,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Who sees to it that it is kept?",
    )
    title = LineField(
        "What is it that people know?", max_length=200, error_messages={"blank": "Say what it is that people know."}
    )
    why = _told("What would go wrong without it?")
    matter = models.PositiveSmallIntegerField("How much would it matter if it were gone?", choices=Matter.choices)
    loss = models.PositiveSmallIntegerField("How easily would it be lost?", choices=Loss.choices)
    plan = _told("What is done about it?")
    due_on = models.DateField("By when?", null=True, blank=True)
    leaves_on = models.DateField(null=True, blank=True, editable=False)
    warn_on = models.DateField(null=True, blank=True, editable=False)
    asset = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When somebody said that it is kept.")
    kept_how = _told("How is it kept now?")
    # Made by the form: the same form sent twice makes one.
    once = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    objects = RiskQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "once"], name="risk_form_once"),
            models.CheckConstraint(
                condition=Q(matter__gte=1, matter__lte=3, loss__gte=1, loss__lte=3), name="risk_marks_one_to_three"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | ~Q(kept_how=""),
                name="risk_settled_says_how",
                violation_error_message="Say how it is kept now.",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "settled_at", "warn_on"], name="risk_pressing")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("risk_detail", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """The trail is read by people who may not read the register."""
        return f"Topic at risk {self.pk}"

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None

    @property
    def rating(self) -> int:
        return self.matter * self.loss

    @property
    def rating_word(self) -> str:
        """“high”, “middle” or “low”: as the queryset says it, for a loaded row."""
        return "high" if self.rating >= HIGH else "middle" if self.rating >= MIDDLE else "low"

    @property
    def warned_on(self) -> date | None:
        """From when on it cannot wait any more, worked out from the rating and the first day of leaving."""
        return self.leaves_on - timedelta(days=WARNED_BEFORE[self.rating_word]) if self.leaves_on else None

    def presses(self, today: date) -> bool:
        """As the queryset says it, for a loaded row."""
        is_soon = self.warn_on is not None and self.warn_on <= today
        return not self.is_settled and (is_soon or (self.due_on is not None and self.due_on < today))


class RiskHolder(models.Model):
    """Somebody who knows about a topic: a member, or a name or what they do, in words, for those without an account."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="holders")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = LineField("Their name, or what they do", max_length=120, blank=True)
    leaves_on = models.DateField("When do they leave?", null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["risk", "person"], condition=Q(person__isnull=False), name="risk_holder_once"
            ),
            models.UniqueConstraint(fields=["risk", "name"], condition=~Q(name=""), name="risk_holder_in_words_once"),
            models.CheckConstraint(condition=Q(person=None) | Q(name=""), name="risk_holder_person_or_words"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.person or "Somebody who has left")

    @property
    def version(self) -> int:
        """Of the topic: whoever changes one of those who know it changes the topic."""
        return self.risk.version
