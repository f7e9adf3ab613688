from uuid import uuid4

import pytest
from django.utils import timezone

from techniques import guest_cookies, room_updates
from techniques.actions import planning
from techniques.actions.room import joining, notes, stages
from techniques.models import RoomEvent
from techniques.room_visibility import Audience
from tests.cast import as_member
from tests.techniques.conftest import NOW


@pytest.fixture
def gus(room):
    return joining.join_room(room, by=None, name="Gus", key=guest_cookies.new_key(), at=NOW)


@pytest.fixture
def write(room, gus):
    def one(text, stage="happened", column="well"):
        return notes.write_note(room, stage_key=stage, column=column, text=text, client_id=uuid4(), by=gus, at=NOW)

    return one


def values(room, since=0, audience=Audience.PARTICIPANT):
    return [piece.as_json() for piece in room_updates.updates_since(room.pk, since, audience, at=NOW).pieces]


def test_numbers_have_no_gaps(room, write, farah):
    write("One")
    write("Two")
    stages.pause_clock(room, by=as_member(farah), at=NOW)
    room.refresh_from_db()
    assert list(room.events.values_list("seq", flat=True)) == list(range(1, room.seq + 1))


def test_an_open_note_is_told_with_its_words_escaped(room, write):
    note = write("<b>Beds</b> & lifts")
    piece = values(room)[-1]
    assert piece["handle"] == str(note.client_id)
    assert (piece["stage"], piece["column"], piece["count"], piece["counts"]) == (
        "happened", "well", 1, {"well": 1, "better": 0},
    )  # fmt: skip
    assert "&lt;b&gt;Beds&lt;/b&gt; &amp; lifts" in piece["html"]


def test_only_the_last_state_of_a_thing_is_told(room, write, gus, farah):
    note = write("First")
    notes.change_note(note, text="Second", column="better", by=gus, at=NOW)
    stages.pause_clock(room, by=as_member(farah), at=NOW)
    stages.resume_clock(room, by=as_member(farah), at=NOW)
    pieces = values(room)
    told = [piece for piece in pieces if piece["kind"] == "note"]
    assert len(told) == 1
    assert "Second" in told[0]["html"]
    assert "First" not in str(pieces)
    assert len([piece for piece in pieces if piece["kind"] == "timer"]) == 1
    assert [piece["seq"] for piece in pieces] == sorted(piece["seq"] for piece in pieces)


def test_a_note_taken_back_is_told_as_gone(room, write, gus):
    note = write("Regretted")
    notes.withdraw_note(note, by=gus, at=NOW)
    piece = values(room)[-1]
    assert piece["gone"] is True
    assert piece["handle"] == str(note.client_id)
    assert "html" not in piece
    assert "Regretted" not in str(values(room))


def test_the_clock_is_a_deadline_and_the_servers_time(room, farah):
    stages.go_to_stage(room, stage=room.stages.get(key="happened"), by=as_member(farah), at=NOW)
    piece = values(room)[-1]
    now = room_updates.milliseconds(NOW)
    assert piece["stage"] == "happened"
    assert piece["clock"] == {"ends": now + 20 * 60_000, "left": None, "minutes": 20, "later": 20, "now": now}
    assert "rail" not in piece
    assert "Words to say in happened" in values(room, audience=Audience.FACILITATOR)[-1]["rail"]


def test_what_is_known_is_not_told_again(room, write):
    write("One")
    room.refresh_from_db()
    assert values(room, since=room.seq) == []
    write("Two")
    assert [piece["seq"] for piece in values(room, since=room.seq)] == [room.seq + 1]


def test_a_long_log_comes_in_pages(room, monkeypatch, write):
    monkeypatch.setattr(room_updates, "PAGE", 4)
    notes = [write(f"Note {number}") for number in range(10)]
    since, handles, pages = 0, [], 0
    while True:
        page = room_updates.updates_since(room.pk, since, Audience.PARTICIPANT, at=NOW)
        handles += [piece.values["handle"] for piece in page.pieces if piece.values["kind"] == "note"]
        since, pages = page.upto, pages + 1
        if not page.more:
            break
    assert handles == [str(note.client_id) for note in notes]
    assert pages >= 3


def test_many_rooms_cost_as_many_queries_as_one(
    riverside, farah, review, django_assert_num_queries, django_assert_max_num_queries
):
    rooms = []
    for number in range(3):
        session = planning.plan_session(
            riverside,
            by=as_member(farah),
            technique=review,
            length="short",
            title=f"S{number}",
            starts_at=NOW,
            at=timezone.now(),
        )
        rooms.append(joining.open_room(session, by=as_member(farah), at=NOW))
        author = joining.join_room(session, by=None, name="Gus", key=guest_cookies.new_key(), at=NOW)
        notes.write_note(session, stage_key="happened", column="well", text="x", client_id=uuid4(), by=author, at=NOW)
    everybody = set(Audience)
    room_updates.news_of_rooms({rooms[0].pk: 0}, {rooms[0].pk: everybody}, at=NOW)
    with django_assert_max_num_queries(11) as one:
        room_updates.news_of_rooms({rooms[0].pk: 0}, {rooms[0].pk: everybody}, at=NOW)
    with django_assert_num_queries(len(one)):
        known, audiences = {room.pk: 0 for room in rooms}, {room.pk: everybody for room in rooms}
        news = room_updates.news_of_rooms(known, audiences, at=NOW)
    assert set(news) == {room.pk for room in rooms}


def test_a_quiet_room_costs_one_query(room, django_assert_num_queries):
    room.refresh_from_db()
    with django_assert_num_queries(1):
        assert room_updates.news_of_rooms({room.pk: room.seq}, {room.pk: {Audience.SCREEN}}, at=NOW) == {}


def test_news_tell_only_what_each_room_does_not_know(room, write, session):
    write("One")
    room.refresh_from_db()
    known = room.seq
    write("Two")
    news = room_updates.news_of_rooms({room.pk: known}, {room.pk: {Audience.SCREEN}}, at=NOW)[room.pk]
    assert news.upto == known + 1
    assert [piece.seq for piece in news.pieces[Audience.SCREEN]] == [known + 1]


def test_the_log_survives_a_note_that_is_not_there(room):
    RoomEvent.objects.create(session=room, seq=99, kind=RoomEvent.Kind.NOTE, ident=987654)
    assert values(room, since=98) == []


def test_a_frame_is_one_event_with_its_number(room, write):
    write("Line one\nline two")
    frame = room_updates.updates_since(room.pk, 0, Audience.SCREEN, at=NOW).pieces[-1].as_frame().decode()
    lines = frame.split("\n")
    assert lines[0].startswith("id: ")
    assert lines[1] == "event: room"
    assert lines[2].startswith("data: {")
    assert lines[3:] == ["", ""]
