"""Organisations."""

import zoneinfo
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import Vocabulary, bound, vocabulary
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.json_field import JSONField
from kmportal.lib.model_fields import LineField

if TYPE_CHECKING:
    from organisations.models.membership import Membership


def _known_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError("Choose a time zone from the list, for example Europe/London.")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations of the portal."""

    def visible_to(self, membership: "Membership") -> "OrganisationQuerySet":
        """One’s own: of the others nothing is known here."""
        return self.filter(pk=membership.organisation_id)


class Organisation(models.Model):
    """A trust, council or charity that runs a programme. Nothing of it is visible to another one unless it shares."""

    class Kind(models.TextChoices):
        TRUST = "trust", "NHS trust"
        COUNCIL = "council", "Council"
        NGO = "ngo", "Charity or other non-governmental organisation"
        OTHER = "other", "Something else"

    name = LineField(max_length=120)
    slug = models.SlugField(
        max_length=60, unique=True, error_messages={"unique": "Another organisation has this address."}
    )
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    logo = models.BinaryField(blank=True, default=b"", editable=False)
    logo_type = models.CharField(max_length=40, blank=True, editable=False)
    incident_name = LineField("incident system’s name", max_length=80, blank=True)
    incident_url = models.URLField("incident system’s address", max_length=500, blank=True)
    time_zone = models.CharField(max_length=64, default="Europe/London", validators=[_known_zone])
    # Both sides must allow it before somebody from elsewhere belongs to a group: see GroupMembershipQuerySet.
    admits_outsiders = models.BooleanField(
        default=False, help_text=_("Members of other organisations may belong to our groups.")
    )
    lends_members = models.BooleanField(
        default=False, help_text=_("Our members may belong to groups of other organisations and of the network.")
    )
    asks_second_step = models.BooleanField(
        default=False, help_text=_("Administrators and KM leads need more than a password to sign in.")
    )
    # The words of the domain that are called otherwise here, each as “one”, “many” and “a …”: kmportal.lib.domain_words
    words = JSONField(default=dict, blank=True, editable=False)
    leads_invite = models.BooleanField(default=False, help_text=_("KM leads may invite readers and contributors."))
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("home", args=[self.slug])

    @property
    def vocabulary(self) -> Vocabulary:
        return vocabulary(self.words)

    @contextmanager
    def at_home(self) -> Iterator[None]:
        """Days, times and words are those of the organisation until the block ends: a page, a mail, a job of theirs."""
        with timezone.override(self.time_zone), bound(self.vocabulary):
            yield

    @property
    def logo_as_data(self) -> str:
        """The logo as a picture that needs no file, for a PDF; empty where there is none, or none that paper takes."""
        if not self.logo or self.logo_type not in ("image/png", "image/jpeg"):
            return ""
        return f"data:{self.logo_type};base64,{b64encode(self.logo).decode()}"
