"""Votes: a budget that the database keeps, nothing counted before the end, and nobody known after it."""

import json
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from kmportal.lib.exceptions import Refusal
from techniques import guest_cookies, room_updates, room_visibility
from techniques.actions.room import closing, grouping, joining, notes, stages, voting
from techniques.models import Ballot, Participant, RoomEvent, Session, Voting
from techniques.room_visibility import Audience
from techniques.unlinking import remove_traces
from tests.cast import as_member
from tests.races import at_once
from tests.readers import until_gone
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
def written(room, stage, lead):
    """Three notes that can be voted on."""
    return [
        notes.write_note(room, stage_key="happened", column="well", text=text, client_id=uuid4(), **lead)
        for text in ("Keys missing", "Rota late", "Tea was good")
    ]


@pytest.fixture
def vote(room, stage, written, lead):
    return voting.open_voting(room, stage=stage, on="notes", budget=3, **lead)


def give(room, person, thing, count):
    handle = getattr(thing, "client_id", None) or thing.handle
    return voting.cast_votes(room, by=person, at=NOW, handle=handle, count=count)


def seen(room, audience=Audience.SCREEN, **values):
    rows = room_visibility.read_room(room)
    return room_visibility.project_room(rows, audience, at=NOW, **values).stage("happened")


def test_nobody_gives_more_than_they_have(room, gus, written, vote):
    give(room, gus, written[0], 2)
    with pytest.raises(Refusal, match="given all your votes"):
        give(room, gus, written[1], 2)
    give(room, gus, written[1], 1)
    with pytest.raises(Refusal, match="given all your votes"):
        give(room, gus, written[2], 1)
    give(room, gus, written[0], 1)
    give(room, gus, written[2], 1)
    assert Ballot.objects.count() == 3


def test_a_press_that_arrives_twice_counts_once(room, gus, written, vote):
    for _ in range(3):
        give(room, gus, written[0], 1)
    assert Ballot.objects.count() == 1
    for _ in range(2):
        give(room, gus, written[0], 0)
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("count", [-1, 4, 100])
def test_no_other_number_is_taken(room, gus, written, vote, count):
    with pytest.raises(Refusal):
        give(room, gus, written[0], count)


def test_the_database_keeps_the_budget_whatever_the_code_does(room, gus, written, vote):
    row = {"voting": vote, "participant": gus, "note": written[0], "budget": 3}
    Ballot.objects.create(slot=1, **row)
    for slot in (1, 0, 4):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ballot.objects.create(slot=slot, **row)


@pytest.mark.django_db(transaction=True)
def test_six_presses_at_the_same_moment_give_no_more_than_the_budget(room, gus, written, vote):
    calls = [lambda thing=thing: give(room, gus, thing, 2) for thing in written * 2]
    said = at_once(*calls)
    assert Ballot.objects.filter(participant=gus).count() <= 3
    assert any(isinstance(one, Refusal) for one in said)


def test_counts_leave_the_server_for_nobody_before_the_end(room, gus, rhea, written, vote, as_, farah, reza, enter):
    before = Session.objects.get(pk=room.pk).seq
    kit = enter(room, "Kit")
    empty = [everything(browser, room) for browser in (as_(farah), as_(reza), kit)]
    give(room, gus, written[1], 3)
    give(room, rhea, written[1], 2)
    for audience in Audience:
        for number in (0, before):
            pieces = room_updates.updates_since(room.pk, number, audience, at=NOW).pieces
            told = json.dumps([piece.as_json() for piece in pieces])
            assert "3 votes" not in told.replace("3 votes left", "").replace("has 3 votes", "").replace(
                "of 3 votes", ""
            )
            assert "5 votes" not in told
        stage = seen(room, audience)
        assert all(note.votes.count is None and note.votes.mine == 0 for note in stage.notes)
        order = [note.text for note in stage.notes]
        assert order == ["Keys missing", "Rota late", "Tea was good"]
    for then, now in zip(empty, [everything(browser, room) for browser in (as_(farah), as_(reza), kit)], strict=True):
        changed = [line for line in now if line not in then]
        assert all("vote" not in line.lower() or "people have voted" in line for line in changed), changed


def everything(browser, room):
    """Lines of all that somebody can get of the room, without what is new in each answer."""
    pages = [
        inside("session_room", room), inside("session_screen", room), inside("room_mine", room),
        inside("room_since", room, 0), inside("screen_since", room, 0), inside("session_detail", room),
        reverse("join_room", args=[room.code]), reverse("join_mine", args=[room.code]),
        reverse("join_since", args=[room.code, 0]),
    ]  # fmt: skip
    lines: list[str] = []
    for page in pages:
        content = browser.get(page).content.decode()
        lines += [line.strip() for line in content.replace("\\n", "\n").splitlines()]
    return [line for line in lines if "csrf" not in line and "client_id" not in line and "seq" not in line]


def test_at_the_end_the_most_votes_stand_first(room, stage, gus, rhea, written, vote, lead):
    give(room, gus, written[1], 2)
    give(room, rhea, written[1], 1)
    give(room, rhea, written[2], 1)
    voting.end_voting(room, stage=stage, **lead)
    voting.end_voting(room, stage=stage, **lead)
    assert [(note.text, note.votes.count) for note in seen(room).notes] == [
        ("Rota late", 3), ("Tea was good", 1), ("Keys missing", 0),
    ]  # fmt: skip
    assert "2 people have voted" in seen(room).voting.words
    with pytest.raises(Refusal, match="vote is over"):
        give(room, gus, written[0], 1)


def test_one_person_changes_the_result(room, stage, gus, rhea, written, vote, lead):
    give(room, gus, written[0], 2)
    give(room, rhea, written[1], 1)
    give(room, rhea, written[1], 3)
    voting.end_voting(room, stage=stage, **lead)
    assert seen(room).notes[0].text == "Rota late"


def test_groups_are_voted_on_and_notes_in_no_group(room, stage, gus, written, lead):
    group = grouping.group_notes(room, stage=stage, notes=[written[0].client_id], name="Locks", **lead)
    voting.open_voting(room, stage=stage, on="groups", budget=2, **lead)
    with pytest.raises(Refusal, match="Vote for the group"):
        give(room, gus, written[0], 1)
    give(room, gus, group, 1)
    give(room, gus, written[1], 1)
    voting.end_voting(room, stage=stage, **lead)
    column = seen(room).columns[0]
    assert [(one.name, one.votes.count) for one in column.named_groups] == [("Locks", 1)]
    assert [(note.text, note.votes.count) for note in column.groups[-1].notes] == [
        ("Rota late", 1),
        ("Tea was good", 0),
    ]


def test_a_note_that_is_taken_back_gives_its_votes_back(room, gus, written, vote, lead):
    give(room, gus, written[0], 3)
    notes.withdraw_note(written[0], **lead)
    give(room, gus, written[1], 3)
    assert Ballot.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_after_the_end_nobody_can_be_found_beside_a_vote(room, stage, gus, written, vote, lead):
    give(room, gus, written[0], 3)
    voting.end_voting(room, stage=stage, **lead)
    assert not Ballot.objects.exists()
    until_gone(remove_traces)  # at once, unless somebody still reads
    assert not Voting.objects.with_traces().exists()
    assert Voting.objects.get().result == {str(written[0].client_id): 3}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete")
            assert cursor.fetchone()[0]


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps who locked a row")
def test_no_lock_of_a_ballot_is_left_on_the_rows_of_who_and_what(room, stage, gus, written, vote, lead):
    def locks(table):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT xmax::text FROM {table} WHERE xmax <> '0'")  # noqa: S608
            return {row[0] for row in cursor.fetchall()}

    tables = ("techniques_participant", "techniques_note", "techniques_notegroup")
    give(room, gus, written[0], 1)
    assert locks(tables[0]) & locks(tables[1]), "while the vote is open"
    voting.end_voting(room, stage=stage, **lead)
    until_gone(remove_traces)
    assert not Voting.objects.with_traces().exists()
    assert [locks(table) for table in tables] == [set()] * 3


def test_who_leaves_and_comes_back_has_no_more_votes_than_the_others(room, stage, gus, written, vote, lead):
    give(room, gus, written[0], 3)
    before = Session.objects.get(pk=room.pk).seq
    joining.leave_room(room, by=gus, at=NOW)
    again = joining.join_room(room, by=None, name="Gus", key=guest_cookies.new_key(), at=NOW)
    told = room_updates.updates_since(room.pk, before, Audience.FACILITATOR, at=NOW).pieces
    assert "voted" in [piece.values["kind"] for piece in told]
    give(room, again, written[0], 3)
    voting.end_voting(room, stage=stage, **lead)
    assert Voting.objects.get().result == {str(written[0].client_id): 3}


def test_where_notes_are_kept_no_result_names_a_browsers_identifier(room, stage, gus, written, lead):
    Session.objects.update(confidentiality="open")
    group = grouping.group_notes(room, stage=stage, notes=[written[0].client_id], name="Locks", **lead)
    voting.open_voting(room, stage=stage, on="groups", budget=3, **lead)
    give(room, gus, group, 1)
    give(room, gus, written[1], 2)
    closing.close_session(room, summary={}, **lead)
    assert Voting.objects.get().result == {str(group.handle): 1}
    assert {note.text: note.votes.count for note in seen(room).notes}["Rota late"] == 2


def test_the_log_knows_no_voter_and_sixty_votes_are_one_event_for_the_desk(room, stage, written, vote):
    people = [Participant.objects.create(session=room, name=f"P{n}", key=uuid4().hex, joined_at=NOW) for n in range(60)]
    before = Session.objects.get(pk=room.pk).seq
    for person in people:
        give(room, person, written[0], 1)
        give(room, person, written[0], 2)
    rows = RoomEvent.objects.filter(session=room, seq__gt=before)
    assert {(row.kind, row.ident) for row in rows} == {("voted", stage.pk)}
    assert len(rows) == 60, "more votes of the same person are nobody’s news"
    told = {audience: room_updates.updates_since(room.pk, before, audience, at=NOW).pieces for audience in Audience}
    assert [piece.values["kind"] for piece in told[Audience.FACILITATOR]] == ["voted"]
    assert told[Audience.PARTICIPANT] == told[Audience.SCREEN] == ()


def test_one_votes_without_a_script(room, stage, written, vote, enter):
    browser = enter(room, "Kit")
    page = browser.get(reverse("join_room", args=[room.code])).content.decode()
    assert "Until then the portal has to know which votes are yours" in " ".join(page.split())
    press = {"votes": f"{written[0].client_id}/1"}
    assert browser.post(reverse("join_vote", args=[room.code]), press).status_code == 302
    mine = browser.get(reverse("join_mine", args=[room.code])).json()["marks"]
    assert (mine["votes"], mine["left"]) == ({str(written[0].client_id): 1}, {"happened": 2})
    page = browser.get(reverse("join_room", args=[room.code])).content.decode()
    assert f"{written[0].client_id}/2" in page
    refused = browser.post(
        reverse("join_vote", args=[room.code]), {"votes": f"{written[0].client_id}/9"},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert (refused.status_code, refused.json()["error"]) == (422, "You have 3 votes.")
    for broken in ("x", "", f"{written[0].client_id}", f"{uuid4()}/1"):
        assert browser.post(reverse("join_vote", args=[room.code]), {"votes": broken}).status_code in {302, 404}


def test_the_close_ends_a_vote_that_is_open(room, gus, written, vote, lead):
    give(room, gus, written[0], 2)
    closing.close_session(room, summary={}, **lead)
    assert not Ballot.objects.exists()
    assert Voting.objects.get().ended_at == NOW


@pytest.mark.parametrize(("on", "budget"), [("x", 3), ("notes", 0), ("notes", 11)])
def test_a_vote_is_on_something_with_a_budget(room, stage, written, lead, on, budget):
    with pytest.raises(Refusal):
        voting.open_voting(room, stage=stage, on=on, budget=budget, **lead)


def test_a_vote_needs_something_to_choose_from_that_is_shown(room, stage, lead):
    with pytest.raises(Refusal, match="nothing to choose"):
        voting.open_voting(room, stage=stage, on="notes", budget=3, **lead)
    with pytest.raises(Refusal, match="still hidden"):
        voting.open_voting(room, stage=room.stages.get(key="expect"), on="notes", budget=3, **lead)
