"""The innovation record: how far something new has come, what came of it, and what it was adapted from."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from lessons.models.lesson import Lesson

LONGEST_TOLD = 1_000


def _told(label: str) -> "models.TextField[str, str]":
    return models.TextField(label, max_length=LONGEST_TOLD, blank=True, validators=[MaxLengthValidator(LONGEST_TOLD)])


class Innovation(models.Model):
    """What a lesson of the kind “innovation” says besides its words. Its stage moves on after the check, so it is no
    part of what was checked."""

    class Stage(models.TextChoices):
        IDEA = "idea", "An idea"
        TEST = "test", "A small test"
        RESULT = "result", "A result"
        SPREAD = "spread", "In use elsewhere, too"
        STOPPED = "stopped", "Stopped"

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="innovation")
    adapted_from = models.ForeignKey(
        Lesson, on_delete=models.SET_NULL, null=True, blank=True, related_name="adaptations"
    )
    improved = _told("What did you do otherwise than the one that it was adapted from?")
    stage = models.CharField(
        "How far has it come?",
        max_length=10,
        choices=Stage.choices,
        default=Stage.IDEA,
        error_messages={"invalid_choice": "Say how far it has come."},
    )
    stage_on = models.DateField(default=timezone.localdate, help_text="Since when.")
    stopped_because = _told("Why was it stopped?")
    tried_on = LineField("On how many people did you try it, and for how long?", max_length=200, blank=True)
    before = LineField("How was it before, in a figure?", max_length=200, blank=True)
    after = LineField("How is it now, in the same figure?", max_length=200, blank=True)
    failed = _told("What did not work?")
    cost = LineField("What did it cost, in money and hours?", max_length=200, blank=True)
    research = _told("What has research found?")
    needs = _told("What does it need elsewhere?")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage="stopped") & ~Q(stopped_because="") | ~Q(stage="stopped") & Q(stopped_because=""),
                name="innovation_stopped_because",
                violation_error_message="Say why it was stopped.",
            ),
            models.CheckConstraint(
                condition=Q(adapted_from=None) | ~Q(adapted_from=models.F("lesson")),
                name="innovation_not_from_itself",
                violation_error_message=_("Choose another lesson."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_stage_display())

    @property
    def is_stopped(self) -> bool:
        return self.stage == self.Stage.STOPPED

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What was told of it: what was asked, and the words."""
        names = ("tried_on", "before", "after", "failed", "cost", "research", "needs")
        return [(str(self._meta.get_field(name).verbose_name), text) for name in names if (text := getattr(self, name))]  # type: ignore[union-attr]
