"""Hours and pounds as people write them."""

from decimal import Decimal

import pytest

from kmportal.lib.amounts import NotAnAmount, hours_in_words, pounds_in_words, read_hours, read_pounds


@pytest.mark.parametrize(
    ("text", "pounds"),
    [
        ("1200", "1200"),
        ("1,200", "1200"),
        ("£1,200.50", "1200.50"),
        (" £ 1 200 ", "1200"),
        ("1,200 pounds", "1200"),
        ("£12k", "12000"),
        ("1.5 million", "1500000"),
        ("１２", "12"),
        ("0.005", "0.01"),
        ("GBP 40", "40"),
    ],
)
def test_pounds_are_read_as_people_write_them(text, pounds):
    assert read_pounds(text) == Decimal(pounds)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2", "2"),
        ("2 h", "2"),
        ("2h", "2"),
        ("1,200 hours", "1200"),
        ("1.5", "1.5"),
        ("1 h 30", "1.5"),
        ("1h30min", "1.5"),
        ("2 hours and 15 minutes", "2.25"),
        ("1:30", "1.5"),
        ("90 minutes", "1.5"),
        ("20 min", "0.33"),
    ],
)
def test_hours_are_read_as_people_write_them(text, hours):
    assert read_hours(text) == Decimal(hours)


@pytest.mark.parametrize(
    "text", ["a lot", "-5", "1,2", "1.200,50", "12,00", "£", "=1+1", "0", "9" * 30, "1e9", "nan", "3 days"]
)
def test_what_is_no_amount_is_said_and_never_guessed(text):
    with pytest.raises(NotAnAmount):
        read_hours(text)
    with pytest.raises(NotAnAmount):
        read_pounds(text)


def test_they_are_shown_as_people_read_them_and_can_be_read_again():
    assert [pounds_in_words(Decimal(one)) for one in ("1200", "1200.50", "1")] == ["£1,200", "£1,200.50", "£1"]
    assert [hours_in_words(Decimal(one)) for one in ("1", "1.50", "1200.25", "40.00")] == [
        "1 hour",
        "1.5 hours",
        "1,200.25 hours",
        "40 hours",
    ]
    for text in ("1200.50", "3", "0.25"):
        assert read_pounds(pounds_in_words(Decimal(text))) == read_hours(hours_in_words(Decimal(text))) == Decimal(text)
