"""Making plain text and days of what other systems wrote: tags, entities, odd spaces, dates of several shapes."""

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dates import MONTHS

from kmportal.lib.days import NotADay, read_day

_TAGS = (
    "a|abbr|address|article|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|dd|del|div|dl|dt|em|embed|"
    "figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|meta|nobr|object|"
    "ol|p|param|pre|s|section|small|span|strike|strong|style|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|o:p"
)
# Whatever the text: no pattern looks at a letter again and again, or a hostile cell would take hours. So each part that
# may be long ends where the next one of its kind could begin.
_DROPPED = re.compile(
    r"<(script|style|object)\b[^<>]*>(?:(?!<\1\b).)*?</\1\s*>|<!--(?:(?!<!--).)*?-->|<!--[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_ITEM = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
_BREAK = re.compile(
    r"</?(?:br|p|div|tr|table|ul|ol|dl|dt|dd|h[1-6]|center|blockquote|pre|hr|caption)\b[^<>]*>", re.IGNORECASE
)
_CELL = re.compile(r"<t[dh]\b[^<>]*>", re.IGNORECASE)
# Only tags that exist: “below <0.10 %>” and “x < y” are words.
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*|/)?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
_QUOT_WORDS = re.compile(
    r"[Qq]uot(?:a|as|e|ed|es|er|ers|ing|ings|ient|ients|ation|ations|able|h|idian)|[Aa]liquots?|QUOTE[SD]?|QUOTATIONS?"
)
_QUOT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]*quot[A-Za-z0-9]*")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\xad]"
)
_MAC_SPACE = re.compile(r"(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")
# Control characters but tabs and line ends, halves of letters, and what turns the direction of reading.
_KEPT_NOWHERE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
# Letters by their category that nobody can see: fillers of Korean and Khmer, the empty braille cell, the marks that
# choose between pictures of one letter.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc")
_CHOOSING = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Between two letters they matter: in Persian, and in pictures that are made of several.
_JOINING = frozenset("\u200c\u200d")
_ONE_HYPHEN = re.compile(r"[\u2010-\u2015\u2212\u00ad\ufe58\ufe63\uff0d]")
_ONE_APOSTROPHE = re.compile(r"[\u2018\u2019\u201b\u02bc\u02b9\uff07`´]")


def clean_text(text: str) -> str:
    """Without control characters, which no database keeps, and without marks that turn the direction of reading."""
    return _KEPT_NOWHERE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line_of_text(text: str) -> str:
    """Normalised single-line text: a name or a title as people read it, in one spelling of its letters (NFC).

    Nothing invisible stays in it, so what nobody could read comes out empty; spaces of every kind are single ones.
    Joiners stay where they stand between two letters.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    words = "".join(one for one in unicodedata.normalize("NFC", text) if not _is_unseen(one) or one.isspace())
    words = re.sub(r"(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)", "", words)
    line = " ".join(words.split())
    return line if any(_is_seen(one) for one in line) else ""


def reading_key(text: str) -> str:
    """Case-folded compatibility form: the same for two names that people read as the same.

    Letters in one spelling (NFKC) without their case, one kind of hyphen and of apostrophe, nothing invisible.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().replace("`", "'").split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", line_of_text(text)).casefold())
    plain = _ONE_APOSTROPHE.sub("'", _ONE_HYPHEN.sub("-", folded))
    return " ".join("".join(one for one in plain if one not in _JOINING).split())


def _is_unseen(character: str) -> bool:
    """Whether a character leaves no trace on the page and joins nothing."""
    if character in _JOINING:
        return False
    return character in _UNSEEN or unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _is_seen(character: str) -> bool:
    """Whether a character shows something on its own: no space, no joiner, no mark upon another letter."""
    return unicodedata.category(character)[0] in "LNPS" and not _CHOOSING.match(character)


def plain_text(value: str, *, from_mac: bool = False, lost_entities: bool = False) -> str:
    """The words without tags, entities and control characters; paragraphs and list items keep their lines.

    Two repairs are for the sources that need them, and touch no other: ``lost_entities`` makes quotation marks of
    entities that lost their ``&`` and ``;`` on the way (“quotdonutquot”); ``from_mac``: the file came out of Excel for
    Mac, which wrote ``_`` for a space that must not break.
    """
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if "<" in text:
        text = _DROPPED.sub(" ", text)
        text = _ITEM.sub("\n– ", text)
        text = _BREAK.sub("\n", text)
        text = _CELL.sub(" ", text)
        text = _TAG.sub("", text)
    for _ in range(2 if "&" in text else 0):  # some were written twice over: &amp;reg;
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    text = _QUOT.sub(_mend_quotes, text) if lost_entities and "quot" in text else text
    text = _MAC_SPACE.sub(" ", text) if from_mac else text
    return _tidy_spaces(_CONTROL.sub("", text))


def _mend_quotes(found: re.Match[str]) -> str:
    word = found[0]
    return word if _QUOT_WORDS.fullmatch(word) else word.replace("quot", '"')


def _tidy_spaces(text: str) -> str:
    """Single spaces, no space at the ends of lines, at most one empty line."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def first_words(text: str, most: int) -> str:
    """The beginning of a text on one line: its first sentence if that fits, else as many words as do, and “…”."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    sentence = re.match(r".+?[.!?](?=\s)", line)
    if sentence and 20 <= len(sentence[0]) <= most:
        return sentence[0]
    return f"{line[: most - 1].rsplit(' ', 1)[0].rstrip(' ,;:–-')}…"


def month_comes_first(values: Iterable[str]) -> bool:
    """Whether dates like 6/13/14 are written the American way: some second number is above 12, and no first one."""
    first = second = False
    for value in values:
        if found := re.fullmatch(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})\b.*", value):
            first |= int(found[1]) > 12
            second |= int(found[2]) > 12
    return second and not first


def names_no_day(value: str) -> bool:
    """Whether it is a month or a year without a day: “March 2024”, “Mar-24”, “2024”, “Q2 2024”, “2023/24”."""
    text = " ".join(re.sub(r"[-/,.]", " ", value.lower()).split())
    if re.fullmatch(r"(?:in |early |mid |late |spring |summer |autumn |winter |q[1-4] )?(?:19|20)\d\d(?: \d\d)?", text):
        return True
    found = re.fullmatch(r"(?:in |early |mid |late )?([a-z]{3,9}) ?(?:\d{4}|\d{2})?", text)
    return bool(found and (_is_month(found[1]) or found[1] in {"spring", "summer", "autumn", "winter"}))


def _is_month(word: str) -> bool:
    return word == "sept" or any(name.lower().startswith(word) for name in MONTHS.values())


def _local_day(value: str) -> date | None:
    """The day of a moment that says its zone, where the portal is: half past eleven at night in UTC may be tomorrow."""
    if not re.fullmatch(r"\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*(?:Z|[+-]\d\d:?\d\d)\s*", value, re.IGNORECASE):
        return None
    try:
        return timezone.localdate(datetime.fromisoformat(value.strip().upper()))
    except (ValueError, OverflowError):
        return None


def loose_day(value: str, *, month_first: bool = False, on: date) -> date | None:
    """The day that a date of some shape means, or None: ISO, 6/6/14, 6 June 2014, June 6, 2014, 6-Jun-14, 41796.

    Years of two digits never lie in the future, seen from ``on``. Nothing before 1900 is believed. A moment with its
    zone is the day that it was in the active one.
    """
    if local := _local_day(value):
        return local
    text = re.sub(r"(?<=\d)[T ]\d{1,2}:\d{2}.*$", "", value.strip())
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})", text):
        day, month = (int(found[2]), int(found[1])) if month_first else (int(found[1]), int(found[2]))
        return _day_or_none(_whole_year(found[3], on), month, day)
    if found := re.fullmatch(r"(\d{4})[/.-]?(\d{2})[/.-]?(\d{2})", text):
        return _day_or_none(int(found[1]), int(found[2]), int(found[3]))
    if re.fullmatch(r"[2-6]\d{4}(?:[.,]\d+)?", text):
        return date(1899, 12, 30) + timedelta(days=int(text[:5]))
    if names_no_day(text):
        return None
    text = re.sub(r"(?<=\d)-(?=[A-Za-z])|(?<=[A-Za-z])-(?=\d)", " ", text)
    text = re.sub(r"(?<=\s)(\d{2})$", lambda two: str(_whole_year(two[1], on)), text)
    try:
        return read_day(text, on=on) if re.search(r"\d", text) else None
    except NotADay:
        return None


def _whole_year(digits: str, on: date) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return 2000 + year if 2000 + year <= on.year else 1900 + year


def _day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= 1900 else None
    except ValueError:
        return None
