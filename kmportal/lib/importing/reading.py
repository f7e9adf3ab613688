"""A table from its text, whichever way it was written, and where its headings stand."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from kmportal.lib.importing.csv_rows import Line, guess_delimiter, parse_csv_rows
from kmportal.lib.importing.json_rows import BrokenOff, json_objects
from kmportal.lib.importing.sheets import Sheet
from kmportal.lib.importing.values import REPLACEMENT, Lines, Unreadable, as_whole_text, lines_of

# So far down headings are looked for.
ROWS_ABOVE = 20
_BEGINNING = 200_000


def read(text: str | Lines, *, knows: Callable[[str], bool] = lambda heading: False) -> Sheet:
    """What table the text holds: JSON Lines (or one JSON list), or CSV with its separator. Refuses what is none.

    ``knows`` says whether a word is a heading: the first row with two of them is the one of the headings, whatever
    stands above it.
    """
    if isinstance(text, str):
        text = text.lstrip(REPLACEMENT) if text.startswith(REPLACEMENT * 2) else text
    lines = lines_of(text) if isinstance(text, str) else text
    start = _beginning_of(lines)
    if not "".join(start).strip():
        raise Unreadable("This file is empty.")
    if "".join(start).lstrip()[0] in "{[":
        return _read_json_lines(lines)
    return _read_csv_rows(lines, start, knows)


def read_cells(cells: Callable[[], Iterator[Sequence[str]]], *, knows: Callable[[str], bool]) -> Sheet:
    """The table in the rows of a workbook."""
    filled = ((number, row) for number, row in enumerate(cells()) if any(cell.strip() for cell in row))
    skipped, headings, above = _settle_headings(filled, knows)
    return Sheet("xlsx", headings, lines_of(""), skipped=skipped, above=above, cells=cells)


def _beginning_of(lines: Lines) -> list[str]:
    """Its first lines, as many as are needed to tell what it is; blank ones count for nothing."""
    taken, size, read = [], 0, 0
    for line in lines():
        read += len(line)
        if size or line.strip():
            taken.append(line[:_BEGINNING])
            size += len(line)
        if size > _BEGINNING or read > _BEGINNING * 50:
            break
    return taken


def _read_json_lines(lines: Lines) -> Sheet:
    headings: dict[str, None] = {}
    with suppress(BrokenOff):
        for _, thing in itertools.islice(json_objects(lines), 200):
            if isinstance(thing, dict):
                headings.update(dict.fromkeys(as_whole_text(key) for key in thing))
    if not headings:
        raise Unreadable("No line of this file is a JSON object, so there is nothing to bring in.")
    return Sheet("jsonl", tuple(headings), lines)


def _read_csv_rows(lines: Lines, start: list[str], knows: Callable[[str], bool]) -> Sheet:
    skipped, delimiter = 0, ""
    first = next(lines(), "").strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5:
        skipped, delimiter = 1, first[4]
    delimiter = delimiter or guess_delimiter(start)
    rows = enumerate(parse_csv_rows(lines(), delimiter))
    filled = (pair for pair in rows if pair[0] >= skipped and any(cell.strip() for cell in pair[1]))
    skipped, headings, above = _settle_headings(filled, knows)
    begins = "".join(start)
    from_mac = "\r" in begins and "\n" not in begins
    return Sheet("csv", headings, lines, delimiter, skipped, from_mac, above)


def _settle_headings(
    filled: Iterator[tuple[int, Sequence[str]]], knows: Callable[[str], bool]
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """The place of the row with the headings, the headings, and what stands above them."""
    first_ones = list(itertools.islice(filled, ROWS_ABOVE))
    place = _place_of_headings([row for _, row in first_ones], knows)
    above = tuple(" ".join(" ".join(row).split())[:120] for _, row in first_ones[:place])
    left = itertools.chain(first_ones[place:], filled)
    skipped, headings = next(left, (0, Line()))
    if not headings:
        raise Unreadable("This file has separators and no words.")
    if len([cell for cell in headings if cell.strip()]) < 2:
        raise Unreadable(
            "This file has one column only. A table needs columns, with commas, semicolons or tabs between."
        )
    if next(left, None) is None:
        raise Unreadable("This file has headings and no rows below them.")
    return skipped, _read_headings(headings), above


def _place_of_headings(rows: Sequence[Sequence[str]], knows: Callable[[str], bool]) -> int:
    """Which of the first rows has the headings: the first with two known words, else the first with two cells."""

    def count(row: Sequence[str], rule: Callable[[str], object]) -> int:
        return sum(1 for cell in row if cell.strip() and rule(cell))

    known = (place for place, row in enumerate(rows) if count(row, knows) > 1)
    wide = (place for place, row in enumerate(rows) if count(row, str.strip) > 1)
    return next(known, next(wide, 0))


def _read_headings(row: Sequence[str]) -> tuple[str, ...]:
    """The headings, none empty, none twice."""
    seen: dict[str, None] = {}
    for position, cell in enumerate(row, start=1):
        name = plain = " ".join(as_whole_text(cell).split()) or f"Column {position}"
        for again in itertools.count(2):
            if name not in seen:
                break
            name = f"{plain} ({again})"
        seen[name] = None
    return tuple(seen)
