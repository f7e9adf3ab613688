"""Action learning sets: the same few people who meet several times, and on which days."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.model_fields import LineField
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from techniques.models.techniques import Length

# The card asks for four to eight people. A set in which one has just left still meets.
FEWEST_MEMBERS, MOST_MEMBERS = 3, 8
# Four to six dates are usual; a set may go on.
MOST_DATES = 8


class LearningSetQuerySet(models.QuerySet["LearningSet"]):
    """Sets of one organisation. Nobody but their members and whoever advises them knows of them; an adviser as long as
    they may lead sessions here."""

    def visible_to(self, membership: Membership) -> "LearningSetQuerySet":
        mine = Q(pk__in=SetMember.objects.filter(person_id=membership.person_id).values("learning_set"))
        if membership.can(Permission.FACILITATE):
            mine |= Q(adviser_id=membership.person_id)
        return self.filter(mine, organisation_id=membership.organisation_id)


class LearningSet(models.Model):
    """A set. Without an ``adviser`` its members lead it themselves; so they do when the adviser has gone."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="learning_sets")
    name = LineField(max_length=80, error_messages={"blank": "Give the set a name."})
    adviser = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    length = models.CharField(max_length=10, choices=Length.choices, default=Length.STANDARD)
    place = LineField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = LearningSetQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "once"], name="learning_set_form_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("learning_set_detail", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """What administrators read: that there was a set, and not which."""
        return "An action learning set"

    @property
    def people(self) -> models.QuerySet[Person]:
        """Its members who still belong to the organisation, by name."""
        here = Membership.objects.current().filter(organisation=self.organisation_id).values("person")
        return Person.objects.filter(pk__in=self.members.values("person")).filter(pk__in=here).order_by("name", "pk")


class SetMember(models.Model):
    """Somebody who belongs to a set."""

    learning_set = models.ForeignKey(LearningSet, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["learning_set", "person"], name="set_member_once")]

    def __str__(self) -> str:
        return f"member of set {self.learning_set_id}"


class SetDateQuerySet(models.QuerySet["SetDate"]):
    """Days on which sets mean to meet."""

    def to_come(self, at: datetime) -> "SetDateQuerySet":
        return self.filter(starts_at__gte=at)


class SetDate(models.Model):
    """A day on which a set means to meet. It goes when the meeting of that day is planned."""

    learning_set = models.ForeignKey(LearningSet, on_delete=models.CASCADE, related_name="dates")
    starts_at = models.DateTimeField()

    objects = SetDateQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["learning_set", "starts_at"], name="set_date_once")]

    def __str__(self) -> str:
        return f"date of set {self.learning_set_id}"
