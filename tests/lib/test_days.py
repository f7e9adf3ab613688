"""Days in words, and words back into days."""

from contextlib import suppress
from datetime import date, datetime, time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmportal.lib import days

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19 March 2027", date(2027, 3, 19)),
        ("  19   march  2027 ", date(2027, 3, 19)),
        ("19 Mar 2027", date(2027, 3, 19)),
        ("19th of March 2027", date(2027, 3, 19)),
        ("March 19, 2027", date(2027, 3, 19)),
        ("Friday 19 March 2027", date(2027, 3, 19)),
        ("Fri, 19 Mar. 27", date(2027, 3, 19)),
        ("19/3/2027", date(2027, 3, 19)),
        ("19.03.2027", date(2027, 3, 19)),
        ("19-3-27", date(2027, 3, 19)),
        ("2027-03-19", date(2027, 3, 19)),
        ("1 Sept 2027", date(2027, 9, 1)),
        ("29 February 2028", date(2028, 2, 29)),
        ("today", TODAY),
        ("Tomorrow", date(2026, 11, 24)),
    ],
)
def test_a_day_is_read_as_people_write_it(text, day):
    assert days.read_day(text, on=TODAY) == day


@pytest.mark.parametrize(
    ("text", "past", "future"),  # seen from Monday, 23 November 2026
    [
        ("5 Dec", date(2025, 12, 5), date(2026, 12, 5)),
        ("Sat 5 Dec", date(2025, 12, 5), date(2026, 12, 5)),
        ("December 5th", date(2025, 12, 5), date(2026, 12, 5)),
        ("5/12", date(2025, 12, 5), date(2026, 12, 5)),
        ("23 Nov", TODAY, TODAY),
        ("29 Feb", date(2024, 2, 29), date(2028, 2, 29)),
        ("Friday", date(2026, 11, 20), date(2026, 11, 27)),
        ("fri", date(2026, 11, 20), date(2026, 11, 27)),
        ("on Thursday", date(2026, 11, 19), date(2026, 11, 26)),
        ("Monday", TODAY, TODAY),
        ("this Friday", date(2026, 11, 27), date(2026, 11, 27)),
        ("last Friday", date(2026, 11, 20), date(2026, 11, 20)),
        ("Last Monday", date(2026, 11, 16), date(2026, 11, 16)),
        ("next friday", date(2026, 12, 4), date(2026, 12, 4)),
        ("in 2 weeks", date(2026, 12, 7), date(2026, 12, 7)),
        ("in three months", date(2027, 2, 23), date(2027, 2, 23)),
        ("two days ago", date(2026, 11, 21), date(2026, 11, 21)),
        ("a month ago", date(2026, 10, 23), date(2026, 10, 23)),
        ("in a fortnight", date(2026, 12, 7), date(2026, 12, 7)),
        ("in two weeks’ time", date(2026, 12, 7), date(2026, 12, 7)),
        ("a year ago", date(2025, 11, 23), date(2025, 11, 23)),
        ("Thursday week", date(2026, 12, 3), date(2026, 12, 3)),
        ("Monday week", date(2026, 11, 30), date(2026, 11, 30)),
        ("a week on Thursday", date(2026, 12, 3), date(2026, 12, 3)),
        ("tomorrow week", date(2026, 12, 1), date(2026, 12, 1)),
        ("end of March", date(2026, 3, 31), date(2027, 3, 31)),
        ("by the end of Feb 2028", date(2028, 2, 29), date(2028, 2, 29)),
        ("the end of next week", date(2026, 12, 4), date(2026, 12, 4)),
        ("end of the month", date(2026, 11, 30), date(2026, 11, 30)),
        ("end of next month", date(2026, 12, 31), date(2026, 12, 31)),
        ("the end of last year", date(2025, 12, 31), date(2025, 12, 31)),
    ],
)
def test_a_day_is_read_from_where_one_stands(text, past, future):
    assert days.read_day(text, on=TODAY, lean=-1) == past
    assert days.read_day(text, on=TODAY, lean=1) == future
    with pytest.raises(days.NotADay):
        days.read_day(text, on=TODAY)  # in a file nobody stands anywhere


@pytest.mark.parametrize("text", ["end of March 0000", "the end of last March", "the end of next May"])
def test_an_end_that_is_no_day_is_refused(text):
    with pytest.raises(days.NotADay):
        days.read_day(text, on=TODAY, lean=-1)


def test_the_end_of_the_week_said_at_its_end():
    """Of something due it is the Friday that comes."""
    saturday = date(2026, 11, 28)
    assert days.read_day("the end of the week", on=saturday, lean=-1) == date(2026, 11, 27)
    assert days.read_day("the end of the week", on=saturday, lean=1) == date(2026, 12, 4)


@pytest.mark.parametrize(
    "text", ["31 Feb", "frigate", "in 2 weeks ago", "2 weeks", "40/12", "fr", "last week", "5 marble"]
)
def test_what_is_no_day_from_anywhere_is_refused(text):
    for lean, example in ((-1, "8 October 2026"), (1, "23 March 2027")):
        with pytest.raises(days.NotADay) as refused:
            days.read_day(text, on=TODAY, lean=lean)
        assert example in str(refused.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("soon", "Enter a date, for example 23 March 2027"),
        ("19 marble 2027", "Enter a date, for example 23 March 2027"),
        ("19 March", "Add the year, for example 23 March 2027"),
        ("31 February 2027", "There is no such day: 31 February 2027"),
        ("2027-13-01", "There is no such day: 2027-13-01"),
        ("1 May 3027", "Check the year: 3027 is too far away"),
        ("9" * 400, "Enter a date, for example 23 March 2027"),
        ("１９ March 2027\x00", "Enter a date, for example 23 March 2027"),
    ],
)
def test_what_is_no_day_is_refused_with_what_to_write(text, sentence):
    with pytest.raises(days.NotADay) as refused:
        days.read_day(text, on=TODAY)
    assert str(refused.value) == sentence


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_in_words_is_read_back(day):
    assert days.read_day(days.long_day(day), on=TODAY) == day
    assert days.read_day(day.isoformat(), on=TODAY) == day


@given(st.text())
def test_no_text_breaks_the_reading(text):
    for read in (days.read_day, days.read_clock, partial(days.read_day, lean=1), partial(days.read_day, lean=-1)):
        with suppress(days.NotADay):
            assert read(text) is not None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("14:30", time(14, 30)),
        ("14.30", time(14, 30)),
        ("9:05", time(9, 5)),
        ("2.30pm", time(14, 30)),
        ("2 pm", time(14)),
        ("12am", time(0)),
        ("12 pm", time(12)),
        ("noon", time(12)),
        ("14", time(14)),
        ("0", time(0)),
        ("1430", time(14, 30)),
        ("2pm", time(14)),
    ],
)
def test_a_time_is_read_as_people_write_it(text, clock):
    assert days.read_clock(text) == clock


@pytest.mark.parametrize("text", ["2", "12", "25", "25:00", "13pm", "14:75", "now"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(days.NotADay):
        days.read_clock(text)


@pytest.mark.parametrize(
    ("text", "figures"),
    [("half past two", "2.30am or 2.30pm"), ("quarter to 1", "12.45am or 12.45pm"), ("2 o’clock", "2am or 2pm")],
)
def test_a_time_in_words_is_answered_with_both_in_figures(text, figures):
    with pytest.raises(days.NotADay) as refused:
        days.read_clock(text)
    assert str(refused.value) == f"Say it in figures: {figures}"


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (None, "no date yet"),
        (date(2026, 11, 12), "11 days late"),
        (date(2026, 11, 22), "1 day late"),
        (TODAY, "due today"),
        (date(2026, 11, 24), "due tomorrow"),
        (date(2027, 3, 19), "due 19 March 2027"),
    ],
)
def test_a_due_date_says_what_it_means_today(due, words):
    assert days.due_in_words(due, on=TODAY) == words


def test_moments_near_and_far():
    assert days.moment_in_words(datetime(2026, 11, 23, 14, 6), on=TODAY) == "today at 14:06"
    assert days.moment_in_words(datetime(2026, 10, 2, 9, 0), on=TODAY) == "2 October 2026 at 09:00"
