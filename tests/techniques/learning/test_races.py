"""Two who press at once in the room of a set: each press counts once, and the minutes still add up."""

import pytest

from kmportal.lib.exceptions import Refusal
from techniques.actions import learning_sets
from techniques.actions.room import learning
from techniques.models import LearningSet, Question, Session, Turn
from tests.cast import as_member
from tests.techniques.conftest import NOW
from tests.techniques.learning.conftest import bid, go, press_on, share, step
from tests.techniques.test_joining import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def test_sharing_and_taking_back_at_once_leaves_minutes_that_add_up(room, here, farah):
    by, bidding = as_member(farah), step(room, "bidding")
    for name in ("cara", "reza", "sam"):
        bid(room, here[name], f"The issue of {name}")

    def press(number):
        try:
            if number:
                learning.withdraw_bid(room, by=here["cara"], at=NOW, stage=bidding)
            else:
                learning.share_out(room, by=by, at=NOW, stage=bidding, presenters=3)
        except Refusal:
            share(room, by, 2)

    in_threads(2, press)
    assert sum(turn.minutes for turn in Turn.objects.all()) == 64
    assert {turn.participant for turn in Turn.objects.all()} == {here["reza"], here["sam"]}


def test_two_presses_on_the_same_part_go_on_once_and_a_question_stands_once(room, here, farah):
    by, turns = as_member(farah), step(room, "presenters")
    bid(room, here["cara"], "The rota")
    share(room, by, 1)
    go(room, farah, "presenters")
    in_threads(2, lambda number: learning.go_on(room, by=by, at=NOW, stage=turns, seen="0.0"))
    assert Turn.objects.get().part == 1
    press_on(room, by)
    in_threads(
        2,
        lambda number: learning.ask_question(
            room, by=here[("reza", "sam")[number]], at=NOW, stage=turns, text="What stops you?"
        ),
    )
    assert Question.objects.count() == 1


def test_two_who_plan_the_next_meeting_or_end_this_one_leave_one(room, learning_set, farah):
    def end(number):
        try:
            learning_sets.end_meeting(room, by=as_member(farah), at=NOW, asking=str(number))
        except Refusal:
            return "refused"
        return "ended"

    assert sorted(in_threads(2, end)) == ["ended", "refused"]

    def plan(number):
        found = LearningSet.objects.get()
        try:
            learning_sets.plan_next_meeting(found, by=as_member(farah), at=NOW, starts_at=NOW, length="short")
        except Refusal:
            return "refused"
        return "planned"

    assert sorted(in_threads(2, plan)) == ["planned", "refused"]
    assert Session.objects.filter(state="planned").count() == 1
