"""The page of the one search: what it says when, and that nothing typed can do harm."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organisations.visibility import Reach
from search import facets
from search.index import find

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages")]
URL = "/o/riverside/search/"


@pytest.fixture
def page(as_, lena):
    def get(query="", **values):
        response = as_(lena).get(URL, {"q": query, **values} if query or values else {})
        assert response.status_code == 200
        return re.sub(r"\s+", " ", response.content.decode())

    return get


def test_says_what_can_be_found(page, put):
    put(1)
    put(2, kind="session")
    put(3, kind="session", reach=Reach.AUTHOR)
    html = page()
    assert "What you can find here" in html
    assert '<a href="?kind=lesson">Lessons</a></h3><span class="km-meta">1</span>' in html
    assert '<a href="?kind=session">Sessions</a></h3><span class="km-meta">1</span>' in html
    assert "Nothing found" not in html


def test_says_so_when_there_is_nothing_at_all(page):
    assert "There is nothing to find yet" in page()


def test_shows_hits_with_marks_state_and_links(page, put):
    put(7, title="The <valve>", body="A valve & a pump", state="identified", tags=["x"])
    html = page("valve")
    assert "1 result for “valve”" in re.sub(r"<[^>]+>", "", html)
    assert '<a href="/o/riverside/things/7/">The &lt;<mark>valve</mark>&gt;</a>' in html
    assert "A <mark>valve</mark> &amp; a pump" in html
    assert "Identified" in html
    assert "<title>valve · Search · Riverside · KM Portal</title>" in html


def test_states_are_said_in_the_words_of_their_app(page, put):
    put(1, state="x1", subkind="s1")
    put(2, state="other-state", kind="novelty")
    html = page("thing")
    assert "km-state--good" in html
    assert "Well rooted" in html
    assert "Lesson, Success story." in html
    assert "Other state" in html
    assert "Novelty" in html
    assert '<input type="checkbox" name="state"' not in html
    html = page("thing", kind="lesson", state=["x1", "gone"])
    assert 'name="state" value="x1" checked><span>Well rooted</span>' in html
    assert 'name="state" value="gone" checked><span>Gone</span> <span>0' in html


def test_narrows_down_and_keeps_it_in_links(page, put):
    for number in range(25):
        put(number, title="Valve", year=2000 + number, kind="lesson" if number % 2 else "session")
    html = page("valve", kind="lesson")
    assert "12 results for “valve”" in re.sub(r"<[^>]+>", "", html)
    assert 'name="kind" value="lesson" checked' in html
    assert 'name="kind" value="session"><span>Sessions</span> <span>13' in html
    assert "Narrow down: 1 chosen" in html
    assert '<a href="?q=valve&amp;kind=lesson&amp;order=newest">Newest first</a>' in html
    assert 'href="?q=valve">Clear</a>' in html
    assert '<summary class="km-meta">4 more</summary>' in html
    html = page("valve", page=2)
    assert "11 to 20 of 25" in html
    assert 'href="?q=valve&amp;page=1"' in html


def test_corrects_and_says_so(page, put):
    put(1, title="Thermal valve")
    html = page("thermel")
    assert "Nothing was found for “thermel”. This is what was found for <b>“thermal”</b>." in html
    assert "<mark>Thermal</mark> valve" in html
    assert 'value="thermel"' in html


def test_asks_what_was_meant(page, put):
    put(1, title="Calving")
    for number in range(2, 12):
        put(number, title="Carving")
    assert 'Did you mean <a href="?q=carving">carving</a>?' in page("calving", page=1)


def test_nothing_found_says_what_to_try(page, put):
    put(1, title="Valve")
    html = page("zzzz")
    assert "Nothing found for “zzzz”" in html
    assert "Nothing that is shared with you has all of these words." in html
    html = page("valve", kind="session")
    assert "Nothing matches both your words and your filters." in html
    assert '<a href="?q=valve">Search without the filters</a>' in html
    assert "Type at least one letter or number." in page("?!")
    assert "We only searched for the first words" in page("valve " + "word " * 100)


@pytest.mark.parametrize(
    "text",
    [
        '"><script>alert(1)</script>',
        "' OR 1=1 --",
        "%",
        "😀" * 300,
        "a" * 3000,
        '"' * 99,
        "NEAR( AND",
        "\\x",
        "-" * 50,
    ],
)
def test_nothing_typed_does_harm(page, put, text):
    put(1, title="Valve")
    html = page(text, kind=text[:50], year=text[:50], page=text[:20], order=text[:20])
    assert "<script>alert" not in html


@pytest.mark.parametrize("odd", ["'", '"', "\\", "k" * 3_000, "lesson' | 'x"])
def test_an_odd_kind_in_the_address_finds_nothing_and_breaks_nothing(page, put, odd):
    for ident in range(1, 5):
        put(ident, title="bed ward")
    put(9, title="bed")
    page("bed ward", kind=["lesson", odd])
    page("bed", kind=odd)
    page("", kind=odd)


@pytest.mark.parametrize("year", ["0", "02024", "x", "-1", "9" * 30])
def test_an_odd_year_finds_as_many_as_it_counts(lena, member, put, year):
    put(1, year=2024)
    put(2, year=None)
    found = find(member(lena), "", filters={"year": [year]})
    assert len(found.hits) == found.total == (1 if year == "02024" else 0)


def test_strangers_find_no_page(as_, oskar, riverside):
    assert as_(oskar).get(URL).status_code == 404
    assert as_().get(URL).status_code == 302


def test_readers_do_not_find_what_is_kept_back(as_, put, reza, cara):
    put(1, title="Secret valve", reach=Reach.AUTHOR, author_id=cara.pk)
    assert "Secret" not in as_(reza).get(URL, {"q": "valve"}).content.decode()
    assert "Secret" in as_(cara).get(URL, {"q": "valve"}).content.decode()


@pytest.mark.parametrize(
    ("query", "few", "many"), [({}, 1, 3), ({"kind": "lesson"}, 1, 3), ({"q": "valve"}, 1, 3), ({"q": "valve"}, 5, 15)]
)
def test_takes_the_same_number_of_queries_with_one_row_and_with_more(as_, lena, put, query, few, many):
    client = as_(lena)
    client.get(URL)  # the session is written once
    counts = []
    for number in range(1, many + 1):
        put(number, title="Valve")
        if number in {few, many}:
            with CaptureQueriesContext(connection) as queries:
                client.get(URL, query)
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_tick_lists_leave_out_what_does_not_choose(doc, put, reader, rf):
    put(1, source="NASA", year=2014)
    put(2, source="NASA")
    results = find(reader, "", facets=["source", "year", "state"])
    params = rf.get("/", {"year": ["2014", "2014", ""], "nonsense": "x"}).GET
    panel = facets.panel(results, params, [("source", "From", None), ("year", "Year", {}), ("state", "State", None)])
    assert [(each.name, [(option.value, option.checked) for option in each.options]) for each in panel.lists] == [
        ("year", [("2014", True)])
    ]
    assert panel.ticked == 1
    assert facets.chosen(params, ["year", "nonsense", "state"]) == {"year": ["2014"]}
