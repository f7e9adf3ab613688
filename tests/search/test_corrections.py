"""Mistyped words: found by slips, judged by what the reader would find, silent about what they may not see."""

import pytest

from organisations.visibility import Reach
from search import index, vocabulary
from search.corrections import distance
from search.models import Word

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages")]


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("valve", "valve", 0),
        ("vavle", "valve", 1),
        ("valv", "valve", 1),
        ("vallve", "valve", 1),
        ("walve", "valve", 1),
        ("comittment", "commitment", 2),
        ("pump", "valve", 3),
        ("", "ab", 2),
    ],
)
def test_counts_slips(one, other, slips):
    assert distance(one, other, 2) == min(slips, 3)
    assert distance(other, one, 2) == min(slips, 3)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("thermel", "thermal"),
        ("vavle", "valve"),
        ("conector", "connector"),
        ("seperation", "separation"),
        ("maintanance", "maintenance"),
        ("thermel valve", "thermal valve"),
        ("Thermel -pump", "thermal -pump"),
        ('"thermel valve"', '"thermal valve"'),
        ("thermel vavle", "thermal valve"),
        ("xylophone", None),
        ("thermel*", None),
        ("abc", None),
    ],
)
def test_proposes_what_was_meant(put, reader, typed, meant):
    put(1, title="Thermal valve connector")
    put(2, title="Separation and maintenance")
    results = index.find(reader, typed)
    assert results.total == 0
    assert results.did_you_mean == meant
    assert not results.corrected


def test_answers_for_the_correction_when_asked(put, reader):
    put(1, title="Thermal valve")
    results = index.find(reader, "thermel", correct=True, facets=["kind"])
    assert results.corrected
    assert results.did_you_mean == "thermal"
    assert results.text == "thermel"
    assert [hit.ident for hit in results.hits] == [1]
    assert results.facets["kind"] == [("lesson", 1)]


def test_a_word_that_finds_enough_is_left_alone(put, reader):
    put(1, title="Calving glaciers")
    for number in range(2, 9):
        put(number, title="Carving wood")
    assert index.find(reader, "calving").did_you_mean is None
    put(9, title="Carving stone")
    put(10, title="Carving bone")
    results = index.find(reader, "calving")
    assert results.total == 1
    assert results.did_you_mean == "carving"


def test_says_nothing_of_what_the_reader_may_not_see(put, reader, hillside, oskar, member):
    put(1, title="Redundancies", organisation=hillside)
    put(2, title="Redundancies", reach=Reach.AUTHOR)
    assert Word.objects.filter(word="redundancies").exists()
    assert index.find(reader, "redudancies").did_you_mean is None
    assert index.find(member(oskar), "redudancies").did_you_mean == "redundancies"


def test_with_filters_that_shut_all_out_it_only_proposes(put, reader):
    put(1, title="Thermal valve")
    results = index.find(reader, "thermel", filters={"kind": ["session"]}, correct=True)
    assert results.did_you_mean == "thermal"
    assert not results.corrected
    assert results.total == 0


def test_asks_only_a_few_small_questions(put, reader, django_assert_max_num_queries):
    for number, word in enumerate(["thermal", "thermals", "therm", "theme", "thermos", "terminal"]):
        put(number, title=word)
    with django_assert_max_num_queries(16):
        index.find(reader, "thermel vavle conector seperation maintanance", correct=True)


def test_refresh_forgets_words_that_stand_nowhere(put):
    put(1, title="Thermal valve")
    Word.objects.create(word="ghost")
    vocabulary.refresh()
    assert set(Word.objects.values_list("word", flat=True)) == {"thermal", "valve"}
