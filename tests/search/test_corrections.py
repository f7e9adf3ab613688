"""Mistyped words: found by slips, judged by what the reader would find, silent about what they may not see."""

import pytest

from organisations.visibility import Reach
from search import index, ranking, vocabulary
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


def test_asks_only_a_few_small_questions(put, reader, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(ranking, "_AT_ONCE", 10**9)  # however many rows other tests have made and taken back
    for number, word in enumerate(["thermal", "thermals", "therm", "theme", "thermos", "terminal"]):
        put(number, title=word)
    with django_assert_max_num_queries(22):  # the groups and the newest row, once
        index.find(reader, "thermel vavle conector seperation maintanance", correct=True)


def test_refresh_forgets_words_that_stand_nowhere(put):
    put(1, title="Thermal valve")
    Word.objects.create(word="ghost")
    vocabulary.refresh()
    assert set(Word.objects.values_list("word", flat=True)) == {"thermal", "valve"}


def test_two_mistyped_words_that_stand_in_different_texts_are_both_put_right(put, reader, as_, lena):
    put(1, title="Oxygen runs out on the way")
    put(2, title="Where the empty cylinder stands")
    put(3, title="Medicines are late on Friday")
    for number in range(4, 12):
        put(number, title=f"Friday round {number}")
    put(12, title="Cylinders in the yard")
    for typed, meant in {
        "oxigen cilinder": "oxygen cylinder",
        "oxigen cilinder hoist": "oxygen cylinder hoist",
        "medicnes fryday": "medicines friday",
        "oxigen fridayy parking": "oxygen friday parking",
    }.items():
        assert index.find(reader, typed).did_you_mean == meant
    found = index.find(reader, "oxigen cilinder", correct=True)
    assert {hit.ident for hit in found.hits} == {1, 2, 12}
    assert (found.text, found.loosened, found.corrected) == ("oxigen cilinder", True, False)
    page = as_(lena).get("/o/riverside/search/", {"q": "oxigen cilinder"}).text
    assert "Nothing has all the words" in page
    assert ">oxygen cylinder</a>?" in page


def test_of_words_that_are_as_near_the_one_is_meant_that_is_found_most(put, reader):
    """“oxigen” may be many; the one that the reader finds with the rest of the question goes first."""
    for number, word in enumerate(["wards", "words", "warts", "wares", "warps", "warms", "warns", "warks", "wardy"]):
        put(number, title=f"{word} alone")
    put(20, title="Wardens lock the doors")
    put(21, title="Warden and porter")
    assert index.find(reader, "warddn portre").did_you_mean == "warden porter"


def test_both_put_right_tell_nothing_of_what_the_reader_may_not_see(put, reader, hillside):
    put(1, title="Redundancies", organisation=hillside)
    put(2, title="Closures", reach=Reach.AUTHOR)
    put(3, title="Oxygen")
    assert index.find(reader, "redudancies clossures").did_you_mean is None
    assert index.find(reader, "redudancies oxigen").did_you_mean == "redudancies oxygen"
