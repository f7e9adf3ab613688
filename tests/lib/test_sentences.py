"""Pieces of sentences."""

import pytest

from kmportal.lib.sentences import apart, capital, counted, in_words, listed, one_line, people_in_words, quoted


@pytest.mark.parametrize(("number", "words"), [(0, "no"), (1, "one"), (9, "nine"), (10, "10"), (-1, "-1")])
def test_small_numbers_are_words(number, words):
    assert in_words(number) == words


def test_a_number_with_the_words_that_fit_it():
    assert counted(1, "action is late", "actions are late") == "one action is late"
    assert counted(12, "action is late", "actions are late") == "12 actions are late"
    assert (people_in_words(1), people_in_words(0)) == ("1 person", "0 people")


@pytest.mark.parametrize(("words", "said"), [("a", "a"), ("ab", "a and b"), ("abc", "a, b and c")])
def test_lists(words, said):
    assert listed(list(words)) == said


def test_a_sentence_begins_with_a_capital_and_names_keep_theirs():
    assert capital("ask Lena about KM") == "Ask Lena about KM"
    assert capital("") == ""


def test_a_quotation_inside_a_quotation_has_single_marks():
    assert quoted("Ask “Who has done this?” first") == "“Ask ‘Who has done this?’ first”"
    assert quoted("Brown bag lunches") == "“Brown bag lunches”"


def test_a_line_has_no_breaks():
    assert one_line(" What you\r\npromised\tin “May”\n") == "What you promised in “May”"


def test_a_name_that_is_read_from_the_right_keeps_the_number_behind_it():
    assert apart("Cara O’Neill") == "Cara O’Neill"
    assert apart("محمد") == "\u2068محمد\u2069"
