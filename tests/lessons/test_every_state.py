"""Every state × every person × every act, generated: what the table says happens, all else is refused and changes
nothing, and what the pages offer is what the actions do."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from kmportal.lib.exceptions import Refusal
from lessons import policies, workflow
from lessons.actions import ending, experts, life, review, safe, writing
from lessons.models import SHARED, Lesson, State
from organisations.visibility import Reach
from tests.cast import as_member

from .conftest import NOON, validate

pytestmark = pytest.mark.database
PEOPLE = ("cara", "farah", "lena", "reza", "sam", "ada", "oskar")
LATE = NOON + timedelta(days=300)
S = State
WAITING, IN_USE = {S.SUBMITTED, S.IN_REVIEW}, SHARED - {S.SUPERSEDED, S.RETIRED}
CHECKERS, WRITERS = {"farah", "lena"}, {"cara", "farah", "lena", "sam", "ada"}
# Act → the states before, who may, and the state after (None: it stays). Cara wrote it, and Farah holds it.
TABLE = {
    "submit": ({S.DRAFT, S.RETURNED}, {"cara"}, S.SUBMITTED),
    "withdraw": (WAITING, {"cara"}, S.DRAFT),
    "send_safely": ({S.DRAFT}, {"cara"}, S.IN_REVIEW),
    "discard": ({S.DRAFT}, {"cara"}, None),
    "claim": ({S.SUBMITTED}, CHECKERS, S.IN_REVIEW),
    "take_over": ({S.IN_REVIEW}, {"lena"}, S.IN_REVIEW),
    "release": ({S.IN_REVIEW}, {"farah"}, S.SUBMITTED),
    "return": ({S.IN_REVIEW}, {"farah"}, S.RETURNED),
    "decline": ({S.IN_REVIEW}, {"farah"}, S.DECLINED),
    "identify": ({S.IN_REVIEW}, {"farah"}, S.IDENTIFIED),
    "note": ({S.IN_REVIEW}, {"farah"}, S.NOTED),
    "add_action": (IN_USE, WRITERS, None),
    "embed": ({S.LEARNED}, CHECKERS, S.EMBEDDED),
    "fall_back": ({S.LEARNED, S.EMBEDDED}, CHECKERS, S.IDENTIFIED),
    "supersede": (IN_USE, CHECKERS, S.SUPERSEDED),
    "retire": (IN_USE | {S.SUPERSEDED}, CHECKERS, S.RETIRED),
    "bring_back": ({S.SUPERSEDED, S.RETIRED}, CHECKERS, S.NOTED),
    "ask_expert": (WAITING | IN_USE, CHECKERS, None),
    "write": ({S.DRAFT, S.RETURNED} | IN_USE, {"cara"}, None),
}


@pytest.fixture
def other(identified) -> Lesson:
    return identified(title="A newer one")


def acts(lesson: Lesson, by, other: Lesson, to) -> dict:
    """Each act as a call."""
    know = {"by": by, "at": LATE}
    words = {"words": {"why": "Something else."}, "seen": lesson.version}
    validated = {"contact": "Ward office", "process": "Checklist"}
    return {
        "submit": lambda: writing.submit_lesson(lesson, **know),
        "withdraw": lambda: writing.withdraw_lesson(lesson, **know),
        "send_safely": lambda: safe.send_safely(lesson, to=to, code="CDFG-HJKM-NPQR-TWXY", **know),
        "discard": lambda: writing.discard_lesson(lesson, **know),
        "claim": lambda: review.claim_lesson(lesson, **know),
        "take_over": lambda: review.take_over_lesson(lesson, **know),
        "release": lambda: review.release_lesson(lesson, **know),
        "return": lambda: review.return_lesson(lesson, comment="Say when.", **know),
        "decline": lambda: review.decline_lesson(lesson, reason="It is known.", **know),
        "identify": lambda: validate(lesson, by.person, outcome=State.IDENTIFIED, **validated),
        "note": lambda: validate(lesson, by.person, outcome=State.NOTED, **validated),
        "add_action": lambda: writing.add_lesson_action(lesson, title="Change it", **know),
        "embed": lambda: life.embed_lesson(lesson, **know),
        "fall_back": lambda: life.fall_back(lesson, reason="It is gone.", **know),
        "supersede": lambda: ending.supersede_lesson(lesson, other=other, **know),
        "retire": lambda: ending.retire_lesson(lesson, reason="Old.", **know),
        "bring_back": lambda: ending.bring_back_lesson(lesson, **know),
        "ask_expert": lambda: experts.ask_expert(lesson, whom="Dr Ito", **know),
        "write": lambda: writing.write_lesson(lesson, **words, **know),
    }


def put(lesson: Lesson, state: State, farah, other: Lesson) -> Lesson:
    """The lesson as it would stand in this state."""
    shared = state in SHARED
    reach = Reach.ORGANISATION if shared else Reach.AUTHOR if state == S.DRAFT else Reach.REVIEWERS
    ended = state in {S.SUPERSEDED, S.RETIRED}
    Lesson.objects.filter(pk=lesson.pk).update(
        state=state, reach=reach, claimed_by=farah if state == S.IN_REVIEW else None,
        answer_due_on=NOON.date() if state in WAITING else None,
        validated_by=farah if shared else None, approved=lesson.revision if shared else None,
        learned_on=NOON.date() if state in {S.LEARNED, S.EMBEDDED} else None,
        look_again_on=NOON.date() if state == S.LEARNED else None,
        ended_from=S.NOTED if ended else "", superseded_by=other if state == S.SUPERSEDED else None,
        end_reason="Gone." if state == S.RETIRED else "",
    )  # fmt: skip
    return Lesson.objects.select_related("organisation", "revision", "author").get(pk=lesson.pk)


def everything_of(lesson: Lesson) -> dict:
    return Lesson.objects.filter(pk=lesson.pk).values().get()


class Undo(Exception):
    """Take back what an act did, so that the next one finds the lesson as it was."""


@pytest.mark.parametrize("state", list(State))
def test_each_act_of_everybody(state, draft, other, request, farah, lena):
    made = draft()
    if state == S.DRAFT:
        lesson = put(made, state, farah, other)
    else:
        writing.submit_lesson(made, by=as_member(made.author), at=NOON)
        lesson = put(made, state, farah, other)
    for name in PEOPLE:
        person = request.getfixturevalue(name)
        by = as_member(person)
        offered = policies.allowed(by, lesson, on=LATE.date())
        for act, (before, who, after) in TABLE.items():
            fresh = Lesson.objects.select_related("organisation", "revision", "author").get(pk=lesson.pk)
            may = state in before and name in who
            try:
                with transaction.atomic():
                    acts(fresh, by, other, lena)[act]()
                    row = Lesson.objects.filter(pk=lesson.pk).first()
                    did = row is None or row.version != lesson.version or act in {"add_action", "ask_expert"}
                    if did and after is not None:
                        assert row.state == after, (state, name, act)
                    raise Undo
            except Undo:
                done = did
            except (Refusal, PermissionDenied):
                done = False
            expected = may or (act == "write" and state in IN_USE and name in CHECKERS)
            assert done == expected, (state, name, act)
            if act in offered or act in workflow.MOVES or act in {"write", "discard", "add_action", "ask_expert"}:
                assert (act in offered) == expected, (state, name, act, "offered")
        assert everything_of(lesson)["state"] == state


def test_the_table_of_this_test_has_every_move():
    by_parts = {"check_in_part", "agree", "learn", "send_again", "take_back"}  # part of an act above, or tested alone
    assert set(workflow.MOVES) == {name for name in TABLE if name in workflow.MOVES} | by_parts
