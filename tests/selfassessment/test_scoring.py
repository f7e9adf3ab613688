"""The arithmetic, by itself."""

from fractions import Fraction
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfassessment import scoring


def of(now=(), wanted=(), *, counts=True) -> scoring.Measure:
    """The figures of one criterion to which so many people said these levels."""
    pairs = zip_longest(now, wanted)
    return scoring.measure(scoring.Said(one, two, counts=counts) for one, two in pairs)


levels = st.lists(st.integers(1, 5), max_size=40)


@pytest.mark.parametrize(
    ("said", "middle"),
    [([1, 2, 2, 3, 5], 2.0), ([1, 1, 2, 3, 4, 5], 2.5), ([4] * 5, 4.0), ([1, 2, 3, 4], None), ([], None)],
)
def test_middle(said, middle):
    assert of(said).now == of([], said).wanted == middle


@given(levels, levels)
def test_nothing_is_said_about_fewer_than_five(now, wanted):
    figures = of(now, wanted)
    if len(now) < 5:
        assert (figures.now, figures.low, figures.high, figures.middle, figures.gap, figures.spread) == (None,) * 6
    if len(wanted) < 5:
        assert (figures.wanted, figures.gap) == (None, None)
    if len(now) >= 5 and len(wanted) >= 5:
        assert figures.gap == figures.wanted - figures.now


@given(levels, levels)
def test_who_does_not_count_makes_no_figure(now, wanted):
    figures = of(now, wanted, counts=False)
    assert (figures.now, figures.wanted, figures.low, figures.high, figures.middle) == (None,) * 5
    assert (figures.votes, figures.answered, figures.people) == (None,) * 3


@given(st.lists(st.integers(1, 5), min_size=5, max_size=40))
def test_at_least_half_say_the_middle_or_less(now):
    figures = of(now)
    assert sum(level <= figures.middle for level in now) * 2 >= len(now)
    assert figures.low <= figures.middle <= figures.high


@pytest.mark.parametrize(
    ("gap", "votes", "people", "effort", "score"),
    [(2.5, 10, 18, "medium", 3.9), (2, 11, 18, "quick", 3.9), (2, 5, 18, "quick", 3.1), (2, 8, 18, "medium", 2.9),
     (1, 0, 18, "long", 0.8), (1, 0, 0, "medium", 1.0)],
)  # fmt: skip
def test_priority(gap, votes, people, effort, score):
    assert scoring.to_one_decimal(scoring.priority(gap, votes=votes, people=people, effort=effort)) == score


@pytest.mark.parametrize(("value", "shown"), [("9/4", 2.3), ("2.24", 2.2), ("-9/4", -2.2), ("3", 3.0)])
def test_a_half_is_rounded_up(value, shown):
    assert scoring.to_one_decimal(Fraction(value)) == shown


def test_a_section_leaves_out_what_too_few_answered():
    assert scoring.average([2.0, None, 2.5]) == 2.3
    assert scoring.average([None, None]) is None


@pytest.mark.parametrize(("now", "band"), [(1.0, "first"), (2.0, "first"), (2.5, "stretch"), (4.0, "stretch")])
def test_band(now, band):
    assert scoring.band(now) == band


def test_printed_figures_agree():
    assert scoring.difference(3.6, 2.3) == 1.3
    assert scoring.difference(None, 2.3) is None
