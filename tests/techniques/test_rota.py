"""Who sits where: what always holds, however many come, and the arithmetic that cannot be beaten."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techniques import rota
from techniques.rota import Round, meetings_again, offers, plan, replan, seat_late, sizes_of, take_out

# People, tables, meetings again in two and in three rounds: worked out by hand, and equal to what must be.
KNOWN = [(12, 3, 3, 6), (13, 3, 4, 8), (14, 3, 5, 10), (15, 3, 6, 12), (17, 4, 1, 2), (18, 4, 2, 4), (19, 4, 3, 6)]


def check_seated(rounds, people, tables) -> None:
    """Everybody sits once in each round."""
    for one in rounds:
        assert sorted(person for table in one for person in table) == sorted(people)
        assert len(one) == tables


def sizes(one: Round) -> list[int]:
    return sorted((len(table) for table in one), reverse=True)


@settings(max_examples=80, deadline=None)
@given(st.integers(rota.FEWEST, 60), st.integers(1, 3), st.data())
def test_everybody_sits_once_at_even_tables(people, rounds, data):
    offer = data.draw(st.sampled_from(offers(people, rounds)))
    made = plan(tuple(range(people)), offer.tables, rounds)
    assert len(made) == rounds
    check_seated(made, range(people), offer.tables)
    assert all(sizes(one) == list(offer.sizes) for one in made)
    assert sum(offer.sizes) == people
    assert meetings_again(made) == offer.again, "what is said is what is done"
    assert min(offer.sizes) >= rota.SMALLEST


@pytest.mark.parametrize("rounds", [2, 3])
@pytest.mark.parametrize("people", [9, *range(12, 61)])
def test_nobody_need_meet_twice(people, rounds):
    assert min(offer.again for offer in offers(people, rounds)) == 0


@pytest.mark.parametrize(("people", "tables", "two", "three"), KNOWN)
def test_where_it_cannot_be_helped_it_is_as_few_as_can_be(people, tables, two, three):
    assert meetings_again(plan(tuple(range(people)), tables, 2)) == two
    assert meetings_again(plan(tuple(range(people)), tables, 3)) == three


def test_the_tables_of_the_card_come_first_and_one_more_table_is_offered_where_it_helps():
    assert [offer.tables for offer in offers(14, 3)] == [3, 4]
    assert [offer.again for offer in offers(14, 3)] == [10, 0]
    assert [offer.tables for offer in offers(16, 3)] == [4]
    assert offers(5, 3) == ()


@settings(max_examples=40, deadline=None)
@given(st.integers(rota.FEWEST, 40), st.integers(2, 3))
def test_one_at_each_table_stays_in_all_rounds(people, rounds):
    first = offers(people, rounds)[0]
    made = plan(tuple(range(people)), first.tables, rounds)
    for number in range(first.tables):
        assert len({one[number][0] for one in made}) == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(rota.FEWEST, 36), st.integers(0, 4), st.integers(1, 2))
def test_who_comes_late_moves_nobody_and_the_rest_is_planned_anew(people, late, held):
    tables = offers(people, 3)[0].tables
    done = list(plan(tuple(range(people)), tables, 3)[:held])
    before = done[-1]
    for person in range(people, people + late):
        done[-1] = seat_late(done[-1], person)
    for old, new in zip(before, done[-1], strict=True):
        assert new[: len(old)] == old
    assert sizes(done[-1]) == list(sizes_of(people + late, tables))
    rest = replan(done, range(people + late), tables, 3 - held)
    check_seated(rest, range(people + late), tables)
    assert len(rest) == 3 - held


@settings(max_examples=40, deadline=None)
@given(st.integers(rota.FEWEST, 36), st.data())
def test_who_goes_leaves_a_chair_and_is_in_no_later_round(people, data):
    tables = offers(people, 3)[0].tables
    gone = data.draw(st.integers(0, people - 1))
    first = take_out(plan(tuple(range(people)), tables, 3)[0], gone)
    left = [person for person in range(people) if person != gone]
    check_seated([first], left, tables)
    wanted = rota.tables_for(len(left), tables)
    check_seated(replan([first], left, wanted, 2), left, wanted)


@pytest.mark.parametrize("people", [12, 16, 20, 24])
def test_after_a_late_comer_nobody_meets_twice_where_arithmetic_still_allows_it(people):
    tables = max(offers(people, 3), key=lambda offer: -offer.again).tables
    first = seat_late(plan(tuple(range(people)), tables, 3)[0], people)
    rest = replan([first], range(people + 1), tables, 2)
    if max(len(table) for table in first) <= tables:
        assert meetings_again([first, *rest]) == 0


def test_the_same_seed_gives_the_same_plan():
    assert replan((), range(14), 3, 3, seed=4) == replan((), range(14), 3, 3, seed=4)


def test_whoever_comes_late_sits_with_others():
    assert seat_late(((1, 2, 3), (), (4, 5)), 6) == ((1, 2, 3), (), (4, 5, 6))
    assert seat_late(((), ()), 6) == ((6,), ())
