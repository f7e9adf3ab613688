"""Asking the index: pages, order, links, and who sees what."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from organisations.models import Group
from organisations.visibility import Reach
from search import finding, index, ranking
from search.engines import postgresql, sqlite
from tests.cast import join_group

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages")]


def idents(results):
    return [hit.ident for hit in results.hits]


def day(number):
    return datetime(2026, 1, number, 12, tzinfo=UTC)


def test_nothing_typed_lists_all_newest_first(put, reader):
    for number in (1, 3, 2):
        put(number, at=day(number))
    results = index.find(reader, "  ")
    assert idents(results) == [3, 2, 1]
    assert (results.total, results.more) == (3, False)


def test_pages(doc, reader):
    index.put_many([doc(number, title="Valve", at=day(number + 1)) for number in range(7)])
    for text in ("", "valve"):
        results = index.find(reader, text, page=2, per_page=3)
        assert idents(results) == [3, 2, 1]
        assert (results.total, results.page) == (7, 2)
        beyond = index.find(reader, text, page=99, per_page=3)
        assert (beyond.page, idents(beyond), beyond.total) == (3, [0], 7)
        assert index.find(reader, text, page=-5, per_page=3).page == 1
    empty = index.find(reader, "pump", page=3)
    assert (empty.total, empty.page) == (0, 1)


def test_the_title_and_the_rank_come_first(put, reader):
    put(1, title="Other", body="A valve, among much else that is told here at some length")
    put(2, title="The valve")
    assert idents(index.find(reader, "valve")) == [2, 1]
    put(3, title="Other", body="A valve, among much else that is told here at some length", rank=1000)
    assert idents(index.find(reader, "valve")).index(3) < idents(index.find(reader, "valve")).index(1)


def test_newest_first_when_asked(put, reader):
    put(1, title="Valve valve valve", at=day(1))
    put(2, title="Other", body="valve", at=day(2))
    assert idents(index.find(reader, "valve")) == [1, 2]
    assert idents(index.find(reader, "valve", order="newest")) == [2, 1]
    assert idents(index.find(reader, "-pump")) == [2, 1]


def test_counts_exactly_to_a_thousand(doc, reader):
    index.put_many([doc(number, title="Valve", body="odd" * (number % 2)) for number in range(1003)])
    results = index.find(reader, "valve", page=50)
    assert (results.total, results.more) == (1000, True)
    assert len(results.hits) == 20
    assert index.find(reader, "valve", page=51).page == 50
    assert index.find(reader, "odd").more is False
    assert index.find(reader, "").total == 1003
    assert len(index.find(reader, "", page=51).hits) == 3


def test_a_hit_brings_what_a_page_shows(put, reader, riverside):
    group = Group.objects.create(organisation=riverside, name="Ward 6")
    put(
        7, title="The <valve>", abstract="It sticks.", body="Much later.", state="identified", subkind="case-study",
        source="NASA", year=2014, at=day(3), group_id=group.pk,
    )  # fmt: skip
    hit = index.find(reader, "valve").hits[0]
    assert (hit.kind, hit.ident, hit.title) == ("lesson", 7, "The <valve>")
    assert hit.title_html == "The &lt;<mark>valve</mark>&gt;"
    assert hit.snippet_html == "It sticks. … Much later."
    assert (hit.state, hit.subkind, hit.source, hit.year) == ("identified", "case-study", "NASA", 2014)
    assert (hit.group_name, hit.at, hit.organisation_id) == ("Ward 6", day(3), riverside.pk)
    assert hit.url == "/o/riverside/things/7/"


def test_links_stay_in_the_readers_own_organisation(put, hillside, reader):
    put(1, organisation=hillside, reach=Reach.NETWORK)
    put(2, organisation=None, reach=Reach.NETWORK)
    put(3, kind="homeless")
    assert [hit.url for hit in index.find(reader, "").hits] == ["", "/o/riverside/things/2/", "/o/riverside/things/1/"]


def test_each_reach(put, member, riverside, hillside, lena, farah, cara, reza, ada, oskar, nia):
    ward = Group.objects.create(organisation=riverside, name="Ward 6")
    join_group(ward, reza)
    for number, reach in enumerate(Reach.values):
        put(number, reach=reach, author_id=cara.pk, group_id=ward.pk)
    seen = {person: set(idents(index.find(member(person), ""))) for person in (lena, farah, cara, reza, ada, oskar)}
    author, reviewers, group, organisation, network = range(5)
    assert seen[cara] == {author, reviewers, group, organisation, network}
    assert seen[lena] == seen[farah] == {reviewers, organisation, network}
    assert seen[reza] == {group, organisation, network}
    assert seen[ada] == {organisation, network}
    assert seen[oskar] == {network}
    assert set(idents(index.find(member(nia, riverside), ""))) == {organisation, network}
    assert set(idents(index.find(member(nia, hillside), ""))) == {network}


def test_ones_own_are_found_only_where_they_belong(put, member, riverside, hillside, nia):
    put(1, author_id=nia.pk, reach=Reach.AUTHOR, title="Valve")
    assert idents(index.find(member(nia, riverside), "valve")) == [1]
    assert idents(index.find(member(nia, hillside), "valve")) == []


def test_unknown_filters_are_an_error_of_ours(reader):
    with pytest.raises(ValueError, match="colour"):
        index.find(reader, "", filters={"colour": ["red"]})


def test_odd_filter_values_find_nothing(put, reader):
    put(1, year=2014, state="open")
    for filters in ({"year": ["2014.5"]}, {"state": ["op\0en' OR 1=1"]}, {"group": ["%"]}, {"year": ["9" * 40]}):
        assert index.find(reader, "", filters=filters).total == 0
    assert index.find(reader, "", filters={"state": []}).total == 1


def test_facets_come_in_order(doc, reader):
    index.put_many([doc(n, state="open" if n else "closed", year=2020 + n % 2) for n in range(5)])
    results = index.find(reader, "", facets=["state", "year"])
    assert results.facets == {"state": [("open", 4), ("closed", 1)], "year": [("2021", 2), ("2020", 3)]}


@pytest.mark.parametrize("text", ["", "thing", "-pump", '"thing"'])
@pytest.mark.parametrize("number", [5, 15])
def test_few_statements_for_hits_and_counts(doc, reader, text, number, monkeypatch, django_assert_num_queries):
    """The words of the organisation or the counts, the groups, the keys, the rows; PostgreSQL also asks for the newest
    row."""
    monkeypatch.setattr(ranking, "_AT_ONCE", 10**9)  # however many rows other tests have made and taken back
    index.put_many([doc(each) for each in range(number)])
    with django_assert_num_queries(5 if connection.vendor == "postgresql" and text else 4):
        assert index.find(reader, text, facets=["kind", "state"], filters={"kind": ["lesson"]}).total == number


def test_asking_nothing_asks_nothing(reader, django_assert_num_queries):
    with django_assert_num_queries(0):
        results = index.find(reader, "?!", facets=["kind"], correct=True)
    assert (results.total, results.facets, results.query.asks_nothing) == (0, {"kind": []}, True)


@pytest.fixture
def few_are_looked_at(monkeypatch):
    """As with very many things: of the matches a few are looked at, the newest."""
    monkeypatch.setattr(ranking, "EXACT", 3)
    monkeypatch.setattr(finding, "EXACT", 3)
    monkeypatch.setattr(ranking, "AIM", 5)
    monkeypatch.setattr(ranking, "_AT_ONCE", 3)
    monkeypatch.setattr(ranking, "_FIRST", 2)
    monkeypatch.setattr(postgresql, "_BLOCKS", {"a": 0, "b": 1, "c": 2})
    monkeypatch.setattr(sqlite, "MOST", 6)


def test_of_very_many_matches_the_newest_are_looked_at(doc, reader, few_are_looked_at):
    index.put_many([doc(number, title="Valve", state="open") for number in range(60)])
    results = index.find(reader, "valve", facets=["state"], per_page=3)
    assert set(idents(results)) <= set(range(40, 60))
    assert (results.total, results.more, results.is_counted) == (3, True, False)
    assert [value for value, _ in results.facets["state"]] == ["open"]
    oldest = index.find(reader, "valve", order="oldest", per_page=3)
    assert len(oldest.hits) == 3
    assert set(idents(oldest)) <= {0, 1, 2}


def test_a_word_in_few_old_things_is_found_among_many(doc, reader, few_are_looked_at):
    index.put_many([doc(number, title="Valve" if number in (3, 5) else "Pump", state="open") for number in range(60)])
    results = index.find(reader, "valve", facets=["state"])
    assert set(idents(results)) == {3, 5}
    assert (results.total, results.is_counted, results.facets) == (2, True, {"state": [("open", 2)]})


def test_a_filter_finds_what_few_of_very_many_matches_have(doc, reader, few_are_looked_at):
    index.put_many([doc(number, title="Valve", state="rare" if number == 4 else "open") for number in range(60)])
    results = index.find(reader, "valve", facets=["state"], filters={"state": ["rare"]})
    assert idents(results) == [4]
    assert (results.total, results.more) == (1, False)
