"""Stories of value: what a community was good for, told by one of its people in up to five boxes."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils import timezone

from communities.models.community import LONGEST_ANSWER, Community
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from lessons.models import Sureness
from organisations.models import Group, GroupMembership, Membership, Organisation, Person
from organisations.visibility import Reach

# Who may read a story, from few to many. The teller says.
READERS = (
    (Reach.AUTHOR.value, "Only me"),
    (Reach.GROUP.value, _("Members of the community")),
    (Reach.ORGANISATION.value, "Everybody in the organisation"),
)


def _box(words: str) -> "models.TextField[str, str]":
    return models.TextField(
        words, max_length=LONGEST_ANSWER, blank=True, validators=[MaxLengthValidator(LONGEST_ANSWER)]
    )


class StoryQuerySet(models.QuerySet["Story"]):
    """Stories of communities."""

    def visible_to(self, membership: Membership) -> "StoryQuerySet":
        """One’s own at home; those of one’s communities; those opened to everybody here. No role opens any."""
        circles = GroupMembership.objects.in_force(membership).values("group_id")
        own = Q(author_id=membership.person_id)
        opened = Q(reach=Reach.ORGANISATION)
        shared = ~Q(reach=Reach.AUTHOR) & Q(group_id__in=circles)
        return self.filter(Q(organisation_id=membership.organisation_id) & (own | opened) | shared)


class Story(models.Model):
    """One story. ``organisation`` and ``group`` are its community’s, beside ``reach``, so that one rule finds it."""

    BOXES: ClassVar = ("worth", "took", "used", "changed", "otherwise")

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="stories")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    group = models.ForeignKey(Group, on_delete=models.CASCADE)
    reach = models.CharField(
        max_length=20,
        choices=READERS,
        error_messages={"invalid_choice": "Say who may read it.", "blank": "Say who may read it."},
    )
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    title = LineField("In one line", max_length=200, error_messages={"blank": "Say in one line what it is about."})
    worth = _box("It was worth coming")
    took = _box("I took something away")
    used = _box("I used it")
    changed = _box("It changed something")
    otherwise = _box("We now see it otherwise")
    at = models.DateTimeField(default=timezone.now)
    # Made by the form: the same form sent twice makes one story.
    once = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = StoryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "stories"
        constraints = [models.UniqueConstraint(fields=["community", "once"], name="story_form_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("story_detail", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """What the trail may call it: it is read by people who may not read the story."""
        return f"Story {self.pk}"

    @property
    def filled(self) -> list[tuple[str, str]]:
        """The boxes in which something stands: what they ask, and the words."""
        boxes = ((self._meta.get_field(name), getattr(self, name)) for name in self.BOXES)
        return [(str(getattr(field, "verbose_name", "")), words) for field, words in boxes if words]


class ClaimedBenefitQuerySet(models.QuerySet["ClaimedBenefit"]):
    """Benefits that stories claim."""

    def visible_to(self, membership: Membership) -> "ClaimedBenefitQuerySet":
        """With their story, by whoever reads that."""
        return self.filter(story__in=Story.objects.visible_to(membership))

    def claimed(self) -> "ClaimedBenefitQuerySet":
        """Nobody else has looked at it yet."""
        return self.filter(state=ClaimedBenefit.State.CLAIMED)

    def to_decide(self, membership: Membership) -> "ClaimedBenefitQuerySet":
        """What waits for this member as the second person, at home: never what they told themselves."""
        here = self.visible_to(membership).filter(organisation_id=membership.organisation_id)
        return here.claimed().exclude(story__author_id=membership.person_id)

    def totals(self) -> list[tuple[str, str, str, int, Decimal | None]]:
        """Unit, state, how sure, how many, and how much together: like with like."""
        rows = self.order_by().values_list("unit", "state", "sureness")
        return list(rows.annotate(n=Count("pk"), much=Sum("amount")))


class ClaimedBenefit(models.Model):
    """What a story says has come of it: somebody’s claim, until a second person confirms it or says why not.

    ``version`` is what that person read before they decided.
    """

    class Unit(models.TextChoices):
        HOURS = "hours", "Hours"
        DAYS = "days", "Days"
        POUNDS = "pounds", "Pounds"
        PEOPLE = "people", "People"
        TIMES = "times", "Times"

    Sureness = Sureness

    class State(models.TextChoices):
        CLAIMED = "claimed", "Claimed"
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Not confirmed"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    story = models.OneToOneField(Story, on_delete=models.CASCADE, related_name="benefit")
    what = models.TextField(max_length=LONGEST_ANSWER, validators=[MaxLengthValidator(LONGEST_ANSWER)])
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(
        max_length=10,
        choices=Unit.choices,
        blank=True,
        error_messages={"invalid_choice": "Choose of what it is so much."},
    )
    who_says = LineField("Who says so?", max_length=200, blank=True)
    sureness = models.CharField(max_length=10, choices=Sureness.choices, default=Sureness.TOLD)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CLAIMED)
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(
        "Why not?", max_length=LONGEST_ANSWER, blank=True, validators=[MaxLengthValidator(LONGEST_ANSWER)]
    )
    version = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now)

    objects = ClaimedBenefitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=True, unit="") | (Q(amount__isnull=False) & ~Q(unit="")),
                name="benefit_amount_with_unit",
            ),
            # Nothing counts as confirmed, or is declined, on nobody’s word.
            models.CheckConstraint(
                condition=Q(state="claimed", decided_at__isnull=True)
                | (~Q(state="claimed") & Q(decided_at__isnull=False)),
                name="benefit_decided_on_a_day",
            ),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(reason=""), name="benefit_declined_with_reason"),
        ]

    def __str__(self) -> str:
        return f"Benefit of story {self.story_id}"
