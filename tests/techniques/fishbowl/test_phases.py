"""Before the conversation, in it, and past it: who may come in, what phones promise, and when the form may change."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from techniques import room_updates
from techniques.actions.room import fishbowl, stages
from techniques.models import Bowl, Chair
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside
from tests.techniques.fishbowl.conftest import come, press, sitting, waiting
from tests.techniques.test_afterwards import said_on

LATER = NOW + timedelta(minutes=25)


@pytest.fixture
def go(farah):
    def go(room, key, at=LATER):
        stages.go_to_stage(room, by=as_member(farah), at=at, stage=room.stages.get(key=key))
        room.refresh_from_db()

    return go


def test_the_chairs_open_with_the_conversation(explained):
    ana = come(explained, "Ana")
    with pytest.raises(Refusal, match="is open later"):
        press(explained, ana, "take_chair")
    press(explained, ana, "ask_to_speak")
    assert waiting(explained) == ["Ana"]


def test_who_asked_before_the_conversation_comes_in_the_order_of_asking(explained, go, farah):
    for name in ("Oak", "Elm", "Ash"):
        press(explained, as_member(farah), "seat_guest", name=name)
    people = [come(explained, name) for name in ("Ana", "Ben", "Cem", "Dee", "Eve")]
    for person in people:
        press(explained, person, "ask_to_speak")
    go(explained, "talk")
    with pytest.raises(Refusal, match="You are number 5"):
        press(explained, people[4], "take_chair", at=LATER)
    press(explained, people[0], "take_chair", at=LATER)
    assert "Ana" in sitting(explained)


def test_another_form_or_a_new_chair_is_offered_to_the_first(explained, farah):
    form = {"by": as_member(farah), "at": LATER}
    fishbowl.choose_form(explained, kind="closed", chairs=3, **{**form, "at": NOW})
    for name in ("Oak", "Elm", "Ash"):
        press(explained, as_member(farah), "seat_guest", name=name)
    press(explained, come(explained, "Ana"), "ask_to_speak")
    assert Bowl.objects.get().offered_at is None
    fishbowl.choose_form(explained, kind="closed", chairs=4, **form)
    assert Bowl.objects.get().offered_at == LATER
    fishbowl.choose_form(explained, kind="open", chairs=4, **{**form, "at": LATER + timedelta(minutes=1)})
    assert Bowl.objects.get().offered_at == LATER + timedelta(minutes=1)


def test_the_form_stays_once_the_first_step_is_left(explained, go, as_, farah):
    desk = lambda: said_on(as_(farah).get(inside("session_room", explained)))  # noqa: E731
    assert "Nobody yet. People ask with their phones" in desk()
    assert "Change form or chairs" in desk()
    go(explained, "talk")
    assert "Change form or chairs" not in desk()
    with pytest.raises(Refusal, match="The talk has begun"):
        fishbowl.choose_form(explained, by=as_member(farah), at=LATER, kind="closed", chairs=4)
    go(explained, "playback")
    assert "Nobody. The conversation is over." in desk()
    assert "People ask with their phones" not in desk()


def test_whoever_leads_gives_the_empty_chair_in_the_conversation_alone(explained, go, as_, farah):
    lead = as_member(farah)
    for name in ("Oak", "Elm", "Ash"):
        press(explained, lead, "seat_guest", name=name)
    press(explained, lead, "ask_for_guest", name="Mr Fir")
    assert "One chair stays empty until the conversation begins." in said_on(
        as_(farah).get(inside("session_room", explained))
    )
    with pytest.raises(Refusal, match="One chair stays empty"):
        press(explained, lead, "call_next", whom="nMr Fir")
    go(explained, "talk")
    press(explained, lead, "call_next", whom="nMr Fir")
    assert len(sitting(explained)) == 4


@pytest.mark.parametrize("kind", ["open", "closed"])
def test_past_the_conversation_phones_promise_no_chair(begin, go, as_, cara, kind):
    room = begin(kind)
    press(room, come(room, "Ana"), "ask_to_speak")
    mine = come(room, "Cara", as_member(cara))
    press(room, mine, "ask_to_speak")
    seq = room_updates.last_numbers([room.pk])[room.pk]
    go(room, "playback")
    phone = said_on(as_(cara).get(reverse("join_room", args=[room.code]) + "?stage=talk"))
    assert "The conversation is over, so nobody comes in any more." in phone
    for promise in ("You are number", "The empty chair is open later", "I would like", "Take a chair", "You can be in"):
        assert promise not in phone
    told = [one.values for one in room_updates.updates_since(room.pk, seq, Audience.PARTICIPANT, at=NOW).pieces]
    assert "talk" in [one["stage"] for one in told if one["kind"] == "helper"], "phones ask anew"
    with pytest.raises(Refusal, match="conversation is over"):
        press(room, come(room, "Ben"), "ask_to_speak")
    if kind == "open":
        with pytest.raises(Refusal, match="conversation is over"):
            press(room, mine, "take_chair")
    assert not Chair.objects.exists()
