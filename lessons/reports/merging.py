"""Merging lessons: what the page of one says of it, and two lessons side by side before one goes into the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import counted
from lessons import policies
from lessons.models import Lesson, LessonMerge
from lessons.models.merging import hanging
from organisations.models import Membership


def _standing_merges() -> QuerySet[LessonMerge]:
    neighbours = ("by", "source__organisation", "source__revision", "target__organisation")
    return LessonMerge.objects.filter(undone_at=None).select_related(*neighbours)


@prepared
def _parts(membership: Membership, lesson: int) -> QuerySet[LessonMerge]:
    readable = Lesson.objects.visible_as_it_was(membership).order_by()
    return _standing_merges().filter(target=lesson, source__in=readable).order_by("pk")


@dataclass(frozen=True)
class PartLine:
    """A lesson that is part of the one of the page."""

    merge: LessonMerge
    title: str
    url: str
    came_from: str
    undo_url: str


@dataclass(frozen=True)
class MergingBox:
    """For the page of a lesson: into which it has gone (``merge``; ``into_url`` is empty for who may not read that
    one), and which others are part of it."""

    merge: LessonMerge | None
    into_url: str
    undo_url: str
    parts: Sequence[PartLine]

    @classmethod
    def build(cls, lesson: Lesson, membership: Membership) -> "MergingBox":
        """Only what this member may read. Three queries at most."""
        slug, merge, into_url = membership.organisation.slug, None, ""
        if lesson.merged_into_id is not None:
            merge = _standing_merges().filter(source=lesson).first()
            is_readable = Lesson.objects.visible_as_it_was(membership).filter(pk=lesson.merged_into_id).exists()
            into_url = reverse("lesson_detail", args=[slug, lesson.merged_into_id]) if is_readable else ""
        return cls(
            merge=merge,
            into_url=into_url,
            undo_url=_undo_url(merge, membership) if merge else "",
            parts=[
                PartLine(
                    merge=part,
                    title=part.source.words.title,
                    url=f"{reverse('lesson_detail', args=[slug, part.source_id])}?as-it-was",
                    came_from=_came_from(part.source),
                    undo_url=_undo_url(part, membership),
                )
                for part in _parts(membership, lesson.pk)
            ],
        )


def _undo_url(merge: LessonMerge, membership: Membership) -> str:
    """Where it is taken back; empty for who may not, and once it is too late."""
    if not merge.can_be_undone(timezone.now()) or not policies.may_part(membership, merge):
        return ""
    return reverse("lesson_part", args=[membership.organisation.slug, merge.pk])


def _came_from(lesson: Lesson) -> str:
    if not lesson.source:
        return ""
    return f"{lesson.source}, number {lesson.shown_number}" if lesson.shown_number else lesson.source


def what_goes_along(lesson: Lesson, target: Lesson) -> list[str]:
    """What hangs on a lesson and goes along into the other one, in words; what there is none of is left out."""
    words = {
        "reuse": (worded("report of what came of the lesson"), worded("reports of what came of the lesson")),
        "action": (worded("action"), worded("actions")),
        "part": ("knowledge asset that names it", "knowledge assets that name it"),
        "comment": ("comment", "comments"),
        "file": ("file", "files"),
        "opinion": ("answer of an expert", "answers of experts"),
        "pack": ("answer before work began", "answers before work began"),
        "note": ("note left at a poster", "notes left at posters"),
    }
    numbers = {kind: len(what.going(lesson.pk, target.pk)) for kind, what in hanging().items()}
    numbers["tag"] = lesson.tags.exclude(pk__in=target.tags.values("pk")).count()
    words["tag"] = ("tag", "tags")
    return [counted(number, *words[kind]) for kind, number in numbers.items() if number and kind in words]


def files_that_stay(lesson: Lesson, target: Lesson) -> list[str]:
    """The names of files for which the other one has no room; those that it has itself are not missed."""
    what = hanging()["file"]
    known = what.rows.filter(lesson=target).values("file__digest")
    left = what.rows.filter(lesson=lesson).exclude(pk__in=what.going(lesson.pk, target.pk))
    return list(left.exclude(file__digest__in=known).values_list("file__name", flat=True))
