"""Lists as CSV and in pages."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmportal.lib.tables import PageOf, csv_download, guarded, page_number, unguarded, whole_number


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-12 beds", "@here", "\tx", "\rx", "\n=1", "＝1+1"])
def test_text_that_a_spreadsheet_would_run_is_guarded(text):
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("value", [-3, 2.5, "plain", "'quoted", ""])
def test_numbers_and_plain_words_stay(value):
    assert guarded(value) == value


@given(st.text())
def test_what_goes_out_comes_back(text):
    assert unguarded(guarded(text)) == text or text.startswith("'")


def test_the_file_opens_in_a_spreadsheet_and_keeps_every_letter():
    response = csv_download(
        "lessons", ["Title", "Days"], [["=cmd()", -2], ["£ “quoted”, with commas\nand lines", None]]
    )
    text = b"".join(response.streaming_content).decode("utf-8")
    assert response["Content-Disposition"] == 'attachment; filename="lessons.csv"'
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [["Title", "Days"], ["'=cmd()", "-2"], ["£ “quoted”, with commas\nand lines", ""]]


def test_pages_of_a_counted_list():
    page = PageOf(number=2, per_page=20, count=45)
    assert (page.start_index(), page.end_index(), page.has_previous(), page.has_next()) == (21, 40, True, True)
    last = PageOf(number=3, per_page=20, count=45)
    assert (last.end_index(), last.has_next()) == (45, False)
    assert not PageOf(number=1, per_page=20, count=20).has_other_pages()


@pytest.mark.parametrize("asked", ["0", "-1", "x", "", "1e3", "²", "9" * 30, "9" * 5000])
def test_an_odd_page_number_means_the_first(asked):
    assert page_number({"page": asked}) == 1


@pytest.mark.parametrize("text", ["", "x", "-1", "٣", "9" * 19, "9" * 5000])
def test_what_is_no_number_that_a_database_keeps_counts_as_nought(text):
    assert whole_number(text) == 0
    assert whole_number("42") == 42
