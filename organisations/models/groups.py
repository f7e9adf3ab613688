"""Groups, and who is in them."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField, ReadingKeyField
from organisations.models.organisation import Organisation
from organisations.models.people import Person

if TYPE_CHECKING:
    from organisations.models.membership import Membership


class GroupQuerySet(models.QuerySet["Group"]):
    """Groups of organisations and of the network."""

    def open_to(self, membership: "Membership") -> "GroupQuerySet":
        """Those that this member belongs to, and may today: see ``GroupMembershipQuerySet.in_force``."""
        return self.filter(pk__in=GroupMembership.objects.in_force(membership).values("group_id"))

    def of_people(self, organisation: Organisation) -> "GroupQuerySet":
        """Units, teams and communities of an organisation; the sources of brought-in lessons are no people."""
        return self.filter(organisation=organisation).exclude(kind=Group.Kind.SOURCE)

    def choosable(self, organisation: Organisation, *, kept: int | None = None) -> "GroupQuerySet":
        """Those that something new can belong to; ``kept`` is the one that it belongs to already, ended or not."""
        return self.of_people(organisation).filter(Q(ended_at=None) | Q(pk=kept or 0))


class Group(models.Model):
    """A unit, a team, or the members of a community: what lessons, assets and visibility can belong to.

    A group belongs to an organisation, or to the network (no organisation). Its people may come from several
    organisations where both sides allow it.
    """

    class Kind(models.TextChoices):
        UNIT = "unit", "Unit, for example a ward or a department"
        TEAM = "team", "Team"
        COMMUNITY = "community", _("Community")
        SOURCE = "source", _("Source of lessons brought in")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, help_text="Empty: it belongs to the network."
    )
    name = LineField(max_length=120)
    name_key = ReadingKeyField()
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.TEAM)
    people = models.ManyToManyField(Person, through="GroupMembership", related_name="circles")
    is_self_run = models.BooleanField(
        default=False, help_text="Its people come and go on a page of its own; administrators put nobody in."
    )
    # Its community closed: nothing new belongs to it.
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name_key"],
                name="group_name_unique",
                violation_error_message=_("There is already a group with this name."),
            ),
            models.UniqueConstraint(
                fields=["name_key"],
                condition=Q(organisation=None),
                name="network_group_name_unique",
                violation_error_message=_("There is already a group with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_in_short(self) -> str:
        """The kind without the examples that help to choose it."""
        return str(self.get_kind_display()).partition(",")[0]


class GroupMembershipQuerySet(models.QuerySet["GroupMembership"]):
    """Who belongs to which group, and from where."""

    def in_force(self, membership: "Membership") -> "GroupMembershipQuerySet":
        """The groups that this member belongs to and may today.

        At home always; elsewhere and in the network only while both sides allow it. Whoever belongs to two
        organisations sees a group from the one through which they belong to it.
        """
        home = Q(group__organisation_id=membership.organisation_id)
        if membership.organisation.lends_members:
            home |= Q(group__organisation=None) | Q(group__organisation__admits_outsiders=True)
        return self.filter(home, membership_id=membership.pk)

    def in_force_for_anybody(self) -> "GroupMembershipQuerySet":
        """The same condition over the rows of everybody: ``membership`` is the one through which they see the group."""
        elsewhere = Q(group__organisation=None) | Q(group__organisation__admits_outsiders=True)
        home = Q(group__organisation=F("membership__organisation"))
        return self.filter(home | Q(membership__organisation__lends_members=True) & elsewhere)


class GroupMembership(models.Model):
    """That a person belongs to a group, as a member of the organisation through which they came."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    membership = models.ForeignKey("Membership", on_delete=models.CASCADE, related_name="circles")
    is_guest = models.BooleanField(default=False, help_text="Reads and takes part, but is no member of it.")
    joined_at = models.DateTimeField(default=timezone.now)

    objects = GroupMembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "person"], name="group_membership_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.group}"
