"""Drawing pairs: what always holds, whoever comes and whoever has met before."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coffee.pairing import Draw, History, Joiner, Reason, Way, draw, pair_of, reasons_of, third_for

NOTHING = History()


def people(number: int, **words) -> list[Joiner]:
    return [Joiner(key, **words) for key in range(number)]


def run(joiners: list[Joiner], rounds: int, *, is_explained: bool = False) -> tuple[int, int, dict[int, int]]:
    """So many rounds of the same people: how many met again, were left alone, and who was in a three how often."""
    met: dict[tuple[int, int], int] = {}
    threes: dict[int, int] = {}
    last: frozenset[int] = frozenset()
    again = alone = 0
    for number in range(rounds):
        history = History({pair: number - before for pair, before in met.items()}, threes, last)
        drawn = draw(joiners, history, is_explained=is_explained, seed=number)
        again, alone = again + drawn.repeats, alone + len(drawn.alone)
        met |= dict.fromkeys(drawn.pairs(), number)
        last = frozenset(key for group in drawn.groups if len(group) == 3 for key in group)
        for key in last:
            threes[key] = threes.get(key, 0) + 1
    return again, alone, threes


@st.composite
def crowds(draw_from):
    number = draw_from(st.integers(0, 24))
    chance = Random(draw_from(st.integers(0, 10_000)))
    never = {pair for pair in ((a, b) for a in range(number) for b in range(a)) if chance.random() < 0.1}
    joiners = [
        Joiner(
            key,
            team=chance.choice(["", "a", "b"]),
            site=chance.choice(["", "x", "y"]),
            profession=chance.choice(["", "n", "m"]),
            way=chance.choice(list(Way)),
            never=frozenset(other for pair in never if key in pair for other in pair if other != key),
        )
        for key in range(number)
    ]
    met = {pair_of(a, b): chance.randrange(1, 9) for a in range(number) for b in range(a) if chance.random() < 0.2}
    return joiners, History(met)


@settings(max_examples=60, deadline=None)
@given(crowds(), st.booleans(), st.integers(0, 99))
def test_everybody_meets_once_and_nobody_whom_they_avoid(crowd, is_explained, seed):
    joiners, history = crowd
    drawn = draw(joiners, history, is_explained=is_explained, seed=seed)
    seated = [key for group in drawn.groups for key in group]
    assert sorted([*seated, *drawn.alone]) == [joiner.key for joiner in joiners]
    assert {len(group) for group in drawn.groups} <= {2, 3}
    by_key = {joiner.key: joiner for joiner in joiners}
    assert not any(other in by_key[one].never for one, other in drawn.pairs())
    assert drawn.repeats == sum(pair in history.met for pair in drawn.pairs())
    # Who is alone may meet nobody else who is alone.
    assert all(b in by_key[a].never for a in drawn.alone for b in drawn.alone if a != b)
    assert drawn == draw(joiners[::-1], history, is_explained=is_explained, seed=seed)


def test_of_nobody_and_of_one():
    assert draw([], NOTHING, is_explained=False, seed=1) == Draw((), (), 0)
    assert draw(people(1), NOTHING, is_explained=False, seed=1) == Draw((), (0,), 0)


@pytest.mark.parametrize("number", [14, 16, 20, 26, 40])
@pytest.mark.parametrize("is_explained", [False, True])
def test_nobody_meets_again_for_twelve_rounds(number, is_explained):
    again, alone, threes = run(people(number), 12, is_explained=is_explained)
    assert (again, alone, threes) == (0, 0, {})


def test_an_odd_number_has_one_three_shared_fairly():
    again, alone, threes = run(people(27), 9)
    assert (again, alone) == (0, 0)
    # 27 seats in threes for 27 people: nobody sits in one a third time, and few a second.
    assert max(threes.values()) == 2
    assert len(threes) >= 22


def test_where_nobody_new_is_left_the_longest_ago_meets_again():
    four = people(4)
    history = History({(0, 1): 1, (2, 3): 1, (0, 2): 2, (1, 3): 2, (0, 3): 3, (1, 2): 3})
    drawn = draw(four, history, is_explained=False, seed=5)
    assert drawn.groups == ((0, 3), (1, 2))
    assert drawn.repeats == 2


def test_the_explained_rule_looks_at_team_site_and_profession():
    joiners = [
        Joiner(1, team="icu", site="west", profession="nurse", way=Way.FACE),
        Joiner(2, team="icu", site="west", profession="doctor"),
        Joiner(3, team="estates", site="west", profession="doctor", way=Way.FACE),
        Joiner(4, team="library", site="east", profession="nurse", way=Way.REMOTE),
    ]
    drawn = draw(joiners, NOTHING, is_explained=True, seed=1)
    assert drawn.groups == ((1, 3), (2, 4))
    assert reasons_of([joiners[0], joiners[2]], NOTHING, is_explained=True) == list(Reason)[:4]
    assert reasons_of([joiners[0], joiners[2]], NOTHING, is_explained=False) == [Reason.NEW]
    assert reasons_of([joiners[0], joiners[2]], History({(1, 3): 2}), is_explained=True) == [Reason.AGAIN]


def test_by_lot_every_pair_is_as_likely():
    seen = [draw(people(6), NOTHING, is_explained=False, seed=seed).groups for seed in range(600)]
    counts = {pair: sum(pair in groups for groups in seen) for pair in [(0, 1), (0, 5), (2, 3), (4, 5)]}
    assert all(80 < count < 160 for count in counts.values()), counts  # 120 each, give or take


def test_a_third_is_found_for_somebody_alone():
    groups = [[Joiner(1), Joiner(2)], [Joiner(3), Joiner(4)], [Joiner(5), Joiner(6), Joiner(7)]]
    history = History({(1, 9): 1})
    assert third_for(Joiner(9), groups, history, is_explained=False) == 1
    assert third_for(Joiner(9, never=frozenset({3})), groups, history, is_explained=False) == 0
    assert third_for(Joiner(9, never=frozenset({1, 3})), groups, history, is_explained=False) is None


@pytest.mark.parametrize("is_explained", [False, True])
def test_a_thousand_people_all_have_somebody_new(is_explained):
    joiners = [Joiner(key, team=str(key % 40), site=str(key % 3)) for key in range(1_001)]
    drawn = draw(joiners, NOTHING, is_explained=is_explained, seed=1)
    assert (len(drawn.groups), drawn.alone) == (500, ())
    again = draw(joiners, History(dict.fromkeys(drawn.pairs(), 1)), is_explained=is_explained, seed=2)
    assert again.repeats == 0
