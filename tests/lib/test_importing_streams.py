"""Files of any size: workbooks, lists and lines that are read a little at a time, and what would be too much."""

import io
import json
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kmportal.lib import markdown
from kmportal.lib.importing import (
    Unreadable,
    check_kind,
    lines_in,
    opener_of,
    read,
    read_cells,
    rows_of_workbook,
    workbooks,
)
from kmportal.lib.importing.reports import parse_report
from search import analyser


def workbook(*rows, title="Lessons", before=()):
    book = Workbook()
    sheet = book.active
    for row in before:
        sheet.append(row)
    if before:
        sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(data):
    assert check_kind(data[:8192], data) == "xlsx"
    return read_cells(lambda: rows_of_workbook(opener_of(data)), knows=lambda word: word in {"Title", "Lesson"})


def test_a_workbook_is_read_as_people_see_it():
    when = datetime(2025, 3, 4, 9, 30)
    data = workbook(
        ["Our log"], ["Ref", "Title", "Lesson", "When"],
        [1.0, "Beds", True, date(2025, 3, 4)], [None, None, None, None], ["A2", "#N/A", "=1+1", when],
    )  # fmt: skip
    sheet = table(data)
    assert (sheet.headings, sheet.above) == (("Ref", "Title", "Lesson", "When"), ("Our log",))
    rows = [(record.number, dict(record.cells)) for record in sheet.records()]
    assert rows[0] == (3, {"Ref": "1", "Title": "Beds", "Lesson": "yes", "When": "2025-03-04"})
    assert rows[1] == (5, {"Ref": "A2", "Title": "#N/A", "Lesson": "", "When": "2025-03-04 09:30"})


def packed(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


def test_a_workbook_that_would_be_too_much_is_refused_before_it_is_unpacked():
    data = packed(xl__workbook_xml="<x/>", xl__worksheets__sheet1_xml="0" * (300 << 20))
    assert len(data) < 1 << 20
    tracemalloc.start()
    with pytest.raises(Unreadable, match="too large when it is unpacked"):
        check_kind(data[:8192], data)
    assert tracemalloc.get_traced_memory()[1] < 5 << 20
    tracemalloc.stop()


def test_entities_that_grow_are_refused():
    whole = workbook(["Title", "Lesson"], ["Beds", "Order"])
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text = bomb + text.split("?>", 1)[-1].replace("Beds", "&b;")
            new.writestr(name, text)
    with pytest.raises(Unreadable, match="cannot be read"):
        list(rows_of_workbook(opener_of(out.getvalue())))


@pytest.mark.parametrize(
    ("name", "kind", "is_refused"),
    [
        ("xl/styles.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml", True),
        ("xl/styles.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml", True),
        ("docProps/anything.xml", "", True),
        ("xl/media/words.png", "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml", True),
        ("xl/media/photo.png", "image/png", False),
        (
            "xl/worksheets/sheet9.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
            False,
        ),
    ],
)
def test_each_part_that_is_read_whole_has_a_limit(monkeypatch, name, kind, is_refused):
    monkeypatch.setattr(workbooks, "MOST_OF_A_PART", 20_000)
    monkeypatch.setattr(workbooks, "MOST_WORDS", 20_000)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["Title"], ["Beds"]))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "[Content_Types].xml" and kind:
                line = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
                content = content.replace(b"</Types>", line.encode())
            if part != name:
                new.writestr(part, content)
        new.writestr(name, b"0" * 30_000)
    if is_refused:
        with pytest.raises(Unreadable, match="too large when it is unpacked"):
            workbooks.check_workbook(opener_of(out.getvalue()))
    else:
        workbooks.check_workbook(opener_of(out.getvalue()))


@pytest.mark.parametrize("data", [packed(xl__workbook_xml="<x/>"), packed(xl__workbook_xml="nonsense")])
def test_a_workbook_that_is_none(data):
    with pytest.raises(Unreadable, match=r"\.$"):
        list(rows_of_workbook(opener_of(data)))


@pytest.mark.parametrize("end", ["]", " ]\n", ",]", ""])
def test_a_long_list_is_read_piece_by_piece(end):
    items = [{"title": f"Lesson {number}", "lesson": "x" * 400} for number in range(1_000)]
    sheet = read("[" + ",\n".join(map(json.dumps, items)) + end)
    if end.strip().startswith("]"):
        assert [record.cells["title"] for record in sheet.records()] == [item["title"] for item in items]
    else:
        with pytest.raises(Unreadable, match="after its row 1,000"):
            list(sheet.records())


def test_a_large_file_takes_no_memory(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("Ref,Title,Lesson\n")
        file.writelines(f"{number},Beds,{'early ' * 80}\n" for number in range(20_000))
    tracemalloc.start()
    rows = sum(1 for _ in read(lines_in(lambda: path.open("rb"))).records())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 20_000
    assert path.stat().st_size > 9_000_000
    assert most < 3 << 20


def test_headings_of_several_teams_in_a_report():
    report = parse_report(
        "---\nx: 1\n---\nOutage\n======\n\n2026-03-02\n\n### What went well\n* Fast\n\n### Root cause\nRust\n\n"
        "## Action items\n- [x] Oil it\n```\n# not a heading\n```\n"
    )
    assert (report.title, report.day) == ("Outage", "2026-03-02")
    assert (report.about("What was learned"), report.about("Why")) == ("* Fast", "Rust")
    assert report.items("Recommendation") == ["[x] Oil it"]


LETTERS = st.text("aZ09'’–é½ß_-“ \n\u00ad\u0301½²ªé", max_size=30) | st.text(max_size=30)


@given(LETTERS)
def test_the_short_way_to_words_leads_to_the_same(text):
    long_way = [piece for chunk in analyser.chunks(text) for piece in analyser.pieces(chunk[0])]
    assert analyser.words_of(text) == long_way


@given(st.text("aB1 .)\n*_`#>-+=~<&![](\t\\\u00a0", max_size=30))
def test_the_short_way_to_plain_words_leads_to_the_same(text):
    short = markdown.plain(text)
    marks, markdown._MARKS = markdown._MARKS, type("All", (), {"search": lambda self, text: True})()
    try:
        assert markdown.plain(text) == short
    finally:
        markdown._MARKS = marks
