"""Marks out of ten: one each, seen by nobody, an average from three on, and nothing that says whose was which."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins

from kmportal.lib.exceptions import Refusal
from techniques import guest_cookies, room_updates
from techniques.actions.room import closing, joining, marks
from techniques.models import Mark, Marking, Stage
from techniques.room_visibility import Audience
from techniques.scoring import Spread, halves_of, spread_of
from techniques.unlinking import remove_traces
from tests.cast import as_member
from tests.races import at_once
from tests.readers import until_gone
from tests.techniques.conftest import NOW, inside


@pytest.fixture
def lead(farah):
    return {"by": as_member(farah), "at": NOW}


@pytest.fixture
def step(room) -> Stage:
    """A step that takes marks."""
    room.stages.filter(key="happened").update(takes="marks")
    return room.stages.get(key="happened")


@pytest.fixture
def people(room):
    """Three who take part."""
    return [
        joining.join_room(room, by=None, name=name, key=guest_cookies.new_key(), at=NOW)
        for name in ("Gus", "Rhea", "Kit")
    ]


def give(room, step, person, value):
    return marks.give_mark(room, by=person, at=NOW, stage=step, value=value)


def everything(browser, room) -> str:
    """All that one browser can fetch of a room."""
    home = reverse("join_room", args=[room.code])
    pages = [browser.get(home), browser.get(reverse("join_mine", args=[room.code]))]
    pages.append(browser.get(reverse("join_since", args=[room.code, 0])))
    return " ".join(page.content.decode() for page in pages)


# --- The arithmetic --------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 10), min_size=3, max_size=60))
def test_the_average_is_a_half_mark_near_the_true_one(given_marks):
    average = halves_of(given_marks) / 2
    assert min(given_marks) <= average <= max(given_marks)
    assert abs(average - sum(given_marks) / len(given_marks)) <= 0.25


@given(st.lists(st.integers(0, 10), min_size=3, max_size=60), st.randoms())
def test_order_says_nothing(given_marks, chance):
    other = list(given_marks)
    chance.shuffle(other)
    assert (halves_of(other), spread_of(other)) == (halves_of(given_marks), spread_of(given_marks))


@pytest.mark.parametrize(
    ("given_marks", "spread"), [([8, 6, 7], Spread.TOGETHER), ([8, 5, 8], Spread.APART), ([9, 3, 9], Spread.FAR)]
)
def test_three_words_for_how_far_apart(given_marks, spread):
    assert spread_of(given_marks) is spread


# --- In the room -----------------------------------------------------------------------------------------------------


def test_one_mark_each_that_can_be_changed_until_it_is_shown(room, step, people, lead):
    for value in (3, 3, 7):
        give(room, step, people[0], value)
    assert [mark.value for mark in Mark.objects.all()] == [7]
    marks.take_mark_back(room, by=people[0], at=NOW, stage=step)
    marks.take_mark_back(room, by=people[0], at=NOW, stage=step)
    assert not Mark.objects.exists()
    for person, value in zip(people, (7, 8, 9), strict=True):
        give(room, step, person, value)
    marks.show_marks(room, stage=step, **lead)
    for late in (give, lambda *args: marks.take_mark_back(room, by=people[0], at=NOW, stage=step)):
        with pytest.raises(Refusal, match="shown already"):
            late(room, step, people[0], 1)


@pytest.mark.parametrize("value", [-1, 11, 99])
def test_no_other_number_is_a_mark(room, step, people, value):
    with pytest.raises(Refusal):
        give(room, step, people[0], value)


def test_the_database_keeps_the_rules_whatever_the_code_does(room, step, people):
    Mark.objects.create(stage=step, participant=people[0], value=5)
    for row in ({"participant": people[0], "value": 6}, {"participant": people[1], "value": 11}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Mark.objects.create(stage=step, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Marking.objects.create(stage=step, count=2, halves=10, spread="far")


def test_no_average_of_fewer_than_three(room, step, people, lead):
    for person in people[:2]:
        give(room, step, person, 8)
    with pytest.raises(Refusal, match="from 3 marks on"):
        marks.show_marks(room, stage=step, **lead)
    assert not Marking.objects.exists()
    give(room, step, people[2], 5)
    shown = marks.show_marks(room, stage=step, **lead)
    assert (shown.count, shown.average, shown.spread) == (3, 7.0, "apart")
    assert marks.show_marks(room, stage=step, **lead) == shown
    assert not Mark.objects.exists()


def test_one_person_changes_what_comes_out(room, step, people, lead):
    for person in people:
        give(room, step, person, 8)
    give(room, step, people[0], 2)
    shown = marks.show_marks(room, stage=step, **lead)
    assert (shown.average_in_words, shown.spread) == ("6", "far")


def test_no_single_mark_leaves_the_server(room, step, people, lead, enter, as_, farah):
    kit = enter(room, "Kim")
    before = everything(kit, room)
    desk = as_(farah).get(inside("session_room", room)).content.decode()
    for person, value in zip(people, (9, 9, 3), strict=True):
        give(room, step, person, value)
    for audience in Audience:
        pieces = room_updates.updates_since(room.pk, 0, audience, at=NOW).pieces
        told = [piece.as_json() for piece in pieces if piece.values["kind"] == "helper"]
        assert bool(told) == (audience is not Audience.PARTICIPANT)
        for piece in told:
            assert "3 of 4 people have given a mark" in " ".join(piece["html"].replace("\n", " ").split())
            assert "9" not in piece["html"]
    assert 'aria-pressed="true"' not in everything(kit, room).replace(before, "")
    assert "given a mark" in desk


def test_ones_own_mark_is_told_to_oneself(room, step, enter):
    kim = enter(room, "Kim")
    posted = kim.post(
        reverse("join_act", args=[room.code]),
        {"stage": step.key, "act": "give/6"},
        headers={"Accept": "application/json"},
    )
    own = posted.json()["marks"]["helpers"][step.key]
    assert "Your mark is 6" in own
    assert "Your mark is 6" in kim.get(f"{reverse('join_room', args=[room.code])}?stage={step.key}").content.decode()
    mine = kim.get(reverse("join_mine", args=[room.code])).json()["marks"]["helpers"]
    assert mine[step.key] == own


def test_a_press_that_is_none_does_nothing(room, step, enter, as_, farah):
    kim, url = enter(room, "Kim"), reverse("join_act", args=[room.code])
    for act in ("show", "dance/3", ""):
        assert kim.post(url, {"stage": step.key, "act": act}).status_code == 404
    assert kim.post(url, {"stage": "expect", "act": "give/3"}).status_code == 404
    for act in ("give/eleven", "give/", "give/-1", "give/99999999999"):
        answer = kim.post(url, {"stage": step.key, "act": act}, headers={"Accept": "application/json"})
        assert answer.status_code == 422
    assert as_(farah).post(inside("room_act", room), {"stage": step.key, "act": "give/3"}).status_code == 404
    assert not Mark.objects.exists()


def test_without_a_script_one_comes_back_to_the_step(room, step, enter):
    kim = enter(room, "Kim")
    answer = kim.post(reverse("join_act", args=[room.code]), {"stage": step.key, "act": "give/6"}, follow=True)
    assert "Your mark is 6" in answer.content.decode()
    assert Mark.objects.get().value == 6


def test_who_goes_takes_the_mark_along(room, step, people):
    give(room, step, people[0], 6)
    joining.leave_room(room, by=people[0], at=NOW)
    assert not Mark.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_presses_at_the_same_moment_are_one_mark(room, step, people):
    at_once(*[lambda value=value: give(room, step, people[0], value) for value in (1, 5, 9, 5)])
    assert Mark.objects.count() == 1


# --- After it --------------------------------------------------------------------------------------------------------


def test_the_close_keeps_the_average_and_forgets_the_marks(room, step, people, lead):
    for person in people:
        give(room, step, person, 4)
    closing.close_session(room, summary={}, **lead)
    assert Marking.objects.get().average == 4
    assert not Mark.objects.exists()


def test_of_two_marks_the_close_keeps_nothing(room, step, people, lead):
    for person in people[:2]:
        give(room, step, person, 4)
    closing.close_session(room, summary={}, **lead)
    assert not Marking.objects.exists()
    assert not Mark.objects.exists()


def test_the_page_of_the_session_and_of_the_technique_tell_the_average(room, step, people, lead, as_, reza):
    plain = [to_builtins(one) for one in room.technique.stages]
    room.technique.stages = [{**one, "takes": "marks" if one["key"] == "happened" else ""} for one in plain]
    room.technique.save()
    for person, value in zip(people, (9, 8, 6), strict=True):
        give(room, step, person, value)
    closing.close_session(room, summary={}, **lead)
    page = as_(reza).get(inside("session_detail", room)).content.decode()
    assert "7.5" in page
    assert "three to five marks between" in page
    card = as_(reza).get(reverse("technique_detail", args=[room.organisation.slug, room.technique.key]))
    assert "Marks so far" in card.content.decode()
    assert room.title in card.content.decode()


@pytest.mark.django_db(transaction=True)
def test_no_mark_is_left_in_the_files(room, step, people, lead):
    for person in people:
        give(room, step, person, 4)
    marks.show_marks(room, stage=step, **lead)
    assert until_gone(remove_traces) is not None
    assert not Marking.objects.with_traces().exists()
