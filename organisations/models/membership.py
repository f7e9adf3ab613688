"""Who belongs to which organisation, in which role, and who is invited."""

from collections.abc import Hashable
from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from kmportal.lib.domain_words import article_of
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import AddressField, LineField
from organisations.models.groups import Group
from organisations.models.organisation import Organisation
from organisations.models.people import Person
from organisations.permissions import Permission, Role, permissions_of

# Who can read or change most. Asked where the organisation’s settings say so.
SECOND_STEP_ROLES = (Role.ADMINISTRATOR, Role.LEAD)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Who belongs where."""

    def current(self) -> "MembershipQuerySet":
        """Those who may come in today: neither suspended nor gone."""
        return self.filter(left_at=None, suspended_at=None, person__is_active=True)

    def listed(self) -> "MembershipQuerySet":
        """Those who stand on the people page: suspended ones too, gone ones not."""
        return self.filter(left_at=None)

    def may(self, permission: Permission) -> "MembershipQuerySet":
        """Those whose role (or naming as validator) carries the permission."""
        plain = [role for role in Role if permission in permissions_of(role)]
        named = [role for role in Role if permission in permissions_of(role, named_validator=True)]
        return self.filter(Q(role__in=plain) | Q(role__in=named, is_validator=True))

    def names_in(self, organisation_id: int) -> list[str]:
        """The names of everybody who belongs to an organisation, for finding them in a text."""
        return list(self.listed().filter(organisation=organisation_id).values_list("person__name", flat=True))

    def has_left(self, organisation_id: int, name: str) -> bool:
        """Whether this is the name of somebody who belonged to an organisation, and of nobody who does."""
        # Not prepared: what a value stands for in LIKE is escaped when it is compiled.
        named = self.filter(organisation=organisation_id, person__name__iexact=name.strip())
        return named.exists() and not named.current().exists()


class Membership(models.Model):
    """What one person is in one organisation. Leaving keeps the row, so that the trail and the names stay."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.READER)
    is_validator = models.BooleanField(_("named to check lessons"), default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    suspended_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()
    # Of the one that a page is about: the same person’s in other organisations.
    beside: "list[Membership] | None" = None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()} of {self.organisation}"

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.role, named_validator=self.is_validator)

    @property
    def is_current(self) -> bool:
        """Whether the person may come in today: the same as ``MembershipQuerySet.current``, for a loaded row."""
        return self.left_at is None and self.suspended_at is None and self.person.is_active

    @property
    def needs_second_step(self) -> bool:
        """Whether the organisation asks this member for more than a password."""
        return self.organisation.asks_second_step and self.role in SECOND_STEP_ROLES

    def can(self, permission: Permission) -> bool:
        """Whether the role carries the permission; says nothing about any single record."""
        return permission in self.permissions

    # --- For ``kmportal.lib.prepared``: what conditions of who sees what may hang on, and nothing else

    @property
    def shape(self) -> Hashable:
        return self.role, self.is_validator, self.organisation.lends_members

    @property
    def keys(self) -> tuple[int, int, int]:
        return self.pk, self.person_id, self.organisation_id

    @classmethod
    def stands_in(cls, shape: tuple[str, bool, bool], keys: tuple[int, int, int]) -> "Membership":
        """Another member of that shape; whatever else a condition asks of them is not found in the database."""
        (role, is_validator, lends_members), (pk, person, organisation) = shape, keys
        known = ["id", "organisation_id", "person_id", "role", "is_validator"]
        found = cls.from_db(None, known, [pk, organisation, person, role, is_validator])
        found.person = Person.from_db(None, ["id"], [person])
        found.organisation = Organisation.from_db(None, ["id", "lends_members"], [organisation, lends_members])
        return found


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations into an organisation."""

    def open(self) -> "InvitationQuerySet":
        """Sent, neither accepted nor revoked; an expired one is still listed, to be sent again."""
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(models.Model):
    """An invitation by mail with a role. Single use, dies on a date, bound to the address.

    The link is a signature over the row and its ``nonce``: it can be shown again by the administrator, and sending
    again with a new nonce kills the old link.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    email = AddressField("e-mail address", max_length=254)
    name = LineField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.CONTRIBUTOR)
    groups = models.ManyToManyField(Group, blank=True)
    nonce = models.CharField(max_length=32)
    invited_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="invitations_sent")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
                violation_error_message="This address already has an invitation. Send it again or cancel it.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organisation}"

    @property
    def role_in_a_sentence(self) -> str:
        """The role within a sentence, with its article: “a contributor”, “an administrator”, “a KM lead”."""
        word = str(self.get_role_display())
        word = word if word[:2].isupper() else word.lower()
        return f"{article_of(word)} {word}"

    def is_expired(self, at: datetime) -> bool:
        return at >= self.expires_at
