"""Sorting notes into groups, from the action to the screens and the close."""

from uuid import uuid4

import pytest

from kmportal.lib.exceptions import Refusal
from lessons import prefill
from techniques import guest_cookies, room_updates, room_visibility
from techniques.actions.room import closing, grouping, joining, notes, reactions, screen, stages, voting
from techniques.models import Correction, Note, NoteGroup, Session
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside


@pytest.fixture
def people(room):
    return [
        joining.join_room(room, by=None, name=name, key=guest_cookies.new_key(), at=NOW)
        for name in ("Gus", "Rhea", "Kit")
    ]


@pytest.fixture
def write(room, people):
    """``write("Keys missing", 1)``: the second person’s note."""

    def one(text: str, person: int = 0, column: str = "well", stage: str = "happened") -> Note:
        return notes.write_note(
            room, stage_key=stage, column=column, text=text, client_id=uuid4(), by=people[person], at=NOW
        )

    return one


@pytest.fixture
def lead(farah):
    return {"by": as_member(farah), "at": NOW}


@pytest.fixture
def stage(room, lead):
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), **lead)
    return room.stages.get(key="happened")


def seen(room, audience=Audience.SCREEN, **values):
    rows = room_visibility.read_room(room)
    return room_visibility.project_room(rows, audience, at=NOW, **values).stage("happened")


def groups(room) -> dict[str, set[str]]:
    return {group.name: {note.text for note in group.notes} for group in seen(room).columns[0].groups}


def test_ticked_notes_stand_under_one_name(room, stage, write, lead):
    keys, key, rota = write("Keys missing"), write("No key", 1), write("Rota late", 2)
    made = grouping.group_notes(room, stage=stage, notes=[keys.client_id, key.client_id], name="  Keys ", **lead)
    assert groups(room) == {"Keys": {"Keys missing", "No key"}, "": {"Rota late"}}
    again = grouping.group_notes(room, stage=stage, notes=[rota.client_id], name="keys", **lead)
    assert again == made, "a name that is there is that group"
    assert groups(room) == {"Keys": {"Keys missing", "No key", "Rota late"}, "": set()}


def test_each_step_can_be_undone_and_a_second_press_undoes_one(room, stage, write, lead):
    keys, rota = write("Keys missing"), write("Rota late")
    group = grouping.group_notes(room, stage=stage, notes=[keys.client_id], name="Keys", **lead)
    grouping.group_notes(room, stage=stage, notes=[rota.client_id], group=group.handle, **lead)
    grouping.rename_group(room, group=group, name="Locks", **lead)
    assert groups(room) == {"Locks": {"Keys missing", "Rota late"}, "": set()}
    grouping.undo_grouping(room, stage=stage, seen=3, **lead)
    grouping.undo_grouping(room, stage=stage, seen=3, **lead)
    assert groups(room) == {"Keys": {"Keys missing", "Rota late"}, "": set()}
    grouping.undo_grouping(room, stage=stage, seen=2, **lead)
    grouping.undo_grouping(room, stage=stage, seen=1, **lead)
    grouping.undo_grouping(room, stage=stage, seen=0, **lead)
    assert groups(room) == {"": {"Keys missing", "Rota late"}}


def test_equal_notes_become_one_that_counts_its_writers(room, stage, write, lead):
    one, other = write("Keys missing", 0), write("The keys were missing", 1)
    grouping.merge_notes(room, stage=stage, notes=[one.client_id, other.client_id], **lead)
    (note,) = seen(room).notes
    assert (note.text, note.writers, note.said) == ("The keys were missing", 2, "2 wrote this")
    mine = room_visibility.project_room(room_visibility.read_room(room), Audience.PARTICIPANT, participant=one.author)
    assert mine.stage("happened").notes[0].is_mine, "the card is also the one’s whose words are not in sight"
    assert [own.text for own in mine.stage("happened").mine] == ["Keys missing"]
    grouping.undo_grouping(room, stage=stage, seen=1, **lead)
    assert {note.writers for note in seen(room).notes} == {1}


def test_who_changes_or_takes_back_a_note_that_was_made_one_leaves_the_others_standing(
    room, stage, write, lead, people
):
    rows = [write("Keys", person) for person in range(3)]
    grouping.merge_notes(room, stage=stage, notes=[row.client_id for row in rows], **lead)
    head = Note.objects.get(same_as=None)
    notes.withdraw_note(head, by=head.author, at=NOW)
    assert [note.writers for note in seen(room).notes] == [2]
    rest = Note.objects.filter(gone_at=None, same_as=None).get()
    notes.change_note(rest, by=rest.author, at=NOW, text="Something else", column="well")
    assert {note.text: note.writers for note in seen(room).notes} == {"Keys": 1, "Something else": 1}


def test_what_was_said_to_several_as_one_stays_with_those_that_are_left(room, stage, write, lead, people):
    """Votes, me toos and comments hang on the note in sight; whoever wrote that takes only their own words along."""
    rows = [write("Keys were missing"), write("Keys", 1), write("Rota", 1)]
    grouping.merge_notes(room, stage=stage, notes=[row.client_id for row in rows[:2]], **lead)
    reactions.set_me_too(rows[0], by=people[2], at=NOW, is_on=True)
    reactions.write_comment(rows[0], by=people[2], at=NOW, text="At noon", client_id=uuid4())
    voting.open_voting(room, stage=stage, on="notes", budget=3, **lead)
    voting.cast_votes(room, by=people[2], at=NOW, handle=rows[0].client_id, count=2)
    with pytest.raises(Refusal, match="People are voting"):
        notes.change_note(rows[0], by=people[0], at=NOW, text="Other words", column="well")
    before = Session.objects.get(pk=room.pk).seq
    notes.withdraw_note(rows[0], by=people[0], at=NOW)
    told = room_updates.updates_since(room.pk, before, Audience.PARTICIPANT, at=NOW).pieces
    assert told[-1].values["kind"] == "personal", "each phone asks which cards have its votes now"
    voting.end_voting(room, stage=stage, **lead)
    left = next(note for note in seen(room).notes if note.text == "Keys")
    assert (left.votes.count, left.me_too, [one.text for one in left.comments]) == (2, 1, ["At noon"])


def test_after_a_vote_the_result_stays_with_the_words_it_was_for(room, stage, write, lead, people):
    rows = [write("Keys were missing"), write("Keys", 1), write("Rota", 1)]
    grouping.merge_notes(room, stage=stage, notes=[row.client_id for row in rows[:2]], **lead)
    reactions.set_me_too(rows[2], by=people[2], at=NOW, is_on=True)
    voting.open_voting(room, stage=stage, on="notes", budget=3, **lead)
    for row, count in ((rows[0], 2), (rows[2], 1)):
        voting.cast_votes(room, by=people[2], at=NOW, handle=row.client_id, count=count)
    voting.end_voting(room, stage=stage, **lead)
    notes.change_note(rows[0], by=people[0], at=NOW, text="Something else", column="well")
    notes.change_note(rows[2], by=people[1], at=NOW, text="Tea", column="well")
    assert {note.text: (note.votes.count, note.me_too) for note in seen(room).notes} == {
        "Keys": (2, 0), "Something else": (0, 0), "Tea": (0, 0),
    }  # fmt: skip


@pytest.mark.parametrize("taken", [True, False])
def test_whoever_leads_corrects_or_takes_away_all_that_is_shown_as_one(room, stage, write, lead, people, taken):
    rows = [write("Mr Smith had keys", person) for person in range(3)]
    grouping.merge_notes(room, stage=stage, notes=[row.client_id for row in rows], **lead)
    if taken:
        notes.withdraw_note(rows[0], **lead)
    else:
        notes.change_note(rows[0], text="A patient had keys", column="better", **lead)
    assert not Note.objects.filter(text__contains="Smith").exists()
    words = "" if taken else "A patient had keys"
    assert [(one.participant, one.after) for one in Correction.objects.order_by("participant")] == [
        (person, words) for person in people
    ]
    assert [note.writers for note in seen(room).notes] == ([] if taken else [3])


def test_votes_for_a_group_go_with_its_last_note(room, stage, write, lead, people):
    rows = [write("Keys"), write("Rota", 1), write("Tea", 1)]
    group = grouping.group_notes(room, stage=stage, notes=[rows[0].client_id], name="Locks", **lead)
    voting.open_voting(room, stage=stage, on="groups", budget=2, **lead)
    voting.cast_votes(room, by=people[2], at=NOW, handle=group.handle, count=2)
    before = Session.objects.get(pk=room.pk).seq
    notes.withdraw_note(rows[0], by=people[0], at=NOW)
    pieces = room_updates.updates_since(room.pk, before, Audience.PARTICIPANT, at=NOW).pieces
    assert [piece.values["kind"] for piece in pieces] == ["note", "board", "personal"]
    with pytest.raises(Refusal, match="no notes any more"):
        voting.cast_votes(room, by=people[2], at=NOW, handle=group.handle, count=1)
    voting.cast_votes(room, by=people[2], at=NOW, handle=rows[1].client_id, count=2)


def test_undoing_makes_nothing_one_that_says_something_else_by_now(room, stage, write, lead, people):
    for change in ({"text": "Tea", "column": "well"}, {"text": "Keys", "column": "better"}):
        rows = [write("Keys"), write("Keys", 1)]
        handles = [row.client_id for row in rows]
        grouping.merge_notes(room, stage=stage, notes=handles, **lead)
        grouping.take_notes_apart(room, stage=stage, notes=handles, **lead)
        notes.change_note(rows[0], by=people[0], at=NOW, **change)
        stage.refresh_from_db()
        grouping.undo_grouping(room, stage=stage, seen=len(stage.grouping_steps), **lead)
        assert not Note.objects.exclude(same_as=None).exists()


def test_a_group_keeps_to_its_column(room, stage, write, lead):
    well, better = write("Calm"), write("Loud", column="better")
    with pytest.raises(Refusal, match="one column only"):
        grouping.group_notes(room, stage=stage, notes=[well.client_id, better.client_id], name="Noise", **lead)
    group = grouping.group_notes(room, stage=stage, notes=[well.client_id], name="Noise", **lead)
    with pytest.raises(Refusal, match="a group of the other column"):
        grouping.group_notes(room, stage=stage, notes=[better.client_id], group=group.handle, **lead)
    notes.change_note(well, by=well.author, at=NOW, text="Calm", column="better")
    well.refresh_from_db()
    assert well.group is None


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "x" * 81, "Better"])
def test_a_group_has_a_name_that_can_be_read(room, stage, write, lead, name):
    with pytest.raises(Refusal):
        grouping.group_notes(room, stage=stage, notes=[write("Calm").client_id], name=name, **lead)
    assert not NoteGroup.objects.exists()


def test_nothing_is_sorted_while_it_is_hidden_or_voted_on(room, stage, write, lead):
    hidden = write("Quiet", stage="expect", column="expected")
    with pytest.raises(Refusal, match="still hidden"):
        grouping.group_notes(room, stage=hidden.stage, notes=[hidden.client_id], name="Q", **lead)
    notes_there = [write("Calm").client_id, write("Loud").client_id]
    voting.open_voting(room, stage=stage, on="notes", budget=3, **lead)
    with pytest.raises(Refusal, match="End the vote"):
        grouping.group_notes(room, stage=stage, notes=notes_there, name="Noise", **lead)
    voting.end_voting(room, stage=stage, **lead)
    with pytest.raises(Refusal, match="Tick the notes"):
        grouping.group_notes(room, stage=stage, notes=[uuid4()], name="Noise", **lead)


def test_all_screens_hear_of_a_group(room, stage, write, lead):
    note = write("Keys missing")
    before = Session.objects.get(pk=room.pk).seq
    grouping.group_notes(room, stage=stage, notes=[note.client_id], name="Locks", **lead)
    for audience in Audience:
        (piece,) = room_updates.updates_since(room.pk, before, audience, at=NOW).pieces
        assert piece.values["kind"] == "board"
        assert "Locks" in piece.values["html"]
        assert "Keys missing" in piece.values["html"]
        assert "Gus" not in piece.values["html"]
        assert ("sort" in piece.values) == (audience is Audience.FACILITATOR)


def test_a_group_can_stand_alone_on_the_big_screen(room, stage, write, lead):
    keys, rota = write("Keys missing"), write("Rota late")
    group = grouping.group_notes(room, stage=stage, notes=[keys.client_id], name="Locks", **lead)
    screen.put_column_alone(room, stage=stage, column=str(group.handle), minutes=5, **lead)
    alone = seen(room).alone
    assert (alone.name, [entry.text for track in alone.group.parts[0].tracks for entry in track]) == (
        "Locks",
        [keys.text],
    )
    assert rota.text not in str(alone.group.parts)


def test_the_desk_sorts_without_a_script(room, stage, write, as_, farah):
    one, other = write("Keys missing"), write("No key")
    browser = as_(farah)
    page = browser.get(inside("session_room", room)).content.decode()
    assert "2 notes have the word" in page
    values = {"stage": "happened", "verb": "group", "name": "Locks", "note": [one.client_id, other.client_id]}
    assert browser.post(inside("room_sort", room), values).status_code == 302
    page = browser.get(inside("session_room", room)).content.decode()
    assert "Locks" in page
    assert "Undo: 2 notes to “Locks”" in page
    browser.post(inside("room_sort", room), {"stage": "happened", "verb": "undo/1"})
    assert not Note.objects.exclude(group=None).exists()
    for broken in (
        {"verb": "group", "note": "x"},
        {"verb": "undo/x"},
        {"verb": "merge"},
        {"verb": "group", "group": "x"},
    ):
        assert browser.post(inside("room_sort", room), {"stage": "happened", **broken}).status_code in {302, 404}


def test_sorted_notes_of_an_open_session_are_kept_so(room, stage, write, lead, as_, reza):
    Session.objects.update(confidentiality="open")
    rows = [write("Keys missing", 0), write("Keys missing", 1), write("Rota late", 2)]
    grouping.merge_notes(room, stage=stage, notes=[row.client_id for row in rows[:2]], **lead)
    grouping.group_notes(room, stage=stage, notes=[rows[0].client_id], name="Locks", **lead)
    closing.close_session(room, summary={}, **lead)
    kept = seen(Session.objects.get(pk=room.pk)).columns[0]
    assert [(group.name, [(n.text, n.writers) for n in group.notes]) for group in kept.groups] == [
        ("Locks", [("Keys missing", 2)]),
        ("", [("Rota late", 1)]),
    ]
    assert Note.objects.count() == 2
    page = as_(reza).get(inside("session_detail", room)).content.decode()
    assert "Locks" in page
    assert "2 wrote this" in page


def test_nothing_of_it_outlives_a_session_whose_notes_go(room, stage, write, lead):
    grouping.group_notes(room, stage=stage, notes=[write("Keys missing").client_id], name="Mr Smith", **lead)
    closing.close_session(room, summary={}, **lead)
    assert not NoteGroup.objects.exists()
    stage.refresh_from_db()
    assert stage.grouping_steps == []


# --- The close -------------------------------------------------------------------------------------------------------


def test_the_close_begins_with_the_groups_and_what_has_most_votes(room, stage, write, lead, people):
    rows = [write("Keys missing", 0), write("keys missing", 1), write("Rota late", 2)]
    grouping.merge_notes(room, stage=stage, notes=[row.client_id for row in rows[:2]], **lead)
    grouping.group_notes(room, stage=stage, notes=[rows[0].client_id], name="Locks", **lead)
    voting.open_voting(room, stage=stage, on="groups", budget=3, **lead)
    voting.cast_votes(room, by=people[0], at=NOW, handle=rows[2].client_id, count=2)
    voting.end_voting(room, stage=stage, **lead)
    told = next(part for part in prefill.gather(room).stages if part.stage.key == "happened")
    assert told.summary == "Well\nLocks (0 votes):\n– Keys missing (2 wrote this)\nIn no group:\n– Rota late (2 votes)"
    marks = {line.mark for line in told.columns["well"]}
    assert prefill.without_lines(told.summary, told.stage, marks) == "Well\nLocks (0 votes):\nIn no group:"
