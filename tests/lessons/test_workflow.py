"""The table of moves: who may do what, in every state, and that the database keeps its side."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from lessons import policies, workflow
from lessons.models import Lesson, State
from organisations.visibility import Reach

from .conftest import NOON

TODAY = NOON.date()


def moves_of(lesson, membership, on=TODAY):
    """The moves of the table that are open to this member."""
    return policies.allowed(membership, lesson, on=on) & set(workflow.MOVES)


@pytest.mark.parametrize(
    ("begin", "days", "end"),
    [
        (date(2026, 11, 23), 10, date(2026, 12, 7)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
    ],
)
def test_working_days(begin, days, end):
    assert workflow.working_days_after(begin, days) == end


def test_who_may_make_which_move(claimed, waiting, draft, member, cara, farah, lena, reza, ada, sam):
    def moves(lesson, person, on=TODAY):
        return moves_of(lesson, member(person), on=on)

    lesson = draft()
    assert moves(lesson, cara) == {"submit", "send_safely"}
    assert moves(lesson, farah) == set()
    lesson = waiting()
    assert moves(lesson, cara) == {"withdraw"}
    assert moves(lesson, farah) == moves(lesson, lena) == {"claim"}
    assert moves(lesson, reza) == moves(lesson, ada) == moves(lesson, sam) == set()
    lesson = claimed()
    assert moves(lesson, farah) == {"release", "return", "decline", "identify", "note", "check_in_part"}
    assert moves(lesson, lena) == set()
    assert moves(lesson, lena, on=TODAY + timedelta(days=15)) == {"take_over"}
    assert moves(lesson, cara) == {"withdraw"}


def test_nobody_checks_their_own(draft, member, farah):
    lesson = draft(by=farah)
    lesson.state = State.SUBMITTED
    assert moves_of(lesson, member(farah)) == {"withdraw"}


def test_other_organisations_have_no_moves(waiting, member, oskar):
    assert moves_of(waiting(), member(oskar)) == set()


def test_a_named_validator_may_claim(waiting, member, sam):
    membership = member(sam)
    membership.is_validator = True
    assert moves_of(waiting(), membership) == {"claim"}


@pytest.mark.parametrize(
    "values",
    [
        {"reach": Reach.ORGANISATION},
        {"reach": Reach.REVIEWERS},
        {"state": State.SUBMITTED, "reach": Reach.ORGANISATION},
        {"state": State.RETURNED, "reach": Reach.NETWORK},
        {"state": State.DECLINED, "reach": Reach.GROUP},
    ],
)
def test_the_database_keeps_private_what_is_not_checked(draft, values):
    lesson = draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        Lesson.objects.filter(pk=lesson.pk).update(**values)


@pytest.mark.parametrize("column", ["validated_by", "claimed_by"])
def test_the_database_lets_nobody_check_their_own(identified, cara, column):
    lesson = identified()
    with pytest.raises(IntegrityError), transaction.atomic():
        Lesson.objects.filter(pk=lesson.pk).update(**{column: cara})


def test_every_move_leads_to_a_reach_that_the_database_allows():
    for move in workflow.MOVES.values():
        if move.reach is not None:
            assert move.after not in {State.IDENTIFIED, State.NOTED}
            assert (move.after == State.DRAFT) == (move.reach == Reach.AUTHOR)
