"""Telling people: notices inside the portal, and which daily mail has been written."""

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Lower
from django.utils import timezone

from kmportal.lib.model_fields import AddressField
from kmportal.lib.things import Ref
from organisations.events import Occurrence
from organisations.models import Membership, Organisation, Person

ANOTHER_WAY = "Check the address, or tell them another way: "


def key_of(occurrence: Occurrence) -> str:
    """One event tells nobody twice."""
    return f"{occurrence.event} {occurrence.entry.pk}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices of one person."""

    def for_member(self, membership: Membership) -> "NoticeQuerySet":
        """What this person was told in this organisation; nobody ever sees another person’s."""
        return self.filter(person_id=membership.person_id, organisation_id=membership.organisation_id)

    def of_event(self, person: Person, occurrence: Occurrence) -> "NoticeQuerySet":
        """What this person was told of one event, wherever they read it."""
        return self.filter(person=person, key=key_of(occurrence))

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def unread_first(self) -> "NoticeQuerySet":
        return self.alias(is_unread=ExpressionWrapper(Q(read_at=None), BooleanField())).order_by(
            "-is_unread", "-at", "-pk"
        )


class Notice(models.Model):
    """One sentence for one person, with the thing that it is about. Written in the transaction of what it tells of.

    ``organisation`` is the one in which the person reads it; what a group shares may be of another one.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)
    ident = models.BigIntegerField(default=0, help_text="With the kind a reference to what it is about.")
    text = models.CharField(max_length=300)
    key = models.CharField(max_length=120, help_text="The same event never tells the same person twice.")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["person", "organisation", "read_at"], name="notice_unread"),
            models.Index(fields=["kind", "ident"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def about(self) -> Ref:
        return Ref(self.kind, self.ident)


class DailyMail(models.Model):
    """That the mail of a day was written to an address: the key that keeps it to one a day, whatever restarts.

    One over all organisations, so that somebody who belongs to three still gets one mail.
    """

    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True)
    address = AddressField(max_length=254)
    day = models.DateField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("address"), "day", name="daily_mail_once")]

    def __str__(self) -> str:
        return f"{self.day} to {self.address}"


def words_of_undelivered(address: str, subject: str) -> str:
    """What whoever caused a mail is told when it did not arrive."""
    return f"Your mail to {address} could not be delivered. {ANOTHER_WAY}{subject}"
