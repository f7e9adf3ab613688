"""Abbreviations: what is typed for short finds what was written out, and the reverse."""

import pytest

from kmportal.lib.content import ContentError
from search import abbreviations, index
from search.query import parse

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.search.pages"), pytest.mark.database]


@pytest.fixture
def shelf(put):
    put(1, title="The after action review of the winter ward")
    put(2, title="What an AAR is for")
    put(3, title="Medicines to take out are ready at four")
    put(4, title="TTOs on Friday")
    put(5, title="Take the bins out")
    put(6, title="Good news from the A&E")
    put(7, title="National early warning score")
    put(8, title="Accident and emergency, at night")
    put(9, title="Action review after lunch")


def found(reader, text):
    return {hit.ident for hit in index.find(reader, text).hits}


@pytest.mark.parametrize(
    ("text", "idents"),
    [
        ("AAR", {1, 2}),
        ("aars", {1, 2}),
        ("after action review", {1, 2, 9}),
        ("after action reviews winter", {1}),
        ("AAR winter", {1}),
        ("TTO", {3, 4}),
        ("to take out", {3, 4, 5}),
        ("tto friday", {4}),
        ("A&E", {6, 8}),
        ("accident and emergency", {6, 8}),
        ("news", {6}),
        ("NEWS", {6, 7}),
        ("ward -AAR", set()),
        ('"AAR"', {2}),
        ('"after action review"', {1}),
    ],
)
def test_both_ways_round(shelf, reader, text, idents):
    assert found(reader, text) == idents


def test_what_was_found_is_marked(shelf, reader):
    hit = next(hit for hit in index.find(reader, "AAR").hits if hit.ident == 1)
    assert "<mark>" in hit.title_html


@pytest.mark.parametrize("short", ["CoP", "COP", "CoPs"])
def test_capitals_are_read_as_they_are_written(short):
    assert parse(short).all[0].others != ()
    assert ("communiti", "of", "practic") not in parse(short.lower()).all[0].others


def test_each_abbreviation_finds_what_it_stands_for():
    table = abbreviations.table()
    for one in abbreviations.read().fields:
        for entry in one.entries:
            for words in entry.long:
                term = parse(entry.short).all[0]
                assert tuple(abbreviations.stems(words)) in term.others, entry.short
                assert tuple(abbreviations.stems(entry.short)) in table.shortened[tuple(abbreviations.stems(words))]


def test_mistakes_in_the_file_are_named(tmp_path):
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "abbreviations.yaml").write_text(
        "fields:\n- name: One\n  entries:\n  - {short: AAR, long: [after action review]}\n"
        "  - {short: aar, long: [one two three four five six seven]}\n"
    )
    with pytest.raises(ContentError) as raised:
        abbreviations.read(tmp_path / "content")
    assert "“aar” stands here twice." in str(raised.value)
    assert "Search compares 6 words at most." in str(raised.value)
