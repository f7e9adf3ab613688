"""Ways in that are no session: access tokens; and forms that were sent once."""

from datetime import datetime

from django.db import models
from django.utils import timezone

from kmportal.lib.model_fields import LineField
from organisations.models.membership import Membership
from organisations.models.people import Person


class SentForm(models.Model):
    """A form that somebody has sent: its key, a fingerprint of what was in it, and the page that answered it.

    Sent again it is answered with that page (``organisations.once``). Of the words it keeps nothing.
    """

    MOST = 500

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=64)
    url = models.CharField(max_length=MOST, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "key", "fingerprint"], name="sent_form_once"),
        ]

    def __str__(self) -> str:
        return f"Form {self.key}"


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    """Tokens of people."""

    def of(self, person: Person) -> "AccessTokenQuerySet":
        """Those that were not revoked, the newest first; an expired one is still listed."""
        return self.filter(person=person, revoked_at=None).order_by("-created_at", "-pk")

    def valid(self, at: datetime) -> "AccessTokenQuerySet":
        """Those that open something now."""
        return self.filter(revoked_at=None, expires_at__gt=at, person__is_active=True)


class AccessToken(models.Model):
    """A token with which a program acts for a person, in all their organisations and with their rights at most.

    Only its hash is kept. ``scope`` may narrow it to reading.
    """

    class Scope(models.TextChoices):
        READ = "read", "Read only"
        WRITE = "write", "Read and write"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = LineField("what it is for", max_length=80, error_messages={"blank": "Say what the token is for."})
    hash = models.CharField(max_length=64, editable=False)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.READ)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # Made by the form: the same form sent twice makes one token.
    once = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    objects = AccessTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def may_write(self) -> bool:
        return self.scope == self.Scope.WRITE

    def is_expired(self, at: datetime) -> bool:
        return at >= self.expires_at
