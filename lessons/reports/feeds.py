"""An Atom feed of newly checked lessons, with the rights that its owner has when it is fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from kmportal.lib.cleaning import clean_text, first_words
from kmportal.lib.domain_words import worded
from kmportal.lib.links import absolute
from kmportal.lib.markdown import plain
from lessons.filters import question_of
from lessons.models import Lesson, LessonFeed, LessonRevision
from lessons.search_documents import KIND
from organisations.models import Membership
from search.index import find_idents

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
MOST_ENTRIES = 50
# A saved search is asked among so many that were checked last.
AMONG = 500


@dataclass(frozen=True)
class Feed:
    """What an address gives. ``mark`` changes with every letter of it."""

    xml: bytes
    updated_at: datetime
    mark: str


def feed_of(feed: LessonFeed, membership: Membership) -> Feed:
    """The lessons that were checked last and that this member may read, or those of them that a saved search finds."""
    rows = Lesson.objects.visible_to(membership).validated().exclude(validated_at=None)
    rows = rows.order_by("-validated_at", "-pk")
    if feed.follow is not None and feed.follow.query:
        found = _found_among(list(rows.values_list("pk", flat=True)[:AMONG]), feed.follow.query, membership)
        rows = rows.filter(pk__in=found)
    lessons = list(rows.select_related("revision")[:MOST_ENTRIES])
    updated_at = max((lesson.words.at for lesson in lessons), default=feed.made_at)
    updated_at = max([updated_at, *(lesson.validated_at for lesson in lessons if lesson.validated_at)])
    xml = _written(feed, membership, lessons, updated_at)
    return Feed(xml, updated_at, sha256(xml).hexdigest())


def _found_among(keys: Sequence[int], query: str, membership: Membership) -> list[int]:
    """Which of these lessons the search finds, in the states that its filters name. All of them: the index orders by
    the day on which something happened, and a lesson of last year may have been checked today.
    """
    question = question_of(QueryDict(query))
    return find_idents(
        membership,
        question["text"],
        kind=KIND,
        filters=question["filters"],
        any_word=question["any_word"],
        narrowed=Q(ident__in=keys),
    )


class _Atom(Atom1Feed):
    """Django asks the clock where there is no entry; then the same feed would be another one each time."""

    def __init__(self, *, updated_at: datetime, title: str, link: str) -> None:
        super().__init__(title=title, link=link, description="", language="en-GB")
        self._updated_at = updated_at

    def latest_post_date(self) -> datetime:
        return self._updated_at


def _written(feed: LessonFeed, membership: Membership, lessons: Sequence[Lesson], updated_at: datetime) -> bytes:
    slug = membership.organisation.slug
    name = str(feed.follow) if feed.follow is not None else worded("New lessons")
    query = f"?{feed.follow.query}" if feed.follow is not None else ""
    atom = _Atom(
        title=clean_text(f"{name}: {membership.organisation}"),
        link=absolute(f"{reverse('lesson_list', args=[slug])}{query}"),
        updated_at=updated_at,
    )
    for lesson in lessons:
        url = absolute(reverse("lesson_detail", args=[slug, lesson.pk]))
        atom.add_item(
            title=clean_text(lesson.words.title) or worded("Lesson"),
            link=url,
            unique_id=url,
            description=clean_text(_advice_of(lesson.words)),
            pubdate=lesson.validated_at,
            updateddate=max(lesson.words.at, lesson.validated_at or lesson.words.at),
        )
    return atom.writeString("utf-8").encode()


def _advice_of(words: LessonRevision) -> str:
    advice = plain(words.then_do)
    if words.when_you:
        advice = f"When you are about to {words.when_you}, then {advice}"
    return first_words(advice, 500)
