"""Lessons that are like one that somebody writes or checks, and why each is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from kmportal.lib.sentences import listed
from kmportal.lib.things import Look
from lessons.labels import look_of
from lessons.models import LIVING, Lesson
from lessons.search_documents import KIND
from organisations.models import Membership
from search.alike import alike

MOST_WORDS = 4


@dataclass(frozen=True)
class SimilarLesson:
    """One of them, as its reader sees it."""

    ident: int
    title: str
    url: str
    look: Look
    why: str
    is_ours: bool


def similar_lessons(membership: Membership, title: str, text: str, *, but: int | None = None) -> list[SimilarLesson]:
    """At most five checked lessons that this member may read, the most alike first. Seven queries, whatever there
    is."""
    found = alike(membership, title, text, kind=KIND, states=sorted(LIVING), but=but)
    slug = membership.organisation.slug
    return [
        SimilarLesson(
            ident=one.doc.ident,
            title=one.doc.title,
            url=reverse("lesson_detail", args=[slug, one.doc.ident]),
            look=look_of(one.doc, membership.organisation_id),
            why=_why_similar(one.shared),
            is_ours=one.doc.organisation_id == membership.organisation_id,
        )
        for one in found
    ]


def similar_to(lesson: Lesson, membership: Membership) -> list[SimilarLesson]:
    """Those that are like a lesson as it reads now."""
    words = lesson.words
    title = f"{words.title}" or f"{words.when_you} {words.then_do}"
    text = " ".join((words.why, words.when_you, words.then_do, words.happened, words.abstract, words.learned))
    return similar_lessons(membership, title, text, but=lesson.pk)


def _why_similar(shared: Sequence[str]) -> str:
    if not shared:
        return "It has the same title."
    return f"Both speak of {listed([f'“{word}”' for word in shared[:MOST_WORDS]])}."
