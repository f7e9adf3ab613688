"""A café: everybody has a table, late comers are seated, names stay with whoever leads, and one question at the end."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import strip_tags

from kmportal.lib.exceptions import Refusal
from techniques import guest_cookies, room_updates, room_visibility
from techniques.actions.room import closing, consent, joining, notes, rota, stages
from techniques.models import Consent, ConsentAsked, Note, Rota, Seat
from techniques.room_visibility import Audience
from techniques.seating import read_rounds
from tests.cast import as_member
from tests.techniques.conftest import NOW, inside

STEPS = {"open": "rota", "expect": "rota", "happened": "rota", "talk": "rota", "close": "consent"}


@pytest.fixture
def lead(farah):
    return {"by": as_member(farah), "at": NOW}


@pytest.fixture
def cafe(room):
    """A room whose first step is for planning, with three rounds and a question of consent."""
    for key, takes in STEPS.items():
        room.stages.filter(key=key).update(takes=takes)
    room.stages.filter(key="close").update(
        columns=[
            {"key": "ideas", "name": "Ideas", "tells": "learned", "makes": "lessons", "takes": "note"},
            {"key": "actions", "name": "What I will do", "tells": "actions", "makes": "actions", "takes": "note"},
        ],
        writes="everyone",
    )
    return room


@pytest.fixture
def come(cafe):
    """``come(12)``: so many more people in the room."""

    def join(number: int):
        first = cafe.participants.count()
        names = [f"Guest {first + place:02}" for place in range(number)]
        key = guest_cookies.new_key
        return [joining.join_room(cafe, by=None, name=name, key=key(), at=NOW) for name in names]

    return join


def plan(cafe, lead, tables):
    return rota.plan_tables(cafe, stage=cafe.stages.get(key="open"), tables=tables, **lead)


def seen(cafe, key, audience=Audience.FACILITATOR, participant=None):
    rows = room_visibility.read_room(cafe)
    return room_visibility.project_room(rows, audience, participant=participant, at=NOW).stage(key).helper.seen


# --- Tables ----------------------------------------------------------------------------------------------------------


def test_everybody_has_a_table_in_each_round_and_nobody_meets_twice(cafe, come, lead):
    come(14)
    offers = seen(cafe, "open").offers
    assert [offer.words for offer in offers] == [
        "2 tables of 5, 1 of 4. 10 times two people meet who have met before.",
        "2 tables of 4, 2 of 3. Nobody meets twice.",
    ]
    made = plan(cafe, lead, 4)
    assert made.again == 0
    assert Seat.objects.count() == 14 * 3
    assert seen(cafe, "expect").again == "Nobody meets twice."


def test_planned_again_before_the_first_round_there_is_one_plan(cafe, come, lead):
    come(12)
    plan(cafe, lead, 3)
    plan(cafe, lead, 4)
    assert Rota.objects.get().tables == 4
    stages.go_to_stage(cafe, stage=cafe.stages.get(key="expect"), **lead)
    with pytest.raises(Refusal, match="People sit at their tables"):
        plan(cafe, lead, 3)


def test_an_espresso_has_two_rounds(cafe, come, lead):
    cafe.stages.filter(key="talk").update(takes="")
    come(12)
    plan(cafe, lead, 4)
    assert Seat.objects.count() == 12 * 2
    assert seen(cafe, "happened").rounds == 2


def test_a_number_that_is_not_offered_is_refused(cafe, come, lead):
    come(5)
    with pytest.raises(Refusal, match="from 6 people on"):
        plan(cafe, lead, 1)
    come(9)
    for tables in (0, 2, 14, 99):
        with pytest.raises(Refusal, match="come or gone"):
            plan(cafe, lead, tables)


def test_who_comes_late_sits_down_and_nobody_else_moves(cafe, come, lead):
    come(12)
    made = plan(cafe, lead, 4)
    stages.go_to_stage(cafe, stage=cafe.stages.get(key="expect"), **lead)
    before = read_rounds(made)[0]
    (late,) = come(1)
    after = read_rounds(made)
    for old, new in zip(before, after[0], strict=True):
        assert set(old) <= set(new)
    assert [sum(late.pk in table for table in one) for one in after] == [1, 1, 1]
    made.refresh_from_db()
    assert made.again == 0, "four tables still hold thirteen without a second meeting"
    assert seen(cafe, "expect", Audience.PARTICIPANT, late).mine


def test_who_goes_leaves_a_chair_and_comes_back_as_a_late_comer(cafe, come, lead):
    people = come(12)
    made = plan(cafe, lead, 4)
    stages.go_to_stage(cafe, stage=cafe.stages.get(key="happened"), **lead)
    joining.leave_room(cafe, by=people[0], at=NOW)
    joining.leave_room(cafe, by=people[0], at=NOW)
    assert Seat.objects.filter(participant=people[0]).exclude(round=1).count() == 0
    come(1)
    assert sum(len(table) for table in read_rounds(made)[2]) == 12


def test_one_at_each_table_stays(cafe, come, lead):
    come(12)
    made = plan(cafe, lead, 4)
    for table in range(1, 5):
        assert Seat.objects.filter(rota=made, table=table, stays=True).values("participant").distinct().count() == 1
    host = Seat.objects.filter(stays=True).first()
    stages.go_to_stage(cafe, stage=cafe.stages.get(key="talk"), **lead)
    assert seen(cafe, "talk", Audience.PARTICIPANT, host.participant).stays


def test_the_database_keeps_the_rules_whatever_the_code_does(cafe, come, lead):
    people = come(12)
    made = plan(cafe, lead, 4)
    seat = {"rota": made, "participant": people[0], "tables": 4}
    for wrong in ({"round": 1, "table": 2}, {"round": 4, "table": 5}, {"round": 0, "table": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Seat.objects.create(**seat, **wrong)


def test_names_at_tables_are_told_to_whoever_leads_alone(cafe, come, lead, enter, as_, farah, reza):
    kim = enter(cafe, "Kim")
    come(11)
    plan(cafe, lead, 4)
    assert "Guest 05" in as_(farah).get(inside("session_room", cafe)).content.decode()
    others = [
        kim.get(reverse("join_room", args=[cafe.code])).content.decode(),
        kim.get(reverse("join_mine", args=[cafe.code])).content.decode(),
        as_(reza).get(inside("session_screen", cafe)).content.decode(),
    ]
    for audience in (Audience.PARTICIPANT, Audience.SCREEN):
        pieces = room_updates.updates_since(cafe.pk, 0, audience, at=NOW).pieces
        others += [str(piece.as_json()) for piece in pieces]
    assert all("Guest 0" not in one for one in others)
    assert "Table " in others[0]


def test_each_phone_is_told_its_own_table(cafe, come, lead):
    people = come(12)
    made = plan(cafe, lead, 4)
    for number, key in enumerate(("expect", "happened", "talk"), start=1):
        assert seen(cafe, key, Audience.PARTICIPANT, people[0]).mine is None, "it may still change"
        stages.go_to_stage(cafe, stage=cafe.stages.get(key=key), **lead)
        for person in people:
            own = seen(cafe, key, Audience.PARTICIPANT, person)
            assert own.mine == Seat.objects.get(rota=made, round=number, participant=person).table
            assert not own.is_alone
    assert seen(cafe, "expect", Audience.PARTICIPANT).mine is None


def test_phones_ask_when_a_round_begins_and_not_for_each_who_comes(cafe, come, lead):
    come(12)
    plan(cafe, lead, 4)

    def heard(number: int) -> list[str]:
        pieces = room_updates.updates_since(cafe.pk, number, Audience.PARTICIPANT, at=NOW).pieces
        return [piece.values["kind"] for piece in pieces]

    before = room_updates.last_numbers([cafe.pk])[cafe.pk]
    come(3)
    assert "helper" not in heard(before)
    before = room_updates.last_numbers([cafe.pk])[cafe.pk]
    stages.go_to_stage(cafe, stage=cafe.stages.get(key="happened"), **lead)
    assert heard(before).count("helper") == 1


def test_the_close_keeps_nobodys_table(cafe, come, lead):
    come(12)
    plan(cafe, lead, 4)
    closing.close_session(cafe, summary={}, **lead)
    assert not Rota.objects.exists()
    assert not Seat.objects.exists()


# --- Consent ---------------------------------------------------------------------------------------------------------


def answer(cafe, person, agrees):
    consent.answer_consent(cafe, by=person, at=NOW, stage=cafe.stages.get(key="close"), agrees=agrees)


def count(cafe, lead):
    return consent.count_consent(cafe, stage=cafe.stages.get(key="close"), **lead)


def write(cafe, person, column, text="An idea"):
    return notes.write_note(cafe, by=person, at=NOW, stage_key="close", column=column, text=text, client_id=uuid4())


def test_one_no_decides_and_can_be_taken_back_before_it_is_counted(cafe, come, lead):
    people = come(4)
    for person in people:
        answer(cafe, person, True)
    answer(cafe, people[0], False)
    assert Consent.objects.count() == 4
    assert count(cafe, lead).everybody is False
    assert not Consent.objects.exists()
    with pytest.raises(Refusal, match="counted already"):
        answer(cafe, people[0], True)
    assert count(cafe, lead).everybody is False


def test_everybody_agrees_only_when_everybody_has_answered(cafe, come, lead):
    people = come(4)
    for person in people[:3]:
        answer(cafe, person, True)
    joining.leave_room(cafe, by=people[3], at=NOW)
    assert count(cafe, lead).everybody is True


def test_silence_is_no(cafe, come, lead):
    for person in come(4)[:3]:
        answer(cafe, person, True)
    assert count(cafe, lead).everybody is False


def test_too_few_answers_are_not_counted(cafe, come, lead):
    for person in come(2):
        answer(cafe, person, True)
    with pytest.raises(Refusal, match="3 answers"):
        count(cafe, lead)
    assert not ConsentAsked.objects.exists()


def test_ideas_wait_for_everybody_and_ones_own_plans_do_not(cafe, come, lead):
    people = come(3)
    write(cafe, people[0], "actions", "I will ring Ward 9")
    with pytest.raises(Refusal, match="only when everybody has agreed"):
        write(cafe, people[0], "ideas")
    for person in people:
        answer(cafe, person, True)
    count(cafe, lead)
    write(cafe, people[0], "ideas")
    assert Note.objects.count() == 2


def test_after_a_no_nothing_is_written_down_nor_moved_there(cafe, come, lead):
    people = come(3)
    note = write(cafe, people[0], "actions", "I will ring Ward 9")
    for person, agrees in zip(people, (True, True, False), strict=True):
        answer(cafe, person, agrees)
    count(cafe, lead)
    with pytest.raises(Refusal, match="Not everybody agreed"):
        write(cafe, people[0], "ideas")
    with pytest.raises(Refusal, match="Not everybody agreed"):
        notes.change_note(note, by=people[0], at=NOW, text="I will ring Ward 9", column="ideas")


def test_which_way_the_answers_go_is_told_to_nobody(cafe, come, lead, as_, farah, reza):
    people = come(4)
    pages = []
    for agrees in (True, False):
        for person in people:
            answer(cafe, person, agrees)
        desk = as_(farah).get(inside("session_room", cafe))
        screen = as_(reza).get(inside("session_screen", cafe))
        pages.append([" ".join(strip_tags(page.content.decode()).split()) for page in (desk, screen)])
    assert pages[0] == pages[1]
    assert "4 of 4 people have answered" in pages[0][0]


def test_what_came_of_it_stands_with_the_session(cafe, come, lead, as_, reza):
    for person in come(3):
        answer(cafe, person, True)
    count(cafe, lead)
    closing.close_session(cafe, summary={}, **lead)
    assert "Everybody agreed." in as_(reza).get(inside("session_detail", cafe)).content.decode()
