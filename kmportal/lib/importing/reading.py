"""A table from its text, whichever way it was written, and where its headings stand."""

import itertools
from collections.abc import Callable, Sequence

from kmportal.lib.importing.csv_rows import Line, guess_delimiter, parse_csv_rows
from kmportal.lib.importing.json_rows import json_objects
from kmportal.lib.importing.sheets import Sheet
from kmportal.lib.importing.values import REPLACEMENT, Unreadable, as_whole_text

# So far down headings are looked for.
ROWS_ABOVE = 20


def read(text: str, *, knows: Callable[[str], bool] = lambda heading: False) -> Sheet:
    """What table the text holds: JSON Lines (or one JSON list), or CSV with its separator. Refuses what is none.

    ``knows`` says whether a word is a heading: the first row with two of them is the one of the headings, whatever
    stands above it.
    """
    text = text.lstrip(REPLACEMENT) if text.startswith(REPLACEMENT * 2) else text
    if not text.strip():
        raise Unreadable("This file is empty.")
    if text.lstrip()[0] in "{[":
        return _read_json_lines(text)
    return _read_csv_rows(text, knows)


def _read_json_lines(text: str) -> Sheet:
    headings: dict[str, None] = {}
    for _, thing in itertools.islice(json_objects(text), 200):
        if isinstance(thing, dict):
            headings.update(dict.fromkeys(as_whole_text(key) for key in thing))
    if not headings:
        raise Unreadable("No line of this file is a JSON object, so there is nothing to bring in.")
    return Sheet("jsonl", tuple(headings), text)


def _read_csv_rows(text: str, knows: Callable[[str], bool]) -> Sheet:
    skipped, delimiter = 0, ""
    first = text.split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5:
        skipped, delimiter = 1, first[4]
    delimiter = delimiter or guess_delimiter(text)
    rows = enumerate(parse_csv_rows(text, delimiter))
    filled = (pair for pair in rows if pair[0] >= skipped and any(cell.strip() for cell in pair[1]))
    first_ones = list(itertools.islice(filled, ROWS_ABOVE))
    place = _place_of_headings([row for _, row in first_ones], knows)
    above = tuple(" ".join(" ".join(row).split())[:120] for _, row in first_ones[:place])
    left = itertools.chain(first_ones[place:], filled)
    skipped, headings = next(left, (skipped, Line()))
    if not headings:
        raise Unreadable("This file has separators and no words.")
    if len([cell for cell in headings if cell.strip()]) < 2:
        raise Unreadable(
            "This file has one column only. A table needs columns, with commas, semicolons or tabs between."
        )
    if next(left, None) is None:
        raise Unreadable("This file has headings and no rows below them.")
    from_mac = "\r" in text and "\n" not in text
    return Sheet("csv", _read_headings(headings), text, delimiter, skipped, from_mac, above)


def _place_of_headings(rows: Sequence[Sequence[str]], knows: Callable[[str], bool]) -> int:
    """Which of the first rows has the headings: the first with two known words, else the first with two cells."""

    def count(row: Sequence[str], rule: Callable[[str], object]) -> int:
        return sum(1 for cell in row if cell.strip() and rule(cell))

    known = (place for place, row in enumerate(rows) if count(row, knows) > 1)
    wide = (place for place, row in enumerate(rows) if count(row, str.strip) > 1)
    return next(known, next(wide, 0))


def _read_headings(row: list[str]) -> tuple[str, ...]:
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
