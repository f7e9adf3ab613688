"""The one table of moves: from which state to which, who may, what it needs, and who may see the lesson then.

Pages draw their buttons from it by way of ``lessons.policies``, and ``lessons.actions`` keeps it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TypedDict

from kmportal.lib.domain_words import worded_later as _
from lessons.events import Event
from lessons.models import ENDED, SHARED, Lesson, State
from organisations.models import Group
from organisations.visibility import OPEN, Reach

# Working days within which an author is promised an answer. Bank holidays count: the portal does not know whose.
ANSWER_WITHIN = 10


class Who(Enum):
    """Whose move it is."""

    AUTHOR = "the author"
    VALIDATOR = _("somebody who checks lessons, never the author")
    HOLDER = "whoever has claimed it"
    CONTRIBUTOR = _("whoever adds an action")
    RECEIPT = "whoever holds its receipt"


@dataclass(frozen=True)
class Move:
    """One row of the table. ``event`` tells of it. ``after`` None: where it stood before it was taken out of use.
    ``reach`` None: as far as the lesson is to be shared."""

    name: str
    event: Event
    before: frozenset[State]
    after: State | None
    who: Who
    needs: str
    reach: Reach | None = Reach.REVIEWERS


_E, _S = Event, State
_IN_USE = SHARED - ENDED
MOVES = {
    move.name: move
    for move in (
        Move(
            "submit",
            _E.LESSON_SUBMITTED,
            frozenset({_S.DRAFT, _S.RETURNED}),
            _S.SUBMITTED,
            Who.AUTHOR,
            "what happened, and the advice",
        ),
        Move(
            "withdraw",
            _E.LESSON_WITHDRAWN,
            frozenset({_S.SUBMITTED, _S.IN_REVIEW}),
            _S.DRAFT,
            Who.AUTHOR,
            "",
            Reach.AUTHOR,
        ),
        Move(
            "send_safely",
            _E.LESSON_SENT_SAFELY,
            frozenset({_S.DRAFT}),
            _S.IN_REVIEW,
            Who.AUTHOR,
            _("who checks it, and alone is told who wrote it"),
        ),
        Move(
            "send_again",
            _E.LESSON_SUBMITTED,
            frozenset({_S.DRAFT, _S.RETURNED}),
            _S.SUBMITTED,
            Who.RECEIPT,
            "what happened, and the advice",
        ),
        Move(
            "take_back",
            _E.LESSON_WITHDRAWN,
            frozenset({_S.SUBMITTED, _S.IN_REVIEW}),
            _S.DRAFT,
            Who.RECEIPT,
            "",
            Reach.AUTHOR,
        ),
        Move("claim", _E.LESSON_CLAIMED, frozenset({_S.SUBMITTED}), _S.IN_REVIEW, Who.VALIDATOR, ""),
        Move(
            "take_over",
            _E.LESSON_TAKEN_OVER,
            frozenset({_S.IN_REVIEW}),
            _S.IN_REVIEW,
            Who.VALIDATOR,
            "that the answer is late",
        ),
        Move("release", _E.LESSON_RELEASED, frozenset({_S.IN_REVIEW}), _S.SUBMITTED, Who.HOLDER, ""),
        Move("return", _E.LESSON_RETURNED, frozenset({_S.IN_REVIEW}), _S.RETURNED, Who.HOLDER, "a comment"),
        Move("decline", _E.LESSON_DECLINED, frozenset({_S.IN_REVIEW}), _S.DECLINED, Who.HOLDER, "a reason"),
        Move(
            "identify",
            _E.LESSON_IDENTIFIED,
            frozenset({_S.IN_REVIEW}),
            _S.IDENTIFIED,
            Who.HOLDER,
            "the quality list",
            None,
        ),
        Move(
            "note",
            _E.LESSON_NOTED,
            frozenset({_S.IN_REVIEW}),
            _S.NOTED,
            Who.HOLDER,
            "the quality list without what changes",
            None,
        ),
        Move(
            "check_in_part",
            _E.LESSON_CHECKED_IN_PART,
            frozenset({_S.IN_REVIEW}),
            _S.SUBMITTED,
            Who.HOLDER,
            "the quality list, and others who have to check it, too",
        ),
        Move(
            "agree",
            _E.LESSON_ACTION_AGREED,
            frozenset({_S.IDENTIFIED}),
            _S.ACTION_AGREED,
            Who.CONTRIBUTOR,
            _("an action with its owner"),
            None,
        ),
        Move(
            "learn",
            _E.LESSON_LEARNED,
            frozenset({_S.ACTION_AGREED}),
            _S.LEARNED,
            Who.VALIDATOR,
            _("its actions done, and where the change can be seen"),
            None,
        ),
        Move("embed", _E.LESSON_EMBEDDED, frozenset({_S.LEARNED}), _S.EMBEDDED, Who.VALIDATOR, "six months", None),
        Move(
            "fall_back",
            _E.LESSON_FELL_BACK,
            frozenset({_S.LEARNED, _S.EMBEDDED}),
            _S.IDENTIFIED,
            Who.VALIDATOR,
            "what is not so any more",
            None,
        ),
        Move(
            "supersede",
            _E.LESSON_SUPERSEDED,
            _IN_USE,
            _S.SUPERSEDED,
            Who.VALIDATOR,
            _("the lesson that takes its place"),
            None,
        ),
        Move("retire", _E.LESSON_RETIRED, _IN_USE | {_S.SUPERSEDED}, _S.RETIRED, Who.VALIDATOR, "why", None),
        Move("bring_back", _E.LESSON_BROUGHT_BACK, ENDED, None, Who.VALIDATOR, "", None),
    )
}


class Readers(TypedDict):
    """Who may read something: the columns of visibility that its author does not decide."""

    reach: str
    group: Group | None


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


def state_after(move: Move, lesson: Lesson) -> State:
    """Where the lesson stands after the move."""
    return State(lesson.ended_from) if move.after is None else move.after


def reach_after(move: Move, lesson: Lesson) -> str:
    """Who may see the lesson after the move."""
    return lesson.share_with if move.reach is None else move.reach


def readers_of_actions(lesson: Lesson) -> Readers:
    """Who may read the actions that follow from a lesson, and so its title: at most those who read the lesson."""
    if lesson.reach == Reach.GROUP:
        return {"reach": Reach.GROUP, "group": lesson.group}
    return {"reach": Reach.ORGANISATION, "group": None}


def readers_of_both(lesson: Lesson, organisation_id: int, reach: str, group: Group | None) -> Readers:
    """Who may read an action of some work that uses a lesson: whoever reads the work (``reach`` and ``group``) and the
    lesson. Where no group is exactly these people, nobody besides those concerned."""
    for_all = lesson.reach == Reach.NETWORK or (
        lesson.reach == Reach.ORGANISATION and lesson.organisation_id == organisation_id
    )
    if for_all or (lesson.reach == reach == Reach.GROUP and lesson.group == group):
        return {"reach": reach, "group": group}
    is_at_home = lesson.group is not None and lesson.group.organisation_id == organisation_id
    if lesson.reach == Reach.GROUP and reach in OPEN and is_at_home:
        return {"reach": Reach.GROUP, "group": lesson.group}
    return {"reach": Reach.AUTHOR, "group": None}
