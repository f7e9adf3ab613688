"""Showing where the words stand: titles and extracts with the found words marked, every piece of text escaped.

Works on the rows of one page only. A quick pattern proposes places; the analyser, which also made the index, decides.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.analyser import chunks, pieces, stem
from search.query import Term

WIDTH = 230
# How much stands before the first marked word.
LEAD = 60
# Far enough into a text that people find what they look for, and near enough that a page is quick.
LOOK_AT = 20_000
MOST_MARKS = 500


class _Plain(dict[int, int | str]):
    """Letter for letter without accents, so that places in the text stay the same."""

    def __missing__(self, code: int) -> int | str:
        letter = unicodedata.normalize("NFKD", chr(code))[0].casefold()
        self[code] = letter if len(letter) == 1 else code
        return self[code]


_PLAIN = _Plain()


@dataclass(frozen=True)
class Mark:
    """A place to mark, and which term of the question stands there."""

    start: int
    end: int
    term: int


class Highlighter:
    """Marks the terms of one question in many texts."""

    def __init__(self, terms: Sequence[Term]) -> None:
        said = [replace(term, stems=stems) for term in terms for stems in (term.stems, *term.others)]
        self.terms = sorted(said, key=lambda term: -len(term.stems))
        beginnings = {re.escape(_beginning_of(term)) for term in said}
        self._likely = re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(beginnings))})") if beginnings else None

    def marks(self, text: str) -> list[Mark]:
        """The places of the terms, in order, none upon another."""
        found: list[Mark] = []
        if self._likely is None:
            return found
        for likely in self._likely.finditer(text.translate(_PLAIN)):
            if found and likely.start() < found[-1].end:
                continue
            if place := self._at(text, likely.start()):
                found.append(place)
                if len(found) == MOST_MARKS:
                    break
        return found

    def _at(self, text: str, start: int) -> Mark | None:
        """The term that stands at this place, the longest first."""
        words: list[str] = []
        ends: list[int] = []
        walk = chunks(text, start)
        for number, term in enumerate(self.terms):
            while len(words) < len(term.stems) and (chunk := next(walk, None)):
                words += map(stem, pieces(chunk[0]))
                ends += [chunk.end()] * (len(words) - len(ends))
            length = len(term.stems)
            if term.prefix and words and words[0].startswith(term.stems[0]):
                return Mark(start, ends[0], number)
            if not term.prefix and tuple(words[:length]) == term.stems:
                return Mark(start, ends[length - 1], number)
        return None

    def mark(self, text: str) -> SafeString:
        """The whole text, escaped, with its places marked."""
        return _marked_text(text, 0, len(text), self.marks(text))

    def snippet(self, *texts: str) -> SafeString:
        """The part of the texts that says most about the question; without a place in them, how they begin."""
        whole = " … ".join(" ".join(text[:LOOK_AT].split()) for text in texts if text.strip())
        marks = self.marks(whole)
        start, end = _window_of_words(whole, marks)
        html = _marked_text(whole, start, end, marks)
        return mark_safe(f"{'…' * (start > 0)}{html}{'…' * (end < len(whole))}")  # noqa: S308  its pieces are escaped


def _beginning_of(term: Term) -> str:
    """How the first word of a term surely begins; endings change (battery, batteri), so some letters are left out."""
    first = term.stems[0]
    if not (first.isascii() and first.isalpha()):
        return first
    return first[:-2] if len(first) > 4 else first[:-1] if len(first) > 2 else first


def _window_of_words(text: str, marks: Sequence[Mark]) -> tuple[int, int]:
    """Where the extract begins and ends: most different terms, then most places, then the earliest; at whole words."""
    if len(text) <= WIDTH * 1.2:
        return 0, len(text)
    best, start = (0, 0), 0
    for number, first in enumerate(marks):
        near = [mark for mark in marks[number : number + 20] if mark.end <= first.start - LEAD + WIDTH]
        worth = (len({mark.term for mark in near}), len(near))
        if worth > best:
            best, start = worth, first.start - LEAD
    start = max(0, min(start, len(text) - WIDTH))
    if start:
        start = text.find(" ", start, start + LEAD) + 1 or start
        start += 2 * text.startswith("… ", start)
    end = min(len(text), start + WIDTH)
    if end < len(text):
        end = max(text.rfind(" ", end - LEAD, end), end - LEAD)
        end -= len(text[start:end]) - len(text[start:end].rstrip(" .,;:"))
    return start, end


def _marked_text(text: str, start: int, end: int, marks: Sequence[Mark]) -> SafeString:
    html, place = [], start
    for mark in marks:
        if mark.start >= start and mark.end <= end:
            html += [escape(text[place : mark.start]), "<mark>", escape(text[mark.start : mark.end]), "</mark>"]
            place = mark.end
    html.append(escape(text[place:end]))
    return mark_safe("".join(html))  # noqa: S308  its pieces are escaped
