"""What waits for somebody among lessons and assets, for the mail of the day: drafts that a session left, once, a day
after it, since nobody else sees them; and assets to look at again."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import partial

from django.db.models import F
from django.utils import timezone

from kmportal.lib.promises import Promised
from lessons.models import WAITING, Asset, ExpertQuestion, Lesson, State

# The mail says it on the first stage at or after this day.
AFTER = timedelta(days=1)


def drafts(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Drafts from sessions that nobody has sent for review."""
    rows = Lesson.objects.filter(state=State.DRAFT).exclude(author=None).exclude(session=None)
    if people is not None:
        rows = rows.filter(author__in=people)
    for row in rows.select_related("organisation", "author", "revision", "session").order_by("pk"):
        day = timezone.localdate(row.created_at) + AFTER
        if day <= until:
            words = partial(_words, f"A draft from “{row.session}” that only you can see")
            yield Promised(
                "lesson-draft", row.pk, row.author, row.organisation, str(row.revision), row.get_absolute_url(), day,
                words, is_told_once=True,
            )  # fmt: skip


def assets(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Knowledge assets that somebody looks after, on the day on which they are to be looked at again: each once."""
    rows = Asset.objects.to_look_at(until).exclude(owner=None)
    if people is not None:
        rows = rows.filter(owner__in=people)
    for row in rows.select_related("organisation", "owner").order_by("pk"):
        assert row.review_on is not None  # noqa: S101  the filter asked for it
        words = partial(_words, "Is it still right? You look after it")
        yield Promised(
            "asset-review", row.pk, row.owner, row.organisation, row.title, row.get_absolute_url(), row.review_on,
            words, is_told_once=True,
        )  # fmt: skip


def changed_lessons(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Lessons that changed something half a year ago, to whoever checked them: is it still so? Each is told once."""
    rows = Lesson.objects.to_look_at_again(until).exclude(validated_by=None)
    if people is not None:
        rows = rows.filter(validated_by__in=people)
    for row in rows.select_related("organisation", "validated_by", "revision").order_by("pk"):
        assert row.look_again_on is not None  # noqa: S101  the filter asked for it
        words = partial(_words, "Six months are over. Is what has changed still so?")
        yield Promised(
            "lesson-still", row.pk, row.validated_by, row.organisation, str(row.revision), row.get_absolute_url(),
            row.look_again_on, words, is_told_once=True,
        )  # fmt: skip


def expert_links(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Links to people outside that ended without an answer, to whoever asked: each is told once."""
    rows = ExpertQuestion.objects.unanswered().filter(ends_on__lt=until).exclude(asked_by=None)
    if people is not None:
        rows = rows.filter(asked_by__in=people)
    rows = rows.filter(lesson__revision=F("revision"), lesson__state__in=WAITING)
    for row in rows.select_related("lesson__organisation", "asked_by", "revision").order_by("pk"):
        words = partial(_words, f"{row.whom} has not answered within 30 days. Ask again, or decide without")
        yield Promised(
            "expert-link", row.pk, row.asked_by, row.lesson.organisation, str(row.revision),
            row.lesson.get_absolute_url(), row.ends_on + AFTER, words, is_told_once=True,
        )  # fmt: skip


def _words(words: str, on: date) -> str:
    """The same on each day."""
    return words
