"""Hidden text is in no response of any kind, for nobody but its writer, before everything is shown; names never are.

Looks at the bytes of every answer that concerns a room, for every kind of person.
"""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from techniques import guest_cookies, room_updates, room_visibility
from techniques.actions import planning
from techniques.actions.room import closing, joining, notes, stages
from techniques.models import Note, Participant, RoomEvent, Session
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside

SECRET = "The consultant overruled everybody"
TYPED = "Said aloud and hidden"


@pytest.fixture
def crowd(room, farah, lena, reza, cara, as_, enter, send):
    """A room at its hidden step. Gus the guest and Farah wrote there; Rhea the guest wrote nothing."""
    stages.go_to_stage(room, stage=room.stages.get(key="expect"), by=as_member(farah), at=NOW)
    gus, rhea, member = enter(room, "Gus Gray"), enter(room, "Rhea Stone"), as_(cara)
    member.post(inside("session_join", room))
    assert send(gus, room, "expect", "expected", SECRET).status_code == 200
    farah_browser = as_(farah)
    values = {"client_id": uuid4(), "stage": "expect", "column": "expected", "text": TYPED}
    assert farah_browser.post(inside("room_note", room), values).status_code == 302
    return {
        "gus": gus, "rhea": rhea, "cara": member, "farah": farah_browser, "lena": as_(lena), "reza": as_(reza),
        "nobody": Client(),
    }  # fmt: skip


def pages(room: Session, handle) -> list[str]:
    """Every address under which something of the room is answered."""
    code, slug = room.code, room.organisation.slug
    return [
        reverse("join"), reverse("join_session", args=[code]), reverse("join_room", args=[code]),
        reverse("join_room", args=[code]) + "?stage=expect", reverse("join_mine", args=[code]),
        reverse("join_since", args=[code, 0]), reverse("join_calendar", args=[code]),
        reverse("join_note_change", args=[code, handle]),
        inside("session_detail", room), inside("session_room", room), inside("session_room", room) + "?stage=expect",
        inside("room_mine", room), inside("room_since", room, 0), inside("room_note_change", room, handle),
        inside("session_screen", room), inside("screen_since", room, 0), inside("session_edit", room),
        inside("session_invite", room), reverse("session_list", args=[slug]),
        reverse("search", args=[slug]) + "?q=consultant",
    ]  # fmt: skip


def everything(browser: Client, room: Session, handle) -> str:
    """All bytes that this browser can get about the room, headers too."""
    answers = [browser.get(address) for address in pages(room, handle)]
    assert all(answer.status_code < 500 for answer in answers)
    return " ".join(f"{answer.headers} {answer.content.decode()}" for answer in answers)


def test_only_the_writer_gets_hidden_text(crowd, room):
    note = Note.objects.get(text=SECRET)
    typed = Note.objects.get(text=TYPED)
    for name, browser in crowd.items():
        for one, writer in ((note, "gus"), (typed, "farah")):
            seen = everything(browser, room, one.client_id)
            own = name == writer
            assert (one.text in seen) == own, name
            if not own:
                seen_elsewhere = seen.replace(reverse("join_note_change", args=[room.code, one.client_id]), "")
                assert str(one.client_id) not in seen_elsewhere.replace(
                    inside("room_note_change", room, one.client_id), ""
                ), name


def test_counts_are_told(crowd, room):
    assert "2 notes from one person, hidden" not in crowd["farah"].get(inside("session_room", room)).content.decode()
    assert "2 notes from 1 person, hidden" in crowd["farah"].get(inside("session_room", room)).content.decode()
    assert (
        "2 notes from the others are hidden"
        in crowd["rhea"].get(reverse("join_room", args=[room.code])).content.decode()
    )
    assert (
        "One note from the others is hidden"
        in crowd["gus"].get(reverse("join_room", args=[room.code])).content.decode()
    )
    assert "<b>2 notes</b> so far" in crowd["lena"].get(inside("session_screen", room)).content.decode()


@pytest.mark.parametrize("audience", list(Audience))
def test_the_log_tells_no_audience_anything_hidden(crowd, room, audience):
    page = room_updates.updates_since(room.pk, 0, audience, at=NOW)
    frames = b"".join(piece.as_frame() for piece in page.pieces).decode()
    assert SECRET not in frames
    assert TYPED not in frames
    assert all(str(note.client_id) not in frames for note in Note.objects.all())
    assert '"kind": "note"' in frames


@pytest.mark.parametrize("audience", list(Audience))
def test_an_audience_as_such_has_no_own_notes(crowd, room, audience):
    room_seen = room_visibility.project_room(room_visibility.read_room(room), audience)
    assert all(not stage.mine for stage in room_seen.stages)


def test_changing_and_taking_back_hidden_notes_tells_nothing(crowd, room):
    note = Note.objects.get(text=SECRET)
    gus = Participant.objects.get(name="Gus Gray")
    notes.change_note(note, text="Changed secret", column="expected", by=gus, at=NOW)
    notes.withdraw_note(note, by=gus, at=NOW)
    for audience in Audience:
        frames = b"".join(
            piece.as_frame() for piece in room_updates.updates_since(room.pk, 0, audience, at=NOW).pieces
        ).decode()
        assert "secret" not in frames.lower()
        assert str(note.client_id) not in frames


def test_when_all_is_shown_everybody_reads_it_and_nobody_knows_who_wrote_it(crowd, room, farah):
    shown_at = NOW + timedelta(minutes=5)
    stages.reveal_notes(room, stage=room.stages.get(key="expect"), by=as_member(farah), at=shown_at)
    note = Note.objects.get(text=SECRET)
    for name, browser in crowd.items():
        if name in {"nobody", "reza", "cara", "lena"}:
            continue
        assert SECRET in everything(browser, room, note.client_id), name
    screen = crowd["reza"].get(inside("session_screen", room)).content.decode()
    assert SECRET in screen
    for audience in Audience:
        page = room_updates.updates_since(room.pk, 0, audience, at=shown_at)
        board = next(piece.values["html"] for piece in page.pieces if piece.values["kind"] == "board")
        assert SECRET in board
        assert TYPED in board
        for telling in ("Gus", "Farah S", f'"{note.pk}"', "14:0", "2026"):
            assert telling not in board


def test_what_is_shown_together_stands_in_an_order_that_tells_nothing(room, farah):
    stage = room.stages.get(key="expect")
    gus = as_member(farah)
    handles = [uuid4() for _ in range(12)]
    for number, handle in enumerate(handles):
        notes.write_note(
            room, stage_key="expect", column="expected", text=f"Note {number}", client_id=handle, by=gus,
            at=NOW + timedelta(seconds=number),
        )  # fmt: skip
    stages.reveal_notes(room, stage=stage, by=as_member(farah), at=NOW + timedelta(minutes=1))
    late = notes.write_note(
        room, stage_key="expect", column="expected", text="Afterwards", client_id=uuid4(), by=gus,
        at=NOW + timedelta(minutes=2),
    )  # fmt: skip
    seen = room_visibility.project_room(room_visibility.read_room(room), Audience.SCREEN).stage("expect").notes
    assert [note.handle for note in seen] == [*sorted(handles), late.client_id]
    assert [note.handle for note in seen[:-1]] != handles


def test_names_reach_only_whoever_leads(crowd, room):
    assert "Rhea Stone" in crowd["farah"].get(inside("session_room", room)).content.decode()
    for name in ("gus", "cara", "lena", "reza"):
        pages_seen = [
            crowd[name].get(reverse("join_room", args=[room.code])),
            crowd[name].get(inside("session_screen", room)),
        ]
        assert all("Rhea Stone" not in page.content.decode() for page in pages_seen), name
    for audience in (Audience.PARTICIPANT, Audience.SCREEN):
        page = room_updates.updates_since(room.pk, 0, audience, at=NOW)
        assert "Rhea" not in json.dumps([piece.as_json() for piece in page.pieces])
        people = next(piece for piece in page.pieces if piece.values["kind"] == "people")
        assert people.values == {"kind": "people", "count": 3, "html": ""}


def test_the_close_hands_over_nothing_that_was_not_shown(crowd, room, farah):
    assert room_visibility.unshown_count(room) == 2
    texts = {stage.key: columns for stage, columns in room_visibility.notes_to_close(room)}
    assert texts["expect"] == {"expected": []}
    stages.reveal_notes(room, stage=room.stages.get(key="expect"), by=as_member(farah), at=NOW)
    texts = {stage.key: columns for stage, columns in room_visibility.notes_to_close(room)}
    assert sorted(texts["expect"]["expected"]) == sorted([SECRET, TYPED])
    assert room_visibility.unshown_count(room) == 0


def test_kept_notes_of_a_closed_session_hide_what_was_never_shown(crowd, room, farah, send):
    Session.objects.update(confidentiality="open")
    send(crowd["gus"], room, "happened", "well", "Shown to all")
    closing.close_session(room, by=as_member(farah), summary={}, at=NOW)
    page = crowd["reza"].get(inside("session_detail", room)).content.decode()
    assert "Shown to all" in page
    assert SECRET not in page
    assert "Gus" not in page


def test_after_the_close_the_log_tells_only_that_it_is_over(crowd, room, farah, send):
    Session.objects.update(confidentiality="open")
    send(crowd["gus"], room, "happened", "well", "Shown to all")
    closing.close_session(room, by=as_member(farah), summary={}, at=NOW)
    for audience in Audience:
        pieces = room_updates.updates_since(room.pk, 0, audience, at=NOW).pieces
        assert [piece.values for piece in pieces] == [{"kind": "closed"}]


def test_mails_and_search_know_no_notes(crowd, room, farah, mailoutbox, member):
    from search.models import SearchDoc

    planning.invite_to_session(room, by=as_member(farah), guests={"new@example.org": ""}, at=timezone.now())
    closing.close_session(room, by=as_member(farah), summary={"expect": "Agreed words"}, at=NOW)
    assert SECRET not in " ".join(mail.body for mail in mailoutbox)
    documents = " ".join(str(doc.__dict__) for doc in SearchDoc.objects.all())
    assert "consultant" not in documents.lower()


def test_kept_notes_that_were_hidden_lose_the_order_and_moment_of_writing(room, farah):
    """Beside who came when, row numbers and moments would tell who wrote what: docs/decisions/0024."""
    Session.objects.update(confidentiality="open")
    stage, by = room.stages.get(key="expect"), as_member(farah)
    for number in range(12):
        notes.write_note(
            room, stage_key="expect", column="expected", text=f"{number:02}", client_id=uuid4(), by=by,
            at=NOW + timedelta(seconds=number),
        )  # fmt: skip
    stages.reveal_notes(room, stage=stage, by=by, at=NOW + timedelta(minutes=1))
    before = room_visibility.project_room(room_visibility.read_room(room), Audience.SCREEN).stage("expect").notes
    closing.close_session(room, by=by, summary={}, at=NOW + timedelta(minutes=5))
    kept = Note.objects.filter(stage=stage)
    by_number, as_they_lie = [list(kept.order_by(*order).values_list("text", flat=True)) for order in (["pk"], [])]
    assert sorted(by_number) == [f"{number:02}" for number in range(12)]
    assert by_number != sorted(by_number)
    assert as_they_lie != sorted(as_they_lie)
    assert set(kept.values_list("created_at", "author")) == {(NOW + timedelta(minutes=1), None)}
    room.refresh_from_db()
    after = room_visibility.project_room(room_visibility.read_room(room), Audience.SCREEN).stage("expect").notes
    assert {note.text for note in after} == {note.text for note in before}
    # Nor is one found by what its writer’s browser called it.
    assert not {note.handle for note in after} & {note.handle for note in before}


def test_nobody_is_found_by_when_they_came_and_a_note_was_written(room, farah, enter, send):
    """Who is alone in an open step wrote its first notes."""
    Session.objects.update(confidentiality="open")
    stage, by = room.stages.get(key="happened"), as_member(farah)
    stages.go_to_stage(room, stage=stage, by=by, at=NOW)
    for number, name in enumerate(("Gus", "Rhea", "Kit")):
        joined_at = NOW + timedelta(minutes=2 * number)
        guest = joining.join_room(room, by=None, name=name, key=guest_cookies.new_key(), at=joined_at)
        notes.write_note(
            room, stage_key="happened", column="well", text=f"{name} said", client_id=uuid4(), by=guest,
            at=joined_at + timedelta(minutes=1),
        )  # fmt: skip
    closing.close_session(room, by=by, summary={}, at=NOW + timedelta(minutes=9))
    kept = Note.objects.filter(stage=stage)
    assert list(kept.values_list("text", flat=True)) == ["Gus said", "Rhea said", "Kit said"], "in their order"
    assert {*kept.values_list("created_at", flat=True)} == {NOW}
    assert {*Participant.objects.filter(session=room).values_list("joined_at", flat=True)} == {NOW}
    assert [event.kind for event in RoomEvent.objects.filter(session=room)] == ["closed"]
