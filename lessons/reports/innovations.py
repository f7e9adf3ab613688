"""Innovations: how far one has come with where it comes from and who adapted it, and all of them by stage."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from kmportal.lib.tallies import Tally
from kmportal.lib.things import Look
from lessons import policies
from lessons.models import Innovation, Lesson, LessonQuerySet
from organisations.models import Membership

Stage = Innovation.Stage
# How the stages look. The way leads through the first four.
STAGES = {
    Stage.IDEA: Look("", "lightbulb", str(Stage.IDEA.label)),
    Stage.TEST: Look("info", "search", str(Stage.TEST.label)),
    Stage.RESULT: Look("good", "check", str(Stage.RESULT.label)),
    Stage.SPREAD: Look("good", "users", str(Stage.SPREAD.label)),
    Stage.STOPPED: Look("warn", "archive", str(Stage.STOPPED.label)),
}
WAY = (Stage.IDEA, Stage.TEST, Stage.RESULT, Stage.SPREAD)


@dataclass(frozen=True)
class InnovationPanel:
    """On the page of a lesson. ``source`` and ``copies``: as far as this member may read them."""

    row: Innovation | None
    look: Look | None
    source: Lesson | None
    copies: Sequence[Lesson]
    may_write: bool
    may_adapt: bool

    @classmethod
    def build(cls, lesson: Lesson, membership: Membership) -> "InnovationPanel | None":
        """None for a lesson of another kind. Four queries."""
        if lesson.kind != Lesson.Kind.INNOVATION:
            return None
        row = Innovation.objects.filter(lesson=lesson).first()
        readable = Lesson.objects.visible_to(membership).select_related("revision", "organisation")
        source = readable.filter(pk=row.adapted_from_id).first() if row and row.adapted_from_id else None
        copies = readable.validated().filter(innovation__adapted_from=lesson.pk).order_by("pk")
        return cls(
            row=row,
            look=STAGES[Stage(row.stage)] if row else None,
            source=source,
            copies=list(copies),
            may_write=policies.may_write_innovation(membership, lesson),
            may_adapt=policies.may_adapt(membership, lesson),
        )


@dataclass(frozen=True)
class StageFilter:
    """One stage above the list, with how many there are."""

    key: str
    look: Look
    tally: Tally
    is_here: bool


def innovations(membership: Membership) -> LessonQuerySet:
    """Those that are checked, also the stopped ones: what did not work is worth as much."""
    rows = Lesson.objects.visible_to(membership).validated()
    return rows.filter(kind=Lesson.Kind.INNOVATION, innovation__isnull=False)


def stage_filters(membership: Membership, here: str) -> Sequence[StageFilter]:
    """One query."""
    rows = innovations(membership).order_by().values_list("innovation__stage")
    counts = dict(rows.annotate(n=Count("pk")))
    url = reverse("innovation_list", args=[membership.organisation.slug])
    return [
        StageFilter(stage.value, look, Tally(counts[stage], look.word, f"{url}?stage={stage.value}"), stage == here)
        for stage, look in STAGES.items()
        if counts.get(stage)
    ]
