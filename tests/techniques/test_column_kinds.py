"""Kinds of column: one declaration serves writing, drawing and the close, here and in the browser."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from kmportal.lib.exceptions import Refusal
from lessons import prefill
from techniques import column_kinds, room_updates, room_visibility
from techniques.column_kinds import JOINING, KINDS, NOTE, SUPPORT, TOPIC, kind_of, read_topic
from techniques.models import Note
from techniques.room_visibility import Audience
from tests.techniques.conftest import NOW, inside

SCRIPT = Path(settings.BASE_DIR) / "static/js/room/notes/kinds.js"


def test_the_browser_has_the_same_kinds():
    [listed] = re.findall(r"const kinds = \{([^}]*)\};", SCRIPT.read_text())
    assert [name.strip() for name in listed.split(",")] == list(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_its_templates_are_there(kind):
    assert get_template(kind.form)
    assert get_template(kind.drawing)


def test_a_column_of_a_kind_that_is_no_more_takes_notes():
    assert kind_of("tea leaves") is NOTE is kind_of("")


@pytest.fixture
def shout(monkeypatch, session):
    """A second kind, for the column *well*: loud, only the last is seen, and told as a number."""
    kind = replace(
        NOTE,
        key="shout",
        drawing="techniques/_room_hidden.html",
        clean=lambda text: NOTE.clean(text).upper(),
        arrange=lambda notes, shown_at: list(notes)[-1:],
        tell=lambda texts: f"{len(texts)} shouted",
    )
    monkeypatch.setitem(column_kinds.KINDS, "shout", kind)
    stage = session.stages.get(key="happened")
    stage.columns = [
        {"key": column.key, "name": column.name, "tells": "happened", "makes": "summary", "takes": takes}
        for column, takes in zip(stage.columns, ("shout", "note"), strict=True)
    ]
    stage.save()
    return kind


def test_a_new_kind_is_a_new_entry_and_no_branch(shout, room, enter, send):
    gus = enter(room)
    for text in ("one", "two"):
        assert send(gus, room, "happened", "well", text).status_code == 200
    send(gus, room, "happened", "better", "quiet")
    assert list(Note.objects.order_by("pk").values_list("text", flat=True)) == ["ONE", "TWO", "quiet"]

    seen = room_visibility.project_room(room_visibility.read_room(room), Audience.SCREEN).stage("happened")
    assert [note.text for note in seen.notes] == ["TWO", "quiet"]
    assert [(kind.key, [one.key for one in columns]) for kind, columns in seen.boxes] == [
        ("shout", ["well"]),
        ("note", ["better"]),
    ]

    pieces = room_updates.updates_since(room.pk, 0, Audience.FACILITATOR, at=NOW).pieces
    drawn = {piece.values.get("takes"): piece.values["html"] for piece in pieces if "html" in piece.values}
    assert "quiet" in drawn["note"]
    assert "TWO" not in drawn["shout"]  # its own drawing shows no words

    told = {part.stage.key: part.summary for part in prefill.gather(room).stages}
    assert told["happened"] == "Well\n1 shouted\n\nBetter\n– quiet"


def test_each_kind_has_its_box(shout, room, as_, farah, enter):
    page = as_(farah).get(inside("session_room", room)).content.decode()
    assert re.findall(r'data-write="happened" data-takes="([a-z]+)"', page) == ["shout", "note"]
    assert re.findall(r'data-write="expect" data-takes="([a-z]+)"', page) == ["note"]


def test_a_plain_note_is_trimmed_and_has_an_end():
    assert NOTE.clean(" a\r\nb\u202e\x07 ") == "a\nb"
    for text in (" \n", "x" * (column_kinds.NOTE_LIMIT + 1)):
        with pytest.raises(Refusal):
            NOTE.clean(text)


def test_notes_that_were_shown_together_tell_no_order(room, enter, send):
    gus = enter(room)
    for text in "abcdef":
        send(gus, room, "expect", "expected", text)
    notes = list(Note.objects.order_by("pk"))
    shown_at = max(note.created_at for note in notes) - timedelta(microseconds=1)
    arranged = NOTE.arrange(notes, shown_at)
    assert arranged[-1] == notes[-1]  # written after the reveal
    assert arranged[:-1] == sorted(notes[:-1], key=lambda note: note.client_id.hex)
    assert NOTE.arrange(notes, None) == notes


# --- Support, topics, joining ---


def test_support_names_one_line():
    assert SUPPORT.clean("  The keys \n") == "The keys"
    for text in ("", "\u200b", "x" * 201):
        with pytest.raises(Refusal):
            SUPPORT.clean(text)
    assert SUPPORT.tell(["Keys", "Doors", "keys"]) == "– Keys (2 times)\n– Doors"


def test_a_topic_is_a_name_and_what_belongs_to_it():
    assert TOPIC.clean("Keys\n\n - Doors \n• Locks") == "Keys\n– Doors\n– Locks"
    assert read_topic("Keys\n– Doors") == ("Keys", ["Doors"])
    with pytest.raises(Refusal):
        TOPIC.clean("\n – \n")
    assert TOPIC.tell(["Keys\n– Doors", "Vans"]) == "Keys\n– Doors\nVans"


@pytest.mark.parametrize("text", ["Keys", "Keys:", ": Farah", " : "])
def test_nobody_joins_without_saying_who_and_what(text):
    with pytest.raises(Refusal, match="a colon and your name"):
        JOINING.clean(text)


def test_joining_is_told_group_by_group():
    assert JOINING.clean("Keys :Farah") == "Keys: Farah"
    assert JOINING.tell(["Keys: Farah", "Vans: Gus", "keys: Cara"]) == "– Keys: Farah, Cara\n– Vans: Gus"


def test_those_that_mean_the_same_stand_together(room, enter, send):
    gus = enter(room)
    for text in ("Keys", "Doors", "keys"):
        send(gus, room, "happened", "well", text)
    notes = list(Note.objects.order_by("pk"))
    assert [note.text for note in SUPPORT.arrange(notes, None)] == ["Keys", "keys", "Doors"]
    assert [note.text for note in NOTE.arrange(notes, None)] == ["Keys", "Doors", "keys"]
