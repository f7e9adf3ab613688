"""What the page of a lesson says of its end: what has taken its place, or why nobody should use it; and of which others
it has taken the place itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from kmportal.lib.prepared import prepared
from lessons.models import Lesson, LessonQuerySet
from lessons.models.merging import where_it_went
from organisations.models import Membership
from search import index
from search.finding import Results

MOST_SIMILAR = 5


def _readable(membership: Membership) -> LessonQuerySet:
    return Lesson.objects.visible_to(membership).select_related("revision", "organisation")


@prepared
def _older(membership: Membership, lesson: int) -> QuerySet[Lesson]:
    older = Q(superseded_by=lesson) | Q(superseded_by__merged_into=lesson)
    return _readable(membership).filter(older).exclude(pk=lesson).order_by("pk")


@dataclass(frozen=True)
class EndBox:
    """``newer`` only where this reader may read it; ``replaces``: older ones that they may read."""

    is_superseded: bool
    newer: Lesson | None
    reason: str
    ended_on: date | None
    replaces: Sequence[Lesson]

    @classmethod
    def build(cls, lesson: Lesson, membership: Membership) -> "EndBox":
        """One query; two more for a lesson that another has replaced, and one for each time that one went on."""
        newest = where_it_went(lesson.superseded_by_id)
        newer = _readable(membership).filter(pk=newest).first() if newest else None
        replaces = _older(membership, lesson.pk) if lesson.is_shared else []
        return cls(lesson.state == "superseded", newer, lesson.end_reason, lesson.ended_on, replaces)


def similar_to(lesson: Lesson, membership: Membership) -> list[tuple[int, str]]:
    """Number and title of lessons in use that sound like it, the likeliest first."""
    in_use = Lesson.objects.in_use().filter(organisation=lesson.organisation_id)
    found: Results = index.find(
        membership, text=lesson.words.title, kinds=["lesson"], any_word=True, facets=(), per_page=MOST_SIMILAR + 1
    )
    kept = set(in_use.filter(pk__in=[hit.ident for hit in found.hits]).values_list("pk", flat=True)) - {lesson.pk}
    return [(hit.ident, f"{hit.ident}: {hit.title}") for hit in found.hits if hit.ident in kept][:MOST_SIMILAR]
