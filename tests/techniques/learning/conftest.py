"""A set of four with its adviser, and people in the room of its first meeting."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from techniques import guest_cookies
from techniques.actions import learning_sets
from techniques.actions.room import joining, learning, stages
from techniques.learning import where
from techniques.models import Session, Technique
from tests.cast import as_member
from tests.techniques.conftest import NOW, stage

SECRETS = {
    "bid": "my-manager-never-answers",
    "question": "What would your-opposite-do?",
    "gift": "ring-the-mentor-in-west-house",
    "own": "talk-to-her-on-friday",
}


def part(name, minutes):
    return {"name": name, "prompts": [f"Ask for {name.lower()}."], "minutes": dict.fromkeys(MINUTES, minutes)}


MINUTES = ("short", "standard", "long")
PARTS = [part("Present", 4), part("To understand", 6), part("Open questions", 15), part("Actions", 3), part("Gifts", 4)]


@pytest.fixture
def technique(db):
    rounds = {"rounds": dict.fromkeys(MINUTES, 2), "parts": PARTS}
    steps = [
        {**stage("report", "Report in", 10, writes="nobody"), "takes": "report-in"},
        {**stage("bidding", "Bidding", 5, writes="nobody"), "takes": "bids"},
        {**stage("presenters", "Presenters", 64, writes="nobody"), "takes": "turns", **rounds},
        {**stage("break", "Break", 5, writes="nobody"), "takes": "rest"},
        {**stage("review", "Learning and review", 11, writes="nobody"), "takes": "look-back"},
    ]
    for step in steps:
        step["minutes"] = dict.fromkeys(MINUTES, step["minutes"]["short"])
    return Technique.objects.create(
        key="action-learning-set", name="Action learning set", moment="during", tier="advanced",
        purpose="Peers ask.", card={"confidentiality": "set-only", "say_first": ["Nothing leaves this set."]},
        stages=steps, minutes=dict.fromkeys(MINUTES, 95), can_run=True, position=1,
    )  # fmt: skip


@pytest.fixture
def four(cara, reza, sam, nia):
    return [cara, reza, sam, nia]


@pytest.fixture
def learning_set(technique, riverside, farah, four):
    return begin(riverside, farah, four)


def begin(riverside, farah, four, name="Ward sisters"):
    return learning_sets.begin_set(
        riverside, by=as_member(farah), at=NOW, name=name, people=four, length="short", place="Room 2",
        dates=[NOW + timedelta(hours=1), NOW + timedelta(weeks=5)],
    )  # fmt: skip


@pytest.fixture
def room(learning_set, farah):
    """The room of the first meeting, open at its first step."""
    return joining.open_room(learning_set.meetings.get(), by=as_member(farah), at=NOW)


def come(room, person):
    return joining.join_room(
        room, by=as_member(person, room.organisation), name=str(person), key=guest_cookies.new_key(), at=NOW
    )


@pytest.fixture
def here(room, four):
    """The four by their first names, in the room."""
    return {person.name.split()[0].lower(): come(room, person) for person in four}


def step(room, key):
    return room.stages.get(key=key)


def bid(room, who, about, need=3):
    learning.place_bid(room, by=who, at=NOW, stage=step(room, "bidding"), about=about)
    learning.say_need(room, by=who, at=NOW, stage=step(room, "bidding"), need=need)
    return room.bids.get(participant=who)


def back(room, who, row, **more):
    learning.back_bid(room, by=who, at=NOW, stage=step(room, "bidding"), bid=row.pk, **more)


def share(room, by, presenters):
    return learning.share_out(room, by=by, at=NOW, stage=step(room, "bidding"), presenters=presenters)


def go(room, farah, key):
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=step(room, key))


def press_on(room, by, times=1):
    """Go on within the turns."""
    for _ in range(times):
        now = next((turn for turn in room.turns.all() if turn.is_on), None)
        learning.go_on(room, by=by, at=NOW, stage=step(room, "presenters"), seen=where(now))


@pytest.fixture
def told(room, here, farah):
    """Cara presents: a bid, a question, a gift and what she will do are written; it is the gift round."""
    cara, reza, sam = here["cara"], here["reza"], here["sam"]
    turns = step(room, "presenters")
    bid(room, cara, SECRETS["bid"], 5)
    back(room, reza, room.bids.get())
    share(room, as_member(farah), 1)
    go(room, farah, "presenters")
    learning.wish_for_gifts(room, by=cara, at=NOW, stage=turns, wishes=True)
    press_on(room, as_member(farah), 5)
    learning.ask_question(room, by=reza, at=NOW, stage=turns, text=SECRETS["question"])
    learning.give_gift(room, by=sam, at=NOW, stage=turns, gift=SECRETS["gift"])
    learning.promise_oneself(room, by=cara, at=NOW, stage=turns, text=SECRETS["own"], due="4 December 2026")
    learning.read_questions(room, by=cara, at=NOW, stage=turns, reads=True)
    return Session.objects.get(pk=room.pk)


def phone(room, person, as_) -> Client:
    """The browser of a member who is in the room."""
    browser = as_(person)
    assert browser.get(reverse("join_room", args=[room.code])).status_code == 200
    return browser
