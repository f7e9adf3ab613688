"""People: their accounts, and where they are signed in."""

from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from kmportal.lib.model_fields import AddressField, LineField


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
    away_from_on = models.DateField("Away from", null=True, blank=True)
    away_until_on = models.DateField("Away until", null=True, blank=True, help_text="The last day.")

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

    def is_away(self, on: date) -> bool:
        """Whether they have said that they are not there on this day."""
        return (
            self.away_from_on is not None
            and self.away_until_on is not None
            and self.away_from_on <= on <= self.away_until_on
        )

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.first_name


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

    class Ended(models.TextChoices):
        """Why an administrator signs somebody out. Chosen, not typed: the trail keeps it, and no words."""

        LOST = "lost device", "A lost or stolen phone or computer"
        STRANGE = "strange sign-in", "A sign-in that looks strange"
        LEFT_OPEN = "left open", "A shared computer on which somebody stayed signed in"
        ASKED = "asked for it", "It was asked for"

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
