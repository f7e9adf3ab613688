"""Plain text and days out of what other systems wrote."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmportal.lib.cleaning import first_words, loose_day, month_comes_first, plain_text

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("  N<sub>2</sub>O<sub>4</sub>  service. ", "N2O4 service."),
        ("One<br>two<BR/>three", "One\ntwo\nthree"),
        ("<ul><li>first<li>second</ul>", "– first\n– second"),
        ("<p>One</p>\n\n\n<p>Two</p>", "One\n\nTwo"),
        ('See <a href="https://x.example">1045</a>', "See 1045"),
        ("<script>alert(1)</script>Safe<!-- note -->", "Safe"),
        ("below <0.10%] are approved, x < y", "below <0.10%] are approved, x < y"),
        ("IV&amp;V &ldquo;hot wash&rdquo;&nbsp;&deg;", "IV&V “hot wash” °"),
        ("R&D, AT&T, ?a=1&section=2", "R&D, AT&T, ?a=1&section=2"),
        ("&amp;reg; twice", "® twice"),
        ("Implementation &raquo; Phase E", "Implementation » Phase E"),
        ("the misquoted, requoted, unquoted quotdonutquot", "the misquoted, requoted, unquoted quotdonutquot"),
        ("He quoted a quota, an aliquot and a quotation.", "He quoted a quota, an aliquot and a quotation."),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("nul\x00 bell\x07 soft\xadhyphen zero\u200bwidth", "nul bell softhyphen zerowidth"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("kept � mark", "kept � mark"),
    ],
)
def test_tags_and_entities_go_and_the_words_stay(dirty, clean):
    assert plain_text(dirty) == clean


def test_entities_that_lost_their_marks_are_mended_where_they_are_known_to_be_lost():
    text = "the quotdonutquot of, quotVoyager 2,quot it"
    assert plain_text(text, lost_entities=True) == 'the "donut" of, "Voyager 2," it'
    assert plain_text(text) == text


def test_spaces_of_excel_for_mac():
    assert (
        plain_text("splices._ Splice, smoke.__ Due, file_name_1", from_mac=True)
        == "splices. Splice, smoke. Due, file_name_1"
    )
    assert plain_text("splices._ Splice") == "splices._ Splice"


@given(st.text(max_size=300))
def test_any_text_can_be_cleaned(text):
    assert "\x00" not in plain_text(text)


def test_the_first_words_of_a_text():
    assert first_words("Short one.\nMore", 60) == "Short one. More"
    assert first_words("A whole first sentence here. And then a lot more of it that is long.", 40) == (
        "A whole first sentence here."
    )
    assert first_words("word " * 40, 22) == "word word word word…"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2014-06-06", date(2014, 6, 6)),
        ("2014-06-06T10:15:00Z", date(2014, 6, 6)),
        ("2014/06/06", date(2014, 6, 6)),
        ("20140606", date(2014, 6, 6)),
        ("7/6/14", date(2014, 6, 7)),
        ("07/06/1991 12:30", date(1991, 6, 7)),
        ("7/6/91", date(1991, 6, 7)),
        ("6 June 2014", date(2014, 6, 6)),
        ("June 6, 2014", date(2014, 6, 6)),
        ("6-Jun-14", date(2014, 6, 6)),
        ("41796", date(2014, 6, 6)),
        ("Spring 2014", None),
        ("31/02/2014", None),
        ("", None),
        ("today", None),
        ("1066-10-14", None),
    ],
)
def test_dates_of_several_shapes(text, day):
    assert loose_day(text, on=TODAY) == day


def test_american_dates_are_known_by_the_column():
    assert month_comes_first(["6/6/14", "6/13/14"])
    assert not month_comes_first(["6/6/14", "13/6/14"])
    assert not month_comes_first(["6/6/14", "5/4/14"])  # nothing tells: as in Britain
    assert not month_comes_first(["13/6/14", "6/13/14"])
    assert loose_day("6/13/14", month_first=True, on=TODAY) == date(2014, 6, 13)


@pytest.mark.parametrize("piece", ["<script>", "<script ", "<!--", "<style><object>", "<a ", "&a", "_"])
def test_no_text_takes_long(piece):
    text = piece * (400_000 // len(piece))
    began = time.perf_counter()
    plain_text(text, from_mac=True)
    plain_text("quot " + text.replace("<", "x"))
    assert time.perf_counter() - began < 5
