"""What is like the words that somebody writes: the words that both have, only what one may see, and a bounded cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organisations.visibility import Reach
from search import index
from search.alike import MOST, alike
from search.likeness import words_of
from tests.cast import as_member

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def put(riverside):
    """``put(key, title, body)``: a lesson in the index."""

    def make(ident, title, body="", **values):
        values = {"kind": "lesson", "reach": Reach.ORGANISATION, "state": "noted", **values}
        doc = index.Doc(ident=ident, organisation=riverside, group_id=None, author_id=None, title=title, body=body,
                        **values)  # fmt: skip
        index.put_many([doc])

    return make


def found(cara, title, text="", **values):
    return [(one.doc.ident, one.shared) for one in alike(as_member(cara), title, text, kind="lesson", **values)]


def test_two_words_are_enough_where_one_stands_in_a_title(put, cara):
    put(1, "Ask pharmacy for medicines at ten", "They came late.")
    put(2, "Label the wheelchairs", "They went missing.")
    put(3, "Another thing", "The pharmacy has no medicines.")
    [(first, shared), *_] = found(cara, "Medicines late", "Nobody told the pharmacy.")
    assert (first, set(shared)) == (1, {"late", "pharmacy", "Medicines"})
    assert {key for key, _ in found(cara, "Medicines from the pharmacy")} == {1, 3}
    assert found(cara, "Wheelchairs") == []
    assert found(cara, "", "") == found(cara, "the and of") == []


def test_the_same_title_says_so_and_comes_first(put, cara):
    put(1, "Ask pharmacy for medicines early", "early early")
    put(2, "Ask Pharmacy for medicines")
    assert found(cara, "ask pharmacy for medicines") == [(2, ()), (1, ("pharmacy", "medicines"))]


def test_only_what_one_may_see_of_that_kind_and_not_itself(put, cara):
    put(1, "Ask pharmacy early", reach=Reach.AUTHOR)
    put(2, "Ask pharmacy early", kind="session")
    put(3, "Ask pharmacy early")
    put(4, "Ask pharmacy early", state="retired")
    assert [key for key, _ in found(cara, "Ask pharmacy early", states=["noted"])] == [3]
    assert found(cara, "Ask pharmacy early", states=["noted"], but=3) == []


def test_at_most_five_in_few_queries_however_many_there_are(put, cara):
    for number in range(1, 30):
        put(number, f"Ask pharmacy early, ward {number}", "Medicines came late. " * 20)
    with CaptureQueriesContext(connection) as queries:
        assert len(found(cara, "Ask pharmacy early", "Medicines came late")) == MOST
    assert len(queries) <= 4


def test_words_that_everything_has_ask_only_together(put, cara, monkeypatch):
    monkeypatch.setattr("search.alike.CAP", 3)
    for number in range(1, 9):
        put(number, f"Pharmacy {number}", "medicines" if number % 2 else "beds")
    assert {key for key, _ in found(cara, "Pharmacy medicines")} == {1, 3, 5, 7}


@pytest.mark.parametrize(
    "text", ["\0", "“”'\"%\\", "NEAR(a b) OR NOT *", "x" * 50_000, "🙂 " * 3_000, "<b>ward</b>; DROP"]
)
def test_nothing_typed_breaks_it(put, cara, text):
    put(1, "Ward keys")
    assert found(cara, text, text) in ([], [(1, ())])


def test_words_without_what_is_common():
    assert list(words_of("We asked the Pharmacies, and they had asked").values()) == ["Pharmacies"]


def test_everyday_words_are_no_likeness_and_no_reason(put, cara):
    put(1, "Tell everybody who is ready, and say when", "Nobody told us whether they were ready.")
    put(2, "Tell the pharmacy which bags are ready", "Nobody says it.")
    assert found(cara, "Say who is ready and tell nobody", "They told everybody that they were ready") == []
    assert found(cara, "Tell nobody that the bags are ready", "The pharmacy said it.") == [(2, ("bags", "pharmacy"))]


def test_a_title_of_everyday_words_alone_is_met_again(put, cara):
    put(1, "Tell everybody")
    assert found(cara, "tell everybody") == [(1, ())]
