"""Rows from CSV: the separator, and quotes that nobody meant."""

import csv
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kmportal.lib.importing.values import Unreadable

DELIMITERS = ",;\t|"


# One cell may hold a long report; the csv module’s own limit is lower.
csv.field_size_limit(5_000_000)


class Line(list[str]):
    """The cells of one row of a CSV file; ``problem``: why they cannot be believed, ``note``: what is odd."""

    problem = ""
    note = ""


def guess_delimiter(first: Sequence[str]) -> str:
    """The separator that gives the first rows most columns, and the same number of them in each."""

    def score(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(itertools.islice(parse_csv_rows(first, delimiter, whole=False), 20))
        except Unreadable:
            return (0, 0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return (times, width)

    return max(DELIMITERS, key=score)


def parse_csv_rows(source: Iterable[str], delimiter: str, *, whole: bool = True, width: int = 0) -> Iterator[Line]:
    """The rows. A quotation mark that is never closed would swallow the rest of the file, so that is refused.

    It is found by a last line of our own that must come back as a row of its own. One that is closed too late swallows
    some rows: with ``width``, the number of headings, they come back as rows of their own, and the row in which it
    began says what happened.
    """
    end = "\ue000end\ue000"
    taken: list[str] = []

    def remember(lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    lines = itertools.chain(source, ["\n", end] if whole else [])
    reader = csv.reader(remember(lines), delimiter=delimiter)
    began = 1
    try:
        for row in reader:
            if row == [end]:
                return
            if whole and row and end in row[-1]:
                raise Unreadable(
                    f"A quotation mark in line {began} is never closed. Add the missing one and try again."
                )
            began, lines_of_row = reader.line_num + 1, taken[:]
            taken.clear()
            yield from _believed_rows(row, lines_of_row, delimiter, width)
    except csv.Error as error:
        raise Unreadable(f"Line {reader.line_num} cannot be read as CSV ({error}).") from None


def _believed_rows(row: list[str], lines: Sequence[str], delimiter: str, width: int) -> Iterator[Line]:
    """The row, unless its quotation marks are in doubt: then the rows that it swallowed, or a note about them."""
    whole = "".join(lines)
    if '"' not in whole or not width:
        yield Line(row)
        return
    alone = [line.rstrip("\r\n").split(delimiter) for line in whole.splitlines() if line.strip()]
    swallows = len(alone) > 1 and all(len(cells) == width for cells in alone)
    if swallows and not _is_well_quoted(lines, delimiter):
        first = Line(alone[0])
        first.problem = (
            "A quotation mark in this row is not closed in its line. Add the missing one, or take the odd one out."
        )
        yield first
        yield from (Line(next(csv.reader([delimiter.join(cells)], delimiter=delimiter))) for cells in alone[1:])
        return
    line = Line(row)
    if swallows:
        line.note = (
            f"The {len(alone)} lines of this row look like rows of their own. Perhaps a quotation mark is missing."
        )
    elif not _is_well_quoted(lines, delimiter):
        line.note = "Its quotation marks do not match. Compare its words with the file."
    yield line


def _is_well_quoted(lines: Sequence[str], delimiter: str) -> bool:
    """Whether every quotation mark that opens a cell closes at its end."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True
