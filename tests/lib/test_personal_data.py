"""What may show who somebody is. Hints ask; they must find the plain cases and leave ordinary ward talk alone."""

import time

import pytest

from kmportal.lib.personal_data import is_nhs_number, personal


@pytest.mark.parametrize(
    ("text", "words", "looks_like"),
    [
        ("Patient 943 476 5919 waited.", "943 476 5919", "an NHS number"),
        ("NHS number 9434765919.", "9434765919", "an NHS number"),
        ("Ring 020 7946 0958 at night.", "020 7946 0958", "a telephone number"),
        ("Ring +44 7700 900123.", "+44 7700 900123", "a telephone number"),
        ("Her mobile is 07700900123.", "07700900123", "a telephone number"),
        ("She lives in SW1A 1AA.", "SW1A 1AA", "a postcode"),
        ("We sent Mrs Okonkwo home.", "Mrs Okonkwo", "somebody’s name"),
        ("Dr. J. Patel said no.", "Dr. J. Patel", "somebody’s name"),
        ("DOB: 12/03/1951, fell twice.", "12/03/1951", "a date of birth"),
        ("born on 4 May 1948 in Hull", "4 May 1948", "a date of birth"),
        ("Write to jo.bloggs@ward.example please.", "jo.bloggs@ward.example", "an e-mail address"),
    ],
)
def test_plain_cases_are_found(text, words, looks_like):
    assert [(hint.words, hint.looks_like) for hint in personal(text)] == [(words, looks_like)]


@pytest.mark.parametrize(
    "text",
    [
        "The medicines came at four on the first two days, 8 October 2026.",
        "Ward 6 moved 24 beds in 3.5 hours; 7 of 12 patients missed their transport.",
        "Order 1234567890 was late.",  # ten digits without a word beside them
        "Between 2023-11-22 and 2024-01-05 it happened 14 times.",
        "The ward sister and a nurse asked the doctor at 10:30.",
        "Version 10.15.7 of the checklist, page 0116.",
        "It costs £0.45 each, 3,000 a year.",
    ],
)
def test_ordinary_words_are_left_alone(text):
    assert personal(text) == []


def test_colleagues_are_known_by_name_and_said_once():
    hints = personal("Cara Doyle asked, and cara doyle did not; Cara Doyle knows.", names=["Cara Doyle", "Lena Marsh"])
    assert [str(hint) for hint in hints] == ["“Cara Doyle” looks like the name of somebody who works here"]


@pytest.mark.parametrize(
    "name",
    ["Émile Zola", "Łukasz Nowak", "Anna Maria Weber", "Anna de Vries", "J. O’Neill", "Šárka Ťoupalíková-Veselá"],
)
def test_names_of_every_kind_are_known(name):
    for text in (f"Ask {name} about it", f"{name}.", f"See\n{name.replace(' ', chr(10))}, twice"):
        assert [hint.words for hint in personal(text, names=["Anna Maria", name])] == [name]


@pytest.mark.parametrize("text", ["Anna. Maria Weber", "Weber, Anna", "anna maria is a boat", "Annas Marias"])
def test_what_only_resembles_a_name_is_left_alone(text):
    assert personal(text, names=["Anna Maria", "Anna Weber"]) == []


@pytest.mark.parametrize("name", ["Dr Müller", "Sister Ödegård", "Mr Š. Novák", "Professor Çelik Yılmaz"])
def test_titles_stand_before_names_of_every_kind(name):
    assert [hint.words for hint in personal(f"Ask {name} about it")] == [name]


def test_hints_stand_in_the_order_of_the_text():
    assert [hint.words for hint in personal("SW1A 1AA, then Mr Bean, then 07700 900123.")] == [
        "SW1A 1AA",
        "Mr Bean",
        "07700 900123",
    ]


def test_the_check_digit_of_an_nhs_number():
    assert is_nhs_number("943 476 5919")
    assert not is_nhs_number("943 476 5918")
    assert not is_nhs_number("12")


@pytest.mark.parametrize("piece", ["a", "a.", "A-", "A--", "a@", "Ab ", "Mr A. ", "a@b.cd ", "07 "])
def test_no_text_takes_long(piece):
    text = piece * (40_000 // len(piece))
    began = time.perf_counter()
    personal(text, names=["Ann Lee"])
    assert time.perf_counter() - began < 5
