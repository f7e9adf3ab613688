from hypothesis import given
from hypothesis import strategies as st

from techniques.pacing import LEAST_MINUTES, pace_in_words, take_minutes


def test_the_longest_stages_give_first():
    assert take_minutes([13, 12, 3], 2) == [11, 12, 3]
    assert take_minutes([5, 5, 3], 3) == [3, 4, 3]


def test_nobody_falls_below_one_minute():
    assert take_minutes([1, 2, 1], 5) == [1, 1, 1]
    assert take_minutes([], 2) == []


@given(st.lists(st.integers(1, 90), max_size=8), st.integers(0, 60))
def test_what_is_taken_is_given(later, taken):
    after = take_minutes(later, taken)
    assert len(after) == len(later)
    assert all(LEAST_MINUTES <= new <= old for new, old in zip(after, later, strict=True))
    assert sum(later) - sum(after) == min(taken, sum(later) - len(later))


def test_pace_in_words():
    assert pace_in_words([("Open", 5, 5), ("Close", 3, 3)]) == ""
    words = pace_in_words([("What happened?", 15, 17), ("Learn", 12, 11), ("Close", 3, 2)])
    longer, shorter = words.split(". ")
    assert longer == "“What happened?” has 2 minutes more than planned"
    assert shorter == "“Learn” has one minute less and “Close” has one minute less."
    assert pace_in_words([("Close", 3, 5)]).endswith("The session ends 2 minutes later.")
