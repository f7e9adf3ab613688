"""Reading what a community wrote in an emergency: who was named for it beforehand, and each time that it was asked."""

from datetime import datetime, timedelta

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from communities.models.community import LONGEST_REASON, Community
from organisations.events import Event as OfMembers
from organisations.models import AuditEntry, GroupMembership, Membership, Organisation, Person
from organisations.permissions import Role

# Nobody is named for the case at hand: a name counts from so long after it was given.
COUNTS_AFTER = timedelta(days=7)
# A request that the second person has not agreed to by then is over.
WAITS_FOR = timedelta(days=7)
# So long both read, from the moment of agreeing.
LASTS_FOR = timedelta(hours=24)
# With these an administrator can sign in as somebody else.
OPENED_ACCOUNTS = (OfMembers.RESET_LINK_MADE, OfMembers.MEMBER_SECOND_STEP_RESET)


class EmergencyReaderQuerySet(models.QuerySet["EmergencyReader"]):
    """Those who were named."""

    def visible_to(self, membership: Membership) -> "EmergencyReaderQuerySet":
        """Everybody at home knows who is named."""
        return self.filter(organisation_id=membership.organisation_id)

    def able(self) -> "EmergencyReaderQuerySet":
        """Who can act today if their time has come: current members who are not administrators. Whoever becomes one
        stands aside until they are none."""
        rows = self.filter(membership__in=Membership.objects.current())
        return rows.exclude(membership__role=Role.ADMINISTRATOR)

    def counting(self, at: datetime) -> "EmergencyReaderQuerySet":
        """Of them, those who were named long enough ago, and whose account no administrator has opened since with a
        link for a new password or without its second step: they could be both readers."""
        opened = AuditEntry.objects.filter(event__in=OPENED_ACCOUNTS, at__gt=at - COUNTS_AFTER, at__lte=at)
        hands = Membership.objects.filter(pk__in=opened.values("ident")).values("person")
        return self.able().filter(named_at__lte=at - COUNTS_AFTER).exclude(membership__person__in=hands)


class EmergencyReader(models.Model):
    """Somebody named beforehand, who is no administrator; two of them together can read in an emergency."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)

    objects = EmergencyReaderQuerySet.as_manager()

    class Meta:
        ordering = ["named_at", "pk"]

    def __str__(self) -> str:
        return f"{self.membership_id} in {self.organisation_id}"

    @property
    def counts_from(self) -> datetime:
        return self.named_at + COUNTS_AFTER


class EmergencyReadingQuerySet(models.QuerySet["EmergencyReading"]):
    """Times that reading was asked for."""

    def visible_to(self, membership: Membership) -> "EmergencyReadingQuerySet":
        """Who is in the community knows of each one that came to pass; those named, of all in their organisation; and
        whoever asked or agreed, of that one, so that they can end it."""
        circles = GroupMembership.objects.in_force(membership).values("group_id")
        inside = Q(community__group__in=circles, agreed_at__isnull=False)
        named = EmergencyReader.objects.counting(timezone.now()).filter(membership=membership)
        own = Q(asked_by=membership.person_id) | Q(agreed_by=membership.person_id)
        of_two = own & Q(organisation=membership.organisation_id)
        return self.filter(inside | of_two | Q(organisation__in=named.values("organisation")))

    def waiting(self, at: datetime) -> "EmergencyReadingQuerySet":
        """Asked for, and not answered yet."""
        return self.filter(agreed_at=None, ended_at=None, asked_at__gt=at - WAITS_FOR)

    def running(self, at: datetime) -> "EmergencyReadingQuerySet":
        """Open to its two readers now."""
        return self.filter(agreed_at__gt=at - LASTS_FOR, ended_at=None)


class EmergencyReading(models.Model):
    """One time that two people read the discussions of a community to which they do not belong, and why."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="emergency_readings")
    why = models.TextField(
        "What has happened, and why can it not wait?",
        max_length=LONGEST_REASON,
        validators=[MaxLengthValidator(LONGEST_REASON)],
        error_messages={"blank": "Say why it cannot wait. Everybody in it will read this."},
    )
    asked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Taken back, or ended before its time.")

    objects = EmergencyReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("asked_by")), name="emergency_takes_two_people"
            )
        ]

    def __str__(self) -> str:
        return f"{self.community_id} on {self.asked_at:%d %B %Y}"

    @property
    def until_at(self) -> datetime | None:
        """When it ends, or ended; nothing before somebody has agreed."""
        if self.agreed_at is None:
            return None
        last = self.agreed_at + LASTS_FOR
        return min(last, self.ended_at) if self.ended_at else last

    def is_waiting(self, at: datetime) -> bool:
        return self.agreed_at is None and self.ended_at is None and at < self.asked_at + WAITS_FOR

    def is_running(self, at: datetime) -> bool:
        return self.agreed_at is not None and self.ended_at is None and at < self.agreed_at + LASTS_FOR
