"""Days and moments in words, and words back into days. Everything that people read about time goes through here."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.formats import date_format, time_format
from django.utils.translation import ngettext

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([a-z]+)\.?,?\s+(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}|\d{2})")
_WEEKDAY = re.compile(r"^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,?\s+")
_CLOCK = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?")


class NotADay(ValueError):
    """The text names no day. ``str()`` is a sentence that says what to write."""


def long_day(day: date) -> str:
    """“26 November 2026”."""
    return date_format(day, "j F Y")


def day_in_words(day: date, *, on: date) -> str:
    """“today”, “tomorrow”, “yesterday”, or the day in full, seen from the day ``on``."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((day - on).days)
    return near or long_day(day)


def clock(moment: datetime | time) -> str:
    """“14:06”."""
    return time_format(moment, "H:i")


def moment_in_words(moment: datetime, *, on: date) -> str:
    """“today at 14:06”, “26 November 2026 at 14:06”. ``moment`` is read in its own zone: make it local first."""
    return f"{day_in_words(moment.date(), on=on)} at {clock(moment)}"


def due_in_words(day: date | None, *, on: date) -> str:
    """What a due date means today: “11 days late”, “due today”, “due tomorrow”, “due 26 November 2026”."""
    if day is None:
        return "no date yet"
    late = (on - day).days
    if late > 0:
        return f"{late} {ngettext('day', 'days', late)} late"
    return f"due {day_in_words(day, on=on)}"


def read_day(text: str, *, on: date | None = None) -> date:
    """The day that somebody typed: “19 March 2027”, “19/3/2027”, “2027-03-19”, “tomorrow”.

    Numbers alone are day first, as in Britain. Raises ``NotADay`` with a sentence for the person.
    """
    today = on or timezone.localdate()
    words = _WEEKDAY.sub("", " ".join(text.lower().split()))
    if (shift := {"today": 0, "tomorrow": 1, "yesterday": -1}.get(words)) is not None:
        return today + timedelta(days=shift)
    example = long_day(today + timedelta(days=120))
    if found := _ISO.fullmatch(words):
        year, month, day = map(int, found.groups())
    elif found := _NUMBERS.fullmatch(words):
        day, month, year = map(int, found.groups())
    elif (found := _DAY_FIRST.fullmatch(words)) and _month_from_word(found[2]):
        day, month, year = int(found[1]), _month_from_word(found[2]), int(found[3])
    elif (found := _MONTH_FIRST.fullmatch(words)) and _month_from_word(found[1]):
        month, day, year = _month_from_word(found[1]), int(found[2]), int(found[3])
    elif re.fullmatch(r"\d{1,2}(st|nd|rd|th)?\s+[a-z]+", words):
        raise NotADay(f"Add the year, for example {example}")
    else:
        raise NotADay(f"Enter a date, for example {example}")
    year += 2000 if year < 100 else 0
    if not 1900 <= year <= 2199:
        raise NotADay(f"Check the year: {year} is too far away")
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADay(f"There is no such day: {text.strip()}") from None


def _month_from_word(word: str) -> int:
    """The number of a month, or nought. “Mar”, “march” and “sept” are known, “marble” is not."""
    if word == "sept":
        return 9
    return next((number for number, name in MONTHS.items() if len(word) > 2 and name.lower().startswith(word)), 0)


def read_clock(text: str) -> time:
    """The time of day that somebody typed: “14:30”, “14.30”, “2.30pm”, “2 pm”, “noon”. Raises ``NotADay``."""
    words = " ".join(text.lower().split())
    if words in ("noon", "midday", "12 noon"):
        return time(12)
    found = _CLOCK.fullmatch(words)
    if not found or not (found[2] or found[3]):
        raise NotADay("Enter a time, for example 14:30")
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise NotADay("Enter a time, for example 14:30")
        hour = hour % 12 + (12 if found[3].startswith("p") else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise NotADay(f"There is no such time: {text.strip()}") from None
