"""What comes of reading: letters and records; and the refusal."""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from kmportal.lib.exceptions import Refusal

REPLACEMENT = "\ufffd"
_HALF = re.compile("[\ud800-\udfff]")
Cell = str | list[str]
# A file, opened from its beginning each time; and the lines of its text, with their ends.
Opener = Callable[[], BinaryIO]
Lines = Callable[[], Iterator[str]]


class Unreadable(Refusal):
    """The file is not what it says, or holds no table."""


@dataclass(frozen=True)
class Decoded:
    """A file as text. ``damaged`` counts the letters that could not be read and became U+FFFD."""

    text: str = field(repr=False)
    encoding: str
    damaged: int


@dataclass(frozen=True)
class Record:
    """One row. ``number`` is what a spreadsheet shows beside it (a line number in JSON Lines)."""

    number: int
    cells: Mapping[str, Cell] = field(default_factory=dict)
    problem: str = ""
    # What is to be said about it although it can be read, and whether its quotation marks are in doubt.
    notes: tuple[str, ...] = ()
    has_stray_quotes: bool = False


def as_one_line(text: str) -> str:
    return " ".join(text.split())


def as_whole_text(value: object) -> str:
    """As a text that a database keeps: JSON can spell out halves of letters, which become U+FFFD, and noughts."""
    return _HALF.sub(REPLACEMENT, str(value)).replace("\0", "")


def lines_of(text: str) -> Lines:
    """The lines of a text that is here already."""
    return lambda: io.StringIO(text, newline="")


def opener_of(data: bytes) -> Opener:
    """A file that is here already."""
    return lambda: io.BytesIO(data)
