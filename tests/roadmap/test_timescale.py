"""A month, a quarter or a year of the timeline: what it holds, and the ways to the next."""

from datetime import date

import pytest
from django.urls import reverse

from roadmap.models import Intervention
from roadmap.reports import Window

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("scale", "begin", "words", "earlier", "later"),
    [
        ("month", "", "November 2026", "2026-10", "2026-12"),
        ("month", "2026-12", "December 2026", "2026-11", "2027-01"),
        ("quarter", "", "October to December 2026", "2026-07", "2027-01"),
        ("quarter", "2026-02", "January to March 2026", "2025-10", "2026-04"),
        ("year", "2027-05", "2027", "2026-01", "2028-01"),
        ("year", "nonsense", "2026", "2025-01", "2027-01"),
        ("month", "9999-12", "November 2026", "2026-10", "2026-12"),
        ("month", "0001-01", "November 2026", "2026-10", "2026-12"),
    ],
)
def test_a_window_says_what_it_is_and_where_it_goes(scale, begin, words, earlier, later):
    window = Window.read(scale, begin, on=TODAY)
    assert (window.words, [month for _, month in window.moves]) == (words, [earlier, later])


def test_no_window_without_a_scale():
    assert Window.read("", "2026-11", on=TODAY) is None
    assert Window.read("decade", "", on=TODAY) is None


@pytest.mark.parametrize(
    ("starts", "ends", "is_in"),
    [
        (None, None, False),
        (date(2026, 10, 1), date(2026, 10, 31), False),
        (date(2026, 10, 1), date(2026, 11, 1), True),
        (date(2026, 11, 30), None, True),
        (date(2026, 1, 1), None, True),
        (date(2026, 12, 1), None, False),
        (None, date(2026, 11, 30), True),
        (None, date(2026, 12, 1), False),
    ],
)
def test_what_lies_in_a_month(starts, ends, is_in):
    window = Window.read("month", "2026-11", on=TODAY)
    assert window.holds(Intervention(starts_on=starts, ends_on=ends)) is is_in


def test_the_page_shows_the_part_that_is_asked_for(world, as_, reza):
    programme = world.things.programme
    Intervention.objects.create(
        programme=programme, title="Early bird", step=1, starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 9)
    )
    url = reverse("programme_time", args=["riverside", programme.pk])
    browser = as_(reza)
    assert "Early bird" in browser.get(url).text
    assert "Early bird" in browser.get(f"{url}?scale=quarter&from=2026-02").text
    page = browser.get(f"{url}?scale=month&from=2026-03").text
    assert "Early bird" not in page
    assert "March 2026" in page
    assert "scale=month&amp;from=2026-04" in page
