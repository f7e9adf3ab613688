"""Rows of a file as lessons, and what becomes of them beside what stands. No database."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kmportal.lib.importing import decode, read
from lessons.importing.merging import Counts, Standing, decide_rows
from lessons.importing.rows import Row, RowReader, leads_to_words, match_headings, name_of_source

FILES = Path(__file__).parent / "files"
TODAY = date(2026, 11, 22)


def rows_of(name, encoding="", mapping=None):
    sheet = read(decode((FILES / name).read_bytes(), encoding).text)
    reader = RowReader(sheet, mapping or match_headings(sheet.headings), on=TODAY)
    return {row.external_id: row for row in reader.read_rows()}


def rows_in(text, **mapping):
    sheet = read(text)
    return list(RowReader(sheet, mapping or match_headings(sheet.headings), on=TODAY).read_rows())


def test_headings_of_known_systems_are_matched():
    headings = ("", "LessonId", "Title", "Lesson", "LessonDate", "Categories", "Category", "url", "Topic")
    assert match_headings(headings) == {
        "LessonId": "external_id",
        "Title": "title",
        "Lesson": "learned",
        "LessonDate": "happened_on",
        "Categories": "tags",
        "Category": "tags",
        "url": "source_url",
    }
    assert name_of_source(headings, "x.csv") == "NASA LLIS"
    assert match_headings(["What happened?", "Why?", "Then…", "Description", "Summary"]) == {
        "What happened?": "happened",
        "Why?": "why",
        "Then…": "then_do",
        "Description": "abstract",
    }
    assert name_of_source(["Title"], "ward_incidents 2025.csv") == "ward incidents 2025"
    assert not leads_to_words(match_headings(["Number", "Date"]))


def test_the_dirt_of_a_real_file():
    rows = rows_of("lessons_2014.csv")
    damaged = rows["101"]
    assert damaged.words["abstract"] == "The key was with the night porter.� Nobody knew.��"
    assert damaged.tags == ("Facilities", "Ground Operations", "Parts", "Materials & Processes")
    assert damaged.facts["contact"] == "KSC"
    made = rows["102"]
    assert (made.title, set(made.flags)) == ("Label the oxygen cylinders before the shift. Then count them.", {"title"})
    assert rows["103"].digest != rows["104"].digest
    html = rows["105"]
    assert html.words["abstract"] == "See & hear: “ask” first. N2O at 4°."
    assert html.words["learned"] == "– Say who you are\n– Say what has changed\nbelow <0.10%] is fine"
    assert rows["106"].title == "The ward�s own phone"
    assert rows["107"].words["abstract"] == 'He said "wait",\nand we waited.'
    assert rows["107"].happened_on == date(2013, 11, 12)
    assert rows["109"].refusal.startswith("This row has 17 cells, but there are 15 headings.")
    assert rows["110"].refusal == "This row has neither a title nor a lesson."
    assert rows["111"].notes == ("Brought in without its date: “Spring 2014” names no day.",)
    assert len(rows["112"].title) <= 300
    assert rows["112"].words["abstract"].startswith("T" * 20)
    nameless = next(row for key, row in rows.items() if key.startswith("row-"))
    assert nameless.title == "A row without a number"


def test_json_lines_with_broken_entities_and_empty_words():
    rows = rows_of("lessons_partial.jsonl")
    assert rows["101"].tags == ("Implementation » Phase E",)
    assert rows["102"].tags == ("Gases", "Parts", "Materials & Processes")
    assert rows["106"].tags == ()
    assert rows["201"].title == 'Battery "Popping" in the cold'
    assert rows["201"].words["happened"] == 'The "donut" of the insert came off.'
    assert rows["201"].tags == ("Power",)
    assert [row.number for row in rows.values() if row.refusal] == [3]


def test_a_file_of_excel_for_mac():
    rows = rows_of("excel_mac.csv")
    assert rows["301"].words["abstract"] == "About 5000 splices. They fail. Often."
    assert rows["301"].words["learned"] == "Use file_name_1. Again"
    assert [rows[key].happened_on for key in ("301", "302")] == [date(2014, 6, 13), date(1999, 12, 5)]
    assert rows["302"].words["learned"] == "Two\nlines"
    assert rows["303"].words["learned"] == "Ward�s lamp"
    assert rows_of("excel_mac.csv", "cp1252")["303"].words["learned"] == "Ward’s lamp"


def test_a_plain_table_with_semicolons():
    rows = rows_of("plain.csv", "cp1252")
    (row,) = rows.values()
    assert row.words == {"learned": "Cold tea £2 is wasted", "then_do": "use the flask"}
    assert (row.facts["kind"], row.tags) == ("good-practice", ("tea", "flasks"))


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("x" * 40_001, "The text under “Lesson” has 40,001 characters. The limit is 40,000."),
        ("", "neither a title"),
        ("N/A", "neither a title"),
    ],
)
def test_rows_that_cannot_be_lessons(cell, says):
    (row,) = rows_in(f'Id,Lesson\n7,"{cell}"\n')
    assert says in row.refusal


def test_long_numbers_odd_links_and_guarded_cells():
    rows = rows_in(f"Id,Title,Url,Advice\n{'9' * 90},T,x,\n8,T,javascript:alert(1),'=SUM(A1)\n")
    assert "Its number has 90 characters" in rows[0].refusal
    assert "source_url" not in rows[1].facts
    assert rows[1].words["then_do"] == "=SUM(A1)"


def test_a_day_to_come_is_left_out():
    (row,) = rows_in("Title,Date\nT,2999-01-01\n")
    assert (row.happened_on, set(row.flags)) == (None, {"day", "no-text"})


# --- What becomes of them ------------------------------------------------------------------------------------------


def row(**values):
    whole = Row(2, "1", "Title", {"abstract": "A", "learned": "L"}, {"contact": "KSC"}, date(2014, 6, 6), ("one",))
    return replace(whole, **values)


def merged(first, second):
    known: dict[str, Standing] = {}
    outcomes = [decision.outcome for decision in decide_rows([first, second], known)]
    return outcomes[1], known["1"]


def test_the_later_source_wins_field_by_field():
    outcome, after = merged(row(), row(title="New", words={"learned": "L2", "happened": "H"}, tags=("two",)))
    assert (outcome, after.title, after.tags) == ("merged", "New", ("two",))
    assert after.words == {"abstract": "A", "learned": "L2", "happened": "H"}


def test_empty_and_damaged_words_never_win():
    outcome, after = merged(row(), row(title="N�w", words={"learned": "L�"}, facts={}, tags=(), happened_on=None))
    assert (outcome, after.title, after.words["learned"], after.facts, after.tags) == (
        "unchanged", "Title", "L", {"contact": "KSC"}, ("one",),
    )  # fmt: skip
    assert after.happened_on == date(2014, 6, 6)


def test_damage_is_healed_and_no_longer_flagged():
    first = row(words={"learned": "L�"})
    known: dict[str, Standing] = {}
    (decision,) = decide_rows([first], known)
    assert decision.standing.flags == {"letters"}
    outcome, after = merged(first, row(words={"learned": "Love"}))
    assert (outcome, after.words["learned"], after.flags) == ("merged", "Love", frozenset())


def test_a_made_up_title_gives_way_to_a_real_one_and_never_the_reverse():
    made = row(title="Made", flags=frozenset({"title"}))
    assert merged(made, row(title="Real"))[1].title == "Real"
    assert merged(made, row(title="Real"))[1].flags == frozenset()
    kept = merged(row(title="Real"), replace(made, words={"abstract": "New"}))[1]
    assert (kept.title, kept.flags) == ("Real", frozenset())


def test_the_same_row_again_changes_nothing_even_after_another_source():
    known: dict[str, Standing] = {}
    first, second = row(), row(title="New")
    outcomes = [decision.outcome for decision in decide_rows([first, first, second, first, second], known)]
    assert outcomes == ["created", "unchanged", "merged", "unchanged", "unchanged"]
    assert known["1"].title == "New"


def test_what_a_person_wrote_is_kept_and_gaps_are_filled():
    by_hand = Standing(
        pk=1, title="Mine", words={"learned": "My words", "abstract": "Dam�ged"}, tags=("mine",), by_hand=True
    )
    known = {"1": by_hand}
    decide_rows([row(words={"learned": "Theirs", "abstract": "Whole", "happened": "H"})], known)
    after = known["1"]
    assert (after.title, after.tags, after.happened_on) == ("Mine", ("mine",), date(2014, 6, 6))
    assert after.words == {"learned": "My words", "abstract": "Whole", "happened": "H"}


def test_counts_add_up():
    counts = Counts()
    counts.count_in(
        decide_rows([row(), row(), Row(3, refusal="No."), row(external_id="2", words={"learned": "�"})], {})
    )
    assert counts == Counts(read=4, created=2, merged=0, unchanged=1, refused=1, flagged=1)
