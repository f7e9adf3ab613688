"""Posters: an address and a QR code on the wall of a unit, and what people without an account leave there."""

import secrets

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lessons.models.lesson import Lesson
from organisations.models import Group, Membership, Organisation, Person
from organisations.permissions import Permission

LONGEST_LEFT = 2_000


def new_code() -> str:
    """What stands in the address: nobody finds it by trying."""
    return secrets.token_urlsafe(12)


class PosterQuerySet(models.QuerySet["Poster"]):
    """Posters."""

    def visible_to(self, membership: Membership) -> "PosterQuerySet":
        """By whoever checks lessons, at home."""
        here = self.filter(organisation_id=membership.organisation_id)
        return here if membership.can(Permission.VALIDATE) else here.none()


class Poster(models.Model):
    """The poster of one unit or team. Whoever holds its ``code`` may leave a lesson; a new code closes the old one."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=32, unique=True, default=new_code)
    is_open = models.BooleanField(default=True)
    made_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, help_text="When its address was made.")
    version = models.PositiveIntegerField(default=1)

    objects = PosterQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Poster of {self.group}"

    def get_absolute_url(self) -> str:
        return reverse("poster_detail", args=[self.organisation.slug, self.group_id])


_WAITING = Q(state="new") | Q(state="taken", lesson=None)


class LeftNoteQuerySet(models.QuerySet["LeftNote"]):
    """What people left."""

    def visible_to(self, membership: Membership) -> "LeftNoteQuerySet":
        """By whoever checks lessons, at home."""
        here = self.filter(organisation_id=membership.organisation_id)
        return here if membership.can(Permission.VALIDATE) else here.none()

    def waiting(self) -> "LeftNoteQuerySet":
        """Nobody has decided anything about them; or somebody began a lesson and threw it away."""
        return self.filter(_WAITING)

    def decided(self) -> "LeftNoteQuerySet":
        return self.exclude(_WAITING)


class LeftNote(models.Model):
    """What somebody without an account left at a poster. Nothing is kept of who it was."""

    class State(models.TextChoices):
        NEW = "new", "Nobody has decided about it yet"
        TAKEN = "taken", "Somebody is writing it up"
        ASIDE = "aside", "Put aside"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    happened = models.TextField(
        "What happened?",
        max_length=LONGEST_LEFT,
        validators=[MaxLengthValidator(LONGEST_LEFT)],
        error_messages={"blank": "Say what happened."},
    )
    advice = models.TextField(
        "What should others do?", max_length=LONGEST_LEFT, blank=True, validators=[MaxLengthValidator(LONGEST_LEFT)]
    )
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    lesson = models.ForeignKey(Lesson, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Made by the form: the same form sent twice leaves one.
    once = models.UUIDField(null=True, blank=True, editable=False)

    objects = LeftNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "once"], name="left_note_once"),
            models.CheckConstraint(
                condition=Q(state="new", decided_at=None) | (~Q(state="new") & Q(decided_at__isnull=False)),
                name="left_note_decided_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="left_note_state")]

    def __str__(self) -> str:
        return f"Left note {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("left_detail", args=[self.organisation.slug, self.pk])

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.NEW or (self.state == self.State.TAKEN and self.lesson_id is None)

    @property
    def place(self) -> str:
        """Where the poster hangs."""
        return str(self.group) if self.group else "a unit that is gone"
