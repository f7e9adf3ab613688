"""The rules without a database: what reads as an open question, and minutes that add up."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techniques import asking, sharing

MINUTES = st.integers(0, 480)


@pytest.mark.parametrize(
    "text",
    [
        "What have you not tried?", "How do things stand today?", "Who else is in it?", "When did it begin?",
        "In what way does it touch you?", "Help me to understand the facts.", "And what else?",
        "What would your opposite do?", "What do you think you should do?", "Which of them matters most",
        "Your manager knows of it?",
    ],
)  # fmt: skip
def test_open_questions_are_left_in_peace(text):
    assert asking.hint_of(text) == ""


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Have you tried ringing her?", asking.ADVICE), ("You should ask him.", asking.ADVICE),
        ("Why don’t you ask him?", asking.ADVICE), ("I would ring her", asking.ADVICE),
        ("Have you thought of a rota?", asking.ADVICE), ("What about a rota?", asking.ADVICE),
        ("Would it not be better to wait?", asking.ADVICE), ("If I were you, I’d wait", asking.ADVICE),
        ("Did you talk to her?", asking.CLOSED), ("Is he always like that?", asking.CLOSED),
        ("Who is in it? And when did it begin?", asking.SEVERAL), ("Why did you do that?", asking.BLAME),
        ("I think that he is tired", asking.NO_QUESTION), ("", ""), ("   ", ""),
    ],
)  # fmt: skip
def test_what_is_no_open_question_has_a_hint(text, hint):
    assert asking.hint_of(text) == hint


@given(st.text(max_size=200))
def test_any_text_has_one_of_the_hints_or_none(text):
    assert asking.hint_of(text) in {"", asking.ADVICE, asking.SEVERAL, asking.NO_QUESTION, asking.CLOSED, asking.BLAME}


@given(MINUTES, st.integers(1, 8))
def test_shared_minutes_add_up_and_differ_by_one_at_most(minutes, people):
    shares = sharing.share_out(minutes, people)
    assert (sum(shares), len(shares)) == (minutes, people)
    assert max(shares) - min(shares) <= 1


@given(MINUTES, st.lists(st.integers(0, 60), min_size=1, max_size=7))
def test_parts_of_a_turn_add_up_and_each_has_a_minute(minutes, pattern):
    parts = sharing.fit_parts(minutes, pattern)
    assert sum(parts) == max(minutes, len(pattern))
    assert all(part >= 1 for part in parts)


def test_a_turn_as_long_as_the_card_has_the_parts_of_the_card():
    for pattern in ([4, 6, 15, 3, 4], [5, 8, 18, 4, 5], [5, 8, 19, 4, 6]):
        assert sharing.fit_parts(sum(pattern), pattern) == pattern


ASKED = st.builds(
    sharing.Asked,
    key=st.integers(1, 99),
    backed=st.integers(0, 8),
    need=st.integers(1, 5),
    last_at=st.none() | st.datetimes(min_value=datetime(2025, 1, 1), timezones=st.just(UTC)),
)


@given(st.lists(ASKED, max_size=8, unique_by=lambda one: one.key))
def test_the_order_is_the_rule_that_is_published(asked):
    order = sharing.in_order(asked)
    assert sorted(one.key for one in order) == sorted(one.key for one in asked)
    for one, other in pairwise(order):
        assert (one.backed, one.need) >= (other.backed, other.need)
        if (one.backed, one.need) == (other.backed, other.need) and other.last_at is None:
            assert one.last_at is None


def test_whoever_has_waited_longest_comes_first():
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    rows = [sharing.Asked(1, 2, 3, late), sharing.Asked(2, 2, 3, early), sharing.Asked(3, 2, 3), sharing.Asked(4, 3, 1)]
    assert [one.key for one in sharing.in_order(rows)] == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("minutes", "begun", "waiting", "takes"),
    [
        (64, 32, 1, True),
        (64, 32, 2, False),
        (64, 63, 0, False),
        (10, 0, 0, True),
        (10, 0, 1, False),
        (64, 64, 0, False),
    ],
)
def test_one_more_turn_has_the_shortest_time_at_least(minutes, begun, waiting, takes):
    assert sharing.takes_another(minutes, begun, waiting) == takes


@pytest.mark.parametrize(("minutes", "turns"), [(0, 1), (14, 1), (30, 2), (64, 4), (120, 8)])
def test_nobody_is_hurried(minutes, turns):
    assert sharing.most_turns(minutes) == turns
