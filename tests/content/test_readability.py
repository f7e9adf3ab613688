"""Whether the words are plain: an estimate of the reading age, and of the content that ships."""

import pytest

from help.management.commands.load_content import read_all, readings
from kmportal.lib.readability import read, syllables_of
from tests.content.test_loading import load_content


@pytest.mark.parametrize(
    ("word", "count"),
    [("people", 2), ("changed", 1), ("decided", 3), ("places", 2), ("table", 2), ("organisation", 5), ("the", 1)],
)
def test_syllables(word, count):
    assert syllables_of(word) == count


def test_sentences_and_words_are_counted():
    reading = read(["We met. Who came?", "A label"])
    assert (reading.texts, reading.sentences, reading.words, reading.longest) == (2, 3, 6, 2)


def test_hard_words_read_older_than_plain_ones():
    plain = read(["We ask who has done this before."])
    hard = read(["Organisational knowledge mobilisation necessitates multidisciplinary collaboration."])
    assert plain.age < 12 < hard.age


def test_no_words_have_no_age():
    assert read([]).age == 0
    assert read([]).words_per_sentence == 0


def test_what_ships_can_be_read_at_fourteen():
    for name, reading in readings(read_all()).items():
        assert reading.age <= 14, name
        assert reading.longest <= 30, name
        assert reading.words_per_sentence <= 18, name


def test_the_figures_are_printed():
    lines = load_content("--check", "--readability").splitlines()
    assert len(lines) == 23
    assert lines[1].startswith("Questions: reading age ")
