"""Soft hints that a text may show who somebody is. They ask, and never stop anybody: a machine cannot know.

One in eleven ten-digit numbers passes the check of an NHS number, so one counts only where it is written as one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_NHS = re.compile(r"(?<!\d)(\d{3})([ -]?)(\d{3})\2(\d{4})(?!\d)")
_NHS_WORD = re.compile(r"\b(nhs|hospital|patient|unit|record|mrn)\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\d.,/-])(?:\+44\s?\(?0?\)?\s?|0)(?:\d[\s()-]{0,2}){8,9}\d(?![\d/])")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b")
# From the beginning of a word, or a very long one would be looked at from each of its letters.
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# For a class of a pattern. From Ā on, large and small letters take turns; a small one asks once too often.
CAPITAL, SMALL = "A-ZÀ-ÖØ-ÞĀ-Ž", "a-zß-öø-ÿĀ-ž"
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sister|Nurse|Matron|Sir|Dame)\.? "
    rf"(?:[{CAPITAL}]\.? )?[{CAPITAL}][{SMALL}’'-]+(?: [{CAPITAL}][{SMALL}’'-]+)?"
)
_BIRTH = re.compile(
    r"\b(?:d\.?o\.?b\.?|date of birth|born(?: on)?)\b[^.\n]{0,12}?(\d{1,2}[ /.-]\w{1,9}[ /.-]\d{2,4})", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_][\w’'-]*")
# More than so many nobody reads, and each new one is laid beside those before it.
MOST = 200


@dataclass(frozen=True)
class Hint:
    """Something that may show who somebody is: what it looks like, and the words themselves."""

    looks_like: str
    words: str
    is_name: bool = False

    def __str__(self) -> str:
        return f"“{self.words}” looks like {self.looks_like}"


def personal(text: str, *, names: Iterable[str] = ()) -> list[Hint]:
    """What in a text may show who somebody is, each once and in the order of the text.

    ``names``: people who are known here; their full names are found however they are written.
    """
    found: list[tuple[int, int, Hint]] = []

    def add(looks_like: str, start: int, words: str, *, is_name: bool = False) -> None:
        taken = any(start < end and begin < start + len(words) for begin, end, _ in found)
        if not taken and len(found) < MOST:
            found.append((start, start + len(words), Hint(looks_like, " ".join(words.split()), is_name)))

    for match in _NHS.finditer(text):
        near = text[max(0, match.start() - 30) : match.start()]
        if is_nhs_number(match[0]) and (match[2] or _NHS_WORD.search(near)):
            add("an NHS number", match.start(), match[0])
    for match in _BIRTH.finditer(text):
        add("a date of birth", match.start(1), match[1])
    for match in _MAIL.finditer(text):
        add("an e-mail address", match.start(), match[0])
    for match in _PHONE.finditer(text):
        add("a telephone number", match.start(), match[0])
    for match in _POSTCODE.finditer(text):
        add("a postcode", match.start(), match[0])
    for match in _TITLED.finditer(text):
        add("somebody’s name", match.start(), match[0], is_name=True)
    for start, words in _names_in(text, names):
        add("the name of somebody who works here", start, words, is_name=True)
    found.sort(key=lambda item: item[0])
    return list({hint.words: hint for _, _, hint in reversed(found)}.values())[::-1]


def _names_in(text: str, names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Where full names of two words or more stand, the longest of those that begin alike."""
    known: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for name in names:
        words = tuple(word.lower() for word in _WORD.findall(name))
        if len(words) > 1:
            known[words[0]].add(words)
    found = list(_WORD.finditer(text)) if known else []
    said = [match[0].lower() for match in found]
    for place, match in enumerate(found):
        if said[place] not in known or match[0][0].islower():
            continue
        for words in sorted(known[said[place]], key=len, reverse=True):
            last = place + len(words) - 1
            if tuple(said[place : last + 1]) == words and _stand_together(text, found[place : last + 1]):
                yield match.start(), text[match.start() : found[last].end()]
                break


def _stand_together(text: str, words: Sequence[re.Match[str]]) -> bool:
    """Whether nothing but blanks, and the point of an initial, stands between them."""
    gaps = [(one[0], text[one.end() : other.start()].strip()) for one, other in pairwise(words)]
    return all(gap == "" or (gap == "." and len(word) == 1) for word, gap in gaps)


def is_nhs_number(text: str) -> bool:
    """Whether ten digits carry the check digit of an NHS number."""
    digits = [int(char) for char in text if char.isdigit()]
    if len(digits) != 10:
        return False
    check = 11 - sum(digit * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return digits[9] == (0 if check == 11 else check)
