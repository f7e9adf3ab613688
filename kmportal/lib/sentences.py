"""Pieces of sentences: small numbers as words, a number with the words that fit it, lists with an “and”, quotations,
lines."""

import re
from collections.abc import Sequence

from django.utils.translation import ngettext

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def in_words(number: int) -> str:
    """“no”, “one” … “nine”, then “10”: inside a sentence small numbers are read more easily as words."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else str(number)


def counted(number: int, one: str, more: str) -> str:
    """“one action is late”, “three actions are late”."""
    return f"{in_words(number)} {ngettext(one, more, number)}"


def people_in_words(number: int) -> str:
    """“1 person”, “12 people”: a figure among other figures."""
    return f"{number:,} {ngettext('person', 'people', number)}"


def listed(words: Sequence[str]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_TURNS = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def apart(name: object) -> str:
    """A name before a number. One that is read from the right stands in marks of its own, or the number would jump to
    its other side: “25 …, November 2026”."""
    return f"\u2068{name}\u2069" if _TURNS.search(str(name)) else str(name)


def quoted(words: object) -> str:
    """“The words”, between quotation marks; such as they have themselves become single ones."""
    return f"“{str(words).replace('“', '‘').replace('”', '’')}”"


def one_line(words: str) -> str:
    """Without line breaks, which no header of a mail may contain, whatever a form was sent."""
    return " ".join(words.split())


def capital(words: str) -> str:
    """As the beginning of a sentence. Only the first letter changes: names keep theirs."""
    return words[:1].upper() + words[1:]
