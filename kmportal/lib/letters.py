"""Letters on paper: a PDF can draw only what its fonts hold, so what none of them holds is named in words.

A browser borrows a letter from any font of the machine. A PDF would show an empty box, and on the next machine another.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.conf import settings

MOST = 6  # of one run are named; the rest is counted
# They choose how the letter before them looks, or hold letters together; by themselves they are nothing to see.
UNSEEN = re.compile(
    "[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")


def name_missing(text: str) -> str:
    """The text, or page, with every letter that the fonts of a PDF lack named in brackets: “[thumbs up sign]”.

    A flag is its two letters. What nobody can see is left out where no font has it.
    """
    if all(ord(letter) in _held() for letter in set(text)):
        return text
    text = FLAG.sub(lambda pair: f"[flag of {''.join(chr(ord(half) - 0x1F1A5) for half in pair.groups())}]", text)
    return _missing_run().sub(lambda run: _in_words(run.group()), text)


def _in_words(run: str) -> str:
    names = [_name_of(letter) for letter in UNSEEN.sub("", run) if unicodedata.category(letter) not in ("Cc", "Cs")]
    if not names:
        return ""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"[{', '.join(names[:MOST])}{more}]"


def _name_of(letter: str) -> str:
    name = unicodedata.name(letter, "").lower()
    code = f"{ord(letter):04X}"
    if name.startswith("cjk"):
        return f"Chinese sign {code}"
    return name or f"unknown sign {code}"


@cache
def _missing_run() -> re.Pattern[str]:
    """One or more letters that no font holds, and the unseen ones between them."""
    return re.compile(f"[^{_ranges_of(_held())}]+")


@cache
def _held() -> frozenset[int]:
    """Every letter that a font of ``static/fonts`` holds, and the marks that break lines."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415  comes with WeasyPrint, and is needed by the worker alone

    folder = Path(settings.STATICFILES_DIRS[0]) / "fonts"
    held = {ord(mark) for mark in "\t\n\r "}
    for path in folder.glob("*.woff*"):
        with TTFont(path, lazy=True) as font:
            held |= set(font.getBestCmap())
    return frozenset(held)


def _ranges_of(codes: Iterable[int]) -> str:
    """A character class of a pattern for these codes."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
