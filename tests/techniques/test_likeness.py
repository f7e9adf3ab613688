"""Proposals for sorting notes (techniques.likeness)."""

import time
from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from techniques.likeness import MOST_PROPOSALS, say_the_same, share_a_word

texts = st.lists(st.text(alphabet="abkey rota.", max_size=30), max_size=40)


def test_notes_that_share_a_word_are_proposed():
    notes = ["The keys were missing", "Nobody had a key", "Rota came late", "A late rota again", "Tea was good"]
    found = {proposal.places for proposal in share_a_word(notes)}
    assert found == {(0, 1), (2, 3)}


def test_a_word_that_most_have_sorts_nothing():
    assert share_a_word(["ward keys", "ward rota", "ward tea"]) == []


def test_common_words_sort_nothing():
    assert share_a_word(["There was a lot of it", "There was not", "Tea", "Rota"]) == []


def test_equal_notes_are_found_whatever_their_capitals_and_full_stops():
    found = say_the_same(["Keys missing.", "keys  missing", "Keys missing!", "Rota"])
    assert [proposal.places for proposal in found] == [(0, 1, 2)]
    assert say_the_same(["", " ", "."]) == []


@settings(max_examples=60, deadline=None)
@given(texts)
def test_no_note_is_proposed_twice_and_there_are_never_too_many(notes):
    found = share_a_word(notes)
    places = list(chain.from_iterable(proposal.places for proposal in found))
    assert len(places) == len(set(places))
    assert all(0 <= place < len(notes) for place in places)
    assert all(len(proposal.places) >= 2 for proposal in found)
    assert len(found) <= MOST_PROPOSALS
    assert found == share_a_word(notes)


def test_three_hundred_long_notes_are_compared_at_once():
    notes = [f"word{number % 37} other{number % 53} third{number} " * 30 for number in range(300)]
    began = time.perf_counter()
    share_a_word(notes)
    assert time.perf_counter() - began < 2
