"""The rules of the circle: never more people than chairs, one who speaks, and a list in the order of asking."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmportal.lib.exceptions import Refusal
from techniques.circling import CLOSED, COMES_WITHIN, MODES, ONLINE, OPEN, Circle, sum_up

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
WHO = st.integers(1, 8) | st.sampled_from(["Ana without a phone", "Ben without a phone"])
PRESSES = st.lists(
    st.tuples(
        st.sampled_from(["ask", "withdraw", "take", "rise", "go", "speak", "hush", "seat", "call", "swap", "ask_out"]),
        WHO,
        st.integers(0, 90),
    ),
    max_size=40,
)


def after(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def pressed(circle: Circle, verb: str, who, at: datetime) -> Circle:
    with suppress(Refusal):
        if verb in {"call", "swap"} and circle.queue:
            return getattr(circle, verb)(circle.queue[0], at)
        return getattr(circle, verb)(who, at)
    return circle


@given(st.sampled_from(sorted(MODES)), st.integers(3, 6), PRESSES)
def test_whatever_is_pressed_the_circle_is_one(mode, chairs, presses):
    circle, at, spoken = Circle(mode, chairs), NOW, 0
    for verb, who, seconds in presses:
        at += timedelta(seconds=seconds)
        before, circle = circle, pressed(circle, verb, who, at)
        sitting = [seat.who for seat in circle.seats]
        numbers = [seat.number for seat in circle.seats]
        assert len(sitting) == len(set(sitting)) <= chairs
        assert len(numbers) == len(set(numbers))
        assert set(numbers) <= set(range(1, chairs + 1))
        assert len(circle.queue) == len(set(circle.queue))
        assert not set(circle.queue) & set(sitting)
        assert circle.speaker is None or circle.speaker in sitting
        assert (circle.speaker is None) == (circle.speaks_at is None)
        assert bool(circle.offered_at) == bool(circle.free and circle.queue)
        # Who waited and still waits is in the same order, before all who asked since.
        still = [one for one in before.queue if one in circle.queue]
        assert list(circle.queue[: len(still)]) == still
        if mode == CLOSED and verb == "take":
            assert circle == before
        spoken += sum(turn.seconds or 0 for turn in circle.turns[len(before.turns) :])
    assert spoken <= (at - NOW).total_seconds(), "nobody speaks at the same time"


@given(st.permutations(["a", "b", "c", "d", "e"]), st.integers(3, 6))
def test_who_asks_first_comes_first(order, chairs):
    circle = Circle(OPEN, chairs)
    for who in order:
        circle = circle.ask(who, NOW)
    while circle.queue and circle.free:
        circle = circle.call(circle.queue[0], NOW)
    assert [seat.who for seat in circle.seats] == list(order)[:chairs]


def full(mode=OPEN) -> Circle:
    circle = Circle(mode, 3)
    for who in (1, 2):
        circle = circle.seat(who, NOW)
    return circle.take(3, NOW) if mode != CLOSED else circle.seat(3, NOW)


def test_one_chair_stays_empty_for_whoever_wants_to_speak():
    circle = Circle(OPEN, 3).seat(1, NOW).seat(2, NOW)
    with pytest.raises(Refusal, match="One chair stays empty"):
        circle.seat(3, NOW)
    assert circle.take(3, NOW).is_full
    assert Circle(CLOSED, 3).seat(1, NOW).seat(2, NOW).seat(3, NOW).is_full


def test_nobody_passes_those_who_asked_before():
    circle = full().ask(4, NOW).ask(5, NOW).rise(1, NOW)
    for who, sentence in ((5, "You are number 2"), (6, "Others have asked before you. Say that")):
        with pytest.raises(Refusal, match=sentence):
            circle.take(who, NOW)
    assert circle.take(4, NOW).is_full


def test_a_phone_that_sleeps_stops_nobody_and_keeps_its_place():
    circle = full().ask(4, NOW).ask(5, NOW).rise(1, after(10))
    assert circle.comes_in(5, after(10)) == COMES_WITHIN
    assert not circle.may_come(5, after(9 + COMES_WITHIN))
    late = after(10 + COMES_WITHIN)
    assert circle.may_come(5, late)
    assert circle.comes_in(5, late) == 0
    passed = circle.take(5, late)
    assert passed.place_of(4) == 1
    assert passed.rise(2, late).may_come(4, late)
    assert not passed.rise(2, late).may_come(6, late)


def test_whoever_speaks_keeps_the_word_for_the_longest_turn():
    circle = full().speak(1, NOW)
    with pytest.raises(Refusal, match="Somebody else is speaking"):
        circle.speak(2, after(119))
    passed = circle.speak(2, after(120))
    assert (passed.speaker, [turn.seconds for turn in passed.turns if turn.seconds]) == (2, [120])
    assert circle.speak(2, after(5), is_led=True).speaker == 2
    assert circle.rise(1, after(30)).speaker is None


@pytest.mark.parametrize(("mode", "turn"), [(OPEN, 120), (ONLINE, 120), (CLOSED, 180)])
def test_each_form_has_its_longest_turn(mode, turn):
    circle = full(mode).speak(1, NOW)
    assert not circle.is_turn_over(after(turn - 1))
    assert circle.is_turn_over(after(turn))


def test_whom_to_thank_when_nobody_leaves():
    circle = full()
    assert circle.leaver().who == 1, "nobody has spoken: whoever sits there longest"
    spoken = circle.speak(2, after(5)).speak(3, after(10), is_led=True).hush(3, after(20))
    assert spoken.leaver().who == 2, "whoever spoke last but one"
    assert spoken.speak(1, after(30)).leaver().who == 3
    assert full(CLOSED).leaver() is None


def test_hints_come_by_how_things_stand():
    assert Circle().hint_in(NOW) is None
    assert full().hint_in(after(10)) == 20
    assert full().rise(1, NOW).hint_in(after(60)) == 7 * 60
    assert full().ask(4, NOW).rise(1, NOW).hint_in(NOW) is None
    assert full(CLOSED).hint_in(after(700)) == 0


def test_a_closed_circle_changes_as_a_whole():
    circle = full(CLOSED).speak(2, NOW)
    with pytest.raises(Refusal, match="list has changed"):
        circle.swap(4, NOW)
    for who in (4, 5, 6, 7):
        circle = circle.ask(who, NOW)
    changed = circle.swap(4, after(60))
    assert changed.swap(4, after(61)) == changed, "a second press"
    assert [seat.who for seat in changed.seats] == [4, 5, 6]
    assert (changed.queue, changed.speaker) == ((7,), None)
    with pytest.raises(Refusal, match="Only a closed circle"):
        full().ask(4, NOW).swap(4, NOW)


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 300)), max_size=8))
def test_sums_name_nobody(rows):
    talk = sum_up(rows)
    assert talk.voices == len(rows)
    assert 0 <= talk.percent <= 100
    assert talk.largest <= talk.seconds
