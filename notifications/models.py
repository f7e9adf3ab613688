"""Telling people: notices inside the portal, and which daily mail has been written."""

from datetime import date

from django.db import models
from django.urls import reverse
from django.utils import timezone

from organisations.models import Membership, Organisation, Person


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices of one person."""

    def for_member(self, membership: Membership) -> "NoticeQuerySet":
        """What this person was told in this organisation."""
        return self.filter(person_id=membership.person_id, organisation_id=membership.organisation_id)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)


class Notice(models.Model):
    """One sentence for one person, with a link. Written in the transaction of what it tells of."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    url_name = models.CharField(max_length=80)
    url_args = models.JSONField(default=list)
    key = models.CharField(max_length=120, help_text="The same event never tells the same person twice.")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notice_once")]
        indexes = [models.Index(fields=["person", "organisation", "read_at"], name="notice_unread")]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse(self.url_name, args=self.url_args)


class DailyMail(models.Model):
    """That the mail of a day was written for somebody: the key that keeps it to one a day, whatever restarts."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True)
    address = models.EmailField(max_length=254)
    day = models.DateField(default=date.today)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "address", "day"], name="daily_mail_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} to {self.address}"
