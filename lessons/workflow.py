"""The one table of moves: from which state to which, who may, what it needs, and who may see the lesson then.

Pages draw their buttons from it, ``lessons.actions`` keeps it. Later states (action agreed, learned …) have no moves.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from lessons.models import Lesson, State
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.visibility import Reach

# Working days within which an author is promised an answer. Bank holidays count: the portal does not know whose.
ANSWER_WITHIN = 10


class Who(Enum):
    """Whose move it is."""

    AUTHOR = "the author"
    VALIDATOR = "somebody who checks lessons, never the author"
    HOLDER = "whoever has claimed it"


@dataclass(frozen=True)
class Move:
    """One row of the table. ``verb`` stands in the trail. ``reach`` None: as far as the lesson is to be shared."""

    name: str
    verb: str
    before: frozenset[State]
    after: State
    who: Who
    needs: str
    reach: Reach | None = Reach.REVIEWERS


_S = State
MOVES = {
    move.name: move
    for move in (
        Move(
            "submit",
            "submitted",
            frozenset({_S.DRAFT, _S.RETURNED}),
            _S.SUBMITTED,
            Who.AUTHOR,
            "what happened, and the advice",
        ),
        Move("withdraw", "withdrawn", frozenset({_S.SUBMITTED, _S.IN_REVIEW}), _S.DRAFT, Who.AUTHOR, "", Reach.AUTHOR),
        Move("claim", "claimed", frozenset({_S.SUBMITTED}), _S.IN_REVIEW, Who.VALIDATOR, ""),
        Move(
            "take_over", "taken over", frozenset({_S.IN_REVIEW}), _S.IN_REVIEW, Who.VALIDATOR, "that the answer is late"
        ),
        Move("release", "released", frozenset({_S.IN_REVIEW}), _S.SUBMITTED, Who.HOLDER, ""),
        Move("return", "returned", frozenset({_S.IN_REVIEW}), _S.RETURNED, Who.HOLDER, "a comment"),
        Move("decline", "declined", frozenset({_S.IN_REVIEW}), _S.DECLINED, Who.HOLDER, "a reason"),
        Move("identify", "identified", frozenset({_S.IN_REVIEW}), _S.IDENTIFIED, Who.HOLDER, "the quality list", None),
        Move(
            "note",
            "noted",
            frozenset({_S.IN_REVIEW}),
            _S.NOTED,
            Who.HOLDER,
            "the quality list without what changes",
            None,
        ),
    )
}


def may(name: str, lesson: Lesson, membership: Membership, *, on: date) -> bool:
    """Whether this member may make this move with the lesson as it stands on this day."""
    move = MOVES[name]
    if lesson.state not in move.before or lesson.organisation_id != membership.organisation_id:
        return False
    is_author = lesson.author_id == membership.person_id
    if move.who is Who.AUTHOR:
        return is_author and membership.can(Permission.CONTRIBUTE)
    if is_author or not membership.can(Permission.VALIDATE):
        return False
    holds = lesson.claimed_by_id == membership.person_id
    if move.who is Who.HOLDER:
        return holds
    return name != "take_over" or (not holds and (is_late(lesson, on=on) or lesson.claimed_by_id is None))


def moves_open_to(lesson: Lesson, membership: Membership, *, on: date) -> set[str]:
    """The names of all moves that this member may make now."""
    return {name for name in MOVES if may(name, lesson, membership, on=on)}


def may_write(lesson: Lesson, membership: Membership) -> bool:
    """The author while it is with them; once it is checked also those who curate, and its page says so."""
    if lesson.organisation_id != membership.organisation_id or not membership.can(Permission.CONTRIBUTE):
        return False
    is_author = lesson.author_id == membership.person_id
    if lesson.is_shared:
        return is_author or membership.can(Permission.FACILITATE)
    return is_author and lesson.is_with_author


def may_confirm(lesson: Lesson, membership: Membership) -> bool:
    """Whether this member may say that a lesson which was changed after its check is still right."""
    if not lesson.is_shared or not lesson.changed_since_validation or lesson.revision is None:
        return False
    wrote_it = membership.person_id in {lesson.author_id, lesson.revision.by_id}
    here = lesson.organisation_id == membership.organisation_id
    return here and membership.can(Permission.VALIDATE) and not wrote_it


def is_late(lesson: Lesson, *, on: date) -> bool:
    """Whether the author has waited longer than we promised."""
    waits = lesson.state in (State.SUBMITTED, State.IN_REVIEW)
    return waits and lesson.answer_due_on is not None and lesson.answer_due_on < on


def working_days_after(day: date, count: int) -> date:
    """The day that lies so many working days (Monday to Friday) after another one."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def reach_of(move: Move, lesson: Lesson) -> str:
    """Who may see the lesson after the move."""
    return lesson.share_with if move.reach is None else move.reach
