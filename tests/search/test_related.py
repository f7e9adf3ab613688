"""What fits a text: with the words that it shares, within what the reader may see, in as many queries for few as for
many."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from organisations.visibility import Reach
from search import index, related
from search.related import find_related, telling_terms
from tests.search import labelled

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages")]
MOVE = "Moving ward 6: take-home medicines from the pharmacy on the day of the move"


def idents(reader, *texts, **kwargs):
    return [one.ident for one in find_related(reader, texts, kinds={"lesson": 5}, **kwargs)["lesson"]]


def test_what_shares_most_comes_first_and_says_what_it_shares(doc, reader):
    index.put_many(
        [
            doc(1, title="Ask the pharmacy for medicines at ten", body="The ward moved at noon."),
            doc(2, title="Label the boxes", body="The ward was moved and nobody knew whose box it was."),
            doc(3, title="Turn the heating down", body="It was warm."),
        ]
    )
    found = find_related(reader, [MOVE], kinds={"lesson": 5})["lesson"]
    assert [one.ident for one in found] == [1, 2]
    assert {"medicines", "pharmacy", "ward"} <= set(found[0].words)
    assert found[0].score > found[1].score


def test_tags_among_the_words_are_told_apart(doc, reader):
    index.put_many([doc(1, title="Ask at ten", body="The ward waits.", tags=["Pharmacy"])])
    (found,) = find_related(reader, [MOVE], kinds={"lesson": 5})["lesson"]
    assert found.tags == ("pharmacy",)


def test_of_each_kind_as_many_as_asked_for(doc, reader):
    index.put_many([doc(number, title="Pharmacy and ward") for number in range(1, 8)])
    index.put_many([doc(number, kind="asset", title="Pharmacy and ward") for number in range(1, 8)])
    found = find_related(reader, [MOVE], kinds={"lesson": 3, "asset": 2, "profile": 4})
    assert {kind: len(rows) for kind, rows in found.items()} == {"lesson": 3, "asset": 2, "profile": 0}


def test_only_what_the_reader_may_see_and_what_is_asked_for(doc, reader, cara):
    index.put_many(
        [
            doc(1, title="Pharmacy and ward", reach=Reach.AUTHOR, author_id=cara.pk),
            doc(2, title="Pharmacy and ward", state="retired"),
            doc(3, title="Pharmacy and ward", state="noted"),
        ]
    )
    assert idents(reader, MOVE, narrowed=Q(state="noted")) == [3]


@pytest.mark.parametrize(
    "text", ["", " ", "the of and", "!?…", "\0", '"', "work and plans", "a" * 9_000, "'; DROP", "*"]
)
def test_what_says_nothing_finds_nothing(doc, reader, text):
    index.put_many([doc(1, title="Pharmacy and ward")])
    assert idents(reader, text) == []


def test_hostile_text_is_only_words(doc, reader):
    index.put_many([doc(1, title="Pharmacy and ward")])
    assert idents(reader, 'NEAR(pharmacy ward) AND "ward pharmacy" title:x -pharmacy* \' OR 1=1; --') == [1]


def test_pairs_count_as_one_word_more(doc, reader):
    assert [term.text for term in telling_terms(["Clean room for the ward"])] == ["Clean", "room", "ward", "Clean room"]


def test_where_all_words_are_common_it_still_answers(doc, reader, monkeypatch):
    monkeypatch.setattr(related, "COMMON", 2)
    index.put_many([doc(number, title="Pharmacy and ward") for number in range(1, 6)])
    assert idents(reader, "pharmacy ward")


@pytest.mark.parametrize("number", [10, 200])
def test_two_queries_however_much_there_is(doc, reader, number):
    index.put_many([doc(one, title="Pharmacy and ward") for one in range(1, number + 1)])
    with CaptureQueriesContext(connection) as taken:
        assert len(idents(reader, MOVE)) == 5
    assert len(taken) <= 3  # one more for the groups of the reader


@pytest.mark.skipif(not labelled.LESSONS.exists(), reason="the real lessons are not on this machine")
def test_precision_at_five_is_better_than_that_of_the_word_search(riverside, reader):
    labelled.fill(riverside)
    measured = labelled.precision(reader)
    assert measured.pack >= measured.search + 0.05, measured
