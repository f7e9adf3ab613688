"""The room of an action learning set: what each press does, who may press, and that nothing counts twice."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from notifications.models import Notice
from techniques import guest_cookies, helper_registry
from techniques.actions import learning_sets, planning
from techniques.actions.room import joining, learning
from techniques.actions.room.wording import make_wish
from techniques.asking import ADVICE
from techniques.helpers.learning import see
from techniques.models import (
    Backing,
    Bid,
    LearningSet,
    Participant,
    Question,
    RoomEvent,
    Session,
    Turn,
)
from techniques.seen_room import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW
from tests.techniques.learning.conftest import back, begin, bid, come, go, phone, press_on, share, step
from tests.techniques.test_afterwards import said_on


def test_nobody_else_comes_in(room, here, lena, farah):
    """Neither a guest with the code nor a member of the organisation, nor whoever advises the set."""
    for by, name in ((None, "Gus"), (as_member(lena), "Lena"), (as_member(farah), "Farah")):
        with pytest.raises(Refusal, match="Only the members of this set"):
            joining.join_room(room, by=by, at=NOW, name=name, key=guest_cookies.new_key())
    with pytest.raises(Refusal, match="Only the members of this set"):
        planning.invite_to_session(room, by=as_member(farah), at=NOW, guests={"gus@elsewhere.example": "Gus"})


def test_reporting_in_is_only_marked(room, here):
    stage = step(room, "report")
    for _ in range(2):
        learning.report_in(room, by=here["cara"], at=NOW, stage=stage)
    assert room.reported.count() == 1
    learning.report_in(room, by=here["cara"], at=NOW, stage=stage, has_told=False)
    assert not room.reported.exists()


def test_the_set_agrees_who_presents_and_the_minutes_add_up(room, here, farah):
    """Whom most want to hear, then the need; a withdrawn bid gives its minutes to the others."""
    first = bid(room, here["cara"], "The rota", 2)
    bid(room, here["reza"], "My manager", 5)
    third = bid(room, here["sam"], "Beds", 4)
    with pytest.raises(Refusal, match="your own"):
        back(room, here["cara"], first)
    for _ in range(2):
        back(room, here["nia"], first)
    assert share(room, as_member(farah), 2) == list(room.turns.all())
    assert [turn.participant for turn in room.turns.all()] == [here["cara"], here["reza"]]
    back(room, here["nia"], first, backs=False)
    share(room, as_member(farah), 3)
    assert [(turn.participant, turn.minutes) for turn in room.turns.all()] == [
        (here["reza"], 22), (here["sam"], 21), (here["cara"], 21)
    ]  # fmt: skip
    learning.withdraw_bid(room, by=here["reza"], at=NOW, stage=step(room, "bidding"))
    assert [turn.minutes for turn in room.turns.all()] == [32, 32]
    learning.take_turn(
        room, by=as_member(farah), at=NOW, stage=step(room, "bidding"), turn=room.turns.get(participant=here["sam"]).pk
    )
    assert [turn.minutes for turn in room.turns.all()] == [64]
    for _ in range(2):
        learning.give_turn(room, by=as_member(farah), at=NOW, stage=step(room, "bidding"), bid=third.pk)
    assert [turn.minutes for turn in room.turns.all()] == [32, 32]


def test_nobody_is_given_the_minutes_that_are_left_over(room, here, farah, as_):
    by, bidding, desk = as_member(farah), step(room, "bidding"), reverse("session_room", args=["riverside", room.pk])
    bid(room, here["cara"], "The rota")
    share(room, by, 1)
    row = bid(room, here["reza"], "My manager")
    go(room, farah, "bidding")
    browser = as_(farah)
    assert "Give a turn" in said_on(browser.get(desk))
    Turn.objects.update(part=1)
    with pytest.raises(Refusal, match="no time for another"):
        learning.give_turn(room, by=by, at=NOW, stage=bidding, bid=row.pk)
    assert "Give a turn" not in said_on(browser.get(desk))
    Turn.objects.update(minutes=1)
    assert re.search(r"1 minute\b", said_on(browser.get(desk)))


def test_whoever_presented_last_time_waits(room, learning_set, here, farah, four):
    bid(room, here["cara"], "The rota")
    share(room, as_member(farah), 1)
    go(room, farah, "presenters")
    press_on(room, as_member(farah))
    learning_sets.end_meeting(room, by=as_member(farah), at=NOW)
    again = learning_sets.plan_next_meeting(learning_set, by=as_member(farah), at=NOW, starts_at=NOW, length="short")
    again = joining.open_room(again, by=as_member(farah), at=NOW)
    for person in four[:2]:
        bid(again, come(again, person), "An issue")
    share(again, as_member(farah), 1)
    assert again.turns.get().participant.person == four[1]


def test_a_turn_goes_through_its_parts_and_each_press_counts_once(room, here, farah):
    by, turns = as_member(farah), step(room, "presenters")
    bid(room, here["cara"], "The rota")
    bid(room, here["reza"], "My manager")
    share(room, by, 2)
    with pytest.raises(Refusal, match="another step"):
        press_on(room, by)
    go(room, farah, "presenters")
    for _ in range(2):
        learning.go_on(room, by=by, at=NOW, stage=turns, seen="0.0")
    assert [(turn.part, turn.is_over) for turn in room.turns.all()] == [(1, False), (0, False)]
    assert Session.objects.get(pk=room.pk).ends_at == NOW + timedelta(minutes=4)
    press_on(room, by, 3)
    assert room.turns.first().part == 4
    press_on(room, by)  # nobody asked for gifts
    assert [(turn.part, turn.is_over) for turn in room.turns.all()] == [(5, True), (0, False)]
    press_on(room, by)
    assert room.turns.last().is_on
    with pytest.raises(Refusal, match="first turn has begun"):
        share(room, by, 1)


def test_a_question_has_a_hint_once_and_the_person_decides(room, here, farah):
    turns, more = step(room, "presenters"), {"text": "Have you tried ringing her?"}
    with pytest.raises(Refusal, match="Nobody is presenting"):
        learning.ask_question(room, by=here["reza"], at=NOW, stage=turns, **more)
    bid(room, here["cara"], "The rota")
    share(room, as_member(farah), 1)
    go(room, farah, "presenters")
    press_on(room, as_member(farah), 2)
    with pytest.raises(learning.Hint, match="sounds like advice"):
        learning.ask_question(room, by=here["reza"], at=NOW, stage=turns, **more)
    assert not Question.objects.exists()
    for who in ("reza", "sam"):
        learning.ask_question(room, by=here[who], at=NOW, stage=turns, is_sure=True, **more)
    assert Question.objects.count() == 1
    with pytest.raises(Refusal, match="your own turn"):
        learning.ask_question(room, by=here["cara"], at=NOW, stage=turns, **more)
    assert not {field.name for field in Question._meta.fields} & {"participant", "person", "author"}


def test_without_javascript_a_question_is_asked_twice_and_nothing_typed_is_lost(room, here, farah, reza, as_):
    bid(room, here["cara"], "The rota")
    share(room, as_member(farah), 1)
    go(room, farah, "presenters")
    press_on(room, as_member(farah), 2)
    browser, url = phone(room, reza, as_), reverse("join_ask", args=[room.code])
    answer = browser.post(url, {"text": "Have you tried ringing her?"})
    said = said_on(answer)
    assert (answer.status_code, ADVICE in said, "Send it as it is" in said) == (422, True, True)
    assert 'value="Have you tried ringing her?"' in answer.content.decode()
    assert browser.post(url, {"text": "What stops you?"}).status_code == 302
    assert browser.post(url, {"text": "Have you tried ringing her?", "sure": "1"}).status_code == 302
    assert Question.objects.count() == 2


def test_gifts_come_when_the_presenter_wishes(room, here, farah):
    turns = step(room, "presenters")
    bid(room, here["cara"], "The rota")
    share(room, as_member(farah), 1)
    go(room, farah, "presenters")
    press_on(room, as_member(farah), 4)
    with pytest.raises(Refusal, match="when the presenter asks"):
        learning.give_gift(room, by=here["sam"], at=NOW, stage=turns, gift="A thought")
    learning.wish_for_gifts(room, by=here["cara"], at=NOW, stage=turns, wishes=True)
    press_on(room, as_member(farah))
    for text in ("A thought", "Another thought"):
        learning.give_gift(room, by=here["sam"], at=NOW, stage=turns, gift=text)
    assert [one.text for one in Turn.objects.get().gifts.all()] == ["Another thought"]


@pytest.mark.parametrize("who", ["cara", "lena"])
def test_whoever_does_not_lead_runs_nothing(room, here, who, request, lena):
    """Neither a member on a phone while somebody advises the set, nor another facilitator."""
    by = here["cara"] if who == "cara" else as_member(lena)
    bid(room, here["cara"], "The rota")
    bidding, turns = step(room, "bidding"), step(room, "presenters")
    row = Bid.objects.get()
    for press in (
        lambda: share(room, by, 1),
        lambda: learning.give_turn(room, by=by, at=NOW, stage=bidding, bid=row.pk),
        lambda: learning.take_turn(room, by=by, at=NOW, stage=bidding, turn=1),
        lambda: learning.go_on(room, by=by, at=NOW, stage=turns, seen="0.0"),
    ):
        with pytest.raises(PermissionDenied):
            press()


def test_a_set_that_leads_itself_is_run_from_a_phone(room, learning_set, here, farah, cara, as_):
    learning_sets.choose_adviser(learning_set, by=as_member(farah), at=NOW, adviser=None)
    assert Session.objects.get(pk=room.pk).facilitator is None
    with pytest.raises(PermissionDenied):
        joining.stop_admission(Session.objects.get(pk=room.pk), by=as_member(farah), at=NOW)
    room = Session.objects.get(pk=room.pk)
    by = Participant.objects.select_related("session__learning_set").get(pk=here["cara"].pk)
    for _ in range(2):
        learning.move_on(room, by=by, at=NOW, stage=step(room, "report"))
    assert Session.objects.get(pk=room.pk).stage.key == "bidding"
    bid(room, by, "The rota")
    share(room, by, 1)
    browser = phone(room, cara, as_)
    assert "Go on with: Presenters" in said_on(browser.get(reverse("join_room", args=[room.code])))
    press = {"stage": "bidding", "act": "on/1"}
    assert browser.post(reverse("join_act", args=[room.code]), press).status_code == 302
    press = {"stage": "presenters", "act": "go/0.0"}
    assert browser.post(reverse("join_act", args=[room.code]), press).status_code == 302
    assert Turn.objects.get().is_on
    ending = reverse("set_meeting_end", args=[room.organisation.slug, room.pk])
    assert browser.post(ending, {"asking": "Open questions", "working": ""}).status_code == 302
    assert Session.objects.get(pk=room.pk).is_closed


def test_a_new_adviser_and_the_phones_hear_of_it(room, learning_set, farah, lena):
    before = Session.objects.get(pk=room.pk).seq
    for _ in range(2):
        learning_sets.choose_adviser(learning_set, by=as_member(farah), at=NOW, adviser=lena)
        learning_set = LearningSet.objects.get()
        farah = lena
    assert set(room.events.filter(seq__gt=before).values_list("kind", flat=True)) == {RoomEvent.Kind.HELPER}
    assert [notice.text for notice in Notice.objects.filter(person=lena)] == [
        "Farah Siddiqui asks you to lead an action learning set"
    ]


def test_many_rooms_are_read_with_the_queries_of_one(told, riverside, farah, four):
    other = joining.open_room(begin(riverside, farah, four, "Others").meetings.get(), by=as_member(farah), at=NOW)
    bid(other, come(other, four[0]), "The rota")
    for key in ("report", "bidding", "presenters", "review"):
        counts = []
        for rooms in ([told], [told, other]):
            steps = [step(one, key) for one in rooms]
            with CaptureQueriesContext(connection) as captured:
                assert len(helper_registry.read_states(steps)) == len(rooms)
            counts.append(len(captured))
        assert counts[0] == counts[1], key
    states = helper_registry.read_states([step(told, "presenters"), step(other, "bidding")])
    viewer = helper_registry.Viewer(Audience.FACILITATOR)
    with CaptureQueriesContext(connection) as captured:
        seen = [see(state, viewer) for state in states.values()]
    assert not captured
    assert {one.after for one in seen} == {"Break", "Presenters"}


def test_who_goes_wants_to_hear_nobody_any_more(room, here):
    row = bid(room, here["cara"], "The rota")
    back(room, here["reza"], row)
    joining.leave_room(room, by=here["reza"], at=NOW)
    assert not Backing.objects.exists()


def test_nothing_is_worded_for_others(room, here, farah):
    with pytest.raises(Refusal, match="written down for others"):
        make_wish(room, by=here["cara"], at=NOW, about="summary", text="Kinder", client_id=uuid4())
