"""The big screen from the desk: pages are turned, and one note or one column stands alone with its own clock."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from techniques import room_updates, room_visibility
from techniques.actions.room import closing, notes, screen, stages
from techniques.models import Note, RoomEvent, Session, Stage
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.races import at_once
from tests.techniques.conftest import NOW, inside

SECRET = "Nobody may read this yet"


@pytest.fixture
def stage(room, farah) -> Stage:
    """An open step with two columns, “well” and “better”, to which the room has gone."""
    stage = room.stages.get(key="happened")
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=stage)
    return stage


@pytest.fixture
def write(room, farah):
    def one(text: str, column: str = "well", stage: str = "happened") -> Note:
        return notes.write_note(
            room, by=as_member(farah), at=NOW, stage_key=stage, column=column, text=text, client_id=uuid4()
        )

    return one


def seen(room: Session, key: str = "happened", at=NOW):
    rows = room_visibility.read_room(room)
    return room_visibility.project_room(rows, Audience.SCREEN, at=at).stage(key)


def on_screen(browser, room: Session) -> str:
    return browser.get(inside("session_screen", room)).content.decode()


def shown_handles(page: str) -> list[str]:
    return re.findall(r'data-note="([0-9a-f-]+)"', page)


def told(room: Session, audience: Audience, since: int = 0, at=NOW) -> list[dict]:
    return [dict(piece.values) for piece in room_updates.updates_since(room.pk, since, audience, at=at).pieces]


def press(browser, room: Session, **values):
    return browser.post(inside("room_screen", room), values)


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_the_desk_turns_pages_until_every_note_was_shown_once(room, stage, write, farah, reza, as_):
    for number in range(60):
        write(f"Note {number}: the beds came an hour after the first patients", ("well", "better")[number % 2])
    desk, screen_of_reza = as_(farah), as_(reza)
    count = seen(room).wall.count
    assert count > 1
    found = []
    for number in range(1, count + 1):
        page = on_screen(screen_of_reza, room)
        assert f"Page {number} of {count}" in page
        assert f"Page {number} of {count}" in desk.get(inside("session_room", room)).content.decode()
        assert "Question about what happened?" in page
        assert "data-clock" in page
        found += shown_handles(page)
        assert press(desk, room, page=f"happened/{number + 1}").status_code == 302
    assert sorted(found) == sorted(str(one) for one in Note.objects.values_list("client_id", flat=True))
    assert seen(room).wall.number == count


def test_a_page_that_there_is_not_is_refused_with_a_sentence(room, stage, write, farah, as_):
    write("One")
    for page in (0, 2, 9999):
        with pytest.raises(Refusal, match="has one page now"):
            screen.turn_page(room, by=as_member(farah), at=NOW, stage=stage, page=page, seen="")
    answer = as_(farah).post(inside("room_screen", room), {"page": "happened/7"}, follow=True)
    assert "The big screen has one page now" in answer.content.decode()


def test_turning_is_idempotent_and_told_to_desk_and_screen_alone(room, stage, write, farah):
    for number in range(60):
        write(f"Note {number}: the beds came an hour after the first patients")
    before = Session.objects.get().seq
    for _ in range(2):
        screen.turn_page(room, by=as_member(farah), at=NOW, stage=stage, page=2, seen="")
    assert Session.objects.get().seq == before + 1
    [piece] = told(room, Audience.SCREEN, before)
    assert (piece["kind"], piece["stage"]) == ("screen", "happened")
    assert "Page 2 of" in piece["wall"]
    [piece] = told(room, Audience.FACILITATOR, before)
    assert "Page 2 of" in piece["desk"]
    assert told(room, Audience.PARTICIPANT, before) == []


@pytest.mark.django_db(transaction=True)
def test_two_desks_that_turn_at_once_turn_one_page(room, stage, write, farah, lena):
    for number in range(60):
        write(f"Note {number}: the beds came an hour after the first patients")
    before = Session.objects.get().seq
    calls = [
        lambda leader=leader: screen.turn_page(room, by=as_member(leader), at=NOW, stage=stage, page=2, seen="")
        for leader in (farah, lena)
    ]
    assert at_once(*calls) == [None, None]
    assert seen(room).wall.number == 2
    assert Session.objects.get().seq == before + 1


def test_a_press_never_turns_another_wall_than_the_one_it_saw(room, stage, write, farah, lena, as_):
    """The clock of a column may end, and another desk may put one on or off, between seeing and pressing."""
    for number in range(90):
        write(f"Note {number}: the beds came an hour after the first patients", ("well", "better")[number % 3 == 0])
    desk = as_(farah)

    def button(page: int) -> str:
        shown = desk.get(inside("session_room", room)).content.decode()
        return re.search(f'name="page"\\s+value="(happened/{page}/[^"]*)"', shown)[1]

    def pressed(value: str) -> str:
        return desk.post(inside("room_screen", room), {"page": value}, follow=True).content.decode()

    with time_machine.travel(NOW, tick=False):
        of_all = button(2)
        screen.put_column_alone(room, by=as_member(lena), at=NOW, stage=stage, column="well", minutes=2)
        of_column = button(2)
        screen.put_column_alone(room, by=as_member(lena), at=NOW, stage=stage, column="better", minutes=2)
        for value in (of_all, of_column):
            assert "no page was turned" in pressed(value)
        assert (seen(room).alone.group.number, seen(room).wall.number) == (1, 1)
        screen.put_column_alone(room, by=as_member(lena), at=NOW, stage=stage, column="well", minutes=2)
        assert "no page was turned" not in pressed(of_column)
        assert (seen(room).alone.group.number, seen(room).wall.number) == (2, 1)
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        assert "no page was turned" in pressed(of_column)
        assert seen(room, at=NOW + timedelta(minutes=2)).wall.number == 1
        assert "no page was turned" not in pressed(of_all)
        assert seen(room, at=NOW + timedelta(minutes=2)).wall.number == 2


def test_new_notes_never_turn_the_page_back(room, stage, write, farah):
    for number in range(40):
        write(f"Note {number}: the beds came an hour after the first patients")
    last = seen(room).wall.count
    screen.turn_page(room, by=as_member(farah), at=NOW, stage=stage, page=last, seen="")
    for number in range(30):
        write(f"More {number} " * (number % 5 + 1), ("well", "better")[number % 2])
        assert seen(room).wall.number >= last


def test_when_notes_go_the_last_page_that_is_left_stands(room, stage, write, farah):
    written = [write(f"Note {number}: the beds came an hour after the first patients") for number in range(40)]
    screen.turn_page(room, by=as_member(farah), at=NOW, stage=stage, page=seen(room).wall.count, seen="")
    for note in written[5:]:
        notes.withdraw_note(note, by=as_member(farah), at=NOW)
    assert (seen(room).wall.number, seen(room).wall.count) == (1, 1)


def test_each_step_has_its_own_page(room, stage, write, farah):
    for number in range(60):
        write(f"Note {number}: the beds came an hour after the first patients")
    screen.turn_page(room, by=as_member(farah), at=NOW, stage=stage, page=2, seen="")
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=room.stages.get(key="talk"))
    assert seen(room, "talk").wall.number == 1
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=stage)
    assert seen(room).wall.number == 2


def test_many_notes_at_once_draw_the_page_once(room, stage, write):
    before = Session.objects.get().seq
    for number in range(5):
        write(f"Note {number}")
    [piece] = told(room, Audience.SCREEN, before)
    assert piece["wall"].count("data-note") == 5
    assert len(told(room, Audience.PARTICIPANT, before)) == 5


def test_one_note_stands_alone_until_its_time_is_over(room, stage, write, farah, reza, as_):
    note, other = write("Beds came late"), write("The lift was free", "better")
    desk = as_(farah)
    ends_at = Session.objects.get().ends_at
    with time_machine.travel(NOW, tick=False):
        assert press(desk, room, note=note.client_id, minutes=5).status_code == 302
        page = on_screen(as_(reza), room)
        assert (
            f'data-alone="{note.client_id}" data-ends="{round((NOW + timedelta(minutes=5)).timestamp() * 1000)}"'
            in page
        )
        assert "data-all hidden" in page
        assert "Show all notes again" in desk.get(inside("session_room", room)).content.decode()
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        page = on_screen(as_(reza), room)
        assert "data-alone" not in page
        assert str(other.client_id) in page
        assert "Show all notes again" not in desk.get(inside("session_room", room)).content.decode()
    assert Session.objects.get().ends_at == ends_at


def test_one_column_stands_alone_with_pages_of_its_own(room, stage, write, farah):
    for number in range(40):
        write(f"Note {number}: the beds came an hour after the first patients", ("well", "better")[number % 4 == 0])
    by = as_member(farah)
    screen.turn_page(room, by=by, at=NOW, stage=stage, page=2, seen="")
    screen.put_column_alone(room, by=by, at=NOW, stage=stage, column="well", minutes=10)
    alone = seen(room).alone
    assert (alone.name, alone.group.number) == ("Well", 1)
    screen.turn_page(room, by=by, at=NOW, stage=stage, page=2, seen="well")
    assert seen(room).alone.group.number == 2
    board = told(room, Audience.SCREEN)[-1]["wall"]
    alone, _ = board.split("data-all")
    assert "Page 2 of" in alone
    assert "Better" not in alone
    screen.take_off(room, by=by, at=NOW, stage=stage, seen="well")
    assert seen(room).alone is None
    assert seen(room).wall.number == 2


def test_the_same_again_lets_the_clock_run_on_and_other_minutes_begin_anew(room, stage, write, farah):
    note, by = write("Beds came late"), as_member(farah)
    before = Session.objects.get().seq
    for seconds in (0, 1, 30):
        at = NOW + timedelta(seconds=seconds)
        screen.put_note_alone(room, by=by, at=at, note=note, minutes=2)
    assert seen(room).alone.ends_at == NOW + timedelta(minutes=2)
    assert Session.objects.get().seq == before + 1
    screen.put_note_alone(room, by=by, at=NOW + timedelta(minutes=1), note=note, minutes=5)
    assert seen(room).alone.ends_at == NOW + timedelta(minutes=6)
    screen.put_note_alone(room, by=by, at=NOW + timedelta(minutes=6), note=note, minutes=5)
    assert seen(room, at=NOW + timedelta(minutes=7)).alone.ends_at == NOW + timedelta(minutes=11)


def test_taking_off_what_is_gone_leaves_what_stands_there_now(room, stage, write, farah, lena):
    first, second = write("Beds came late"), write("The lift was free")
    screen.put_note_alone(room, by=as_member(farah), at=NOW, note=first, minutes=2)
    screen.put_note_alone(room, by=as_member(lena), at=NOW, note=second, minutes=2)
    screen.take_off(room, by=as_member(farah), at=NOW, stage=stage, seen=str(first.client_id))
    assert seen(room).alone.note.entry.text == "The lift was free"
    before = Session.objects.get().seq
    for _ in range(2):
        screen.take_off(room, by=as_member(farah), at=NOW, stage=stage, seen=str(second.client_id))
    assert seen(room).alone is None
    assert Session.objects.get().seq == before + 1


@pytest.mark.django_db(transaction=True)
def test_two_desks_that_put_different_notes_up_leave_one(room, stage, write, farah, lena):
    written = [write("Beds came late"), write("The lift was free")]
    calls = [
        lambda leader=leader, note=note: screen.put_note_alone(room, by=as_member(leader), at=NOW, note=note, minutes=5)
        for leader, note in zip((farah, lena), written, strict=True)
    ]
    assert at_once(*calls) == [None, None]
    assert seen(room).alone.note.entry.text in {"Beds came late", "The lift was free"}
    numbers = list(RoomEvent.objects.values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_what_is_taken_back_while_it_stands_alone_is_gone(room, stage, write, farah, reza, as_):
    note = write("Mr Smith fell")
    screen.put_note_alone(room, by=as_member(farah), at=NOW, note=note, minutes=5)
    before = Session.objects.get().seq
    notes.withdraw_note(note, by=as_member(farah), at=NOW)
    [piece] = told(room, Audience.SCREEN, before)
    assert "data-alone" not in piece["wall"]
    assert "data-all>" in piece["wall"]
    [piece] = told(room, Audience.FACILITATOR, before)
    assert "data-alone" not in piece["desk"]
    for audience in Audience:
        assert "Smith" not in str(told(room, audience))
    with time_machine.travel(NOW, tick=False):
        assert "Smith" not in on_screen(as_(reza), room)
        assert "Smith" not in as_(reza).get(inside("screen_since", room, 0)).content.decode()


def test_the_next_step_takes_it_off(room, stage, write, farah):
    screen.put_note_alone(room, by=as_member(farah), at=NOW, note=write("Beds"), minutes=10)
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=room.stages.get(key="talk"))
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=stage)
    assert seen(room).alone is None
    assert "data-alone" not in told(room, Audience.SCREEN)[-1]["board"]


@pytest.mark.parametrize("preset", ["no-blame", "open"])
def test_the_close_keeps_nothing_of_it(room, stage, write, farah, preset):
    Session.objects.update(confidentiality=preset)
    screen.put_note_alone(room, by=as_member(farah), at=NOW, note=write("Beds"), minutes=10)
    closing.close_session(room, by=as_member(farah), at=NOW, summary={})
    assert not Stage.objects.exclude(alone_note=None, alone_ends_at=None, alone_minutes=0).exists()
    for refused in (
        lambda: screen.turn_page(room, by=as_member(farah), at=NOW, stage=stage, page=1, seen=""),
        lambda: screen.put_column_alone(room, by=as_member(farah), at=NOW, stage=stage, column="well", minutes=2),
        lambda: screen.take_off(room, by=as_member(farah), at=NOW, stage=stage, seen="well"),
    ):
        with pytest.raises(Refusal, match="closed"):
            refused()


def test_hidden_notes_are_never_put_on_the_screen(room, farah, reza, write, enter, send, as_):
    hidden = room.stages.get(key="expect")
    stages.go_to_stage(room, by=as_member(farah), at=NOW, stage=hidden)
    assert send(enter(room), room, "expect", "expected", SECRET).status_code == 200
    note, by = Note.objects.get(), as_member(farah)
    for refused in (
        lambda: screen.put_note_alone(room, by=by, at=NOW, note=note, minutes=5),
        lambda: screen.put_column_alone(room, by=by, at=NOW, stage=hidden, column="expected", minutes=5),
        lambda: screen.turn_page(room, by=by, at=NOW, stage=hidden, page=1, seen=""),
    ):
        with pytest.raises(Refusal, match="still hidden"):
            refused()
    # Even if the row said so
    for values in ({"alone_note": note}, {"alone_column": "expected"}):
        Stage.objects.filter(pk=hidden.pk).update(
            **(Stage.NOTHING_ALONE | values | {"alone_ends_at": NOW + timedelta(minutes=1)})
        )
        RoomEvent.objects.create(session=room, seq=Session.objects.get().seq + 1, kind="screen", ident=hidden.pk)
        Session.objects.update(seq=Session.objects.get().seq + 1)
        assert seen(room, "expect").alone is None
        for audience in Audience:
            text = str(told(room, audience))
            assert SECRET not in text
            assert str(note.client_id) not in text
        with time_machine.travel(NOW, tick=False):
            for browser, name, args in (
                (as_(reza), "session_screen", ()),
                (as_(reza), "screen_since", (0,)),
                (as_(farah), "session_room", ()),
                (as_(farah), "room_since", (0,)),
            ):
                text = browser.get(inside(name, room, *args)).content.decode()
                assert SECRET not in text
                assert str(note.client_id) not in text


def test_what_cannot_be_is_refused(room, stage, write, farah, session):
    note, by = write("Beds came late"), as_member(farah)
    gone = write("Taken back")
    notes.withdraw_note(gone, by=by, at=NOW)
    talk = room.stages.get(key="talk")
    for match, refused in (
        ("taken back", lambda: screen.put_note_alone(room, by=by, at=NOW, note=gone, minutes=5)),
        ("2, 5 or 10", lambda: screen.put_note_alone(room, by=by, at=NOW, note=note, minutes=0)),
        ("2, 5 or 10", lambda: screen.put_note_alone(room, by=by, at=NOW, note=note, minutes=9999)),
        ("not part", lambda: screen.put_column_alone(room, by=by, at=NOW, stage=stage, column="x", minutes=5)),
        ("another step", lambda: screen.put_column_alone(room, by=by, at=NOW, stage=talk, column="said", minutes=5)),
        ("another step", lambda: screen.turn_page(room, by=by, at=NOW, stage=talk, page=1, seen="")),
    ):
        with pytest.raises(Refusal, match=match):
            refused()
    screen.put_note_alone(room, by=by, at=NOW, note=note, minutes=5)
    with pytest.raises(Refusal, match="Take it off"):
        screen.turn_page(room, by=by, at=NOW, stage=stage, page=1, seen="")
    stages.go_to_stage(room, by=by, at=NOW, stage=room.stages.get(key="close"))
    with pytest.raises(Refusal, match="No notes are taken"):
        screen.turn_page(room, by=by, at=NOW, stage=room.stages.get(key="close"), page=1, seen="")


def test_a_note_of_another_room_is_not_found(room, stage, write, farah, as_):
    note = write("Beds came late")
    other = Session.objects.get(pk=room.pk)
    other.pk, other.code, other.once = None, "ZZZZZ9", None
    other.save()
    with pytest.raises(Refusal, match="not part of this room"):
        screen.put_note_alone(other, by=as_member(farah), at=NOW, note=note, minutes=5)
    assert press(as_(farah), other, note=note.client_id, minutes=5).status_code == 404


@pytest.mark.parametrize(
    "values",
    [{}, {"page": ""}, {"note": "x"}, {"note": "\0"}, {"note": str(uuid4())}, {"column": "/well"}, {"off": "x/y"}],
)
def test_bad_presses_are_not_found(room, stage, farah, as_, values):
    assert press(as_(farah), room, **values).status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"page": "happened/x"},
        {"page": "happened"},
        {"page": "happened/1/\0"},
        {"column": "happened/\0"},
        {"off": "happened"},
    ],
)
def test_bad_values_get_a_sentence(room, stage, farah, as_, values):
    assert press(as_(farah), room, **values).status_code == 302


def test_only_whoever_leads_has_the_buttons(room, stage, write, farah, reza, cara, enter, as_):
    note = write("Beds came late")
    for person in (reza, cara):
        assert press(as_(person), room, note=note.client_id, minutes=5).status_code == 403
    guest = enter(room).get(reverse("join_room", args=[room.code])).content.decode()
    for page in (guest, on_screen(as_(reza), room)):
        assert 'form="alone' not in page
        assert 'form="screen"' not in page
    desk = as_(farah).get(inside("session_room", room)).content.decode()
    for minutes in screen.MINUTES_ALONE:
        assert f'id="alone-{minutes}"' in desk
        assert f'form="alone-{minutes}" name="note" value="{note.client_id}"' in desk


def queries_of(call) -> int:
    with CaptureQueriesContext(connection) as found:
        call()
    return len(found)


def test_more_notes_ask_no_more(room, stage, write, farah, reza, as_):
    browser, desk = as_(reza), as_(farah)
    write("Beds came late")
    calls = (
        lambda: on_screen(browser, room),
        lambda: desk.get(inside("session_room", room)),
        lambda: browser.get(inside("screen_since", room, 0)),
        lambda: screen.turn_page(room, by=as_member(farah), at=NOW, stage=stage, page=1, seen=""),
    )
    for call in calls:
        call()
    few = [queries_of(call) for call in calls]
    for number in range(50):
        write(f"Note {number}: the beds came an hour after the first patients", ("well", "better")[number % 2])
    assert [queries_of(call) for call in calls] == few
