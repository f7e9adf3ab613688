"""Chairs of a fishbowl in the room: taken, left, waited for, told to everybody, and forgotten at the close."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from lessons.actions.closing import close_with_lessons
from lessons.reports.summary import summary_values
from techniques import guest_cookies, helper_registry, room_updates
from techniques.actions import planning
from techniques.actions.room import fishbowl, joining, notes, stages
from techniques.models import Bowl, Chair, Participant, Session, Spoken, Waiting
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.races import at_once
from tests.techniques.conftest import NOW, inside
from tests.techniques.fishbowl.conftest import come, press, sitting, waiting
from tests.techniques.test_afterwards import said_on

# --- The plan --------------------------------------------------------------------------------------------------------


def test_the_form_is_chosen_with_the_plan(as_, farah, technique):
    desk, url = as_(farah), "/o/riverside/sessions/new/?technique=fishbowl"
    assert "One chair stays empty." in said_on(desk.get(url))
    plan = {
        "title": "Who may discharge?", "length": "short", "starts_at_day": "tomorrow", "starts_at_time": "10:00",
        "place_kind": "room", "facilitator": farah.pk, "circle_kind": "closed", "circle_chairs": "5",
    }  # fmt: skip
    assert desk.post(url, plan).status_code == 302
    session = Session.objects.get()
    assert "Inner circle Closed, 5 chairs" in said_on(desk.get(session.get_absolute_url()))
    change = {**plan, "circle_kind": "online", "circle_chairs": "3", "version": session.version}
    assert desk.post(inside("session_edit", session), change).status_code == 302
    assert str(Bowl.objects.get()) == "Online, 3 chairs"
    for bad in ({"kind": "square", "chairs": 4}, {"kind": "open", "chairs": 7}, {"kind": "open", "chairs": 2}):
        with pytest.raises(Refusal):
            fishbowl.choose_form(session, by=as_member(farah), at=NOW, **bad)


def test_a_plan_without_a_form_is_open_and_other_techniques_ask_for_none(riverside, farah, technique, as_, session):
    bare = planning.plan_session(
        riverside, by=as_member(farah), technique=technique, length="short", title="x", starts_at=NOW, at=NOW
    )
    room = joining.open_room(bare, by=as_member(farah), at=NOW)
    assert "Open, 4 chairs" in said_on(as_(farah).get(inside("session_room", room)))
    assert "circle_kind" not in as_(farah).get(inside("session_edit", session)).text


def test_chairs_in_which_somebody_sits_are_not_taken_away(explained, farah):
    lead = {"by": as_member(farah)}
    fishbowl.choose_form(explained, at=NOW, kind="closed", chairs=4, **lead)
    for name in ("Ana", "Ben", "Cem", "Dee"):
        press(explained, action="seat_guest", name=name, **lead)
    with pytest.raises(Refusal, match="would be taken away"):
        fishbowl.choose_form(explained, at=NOW, kind="closed", chairs=3, **lead)
    fishbowl.choose_form(explained, at=NOW, kind="open", chairs=6, **lead)
    assert set(Chair.objects.values_list("chairs", flat=True)) == {6}


def test_the_promise_says_who_is_seen_and_what_goes(plan, session):
    session_of_bowl = plan()
    assert "stands on the screens by the name" in session_of_bowl.what_is_kept
    assert "how long, is deleted" in session_of_bowl.what_is_kept
    assert "chair" not in session.what_is_kept
    door = said_on(Client().get(reverse("join_session", args=[session_of_bowl.code])))
    assert "It stands on the screens while you have a chair, and never beside a note." in door
    assert "how long, is deleted" in door


# --- Chairs and list -------------------------------------------------------------------------------------------------


def test_a_chair_is_taken_and_left_without_javascript(room):
    phone, url = Client(), reverse("join_act", args=[room.code])
    phone.post(reverse("join_session", args=[room.code]), {"name": "Gus", "key": guest_cookies.new_key()})
    page = lambda: said_on(phone.get(reverse("join_room", args=[room.code])))  # noqa: E731
    assert "Take the free chair if you want to speak." in page()
    phone.post(url, {"stage": "talk", "act": "take"})
    assert "You have a chair" in page()
    phone.post(url, {"stage": "talk", "act": "speak"})
    assert "You speak" in page()
    for act in ("finish", "leave"):
        phone.post(url, {"stage": "talk", "act": act})
    assert "Come in" in page()
    assert not Chair.objects.exists()
    assert phone.post(url, {"stage": "talk", "act": "swap"}).status_code == 404, "whoever leads presses that"


def test_a_full_circle_and_a_list_in_the_order_of_asking(room, people, farah):
    for person in people[:4]:
        press(room, person, "take_chair")
    with pytest.raises(Refusal, match="All chairs are taken"):
        press(room, people[4], "take_chair")
    for person in (people[5], people[4], people[5]):
        press(room, person, "ask_to_speak")
    assert waiting(room) == ["Fay", "Eve"]
    for _ in range(2):
        press(room, people[0], "leave_chair")
    with pytest.raises(Refusal, match="You are number 2"):
        press(room, people[4], "take_chair")
    for _ in range(2):
        press(room, as_member(farah), "call_next", whom=f"p{people[5].pk}")
    assert (sorted(sitting(room)), waiting(room)) == (["Ben", "Cem", "Dee", "Fay"], ["Eve"])
    with pytest.raises(Refusal, match="Somebody has to leave first"):
        press(room, as_member(farah), "call_next", whom=f"p{people[4].pk}")


def test_who_does_not_come_within_a_minute_is_passed_and_stays_first(room, people):
    for person in people[:4]:
        press(room, person, "take_chair")
    for person in people[4:]:
        press(room, person, "ask_to_speak")
    press(room, people[0], "leave_chair")
    press(room, people[5], "take_chair", at=NOW + timedelta(seconds=61))
    assert waiting(room) == ["Eve"]


def test_whoever_leads_seats_people_with_and_without_a_phone(room, people, farah):
    lead = as_member(farah)
    press(room, lead, "seat_person", who=str(people[0].pk))
    press(room, lead, "seat_guest", name=" Mrs  Oak ")
    press(room, lead, "ask_for_guest", name="Mr Elm")
    press(room, lead, "call_next", whom="nMr Elm")
    for bad in ({"who": "0"}, {"who": "x"}, {"who": ""}):
        with pytest.raises(Refusal, match="who is here"):
            press(room, lead, "seat_person", **bad)
    with pytest.raises(Refusal, match="Enter a name"):
        press(room, lead, "seat_guest", name="\u200b ")
    assert sitting(room) == ["Ana", "Mrs Oak", "Mr Elm"]
    press(room, lead, "begin_turn", whom="nMrs Oak")
    press(room, lead, "end_turn", whom="nMrs Oak", at=NOW + timedelta(seconds=40))
    press(room, lead, "free_chair", whom="nMrs Oak")
    assert Spoken.objects.get(name="Mrs Oak").seconds == 40


def test_who_is_asked_to_leave_reads_it_alone(room, as_, cara, farah, people):
    mine = come(room, "Cara", as_member(cara))
    press(room, mine, "take_chair")
    press(room, people[0], "take_chair")
    for _ in range(2):
        press(room, as_member(farah), "ask_out", whom=f"p{mine.pk}")
    assert "Please leave the chair" in said_on(as_(cara).get(reverse("join_room", args=[room.code])))
    assert "Asked to leave" in said_on(as_(farah).get(inside("session_room", room)))
    assert "Asked to leave" not in said_on(as_(cara).get(inside("session_screen", room)))


def test_whoever_goes_leaves_chair_and_list(room, people, farah):
    press(room, people[0], "take_chair")
    press(room, people[0], "begin_turn")
    for person in people[1:4]:
        press(room, person, "take_chair")
    press(room, people[4], "ask_to_speak")
    joining.leave_room(room, by=people[4], at=NOW)
    joining.remove_participant(room, by=as_member(farah), participant=people[0], at=NOW + timedelta(seconds=9))
    assert (sitting(room), waiting(room)) == (["Ben", "Cem", "Dee"], [])
    assert Spoken.objects.get(participant=people[0]).seconds == 9


def test_a_closed_circle_is_named_and_changes(begin, farah):
    room, lead = begin("closed", 3), as_member(farah)
    people = [come(room, name) for name in ("Ana", "Ben", "Cem", "Dee")]
    with pytest.raises(Refusal, match="nobody comes in alone"):
        press(room, people[0], "take_chair")
    for person in people[:3]:
        press(room, lead, "seat_person", who=str(person.pk))
    press(room, people[3], "ask_to_speak")
    press(room, lead, "swap_circles", whom=f"p{people[3].pk}")
    assert (sitting(room), waiting(room)) == (["Dee"], [])


def test_no_other_room_and_no_other_step(room, people, plan, farah):
    other = joining.open_room(plan(), by=as_member(farah), at=NOW)
    for action in ("take_chair", "ask_to_speak", "leave_chair", "stop_asking", "begin_turn", "end_turn"):
        with pytest.raises(PermissionDenied):
            press(other, people[0], action)
    with pytest.raises(Refusal):
        fishbowl.take_chair(room, by=people[0], at=NOW, stage=room.stages.get(key="playback"))


# --- What the database keeps -----------------------------------------------------------------------------------------


def test_the_database_has_no_more_chairs_than_the_circle(room, people):
    for person in people[:4]:
        press(room, person, "take_chair")
    bowl = Bowl.objects.get()
    row = {"bowl": bowl, "chairs": 4, "sat_at": NOW}
    for wrong in (
        {"number": 4, "participant": people[4]},
        {"number": 5, "participant": people[4]},
        {"number": 5, "chairs": 7, "participant": people[4]},
        {"number": 3, "participant": people[0]},
        {"number": 3},
        {"number": 3, "participant": people[4], "name": "Eve"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Chair.objects.create(**{**row, **wrong})
    Chair.objects.filter(number=1).update(speaks_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Chair.objects.filter(number=2).update(speaks_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_many_who_press_at_once_have_a_chair_each_and_no_more(room, people, farah):
    for person in people[:3]:
        press(room, person, "take_chair")
    calls = [lambda one=person: press(room, one, "take_chair") for person in people[3:]]
    answers = at_once(*calls)
    assert sum(isinstance(one, Refusal) for one in answers) == 2
    assert Chair.objects.count() == 4
    late = [person for person in people[3:] if not Chair.objects.filter(participant=person).exists()]
    at_once(*[lambda one=person: press(room, one, "ask_to_speak") for person in (*late, *late)])
    assert Waiting.objects.count() == 2
    # Somebody leaves, and both the first of the list and whoever leads press.
    first = Waiting.objects.first().participant
    press(room, people[0], "leave_chair")
    lead = as_member(farah)
    at_once(lambda: press(room, first, "take_chair"), lambda: press(room, lead, "call_next", whom=f"p{first.pk}"))
    assert (Chair.objects.count(), Waiting.objects.count()) == (4, 1)


# --- Who is told what ------------------------------------------------------------------------------------------------


def test_everybody_sees_the_circle_and_nobody_the_times_of_others(room, people, as_, farah, reza, cara):
    mine = come(room, "Cara", as_member(cara))
    press(room, people[0], "take_chair")
    for person in people[1:4]:
        press(room, person, "take_chair")
    press(room, people[0], "begin_turn")
    press(room, people[0], "end_turn", at=NOW + timedelta(seconds=150))
    seq = room_updates.last_numbers([room.pk])[room.pk]
    press(room, mine, "ask_to_speak", at=NOW + timedelta(seconds=160))
    phone = said_on(as_(cara).get(reverse("join_room", args=[room.code])))
    screen, desk = (
        as_(one).get(inside(name, room)) for one, name in ((reza, "session_screen"), (farah, "session_room"))
    )
    screen = said_on(screen)
    assert "You are number 1" in phone
    for page in (phone, screen):
        assert "Ana" in page
        assert "1 person waits to speak" in page
        assert "2.5" not in page
        assert "100%" not in page
    assert "All chairs are taken: somebody leaves." in screen
    assert "Cara" not in screen, "who waits is read by whoever leads alone"
    told = said_on(desk)
    assert "The longest turn took 2.5 minutes. Whoever spoke most had 100% of the talk." in told
    assert "Thank Ana and ask for the chair." in told
    for audience in Audience:
        pieces = str([one.values for one in room_updates.updates_since(room.pk, seq, audience, at=NOW).pieces])
        assert "'kind': 'helper'" in pieces
        assert ("Cara" in pieces) == (audience is Audience.FACILITATOR)
        assert "You are number" not in pieces, "one’s own part is fetched"
        assert len(pieces) < 25_000


def test_where_notes_are_read_the_circle_stands_among_them(room, people, as_, farah, reza):
    """Above them it would push some off the big screen."""
    press(room, people[0], "take_chair")
    screen = lambda: as_(reza).get(inside("session_screen", room)).text  # noqa: E731
    assert "km-circle" in screen()
    stages.reveal_notes(room, by=as_member(farah), at=NOW, stage=room.stages.get(key="talk"))
    shown = screen().partition('data-stage-of="talk"')[2].partition("data-stage-of=")[0]
    assert "km-circle" not in shown
    assert "Free chair" in shown


def test_the_phone_asks_again_when_it_may_come(room, people, as_, cara):
    mine = come(room, "Cara", as_member(cara))
    with time_machine.travel(NOW, tick=False):
        for person in people[:4]:
            press(room, person, "take_chair")
        for person in (people[4], mine):
            press(room, person, "ask_to_speak")
        press(room, people[0], "leave_chair")
        answer = lambda: as_(cara).get(reverse("join_mine", args=[room.code])).json()["marks"]["helpers"]["talk"]  # noqa: E731
        assert 'data-fresh-in="61"' in answer()
        assert "Take a chair" not in answer()
    with time_machine.travel(NOW + timedelta(seconds=61), tick=False):
        assert "Take a chair" in answer()


def test_a_new_step_ends_the_turn_and_keeps_the_chairs(room, people, farah):
    press(room, people[0], "take_chair")
    press(room, people[0], "begin_turn")
    at = NOW + timedelta(seconds=70)
    stages.go_to_stage(room, by=as_member(farah), at=at, stage=room.stages.get(key="playback"))
    assert (sitting(room), Spoken.objects.get().seconds) == (["Ana"], 70)
    assert Chair.objects.get().speaks_at is None


# --- Afterwards ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keeps", ["chatham-house", "no-blame", "open"])
def test_only_how_many_voices_were_heard_is_kept(begin, farah, reza, as_, keeps):
    room, lead = begin(keeps=keeps), as_member(farah)
    ana, ben = come(room, "Ana"), come(room, "Ben")
    for person in (ana, ben):
        press(room, person, "take_chair")
    press(room, lead, "seat_guest", name="Mrs Oak")
    press(room, ana, "begin_turn")
    press(room, ben, "ask_to_speak")
    handle = uuid4()
    write = {"stage_key": "talk", "column": "heard", "text": "Ask at ten", "client_id": handle}
    notes.write_note(room, by=ben, at=NOW, **write)
    step = room.stages.get(key="playback")
    stages.go_to_stage(room, by=lead, at=NOW, stage=step)
    fishbowl.play_back(room, by=lead, at=NOW, stage=step)
    close_with_lessons(room, by=lead, at=NOW + timedelta(minutes=9), summary={"talk": "Ask at ten"})
    room = Session.objects.get(pk=room.pk)
    for model in (Chair, Waiting, Spoken):
        assert not model.objects.exists()
    bowl = Bowl.objects.get()
    assert (bowl.voices, bowl.offered_at) == (3, None)
    assert {Chair, Waiting, Spoken} <= set(helper_registry.registered()["fishbowl"].secrets)
    told = "3 voices were heard in an open circle."
    assert dict(helper_registry.told_in(room)) == {"Explain": told}
    assert dict(summary_values(room, as_member(reza))["told"]) == {"Explain": told}
    page = said_on(as_(reza).get(room.get_absolute_url()))
    assert told in page
    assert "Ask at ten" in page
    assert "Oak" not in page
    assert "Ana" not in page


def test_a_room_that_nobody_closes_forgets_too(room, people, farah):
    press(room, people[0], "take_chair")
    press(room, people[1], "ask_to_speak")
    seq = room_updates.last_numbers([room.pk])[room.pk]
    assert fishbowl.forget_left_open(NOW + timedelta(days=1)) == 0
    for left in (1, 0):
        assert fishbowl.forget_left_open(NOW + timedelta(days=3)) == left
    assert not Chair.objects.exists()
    assert not Waiting.objects.exists()
    assert Session.objects.get(pk=room.pk).keeps_traces
    assert Participant.objects.here().filter(session=room).count() == 6
    told = room_updates.updates_since(room.pk, seq, Audience.SCREEN, at=NOW).pieces
    assert "helper" in {one.values["kind"] for one in told}, "chairs are drawn empty"
    # Who was heard before and who is heard since are both counted.
    press(room, people[2], "take_chair")
    close_with_lessons(room, by=as_member(farah), at=NOW + timedelta(days=3), summary={})
    assert Bowl.objects.get().voices == 2


def test_who_waited_where_nobody_sat_is_forgotten_too(room, people):
    press(room, people[0], "ask_to_speak")
    assert fishbowl.forget_left_open(NOW + timedelta(days=3)) == 1
    assert not Waiting.objects.exists()
