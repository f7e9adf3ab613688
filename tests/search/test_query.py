"""What somebody typed, as it is understood."""

import pytest

from search.analyser import analyse, fold, stems, vocabulary
from search.query import MAX_TERMS, parse


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("valve pumps", ["valve", "pumps"], []),
        ('"launch vehicle" pad', ["“launch vehicle”", "pad"], []),
        ("“launch vehicle”", ["“launch vehicle”"], []),
        ("battery -lithium", ["battery"], ["lithium"]),
        ('battery -"lithium ion"', ["battery"], ["“lithium ion”"]),
        ("battery − lithium", ["battery", "lithium"], []),
        ("battery −lithium", ["battery"], ["lithium"]),
        ("O-ring A&E 5.2.19", ["O-ring", "A&E", "5.2.19"], []),
        ("fuel/oxidiser", ["fuel", "oxidiser"], []),
        ("12,000 bolts, nuts", ["12,000", "bolts", "nuts"], []),
        ("hand*", ["hand*"], []),
        ("the valve of a pump", ["valve", "pump"], []),
        ("the", ["the"], []),
        ("AND OR NOT", ["AND", "OR", "NOT"], []),
        ("the -valve", [], ["valve"]),
        ("valve Valves VALVE", ["valve"], []),
        ('"valve', ["valve"], []),
        ('- * "" && 😀', [], []),
    ],
)
def test_reads_words_phrases_and_minus(text, wanted, unwanted):
    query = parse(text)
    assert [term.text for term in query.all] == wanted
    assert [term.text for term in query.none] == unwanted
    assert query.words == (*wanted, *(f"-{word}" for word in unwanted))


def test_joined_words_are_a_phrase():
    assert parse("O-ring").all[0].stems == ("o", "ring")
    assert parse("patient’s don't").all[0].stems == ("patient",)


def test_knows_nothing_from_something():
    assert parse("  ").is_blank
    assert not parse("  ").asks_nothing
    assert parse("?!").asks_nothing
    assert not parse("-valve").asks_nothing


def test_ten_thousand_letters_are_cut():
    query = parse("word%d " * 2000)
    assert len(query.all) == 1
    assert query.cut
    many = parse(" ".join(f"word{number}" for number in range(100)))
    assert len(many.all) == MAX_TERMS
    assert many.cut
    assert not parse("valve pump").cut
    assert len(parse("-".join(map(str, range(5000)))).all[0].stems) == MAX_TERMS


def test_a_beginning_takes_in_the_stem():
    assert parse("connecting*").all[0].stems == ("connect",)
    assert parse("being*").all[0].stems == ("being",)
    assert parse("*").all == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Résumé", "resume"),
        ("cafe\u0301", "café"),
        ("organisations", "organization"),
        ("colour", "coloring"),
        ("analysed", "analyzing"),
        ("metres", "meter"),
        ("programme", "programs"),
        ("patient’s", "patients"),
        ("STRASSE", "straße"),
        ("Łódź", "lodz"),
        ("co\u00adoperate", "cooperates"),
        ("batteries", "Battery"),
    ],
)
def test_the_same_word_written_differently(one, other):
    assert stems(one) == stems(other)


@pytest.mark.parametrize(("one", "other"), [("size", "sis"), ("prize", "prise"), ("four", "for"), ("hour", "hor")])
def test_spelling_stops_at_short_words(one, other):
    assert stems(one) != stems(other)


def test_stems_are_letters_and_figures_only():
    text = "".join(map(chr, range(1, 0x3000))) + ' a\'b "x" \\ 😀 x_y'
    assert all(stem.isalnum() and len(stem) <= 64 for stem in stems(text))
    assert stems("x" * 10_000) == ["x" * 64]
    assert fold("ÉCOLE") == "ecole"


def test_keeps_within_what_both_databases_hold():
    words = analyse("title", "", "the " * 1000, "word" + " other new" * 20_000)
    assert sum(map(len, words.fields)) <= 16_000
    assert len(words.abstract) == 250
    assert words.title == ["titl"]


def test_vocabulary_leaves_out_numbers_and_short_words():
    assert vocabulary(["The O-ring of AB1234 and the Connector’s café"]) == {"ring", "connectors", "cafe"}
