"""What people are promised before they write, chosen at planning: whose names stand beside notes, and what is kept."""

from uuid import uuid4

import pytest
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from lessons import prefill
from techniques import guest_cookies, room_updates, room_visibility
from techniques.actions import planning
from techniques.actions.room import closing, joining, notes, stages
from techniques.confidentiality import CHOICES, Confidentiality, Naming
from techniques.forms import SessionForm
from techniques.models import Invitee, Note, Participant, Session
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside


@pytest.fixture
def lead(farah):
    return {"by": as_member(farah), "at": NOW}


@pytest.fixture
def opened(session, lead):
    """``opened("names")``: the room of the session, in which Gus has written openly and Rhea in a hidden step."""

    def make(naming: str, confidentiality: str = "no-blame") -> Session:
        session.refresh_from_db()
        planning.edit_session(session, seen=session.version, naming=naming, confidentiality=confidentiality, **lead)
        room = joining.open_room(Session.objects.get(pk=session.pk), **lead)
        for name, stage, column in (("Gus", "happened", "well"), ("Rhea", "expect", "expected")):
            person = joining.join_room(room, by=None, name=name, key=guest_cookies.new_key(), at=NOW)
            words = {"text": f"A note in {stage}", "client_id": uuid4(), "column": column}
            notes.write_note(room, stage_key=stage, by=person, at=NOW, **words)
        return Session.objects.get(pk=room.pk)

    return make


def names_on_notes(room: Session, audience: Audience) -> set[str]:
    seen = room_visibility.project_room(room_visibility.read_room(room), audience, at=NOW)
    return {note.by for stage in seen.stages for note in stage.notes}


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize(("naming", "names"), [("anonymous", {""}), ("alias", {"Gus"}), ("names", {"Gus"})])
def test_a_name_stands_beside_a_note_only_where_people_were_told(opened, naming, names, audience):
    room = opened(naming)
    assert names_on_notes(room, audience) == names
    told = str([piece.as_json() for piece in room_updates.updates_since(room.pk, 0, audience, at=NOW).pieces])
    if audience is not Audience.FACILITATOR:
        assert ("Gus" in told) == (naming != "anonymous")
        assert "Rhea" not in told, "what is hidden has no name either"


def test_when_all_is_shown_the_name_is_there_too(opened, lead):
    room = opened("names")
    stages.reveal_notes(room, stage=room.stages.get(key="expect"), **lead)
    assert names_on_notes(room, Audience.SCREEN) == {"Gus", "Rhea"}


@pytest.mark.parametrize("naming", Naming.values)
@pytest.mark.parametrize("confidentiality", [one.value for one in CHOICES])
def test_no_name_goes_into_the_close_or_outlives_it(opened, lead, as_, reza, naming, confidentiality):
    room = opened(naming, confidentiality)
    assert "Gus" not in str(
        [vars(line) for part in prefill.gather(room).stages for line in part.columns.get("well", ())]
    )
    closing.close_session(room, summary={"happened": "Agreed"}, **lead)
    page = as_(reza).get(inside("session_detail", room)).content.decode()
    assert "Gus" not in page
    assert ("A note in happened" in page) == (confidentiality == "open")
    assert not Note.objects.exclude(author=None).exists()


def test_under_made_up_names_a_member_is_a_guest_whom_no_account_betrays(opened, as_, cara):
    room = opened("alias")
    browser = as_(cara)
    answer = browser.post(inside("session_join", room), follow=True)
    page = answer.content.decode()
    assert "Your name in this room" in page
    assert f"Join as {cara}" not in page
    browser.post(reverse("join_session", args=[room.code]), {"name": "Owl", "key": guest_cookies.new_key()})
    assert "You are here as Owl" in browser.get(reverse("join_room", args=[room.code])).content.decode()
    assert Participant.objects.get(name="Owl").person is None
    browser.post(reverse("join_session", args=[room.code]), {"as_member": "1"})
    assert not Participant.objects.filter(person=cara).exists()


@pytest.mark.parametrize("naming", list(Naming))
def test_the_promise_stands_at_the_door_and_at_the_box(opened, enter, naming):
    room = opened(naming.value)
    browser = enter(room, "Kit")
    page = " ".join(browser.get(reverse("join_room", args=[room.code]) + "?stage=open").content.decode().split())
    assert naming.who_is_seen in page
    assert naming.at_the_box in page
    for other in Naming:
        if other is not naming:
            assert other.who_is_seen not in page
            assert other.at_the_box not in page


def test_a_promise_is_not_changed_under_those_who_have_read_it(session, lead):
    joining.join_room(session, by=None, name="Gus", key=guest_cookies.new_key(), at=NOW)
    for change in ({"naming": "names"}, {"confidentiality": "open"}):
        with pytest.raises(Refusal, match="joined already"):
            planning.edit_session(session, seen=session.version, **change, **lead)


def test_after_chatham_house_nobody_can_tell_who_was_there(opened, lead, farah, cara):
    room = opened("anonymous", "chatham-house")
    planning.invite_to_session(room, people=[cara], **lead)
    joining.join_room(room, by=as_member(cara), name="Cara", key=guest_cookies.new_key(), at=NOW)
    closing.close_session(room, summary={}, **lead)
    assert not Invitee.objects.exists()
    assert set(Participant.objects.values_list("name", "person")) == {("", None)}
    assert Participant.objects.here().count() == 3, "how many came is kept"


def test_a_plan_offers_what_keeps_something_else_and_what_the_technique_asks_for(riverside, review):
    review.card = {"confidentiality": "not-captured"}
    form = SessionForm(organisation=riverside, technique=review)
    offered = [value for value, _ in form.fields["confidentiality"].choices]
    assert offered == [*(one.value for one in CHOICES), "not-captured"]
    assert form.initial["confidentiality"] == Confidentiality.NOT_CAPTURED


@pytest.mark.parametrize("values", [{"naming": "x"}, {"confidentiality": "x"}])
def test_no_other_promise_is_taken(session, lead, values):
    with pytest.raises(Refusal):
        planning.edit_session(session, seen=session.version, **values, **lead)
