"""What a community looks after: pinned lessons, assets, links and people, in the order of its librarian."""

from datetime import date

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from communities.models.community import LONGEST_REASON, Community
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from lessons.models import Asset, Lesson
from organisations.models import Person


class PinQuerySet(models.QuerySet["Pin"]):
    """What is pinned."""

    def due(self, on: date) -> "PinQuerySet":
        """To be looked at again by that day, and its owner was not told yet."""
        return self.filter(review_on__lte=on, told_at=None)


class Pin(models.Model):
    """One thing on the shelf of a community: a lesson, an asset, a link or somebody to ask. And who looks
    after it until when."""

    class Kind(models.TextChoices):
        LESSON = "lesson", _("Lesson")
        ASSET = "asset", "Knowledge asset"
        LINK = "link", "Link"
        PERSON = "person", "Somebody to ask"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="pins")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    url = models.URLField("Which web address?", max_length=500, blank=True)
    title = LineField("What is it?", max_length=200, blank=True)
    note = models.TextField(
        "What is it good for?",
        max_length=LONGEST_REASON,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_REASON)],
    )
    position = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    review_on = models.DateField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When the owner was asked to look at it again.")
    at = models.DateTimeField(default=timezone.now)

    objects = PinQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "lesson"], condition=Q(lesson__isnull=False), name="pin_lesson_once"
            ),
            models.UniqueConstraint(
                fields=["community", "asset"], condition=Q(asset__isnull=False), name="pin_asset_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} {self.pk}"
