"""Days and moments in words, and words back into days. Everything that people read about time goes through here."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.translation import ngettext

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([a-z]+)\.?,?\s+(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}|\d{2})")
_DAY_ALONE = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([a-z]+)\.?")
_MONTH_ALONE = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?")
_NUMBERS_ALONE = re.compile(r"(\d{1,2})\s*/\s*(\d{1,2})")
_NAMED_DAY = re.compile(r"(?:(last|next|this|on)\s+)?([a-z]+)")
_DISTANCE = re.compile(
    r"(?:(in)\s+)?(an?|one|two|three|four|five|six|\d{1,3})\s+(day|week|fortnight|month|year)(?:s?['’]?s?\s+(ago|time)|s)?"
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_DAYS_IN = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS_IN = {"month": 1, "year": 12}
# “Thursday week”, “a week on Thursday”, “today fortnight”
_WEEK_BEYOND = re.compile(r"(?:on\s+)?([a-z]+)\s+(week|fortnight)|a\s+(week|fortnight)\s+(?:on\s+)?([a-z]+)")
# “the end of March”, “the end of next week”
_END_OF = re.compile(
    r"(?:(?:by|at)\s+)?(?:the\s+)?end\s+of\s+(?:the\s+)?(?:(this|next|last)\s+)?([a-z]+)\.?(?:\s+(\d{4}))?"
)
_WEEKDAY = re.compile(r"^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,?\s+")
_SAID_CLOCK = re.compile(r"(half past|quarter past|quarter to)?\s*([a-z]+|\d{1,2})(?:\s*o['’]?clock)?")
_HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_CLOCK = re.compile(r"(\d{1,2})(?:\s*[:.h]?\s*(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?")


class NotADay(ValueError):
    """The text names no day. ``str()`` is a sentence that says what to write."""


YEAR = timedelta(days=365)
"""How far back the figures of a past year look, and the lists that they open."""


def long_day(day: date) -> str:
    """“26 November 2026”."""
    return date_format(day, "j F Y")


def add_months(day: date, months: int) -> date:
    """The same day so many months later; where that month is shorter, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


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


def example_day(lean: int, *, on: date) -> str:
    """A day to show how one is written: in the past where only such a day fits (``lean`` below nought)."""
    return long_day(on + timedelta(days=-46 if lean < 0 else 120))


def read_day(text: str, *, on: date | None = None, lean: int = 0) -> date:
    """The day that somebody typed: “19 March 2027”, “19/3/2027”, “2027-03-19”, “tomorrow”, “in 2 weeks”.

    Numbers alone are day first, as in Britain. ``lean`` says where a day without its year lies (“5 Dec”, “Friday”):
    below nought in the past, above it in the future; with nought it is refused, because nobody could know. “Next
    Friday” is the one of the week that begins next Monday. Raises ``NotADay`` with a sentence for the person.
    """
    today = on or timezone.localdate()
    whole = " ".join(text.lower().replace(",", ", ").split())
    words = _WEEKDAY.sub("", whole)
    if (shift := {"today": 0, "tomorrow": 1, "yesterday": -1}.get(words)) is not None:
        return today + timedelta(days=shift)
    if lean and (near := _near_day(whole, words, today, lean)):
        if not 1900 <= near.year <= 2199:
            raise NotADay(f"Check the year: {near.year} is too far away")
        return near
    example = example_day(lean, on=today)
    if found := _ISO.fullmatch(words):
        year, month, day = map(int, found.groups())
    elif found := _NUMBERS.fullmatch(words):
        day, month, year = map(int, found.groups())
    elif (found := _DAY_FIRST.fullmatch(words)) and _month_from_word(found[2]):
        day, month, year = int(found[1]), _month_from_word(found[2]), int(found[3])
    elif (found := _MONTH_FIRST.fullmatch(words)) and _month_from_word(found[1]):
        month, day, year = _month_from_word(found[1]), int(found[2]), int(found[3])
    elif not lean and re.fullmatch(r"\d{1,2}(st|nd|rd|th)?\s+[a-z]+", words):
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


def _near_day(whole: str, words: str, today: date, lean: int) -> date | None:
    """A day that is said from where one stands: a weekday, a distance, a day and a month without the year."""
    if found := _NAMED_DAY.fullmatch(whole):
        number = _weekday_from_word(found[2])
        return None if number is None else _named_day(number, found[1] or "", today, lean)
    if found := _DISTANCE.fullmatch(words):
        return _distant_day(found, today)
    if found := _WEEK_BEYOND.fullmatch(whole):
        return _day_beyond(found[1] or found[4], found[2] or found[3], today)
    if found := _END_OF.fullmatch(words):
        return _last_day(found[1] or "", found[2], found[3], today, lean)
    if (found := _DAY_ALONE.fullmatch(words)) and _month_from_word(found[2]):
        return _day_without_year(int(found[1]), _month_from_word(found[2]), today, lean)
    if (found := _MONTH_ALONE.fullmatch(words)) and _month_from_word(found[1]):
        return _day_without_year(int(found[2]), _month_from_word(found[1]), today, lean)
    if found := _NUMBERS_ALONE.fullmatch(words):
        return _day_without_year(int(found[1]), int(found[2]), today, lean)
    return None


def _named_day(number: int, which: str, today: date, lean: int) -> date:
    ahead = (number - today.weekday()) % 7
    if which == "next":
        return today + timedelta(days=7 - today.weekday() + number)
    if which == "last":
        return today - timedelta(days=7 - ahead)
    if lean < 0 and which != "this":
        return today - timedelta(days=(7 - ahead) % 7)
    return today + timedelta(days=ahead)


def _distant_day(found: re.Match[str], today: date) -> date | None:
    """“In 3 weeks”, “2 days ago”, “a fortnight’s time”. “In … ago” and neither of the two is no day."""
    if found[4] == "ago" if found[1] else not found[4]:
        return None
    count = (int(found[2]) if found[2].isdigit() else _COUNTS[found[2]]) * (-1 if found[4] == "ago" else 1)
    if found[3] in _DAYS_IN:
        return today + timedelta(days=count * _DAYS_IN[found[3]])
    return add_months(today, count * _MONTHS_IN[found[3]])


def _day_beyond(word: str, distance: str, today: date) -> date | None:
    """“Thursday week”: a week after the Thursday that comes; “today fortnight”."""
    ahead = {"today": 0, "tomorrow": 1}.get(word)
    if ahead is None:
        number = _weekday_from_word(word)
        if number is None:
            return None
        ahead = (number - today.weekday()) % 7
    return today + timedelta(days=ahead + _DAYS_IN[distance])


def _last_day(which: str, word: str, year: str | None, today: date, lean: int) -> date | None:
    """“The end of March”, “the end of next week” (its Friday), “the end of the month”, “the end of the year”."""
    step = {"next": 1, "last": -1}.get(which, 0)
    if month := _month_from_word(word):
        if step or (year and not 1900 <= int(year) <= 2199):
            return None
        first = date(int(year), month, 1) if year else _day_without_year(monthrange(2027, month)[1], month, today, lean)
        return first and first.replace(day=monthrange(first.year, first.month)[1])
    if year:
        return None
    if word == "week":
        friday = today + timedelta(days=4 - today.weekday() + 7 * step)
        return friday + timedelta(days=7) if lean > 0 and friday < today and not step else friday
    if word == "month":
        return add_months(today.replace(day=1), step + 1) - timedelta(days=1)
    return date(today.year + step, 12, 31) if word == "year" else None


def _day_without_year(day: int, month: int, today: date, lean: int) -> date | None:
    """The nearest one in that direction; 29 February may be some years away. None for a day that no year has."""
    years = range(today.year, today.year + 9) if lean > 0 else range(today.year, today.year - 9, -1)
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if (found - today).days * lean >= 0:
            return found
    return None


def _weekday_from_word(word: str) -> int | None:
    """The number of a weekday, Monday nought. “Fri”, “friday” and “thurs” are known, “frigate” is not."""
    return next((number for number, name in WEEKDAYS.items() if len(word) > 2 and name.lower().startswith(word)), None)


def _month_from_word(word: str) -> int:
    """The number of a month, or nought. “Mar”, “march” and “sept” are known, “marble” is not."""
    if word == "sept":
        return 9
    return next((number for number, name in MONTHS.items() if len(word) > 2 and name.lower().startswith(word)), 0)


def read_clock(text: str) -> time:
    """The time of day that somebody typed: “14:30”, “1430”, “2.30pm”, “2 pm”, “14”, “noon”. Raises ``NotADay``.

    An hour alone is enough where only one can be meant: two in the morning and two in the afternoon are both “2”.
    """
    words = " ".join(text.lower().split()).removeprefix("at ")
    if words in ("noon", "midday", "12 noon"):
        return time(12)
    if (said := _SAID_CLOCK.fullmatch(words)) and (hour := _hour_in_words(said[2])):
        raise NotADay(f"Say it in figures: {_figures(said[1], hour)}am or {_figures(said[1], hour)}pm")
    found = _CLOCK.fullmatch(words)
    if not found:
        raise NotADay("Enter a time, for example 14:30")
    if not (found[2] or found[3]) and 1 <= int(found[1]) <= 12:
        raise NotADay(f"Say which: {int(found[1])}am or {int(found[1])}pm")
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise NotADay("Enter a time, for example 14:30")
        hour = hour % 12 + (12 if found[3].startswith("p") else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise NotADay(f"There is no such time: {text.strip()}") from None


def _hour_in_words(word: str) -> int:
    """“Two” and “2” are two; nought for what is no hour of a clock’s face."""
    hour = int(word) if word.isdigit() else _HOURS.index(word) + 1 if word in _HOURS else 0
    return hour if hour <= 12 else 0


def _figures(part: str | None, hour: int) -> str:
    """“2.30” for half past two, “1.45” for a quarter to two."""
    minutes = {"half past": ".30", "quarter past": ".15", "quarter to": ".45"}.get(part or "", "")
    return f"{(hour + 10) % 12 + 1 if part == 'quarter to' else hour}{minutes}"
