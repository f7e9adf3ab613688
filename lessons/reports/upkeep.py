"""What somebody looks after, and what the page of one lesson says of who looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kmportal.lib.prepared import prepared
from lessons import keepers
from lessons.models import Lesson, ReviewTurn, Upkeep
from lessons.tokens import turn_path
from organisations.models import Membership


@prepared
def _upkeep(lesson: int) -> QuerySet[Upkeep]:
    return Upkeep.objects.filter(lesson=lesson).select_related("owner", "deputy", "group")


@prepared
def _own_turn(lesson: int, person: int) -> QuerySet[ReviewTurn]:
    return ReviewTurn.objects.open().filter(lesson=lesson, person=person).order_by("pk")[:1]


@dataclass(frozen=True)
class KeeperBox:
    """Who looks after a lesson, for its page; None where nobody can."""

    upkeep: Upkeep | None
    may_choose: bool
    turn_url: str

    @classmethod
    def build(cls, lesson: Lesson, membership: Membership) -> "KeeperBox | None":
        """Three queries at most; none for a lesson of others or one that is not checked."""
        if lesson.organisation_id != membership.organisation_id or not keepers.may_be_kept(lesson):
            return None
        upkeep, own = _upkeep.first(lesson.pk), _own_turn.first(lesson.pk, membership.person_id)
        return cls(upkeep, keepers.may_choose_keeper(membership, lesson), turn_path(own) if own else "")


@dataclass(frozen=True)
class KeptLesson:
    """One line: a lesson that one looks after, when it is looked at again, and whether that day is over."""

    lesson: Lesson
    as_deputy: bool
    is_late: bool


@dataclass(frozen=True)
class UpkeepPage:
    """What one person is asked about this month, and all that they look after."""

    turns: Sequence[tuple[ReviewTurn, str]]
    kept: Sequence[KeptLesson]

    @classmethod
    def build(cls, membership: Membership, *, on: date) -> "UpkeepPage":
        """Two queries."""
        turns = ReviewTurn.objects.of(membership).open().select_related("lesson__organisation", "lesson__revision")
        rows = Upkeep.objects.of(membership).order_by("lesson__review_on", "lesson_id")
        return cls(
            turns=[(turn, turn_path(turn)) for turn in turns],
            kept=[
                KeptLesson(
                    row.lesson,
                    row.owner_id != membership.person_id,
                    row.lesson.review_on is not None and row.lesson.review_on <= on,
                )
                for row in rows
            ],
        )
