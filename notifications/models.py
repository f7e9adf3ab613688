"""Telling people: notices inside the portal, and which daily mail has been written."""

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Lower
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from organisations.models import Membership, Organisation, Person


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices of one person."""

    def for_member(self, membership: Membership) -> "NoticeQuerySet":
        """What this person was told in this organisation; nobody ever sees another person’s."""
        return self.filter(person_id=membership.person_id, organisation_id=membership.organisation_id)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def unread_first(self) -> "NoticeQuerySet":
        return self.alias(is_unread=ExpressionWrapper(Q(read_at=None), BooleanField())).order_by(
            "-is_unread", "-at", "-pk"
        )


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
        """The page that it tells of; the list of notices when that page is gone."""
        try:
            return reverse(self.url_name, args=self.url_args)
        except NoReverseMatch:
            return reverse("notice_list", args=[self.organisation.slug])


class DailyMail(models.Model):
    """That the mail of a day was written to an address: the key that keeps it to one a day, whatever restarts.

    One over all organisations, so that somebody who belongs to three still gets one mail.
    """

    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True)
    address = models.EmailField(max_length=254)
    day = models.DateField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("address"), "day", name="daily_mail_once")]

    def __str__(self) -> str:
        return f"{self.day} to {self.address}"
