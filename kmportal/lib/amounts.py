"""Hours and pounds as people write them, read and shown: “1,200”, “£1,200.50”, “2 h”, “1 h 30”, “90 minutes”."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# What a column of twelve digits holds, with two after the point.
MOST = Decimal("9999999999.99")
_PLACES = Decimal("0.01")
_NUMBER = r"(?:[0-9]{1,3}(?:[, ][0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_POUNDS = re.compile(rf"(?:£|gbp)?\s*({_NUMBER})\s*(k|thousand|m|million)?\s*(?:£|gbp|pounds?)?")
_HOURS = re.compile(rf"({_NUMBER})\s*(?:h|hrs?|hours?)?")
_MINUTES = re.compile(rf"({_NUMBER})\s*(?:m|min|mins|minutes?)")
_BOTH = re.compile(r"([0-9]{1,6})\s*(?:h|hrs?|hours?)\s*(?:and\s*)?([0-5]?[0-9])\s*(?:m|min|mins|minutes?)?")
_CLOCK = re.compile(r"([0-9]{1,6}):([0-5][0-9])")
_TIMES = {"": 1, "k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000}


class NotAnAmount(ValueError):
    """A text that is no such number. The message says what to write instead."""


def read_pounds(text: str) -> Decimal:
    """The pounds that a text says. Raises ``NotAnAmount``."""
    found = _POUNDS.fullmatch(_plain(text))
    if found is None:
        raise NotAnAmount("Write the pounds as a number, for example 1,200 or £1,200.50")
    return _in_bounds(_number(found[1]) * _TIMES[found[2] or ""])


def read_hours(text: str) -> Decimal:
    """The hours that a text says; minutes are turned into hours. Raises ``NotAnAmount``."""
    plain = _plain(text)
    if found := _BOTH.fullmatch(plain) or _CLOCK.fullmatch(plain):
        return _in_bounds(Decimal(found[1]) + Decimal(found[2]) / 60)
    if found := _MINUTES.fullmatch(plain):
        return _in_bounds(_number(found[1]) / 60)
    if found := _HOURS.fullmatch(plain):
        return _in_bounds(_number(found[1]))
    raise NotAnAmount("Write the hours as a number, for example 2, 2 h or 1 h 30")


def pounds_in_words(amount: Decimal) -> str:
    """“£1,200”, “£1,200.50”."""
    return f"£{amount:,.0f}" if amount == amount.to_integral_value() else f"£{amount:,.2f}"


def hours_in_words(amount: Decimal) -> str:
    """“1 hour”, “1,200.5 hours”."""
    number = f"{amount:,.2f}".rstrip("0").rstrip(".")
    return f"{number} {'hour' if amount == 1 else 'hours'}"


def _plain(text: str) -> str:
    """In small letters and plain digits, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _number(digits: str) -> Decimal:
    return Decimal(re.sub(r"[, ]", "", digits))


def _in_bounds(amount: Decimal) -> Decimal:
    if amount > MOST:
        raise NotAnAmount("This is more than anybody can save. Write a smaller number")
    rounded = amount.quantize(_PLACES, ROUND_HALF_UP)
    if not rounded:
        raise NotAnAmount("Leave it empty if it was nothing")
    return rounded


class PoundsField(forms.CharField):
    """So many pounds, or nothing. What cannot be read stays in its box."""

    reads = staticmethod(read_pounds)
    shows = staticmethod(pounds_in_words)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, "required": False, **kwargs})
        self.widget.attrs.setdefault("class", "govuk-input--width-10")
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.reads(text) if text else None
        except NotAnAmount as problem:
            raise ValidationError(str(problem), code="not_an_amount") from None

    def prepare_value(self, value: Any) -> Any:
        return self.shows(value) if isinstance(value, Decimal) else value


class HoursField(PoundsField):
    """So many hours, or nothing."""

    reads = staticmethod(read_hours)
    shows = staticmethod(hours_in_words)
