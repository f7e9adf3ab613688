"""What notes say about actions and lessons."""

import pytest

from lessons.prefill import advice_in, story_from, title_of
from techniques.models import Stage


@pytest.mark.parametrize(
    ("note", "when_you", "then_do"),
    [
        ("When you are about to move a ward, then ask pharmacy by ten", "move a ward", "ask pharmacy by ten"),
        ("When you're about to move a ward, ask pharmacy, early", "move a ward", "ask pharmacy, early"),
        ("when you move a ward then ask pharmacy", "move a ward", "ask pharmacy"),
        ("When you are about to… move a ward… then… ask", "move a ward", "ask"),
        ("Ask pharmacy at ten", "", "Ask pharmacy at ten"),
        ("Whenever it rains, close the\n window", "it rains", "close the window"),
        ("", "", ""),
    ],
)
def test_the_halves_of_an_advice(note, when_you, then_do):
    assert advice_in(note) == (when_you, then_do)


def test_a_title_is_the_advice_and_short():
    assert title_of("When you move a ward, then ask pharmacy.") == "Ask pharmacy"
    assert len(title_of("When you move a ward, then " + "ask " * 100)) <= 120


def test_what_each_stage_tells():
    stages = [
        Stage(key="expect", columns=[{"key": "expected"}]),
        Stage(key="happened", columns=[{"key": "well"}, {"key": "better"}]),
        Stage(key="why", columns=[{"key": "why"}]),
        Stage(key="marks", columns=[]),
    ]
    summary = {"expect": "Two o’clock", "happened": "Four o’clock", "why": "A late request", "marks": "", "gone": "x"}
    assert story_from(summary, stages) == {
        "expected": "Two o’clock",
        "happened": "Four o’clock",
        "why": "A late request",
    }
