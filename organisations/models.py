"""Who: people, organisations, groups, memberships, invitations, and the trail of what happened."""

import zoneinfo
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import Vocabulary, bound, vocabulary
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import AddressField, LineField, ReadingKeyField
from organisations.permissions import Permission, Role, permissions_of


class PersonManager(BaseUserManager["Person"]):
    """Makes people. There is no superuser to make: rights come from memberships alone."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """A person who signs in with ``email``; without a password they must choose one first."""
        person = self.model(email=email, **fields)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=username)


class Person(AbstractBaseUser):
    """Somebody with an account. Rights hang on memberships, never on the person."""

    email = AddressField("e-mail address", max_length=254, unique=True)
    name = LineField(max_length=120)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="person_email_unique",
                violation_error_message="Somebody already has an account with this address.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.first_name


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
    words = models.JSONField(default=dict, blank=True, editable=False)
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


class GroupQuerySet(models.QuerySet["Group"]):
    """Groups of organisations and of the network."""

    def open_to(self, membership: "Membership") -> "GroupQuerySet":
        """Those that this member belongs to, and may today: see ``GroupMembershipQuerySet.in_force``."""
        return self.filter(pk__in=GroupMembership.objects.in_force(membership).values("group_id"))

    def of_people(self, organisation: Organisation) -> "GroupQuerySet":
        """Units, teams and communities of an organisation; the sources of brought-in lessons are no people."""
        return self.filter(organisation=organisation).exclude(kind=Group.Kind.SOURCE)


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
        """The role within a sentence: “contributor”, but “KM lead”."""
        word = str(self.get_role_display())
        return word if word[:2].isupper() else word.lower()

    def is_expired(self, at: datetime) -> bool:
        return at >= self.expires_at


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


class AuditName(models.Model):
    """The name of a person or thing as it stood, kept beside the trail so that a name can go and the trail stays."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)
    ident = models.BigIntegerField()
    name = models.CharField(max_length=250)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "ident"], name="audit_name_once")]

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """Who did what when: one row for every change of state, written in the transaction of the change.

    Only facts and integers: no foreign key to a person or thing, and no names (see ``AuditName``). ``event`` is a key
    of ``organisations.events.vocabulary``, ``kind`` and ``ident`` are a ``Ref``.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    event = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    ident = models.BigIntegerField()
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["organisation", "-at"], name="audit_recent"),
            models.Index(fields=["organisation", "kind", "ident"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.kind} {self.ident}"


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Sign-ins and failed ones."""

    def newest_first(self) -> "SignInQuerySet":
        """By day; within a day those that failed by their time. The others have none, and stand in no order."""
        return self.order_by("-day", models.F("failed_at").desc(nulls_first=True), "pk")

    def open(self) -> "SignInQuerySet":
        """Browsers that are signed in, as far as the portal has not heard otherwise."""
        return self.exclude(session_key="")


class SignIn(models.Model):
    """That somebody signed in with a browser, or failed to.

    A sign-in that succeeds is kept by day only and under a random key: its moment, or its place among others, could be
    laid beside the answers of an anonymous round. One that fails keeps time and address, so that it can be followed up.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    day = models.DateField()
    browser = models.CharField(max_length=80)
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failed_from = models.CharField(max_length=45, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "-day"], name="sign_in_by_person")]

    def __str__(self) -> str:
        return f"{self.person}, {self.browser}, {self.day}"
