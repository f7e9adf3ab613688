"""Notes of the outer circle: hidden until the play-back, then in their groups, and marked as answered."""

from uuid import uuid4

import pytest
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from lessons.actions.closing import close_with_lessons
from techniques import room_updates
from techniques.actions.room import fishbowl, grouping, notes, stages
from techniques.models import Answered, Note
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside
from tests.techniques.fishbowl.conftest import come
from tests.techniques.test_afterwards import said_on

HEARD = ("Nobody rings the ward", "The ward is rung too late", "Porters know first")


@pytest.fixture
def step(room, people, farah):
    """Three notes are written, and the room is at the play-back."""
    for person, text in zip(people, HEARD, strict=False):
        write(room, person, text)
    found = room.stages.get(key="playback")
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=found)
    return found


def write(room, by, text, column="heard"):
    return notes.write_note(room, by=by, at=NOW, stage_key="talk", column=column, text=text, client_id=uuid4())


def show(room, step, farah):
    fishbowl.play_back(room, by=as_member(farah), at=NOW, stage=step)


def mark(room, step, farah, text, *, answered=True):
    handle = Note.objects.get(text=text).client_id
    fishbowl.mark_answered(room, by=as_member(farah), at=NOW, stage=step, handle=handle, answered=answered)


def test_nobody_reads_a_note_before_the_play_back(room, step, as_, farah, reza, cara):
    come(room, "Cara", as_member(cara))
    pages = (
        lambda: as_(farah).get(inside("session_room", room)),
        lambda: as_(reza).get(inside("session_screen", room)),
        lambda: as_(cara).get(reverse("join_room", args=[room.code]) + "?stage=talk"),
    )
    for page in pages:
        assert not any(text in said_on(page()) for text in HEARD)
    assert "3 notes are still hidden." in said_on(pages[0]())
    assert "still hidden" not in said_on(pages[1]())
    show(room, step, farah)
    for page in pages:
        assert all(text in said_on(page()) for text in HEARD)


def test_only_whoever_leads_shows_and_marks(room, step, people, as_, farah):
    with pytest.raises(Refusal, match="taken away"):
        mark(room, step, farah, HEARD[0])
    show(room, step, farah)
    show(room, step, farah)
    for answered in (True, True):
        mark(room, step, farah, HEARD[0], answered=answered)
    assert Answered.objects.count() == 1
    assert "1 of 3 so far" in said_on(as_(farah).get(inside("session_room", room)))
    mark(room, step, farah, HEARD[0], answered=False)
    assert not Answered.objects.exists()
    other = room.stages.get(key="talk")
    with pytest.raises(Refusal):
        mark(room, other, farah, HEARD[0])


def test_the_screen_has_groups_and_what_is_open_first(room, step, as_, farah, reza):
    show(room, step, farah)
    talk = room.stages.get(key="talk")
    rung = [Note.objects.get(text=text).client_id for text in HEARD[:2]]
    seq = room_updates.last_numbers([room.pk])[room.pk]
    grouping.group_notes(room, by=as_member(farah), at=NOW, stage=talk, notes=rung, name="Ringing")
    mark(room, step, farah, HEARD[0])
    screen = said_on(as_(reza).get(inside("session_screen", room)))
    assert f"{HEARD[0]} (answered)" in screen
    played = screen[screen.rindex("Play-back") :]  # their own step shows them in an order by lot
    order = [played.index(words) for words in ("Ringing", HEARD[1], HEARD[0], "In no group", HEARD[2])]
    assert order == sorted(order)
    told = room_updates.updates_since(room.pk, seq, Audience.SCREEN, at=NOW).pieces
    assert any("Ringing" in str(one.values) for one in told if one.values.get("stage") == "playback")
    phone = room_updates.updates_since(room.pk, seq, Audience.PARTICIPANT, at=NOW).pieces
    assert not any(one.values["kind"] == "helper" for one in phone), "phones read the notes in their own step"


def test_notes_go_into_the_close_and_marks_go(room, step, as_, farah):
    show(room, step, farah)
    mark(room, step, farah, HEARD[0])
    close = as_(farah).get(inside("session_close", room))
    assert all(text in close.text for text in HEARD)
    close_with_lessons(room, by=as_member(farah), at=NOW, summary={"talk": HEARD[0]})
    assert not Answered.objects.exists()
    assert not Note.objects.exists()


def test_user_text_is_escaped(room, step, people, as_, farah, reza):
    write(room, people[4], "<b>bold</b>", "asked")
    show(room, step, farah)
    for page in (as_(farah).get(inside("session_room", room)), as_(reza).get(inside("session_screen", room))):
        assert "<b>bold</b>" not in page.text
