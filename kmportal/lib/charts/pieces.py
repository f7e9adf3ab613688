"""What all charts share: words cut into lines that fit, numbers as people write them, the table behind a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Anchor = Literal["start", "middle", "end"]
LETTER = 0.56  # the mean width of a letter of the typeface, in parts of its size; on the wide side


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Label:
    """Words at a place, one entry of ``lines`` per line with its own y."""

    x: float
    lines: Sequence[tuple[float, str]]
    anchor: Anchor = "start"


@dataclass(frozen=True)
class DataTable:
    """The table of a chart: heads with whether they are numbers, and rows whose first cell names them.

    ``urls`` has the page of each row, where rows have pages.
    """

    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[str]]
    urls: Sequence[str] = ()

    @property
    def body(self) -> list[tuple[str, list[tuple[str, str, bool]], str]]:
        """Each row as its name, its cells with head and whether they are numbers, and its page."""
        heads = self.heads[1:]
        return [
            (row[0], [(cell, word, numeric) for cell, (word, numeric) in zip(row[1:], heads, strict=True)], url)
            for row, url in zip(self.rows, self.urls or [""] * len(self.rows), strict=True)
        ]


def number(value: float | None, unit: str = "") -> str:
    """A value as people write it, or a dash: “2.5”, “3”, “71 %”, “1,204”."""
    if value is None:
        return "–"
    rounded = round(value, 1)
    return f"{int(rounded):,}{unit}" if rounded == int(rounded) else f"{rounded:,}{unit}"


def width_of(text: str, size: float) -> float:
    """About how wide a text is; never much less than it really is."""
    return len(text) * size * LETTER


def wrapped(text: str, most: int, lines: int = 2) -> list[str]:
    """The text in at most ``lines`` lines of about ``most`` letters; what does not fit ends in an ellipsis.

    A word that is longer than a line is cut, so that no label ever leaves its picture.
    """
    made: list[str] = []
    words = [word[i : i + most] for word in text.split() for i in range(0, len(word), most)]
    while words:
        line = words.pop(0)
        while words and len(line) + 1 + len(words[0]) <= most:
            line += " " + words.pop(0)
        made.append(line)
        if len(made) == lines and words:
            kept = made[-1] if len(made[-1]) < most else made[-1][: most - 1].rpartition(" ")[0] or made[-1][: most - 1]
            made[-1] = kept.rstrip() + "…"
            break
    return made or [""]


def tidy(value: float) -> float:
    """Enough figures for a drawing, and no more."""
    return round(value, 1)
