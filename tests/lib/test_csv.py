"""Lists as CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmportal.lib.csv import csv_download, guarded, unguarded


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
