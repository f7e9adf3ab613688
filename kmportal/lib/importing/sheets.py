"""A table: its headings, and its records one after the other."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from kmportal.lib.importing.csv_rows import Line, parse_csv_rows
from kmportal.lib.importing.json_rows import clean_cell, json_objects
from kmportal.lib.importing.values import Lines, Record, as_whole_text


@dataclass(frozen=True)
class Sheet:
    """A table with headings, not read yet: ``records()`` reads it from the beginning each time."""

    format: str
    headings: tuple[str, ...]
    lines: Lines = field(repr=False)
    delimiter: str = ","
    skipped: int = 0
    # Excel for Mac saves with bare carriage returns, US dates and “_” for spaces that must not break.
    from_mac: bool = False
    # What stood above the headings, a title perhaps, row by row.
    above: tuple[str, ...] = ()
    # A workbook’s rows; of a report in Markdown the records themselves.
    cells: Callable[[], Iterator[Sequence[str]]] | None = field(default=None, repr=False)
    reports: Callable[[], Iterator[Record]] | None = field(default=None, repr=False)

    def records(self) -> Iterator[Record]:
        if self.reports is not None:
            return self.reports()
        return self._objects() if self.format == "jsonl" else self._rows()

    def _rows(self) -> Iterator[Record]:
        rows: Iterator[Line]
        if self.cells is not None:
            rows = map(Line, self.cells())
        else:
            rows = parse_csv_rows(self.lines(), self.delimiter, width=len(self.headings))
        number = self.skipped + 1
        for row in itertools.islice(rows, number, None):
            number += 1
            if not any(cell.strip() for cell in row):
                continue
            if row.problem:
                half = dict(itertools.zip_longest(self.headings, row[: len(self.headings)], fillvalue=""))
                yield Record(number, half, row.problem)
                continue
            cells, extra = row[: len(self.headings)], row[len(self.headings) :]
            if any(cell.strip() for cell in extra):
                sentence = (
                    f"This row has {len(row)} cells, but there are {len(self.headings)} headings. "
                    "Perhaps quotation marks are missing around a text."
                )
                yield Record(number, dict(zip(self.headings, cells, strict=False)), sentence)
                continue
            notes = (row.note,) if row.note else ()
            filled = dict(itertools.zip_longest(self.headings, cells, fillvalue=""))
            yield Record(number, filled, notes=notes, has_stray_quotes=bool(row.note))

    def _objects(self) -> Iterator[Record]:
        for number, thing in json_objects(self.lines):
            if isinstance(thing, dict):
                notes: list[str] = []
                cells = {as_whole_text(key): clean_cell(value, str(key), notes) for key, value in thing.items()}
                yield Record(number, cells, notes=tuple(notes))
            else:
                yield Record(number, problem="This line is not a JSON object, such as {“title”: “…”}.")
