"""Controlled vocabulary: themes that come from elsewhere (a strategy’s goals, a regulator’s statements), in sets."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.model_fields import LineField, ReadingKeyField
from lessons.models.lesson import Lesson
from organisations.models import Membership, Organisation, Person

LONGEST_STATEMENT = 2_000


class ThemeSetQuerySet(models.QuerySet["ThemeSet"]):
    """Sets of themes."""

    def visible_to(self, membership: Membership) -> "ThemeSetQuerySet":
        """Everybody at home reads them."""
        return self.filter(organisation=membership.organisation_id)

    def in_use(self) -> "ThemeSetQuerySet":
        return self.filter(retired_at=None)


class ThemeSet(models.Model):
    """One strategy, standard or plan, whose themes lessons are tied to."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = LineField("What is the set called?", max_length=120, error_messages={"blank": "Say what the set is called."})
    name_key = ReadingKeyField()
    source_url = models.URLField("Where can people read it?", max_length=500, blank=True)
    loaded_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ThemeSetQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name_key"], name="theme_set_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("theme_set", args=[self.organisation.slug, self.pk])


class ThemeQuerySet(models.QuerySet["Theme"]):
    """Themes."""

    def visible_to(self, membership: Membership) -> "ThemeQuerySet":
        return self.filter(theme_set__organisation=membership.organisation_id)

    def in_use(self) -> "ThemeQuerySet":
        """Neither taken out of their set nor of a set that is no longer used."""
        return self.filter(retired_at=None, theme_set__retired_at=None)


class Theme(models.Model):
    """One theme: its code in the set, its name, and what it says in full. One that is no longer in the set stays with
    its lessons, so that it can come back with them."""

    theme_set = models.ForeignKey(ThemeSet, on_delete=models.CASCADE, related_name="themes")
    code = models.CharField(max_length=40, blank=True)
    name = LineField("Theme", max_length=200, error_messages={"blank": "A theme needs a name."})
    name_key = ReadingKeyField()
    text = models.TextField(
        "What does it say?",
        max_length=LONGEST_STATEMENT,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_STATEMENT)],
    )
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)
    lessons = models.ManyToManyField(Lesson, through="LessonTheme", related_name="themes")

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ["theme_set", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["theme_set", "name_key"], name="theme_name_once"),
            models.UniqueConstraint(fields=["theme_set", "code"], condition=~Q(code=""), name="theme_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class LessonTheme(models.Model):
    """That a lesson belongs to a theme, and who said so."""

    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="ties")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="theme_ties")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["theme", "lesson"], name="lesson_theme_once")]

    def __str__(self) -> str:
        return f"{self.lesson_id} under {self.theme_id}"
