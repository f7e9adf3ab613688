"""Where hardly anything has all the words, any of them is enough, and the page says so."""

import re

import pytest

from search import index
from search.query import parse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages"), pytest.mark.database]


@pytest.fixture
def shelf(put):
    put(1, title="Cleaning the side rooms")
    put(2, title="Admission of a patient")
    put(3, title="Before admission, cleaning")
    put(4, title="Parking")


def idents(results):
    return [hit.ident for hit in results.hits]


def test_nothing_has_all_of_them_so_any_is_enough(shelf, reader):
    found = index.find(reader, "cleaning side rooms before admission", correct=True)
    assert found.loosened
    assert set(idents(found)) == {1, 2, 3}
    assert idents(found)[-1] == 2  # it has the fewest of the words
    assert not index.find(reader, "cleaning side rooms before admission").hits  # only pages loosen
    assert not index.find(reader, "zebra crossing", correct=True).hits


def test_what_is_shut_out_stays_out(shelf, reader):
    assert set(idents(index.find(reader, "rooms patient -cleaning", correct=True))) == {2}


def test_few_say_how_many_any_would_be(shelf, reader):
    found = index.find(reader, "cleaning admission", correct=True)
    assert (idents(found), found.any_total, found.loosened) == ([3], 3, False)
    assert index.find(reader, "parking", correct=True).any_total == 0
    any_word = index.find(reader, "cleaning admission", correct=True, any_word=True)
    assert (any_word.total, any_word.query.any_word) == (3, True)


def test_the_page_says_so(shelf, as_, lena):
    browser = as_(lena)
    page = browser.get("/o/riverside/search/", {"q": "cleaning admission"}).text
    assert re.search(r"words=any[^>]*>Any of these words \(<data value=.3.>3</data>\)", page)
    assert "at least one of the words" in browser.get("/o/riverside/search/?q=cleaning+admission&words=any").text
    assert "Nothing has all the words" in browser.get("/o/riverside/search/?q=parking+patient").text


def test_one_word_cannot_be_loosened():
    assert parse("valve").loosened is None
    assert parse("valve -pump").loosened is None
    assert parse("valve pump").loosened.loosened is None
