"""Marks out of ten: each person’s own until they are shown, then the average of all."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from techniques.models.rooms import Participant
from techniques.models.sessions import Session, Stage
from techniques.scoring import FEWEST, MARKS, Spread


class Mark(models.Model):
    """The mark of one person. Until all are shown it must be known whose it is; then all of them are deleted."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="marks")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    value = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stage", "participant"], name="mark_one_each"),
            models.CheckConstraint(condition=Q(value__gte=MARKS[0], value__lte=MARKS[-1]), name="mark_out_of_ten"),
        ]

    def __str__(self) -> str:
        return f"mark in stage {self.stage_id}"


class MarkingQuerySet(models.QuerySet["Marking"]):
    """Averages of sessions."""

    def with_traces(self) -> "MarkingQuerySet":
        """Those whose single marks may still lie in the files of the database."""
        return self.filter(keeps_traces=True)

    def of_held(self, sessions: models.QuerySet[Session]) -> "MarkingQuerySet":
        """Of those of these sessions that are over, the earliest first."""
        held = self.filter(stage__session__in=sessions, stage__session__state=Session.State.CLOSED)
        return held.select_related("stage__session__organisation").order_by("stage__session__starts_at", "pk")


class Marking(models.Model):
    """What came of the marks of a step, and all that is kept of them."""

    class Spreads(models.TextChoices):
        TOGETHER = Spread.TOGETHER.value, "Close together: all within two marks of each other"
        APART = Spread.APART.value, "Some way apart: three to five marks between the lowest and the highest"
        FAR = Spread.FAR.value, "Far apart: six marks or more between the lowest and the highest"

    stage = models.OneToOneField(Stage, on_delete=models.CASCADE, related_name="marking")
    count = models.PositiveSmallIntegerField(help_text="How many people gave a mark.")
    halves = models.PositiveSmallIntegerField(help_text="The average, in half marks.")
    spread = models.CharField(max_length=10, choices=Spreads.choices)
    shown_at = models.DateTimeField(default=timezone.now)
    keeps_traces = models.BooleanField(default=True)

    objects = MarkingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=FEWEST), name="marking_of_three_or_more"),
            models.CheckConstraint(condition=Q(halves__lte=2 * MARKS[-1]), name="marking_out_of_ten"),
        ]

    def __str__(self) -> str:
        return f"marks of stage {self.stage_id}"

    @property
    def average(self) -> float:
        return self.halves / 2

    @property
    def average_in_words(self) -> str:
        """“7.5”, “8”."""
        return f"{self.average:g}"

    @property
    def in_words(self) -> str:
        """“7.5 out of ten on average, from 8 marks. Close together: …”"""
        return f"{self.average_in_words} out of ten on average, from {self.count} marks. {self.get_spread_display()}."
