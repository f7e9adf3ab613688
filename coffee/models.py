"""Randomised coffee trials: who joins, who is drawn together with whom, whether they met. Never what was said."""

from datetime import date, timedelta
from uuid import uuid4

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from coffee.pairing import Way as WayKey
from kmportal.lib.json_field import JSONField
from kmportal.lib.model_fields import LineField, ReadingKeyField
from organisations.models import Membership, Organisation, Person
from people.models import Profile

LONGEST_TEXT = 1_000
LONGEST_LINE = 300
KEPT = timedelta(days=365)


class Rule(models.TextChoices):
    """How pairs are made, as everybody reads before they join."""

    RANDOM = "random", "By lot: anybody with anybody"
    EXPLAINED = "explained", "By a rule: another team, and the same site where people want to meet face to face"


class Way(models.TextChoices):
    """How somebody would like to meet."""

    EITHER = WayKey.EITHER, "Either is fine"
    FACE = WayKey.FACE, "Face to face"
    REMOTE = WayKey.REMOTE, "By phone or video"


class TrialQuerySet(models.QuerySet["Trial"]):
    """Coffee trials."""

    def visible_to(self, membership: Membership) -> "TrialQuerySet":
        """Everybody here reads that there is one and what came of it. Who meets whom is for those two."""
        return self.filter(organisation_id=membership.organisation_id)

    def open(self) -> "TrialQuerySet":
        """Those that somebody still has to look after."""
        return self.filter(state__in=[Trial.State.INVITING, Trial.State.RUNNING])


class Trial(models.Model):
    """A randomised coffee trial: people who do not know each other are drawn in pairs and meet for half an hour."""

    class State(models.TextChoices):
        INVITING = "inviting", "People can join"
        RUNNING = "running", "Pairs are meeting"
        ENDED = "ended", "Over"
        CANCELLED = "cancelled", "Called off"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    title = LineField("What is it called?", max_length=120)
    rule = models.CharField("How are pairs made?", max_length=12, choices=Rule.choices, default=Rule.RANDOM)
    weeks = models.PositiveSmallIntegerField(
        "How many weeks do pairs have to meet?", choices=[(6, "Six"), (7, "Seven"), (8, "Eight")], default=6
    )
    pairs_on = models.DateField("On which day are the pairs made?")
    coordinator = models.ForeignKey(
        Person,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="coffee_trials",
        verbose_name="Who co-ordinates it?",
    )
    first_joiners = LineField("Who of the senior people has joined already?", max_length=200, blank=True)
    place = LineField("Is there a time or a place that you can offer?", max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.INVITING)
    paired_at = models.DateTimeField(null=True, blank=True)
    # Which of all equal draws it was, so that it can be drawn again and explained.
    seed = models.BigIntegerField(null=True, blank=True)
    half_told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(
        "What came of it?", max_length=LONGEST_TEXT, blank=True, validators=[MaxLengthValidator(LONGEST_TEXT)]
    )
    shared_at = models.DateTimeField(null=True, blank=True)
    moved_on = models.DateField(null=True, blank=True, help_text="The day on which the portal last did what is due.")
    few_told_at = models.DateTimeField(null=True, blank=True, help_text="That too few had joined on the day.")
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="When its pairs were deleted.")
    pairs_made = models.PositiveIntegerField(default=0, help_text="Kept when the pairs are deleted.")
    pairs_met = models.PositiveIntegerField(default=0, help_text="Kept when the pairs are deleted.")
    new_ties = models.PositiveIntegerField(default=0, help_text="Kept when the pairs are deleted.")
    keeps_traces = models.BooleanField(default=False, help_text="A line was written; the files still tell which.")
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ["-pairs_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "once"], name="coffee_trial_once")]
        indexes = [models.Index(fields=["organisation", "state"], name="coffee_trial_by_state")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("trial_detail", args=[self.organisation.slug, self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.INVITING, self.State.RUNNING)

    @property
    def begins_on(self) -> date:
        """The day from which the weeks count: the one on which pairs were made, or are to be made."""
        return timezone.localdate(self.paired_at) if self.paired_at else self.pairs_on

    @property
    def ends_on(self) -> date:
        return self.begins_on + timedelta(weeks=self.weeks)

    @property
    def half_on(self) -> date:
        return self.begins_on + timedelta(days=self.weeks * 7 // 2)


class JoinerQuerySet(models.QuerySet["Joiner"]):
    """Those who have joined."""

    def taking_part(self) -> "JoinerQuerySet":
        """Who has not left the trial, and still comes in here."""
        return self.filter(
            left_at=None,
            membership__left_at=None,
            membership__suspended_at=None,
            membership__person__is_active=True,
        )

    def to_draw(self, on: date) -> "JoinerQuerySet":
        """Who wants to meet somebody now and has nobody to meet. A pause ends with its day."""
        there = Q(paused_until_on=None) | Q(paused_until_on__lt=on)
        return self.taking_part().filter(there).exclude(seats__pairing__dissolved_at=None, seats__isnull=False)


class Joiner(models.Model):
    """Somebody who takes part in one trial: what the rule looks at, and whether they would join again."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="joiners")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="coffee_trials")
    team = LineField("Which team do you belong to?", max_length=120, blank=True)
    team_key = ReadingKeyField(of="team")
    site = LineField("Where do you work?", max_length=120, blank=True)
    site_key = ReadingKeyField(of="site")
    staff_group = models.CharField(
        "Which staff group do you belong to?", max_length=20, choices=Profile.StaffGroup.choices, blank=True
    )
    way = models.CharField("How would you like to meet?", max_length=8, choices=Way.choices, default=Way.EITHER)
    needs = LineField("Is there anything that your partner should know to meet you?", max_length=200, blank=True)
    paused_until_on = models.DateField("Until when can you not meet anybody?", null=True, blank=True)
    avoided = models.ManyToManyField(Membership, blank=True, related_name="+")
    in_three = models.BooleanField(default=False)
    would_again = models.BooleanField(null=True, blank=True)
    has_written = models.BooleanField(default=False, help_text="One line each; which is theirs is not kept.")
    left_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects = JoinerQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["trial", "membership"], name="coffee_joins_once")]

    def __str__(self) -> str:
        return str(self.membership.person)


class PairingQuerySet(models.QuerySet["Pairing"]):
    """Those who were drawn together."""

    def standing(self) -> "PairingQuerySet":
        return self.filter(dissolved_at=None)

    def met(self) -> "PairingQuerySet":
        """Pairs of which somebody says that they met."""
        return self.filter(models.Exists(Seat.objects.filter(pairing=models.OuterRef("pk"), has_met=True)))


class Pairing(models.Model):
    """Two or three people who were drawn together. Deleted a year after the trial, whether they met or not."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="pairings")
    reasons = JSONField(default=list, blank=True)
    joins_teams = models.BooleanField(default=False, help_text="Whether they come from different teams.")
    made_at = models.DateTimeField(default=timezone.now, help_text="Since when these people belong together.")
    dissolved_at = models.DateTimeField(null=True, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Pair {self.pk}"


class Seat(models.Model):
    """Somebody in a pair, and whether they say that they met."""

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE, related_name="seats")
    joiner = models.ForeignKey(Joiner, on_delete=models.CASCADE, related_name="seats")
    has_met = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["pairing", "joiner"], name="coffee_seat_once")]

    def __str__(self) -> str:
        return str(self.joiner)


class EarlierPair(models.Model):
    """Two members who were drawn together before, so that it does not happen again. No trial, no answer."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    one = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    drawn_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="coffee_earlier_pair_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="coffee_earlier_pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"


class Remark(models.Model):
    """One line on what a talk was good for. Nothing says whose it is: no person, no time, and a key by lot."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="remarks")
    text = LineField("What was it good for?", max_length=LONGEST_LINE)

    class Meta:
        ordering = ["text", "pk"]

    def __str__(self) -> str:
        return self.text
