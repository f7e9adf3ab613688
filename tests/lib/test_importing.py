"""Files that people bring: which ones are refused with which words, and what is read from the others."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmportal.lib.importing import Unreadable, check_kind, damaged_places, decode, read


def workbook(folder: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(f"{folder}/document.xml", "<x/>" * 1000)
    return packed.getvalue()


def rows_of(text: str) -> list[dict[str, object]]:
    return [dict(record.cells) for record in read(text).records()]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "empty"),
        (workbook("xl"), "Excel workbook"),
        (workbook("word"), "Word document"),
        (workbook("other"), "packed (zip)"),
        (b"PK\x03\x04 broken", "packed (zip)"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x89PNG\r\n", "picture"),
        (b"<!DOCTYPE html><p>", "web page"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"\x00\x01\x02\x03binary", "not a text file"),
        (bytes(range(32)) * 4, "not a text file"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_in_one_sentence(data, says):
    with pytest.raises(Unreadable, match=r"\.$") as refused:
        check_kind(data[:8192], data)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("Title\nOne\n", "one column"),
        ("Title,Lesson\n", "no rows"),
        (",,\n,,\n", "no words"),
        ('Title,Lesson\n1,"never closed\n2,3\n', "line 2 is never closed"),
        ("{broken\n{also", "No line"),
        ("[1, 2", "No line"),
    ],
)
def test_a_text_without_a_table_is_refused(text, says):
    with pytest.raises(Unreadable, match=r"\.$") as refused:
        list(read(text).records())
    assert says in str(refused.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(delimiter, end):
    lines = [["Title", "Lesson"], ["One", '"a, b; c"'], ["Two", '"two' + end + 'lines"']]
    sheet = read(end.join(delimiter.join(line) for line in lines) + end)
    assert (sheet.delimiter, sheet.from_mac) == (delimiter, end == "\r")
    assert [record.number for record in sheet.records()] == [2, 3]
    assert [record.cells["Lesson"] for record in sheet.records()] == ["a, b; c", f"two{end}lines"]


def test_a_hint_for_excel_names_the_separator():
    sheet = read("sep=;\nTitle;Lesson\nOne;a,b,c\n")
    assert [(record.number, record.cells) for record in sheet.records()] == [(3, {"Title": "One", "Lesson": "a,b,c"})]


def test_blank_rows_above_the_headings_are_passed_over():
    assert [(r.number, r.cells) for r in read("\n,,\nA,B\n1,2\n").records()] == [(4, {"A": "1", "B": "2"})]


def test_headings_are_never_empty_and_never_twice():
    assert read(",Title,Title\n1,2,3\n").headings == ("Column 1", "Title", "Title (2)")


def test_rows_that_are_short_long_or_blank():
    records = list(read("A,B,C\n1\n,,\n1,2,3,,\n1,2,3,4\n").records())
    assert [record.cells for record in records[:2]] == [{"A": "1", "B": "", "C": ""}, {"A": "1", "B": "2", "C": "3"}]
    assert "5 headings" not in records[2].problem
    assert records[2].number == 5
    assert records[2].problem.startswith("This row has 4 cells, but there are 3 headings.")


def test_json_lines_keep_lists_and_say_which_line_is_wrong():
    sheet = read('{"title": "One", "tags": ["a", null, 2], "n": 3, "none": null}\n\nnonsense\n{"title": {"x": 1}}\n')
    assert sheet.format == "jsonl"
    assert sheet.headings == ("title", "tags", "n", "none")
    records = list(sheet.records())
    assert records[0].cells == {"title": "One", "tags": ["a", "2"], "n": "3", "none": ""}
    assert (records[1].number, bool(records[1].problem)) == (3, True)
    assert records[2].cells == {"title": "x: 1"}


def test_one_json_list_is_read_too():
    assert rows_of('[{"title": "One"}, {"title": "Two"}]') == [{"title": "One"}, {"title": "Two"}]


@pytest.mark.parametrize(
    ("data", "encoding", "text", "damaged"),
    [
        ("£ naïve".encode(), "", "£ naïve", 0),
        ("£ naïve".encode("utf-8-sig"), "", "£ naïve", 0),
        ("£ naïve".encode("utf-16"), "", "£ naïve", 0),
        ("£ naïve".encode("cp1252"), "", "� na�ve", 2),
        ("£ naïve".encode("cp1252"), "cp1252", "£ naïve", 0),
        ("£ naïve".encode("mac_roman"), "mac_roman", "£ naïve", 0),
        ("£ naïve".encode(), "cp1252", "£ naïve", 0),  # UTF-8 is beyond doubt, whatever was chosen
        (b"a\x81b", "cp1252", "a�b", 1),
    ],
)
def test_letters(data, encoding, text, damaged):
    decoded = decode(data, encoding)
    assert (decoded.text, decoded.damaged) == (text, damaged)


def test_an_encoding_that_does_not_exist():
    with pytest.raises(Unreadable, match="cp1252"):
        decode(b"\xff\x00\x81", "klingon")


def test_damaged_places_are_shown_in_each_reading():
    places = damaged_places(b"x" * 100 + b"KSC\x92s\r\nplan" + b"y" * 100)
    assert len(places) == 1
    assert "KSC’s plan" in places[0]["cp1252"]
    assert "KSC�s plan" in places[0][""]
    assert damaged_places("£".encode() * 30) == []
    assert damaged_places("£ naïve".encode("utf-16")) == []


@given(st.binary(max_size=400))
def test_no_file_at_all_breaks_the_reader(data):
    with contextlib.suppress(Unreadable):
        check_kind(data[:8192], data)
        list(read(decode(data).text).records())


def test_halves_of_letters_and_noughts_that_json_spells_out_reach_no_database():
    sheet = read('{"ti\\ud800tle\\u0000": "a\\udfff", "tags": ["\\ud800b"], "more": {"x": "\\udc00"}}\n')
    assert sheet.headings == ("ti\ufffdtle", "tags", "more")
    (record,) = sheet.records()
    assert record.cells == {"ti\ufffdtle": "a\ufffd", "tags": ["\ufffdb"], "more": "x: \ufffd"}
    assert read("ti\0tle,lesson\na,b\n").headings == ("title", "lesson")


@pytest.mark.parametrize("line", ['{"title": ' + "9" * 5000 + "}", "[" * 100_000, '{"title": NaN'])
def test_a_line_without_end_is_one_bad_row(line):
    sheet = read('{"title": "Good"}\n' + line + "\n")
    assert [record.problem == "" for record in sheet.records()] == [True, False]
