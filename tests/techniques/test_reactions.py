"""Me too, comments, corrections of whoever leads, and who is ready."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from organisations.models import AuditEntry
from techniques import guest_cookies, room_updates, room_visibility
from techniques.actions.room import closing, grouping, joining, notes, reactions, stages
from techniques.models import Comment, Correction, MeToo, Note, Participant, Session
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside


@pytest.fixture
def lead(farah):
    return {"by": as_member(farah), "at": NOW}


@pytest.fixture
def gus(room):
    return joining.join_room(room, by=None, name="Gus", key=guest_cookies.new_key(), at=NOW)


@pytest.fixture
def rhea(room):
    return joining.join_room(room, by=None, name="Rhea", key=guest_cookies.new_key(), at=NOW)


@pytest.fixture
def stage(room, lead):
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), **lead)
    return room.stages.get(key="happened")


@pytest.fixture
def note(room, stage, gus):
    return notes.write_note(
        room, stage_key="happened", column="well", text="Keys missing", client_id=uuid4(), by=gus, at=NOW
    )


@pytest.fixture
def hidden(room, gus):
    return notes.write_note(
        room, stage_key="expect", column="expected", text="Quiet", client_id=uuid4(), by=gus, at=NOW
    )


def seen(room, **values):
    rows = room_visibility.read_room(room)
    return room_visibility.project_room(rows, Audience.PARTICIPANT, at=NOW, **values)


# --- Me too ----------------------------------------------------------------------------------------------------------


def test_me_too_counts_each_person_once_and_can_be_taken_back(room, note, rhea):
    for _ in range(2):
        reactions.set_me_too(note, by=rhea, at=NOW, is_on=True)
    assert seen(room).stage("happened").notes[0].said == "1 me too"
    for _ in range(2):
        reactions.set_me_too(note, by=rhea, at=NOW, is_on=False)
    assert seen(room).stage("happened").notes[0].said == ""


def test_nobody_says_me_too_to_their_own_note_nor_to_one_made_one_with_it(room, stage, note, gus, rhea, lead):
    with pytest.raises(Refusal, match="your own note"):
        reactions.set_me_too(note, by=gus, at=NOW, is_on=True)
    other = notes.write_note(
        room, stage_key="happened", column="well", text="Keys were missing", client_id=uuid4(), by=rhea, at=NOW
    )
    grouping.merge_notes(room, stage=stage, notes=[note.client_id, other.client_id], **lead)
    for row in (note, other):
        with pytest.raises(Refusal, match="your own note"):
            reactions.set_me_too(row, by=gus, at=NOW, is_on=True)


def test_to_a_hidden_note_nobody_says_anything(hidden, rhea):
    with pytest.raises(Refusal, match="still hidden"):
        reactions.set_me_too(hidden, by=rhea, at=NOW, is_on=True)
    with pytest.raises(Refusal, match="still hidden"):
        reactions.write_comment(hidden, by=rhea, at=NOW, text="x", client_id=uuid4())


# --- Comments --------------------------------------------------------------------------------------------------------


def test_a_comment_is_saved_once_and_carries_no_name(room, note, rhea, as_, farah):
    sent = uuid4()
    for _ in range(2):
        reactions.write_comment(note, by=rhea, at=NOW, text=" In the  afternoon ", client_id=sent)
    assert [one.text for one in seen(room).stage("happened").notes[0].comments] == ["In the afternoon"]
    for audience in Audience:
        told = b"".join(one.as_frame() for one in room_updates.updates_since(room.pk, 0, audience, at=NOW).pieces)
        assert (b"In the afternoon" in told) == (audience is not Audience.SCREEN)
        if audience is not Audience.FACILITATOR:
            assert b"Rhea" not in told


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "x" * 301])
def test_a_comment_has_words_and_not_too_many(note, rhea, text):
    with pytest.raises(Refusal):
        reactions.write_comment(note, by=rhea, at=NOW, text=text, client_id=uuid4())
    assert not Comment.objects.exists()


def test_only_its_writer_and_whoever_leads_take_a_comment_away(note, gus, rhea, lead):
    first = reactions.write_comment(note, by=rhea, at=NOW, text="Mr Smith had them", client_id=uuid4())
    with pytest.raises(Refusal, match="Only the person"):
        reactions.withdraw_comment(first, by=gus, at=NOW)
    reactions.withdraw_comment(first, **lead)
    second = reactions.write_comment(note, by=rhea, at=NOW, text="No", client_id=uuid4())
    reactions.withdraw_comment(second, by=rhea, at=NOW)
    assert not Comment.objects.exclude(text="").exists()


def test_a_comment_that_is_refused_is_not_lost_without_a_script(room, note, enter):
    kit = enter(room, "Kit")
    address = reverse("join_comment", args=[room.code, note.client_id])
    assert "Keys missing" in kit.get(address).content.decode()
    answer = kit.post(address, {"client_id": uuid4(), "text": "y" * 301})
    assert answer.status_code == 422
    assert "y" * 301 in answer.content.decode()
    assert kit.post(address, {"client_id": uuid4(), "text": "Yes"}).status_code == 302
    assert "Yes" in kit.get(reverse("join_room", args=[room.code])).content.decode()


def test_the_identifier_of_a_comment_is_used_once_in_a_session(room, note, gus, rhea, lead):
    first = reactions.write_comment(note, by=rhea, at=NOW, text="At noon", client_id=uuid4())
    other = notes.write_note(room, stage_key="happened", column="well", text="Tea", client_id=uuid4(), by=gus, at=NOW)
    for row in (note, other):
        with pytest.raises(Refusal, match="could not be saved"):
            reactions.write_comment(row, by=gus, at=NOW, text="Mine", client_id=first.client_id)
    assert Comment.objects.get() == first


def test_enter_in_the_box_of_a_comment_takes_nothing_back(room, note, rhea, enter):
    """A form’s first submit button in the page is the one that Enter presses, wherever in the page it stands."""
    reactions.write_comment(note, by=rhea, at=NOW, text="At noon", client_id=uuid4())
    page = enter(room, "Kit").get(reverse("join_room", args=[room.code])).content.decode()
    assert f'form="comment-{note.client_id}"' not in page
    assert f'form="take-back-{note.client_id}"' in page
    assert page.count(f'id="take-back-{note.client_id}"') == 1


def test_who_leaves_takes_their_me_too_along(room, note, rhea):
    reactions.set_me_too(note, by=rhea, at=NOW, is_on=True)
    before = Session.objects.get(pk=room.pk).seq
    joining.leave_room(room, by=rhea, at=NOW)
    assert not MeToo.objects.exists()
    pieces = room_updates.updates_since(room.pk, before, Audience.SCREEN, at=NOW).pieces
    assert [piece.values["kind"] for piece in pieces] == ["people", "note"]


# --- Corrections -----------------------------------------------------------------------------------------------------


def test_a_correction_of_whoever_leads_is_told_to_the_writer_alone(room, note, lead, enter, send, farah, as_):
    kit, other = enter(room, "Kit"), enter(room, "Ola")
    send(kit, room, "happened", "well", "Teh rota was late")
    written = Note.objects.get(text__startswith="Teh")
    page = as_(farah).get(inside("room_note_change", room, written.client_id)).content.decode()
    assert "Correct this note" in page
    assert "Kit" not in page
    before = Session.objects.get(pk=room.pk).seq
    notes.change_note(written, text="The rota was late", column="better", **lead)
    address = reverse("join_room", args=[room.code])
    words = " ".join(kit.get(address).content.decode().split())
    assert "The facilitator changed your note:</b> “Teh rota was late” → “The rota was late”" in words
    assert "“Better”" in words
    assert "Teh rota" not in other.get(address).content.decode()
    assert "Teh rota" not in as_(farah).get(inside("session_room", room)).content.decode()
    for audience in Audience:
        pieces = room_updates.updates_since(room.pk, before, audience, at=NOW).pieces
        assert not any("Teh" in str(piece.values) for piece in pieces)
        personal = [piece.values for piece in pieces if piece.values["kind"] == "personal"]
        assert personal == ([{"kind": "personal"}] if audience is Audience.PARTICIPANT else [])
    assert AuditEntry.objects.filter(event="session.note_corrected").exists()
    told = Correction.objects.get()
    assert other.post(reverse("join_correction", args=[room.code]), {"correction": told.pk}).status_code == 302
    assert Correction.objects.exists(), "nobody else can put it away"
    kit.post(reverse("join_correction", args=[room.code]), {"correction": told.pk})
    assert not Correction.objects.exists()


def test_the_writer_hears_that_a_note_was_taken_away_but_its_words_are_gone(room, note, gus, lead):
    notes.withdraw_note(note, **lead)
    (told,) = seen(room, participant=gus).corrections
    assert (told.before, told.after, told.place) == ("", "", "What happened?")
    assert not Note.objects.filter(text__contains="Keys").exists()


def test_who_corrects_their_own_is_told_nothing(room, note, gus, farah, lead):
    notes.change_note(note, by=gus, at=NOW, text="Keys were missing", column="well")
    typed = notes.write_note(room, stage_key="happened", column="well", text="Said", client_id=uuid4(), **lead)
    notes.change_note(typed, text="Said aloud", column="well", **lead)
    assert not Correction.objects.exists()


def test_a_hidden_note_of_another_is_corrected_by_nobody(hidden, lead, rhea):
    for by in (lead["by"], rhea):
        with pytest.raises(Refusal, match="Only the person who wrote"):
            notes.change_note(hidden, by=by, at=NOW, text="x", column="expected")


# --- Ready -----------------------------------------------------------------------------------------------------------


def test_the_desk_hears_how_many_are_ready_and_the_next_step_begins_again(room, stage, gus, rhea, lead, as_, farah):
    before = Session.objects.get(pk=room.pk).seq
    for person in (gus, rhea, rhea):
        reactions.say_ready(room, by=person, at=NOW, stage=stage, is_ready=True)
    told = {audience: room_updates.updates_since(room.pk, before, audience, at=NOW).pieces for audience in Audience}
    assert [piece.values for piece in told[Audience.FACILITATOR]] == [{"kind": "ready", "count": 2}]
    assert told[Audience.PARTICIPANT] == told[Audience.SCREEN] == ()
    reactions.say_ready(room, by=rhea, at=NOW, stage=stage, is_ready=False)
    assert "1</span> ready" in as_(farah).get(inside("session_room", room)).content.decode()
    stages.go_to_stage(room, stage=room.stages.get(key="talk"), **lead)
    assert "0</span> ready" in as_(farah).get(inside("session_room", room)).content.decode()
    with pytest.raises(Refusal, match="another step"):
        reactions.say_ready(room, by=gus, at=NOW, stage=stage, is_ready=True)


# --- The end, and who may --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["no-blame", "open"])
def test_the_close_forgets_who_said_what(room, note, gus, rhea, lead, stage, preset):
    Session.objects.update(confidentiality=preset)
    reactions.set_me_too(note, by=rhea, at=NOW, is_on=True)
    reactions.write_comment(note, by=rhea, at=NOW, text="In the afternoon", client_id=uuid4())
    reactions.say_ready(room, by=gus, at=NOW, stage=stage, is_ready=True)
    notes.change_note(note, text="The keys were missing", column="well", **lead)
    closing.close_session(room, summary={}, **lead)
    assert not MeToo.objects.exists()
    assert not Comment.objects.exists()
    assert not Correction.objects.exists()
    assert not Participant.objects.exclude(ready_for=None).exists()
    kept = [(one.text, one.said, [c.text for c in one.comments]) for one in seen(room).stage("happened").notes]
    assert kept == ([("The keys were missing", "1 me too", ["In the afternoon"])] if preset == "open" else [])


def test_who_is_not_in_this_room_does_none_of_it(room, stage, note, gus, lead, farah):
    stranger = Participant.objects.create(session=room, name="Gone", key="x", joined_at=None)
    for act in (
        lambda: reactions.set_me_too(note, by=stranger, at=NOW, is_on=True),
        lambda: reactions.write_comment(note, by=stranger, at=NOW, text="x", client_id=uuid4()),
        lambda: reactions.say_ready(room, by=stranger, at=NOW, stage=stage, is_ready=True),
    ):
        with pytest.raises(PermissionDenied):
            act()
