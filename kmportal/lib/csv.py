"""CSV: rows as a file that a spreadsheet opens, with nothing in it that runs as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextvars import copy_context
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.functional import Promise

# A spreadsheet runs a cell that begins like this as a formula, whoever wrote it (the last four: in Japanese ones).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(value: object) -> object:
    """A value for a CSV cell. Text that a spreadsheet would run as a formula gets an apostrophe; numbers stay."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def unguarded(text: str) -> str:
    """The text as it was before ``guarded``, for files that come back."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


class _Echo:
    """What the csv module writes a line into, so that it can be sent at once."""

    def write(self, line: str) -> str:
        return line


def _next_line(writer: Any, rows: Iterator[Sequence[object]]) -> str | None:
    row = next(rows, None)
    if row is None:
        return None
    line: str = writer.writerow([guarded(str(value) if isinstance(value, Promise) else value) for value in row])
    return line


def csv_download(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """The rows as a file that opens in a spreadsheet, sent while they are read. ``name`` has no ending."""
    writer = csv.writer(_Echo())

    # The rows are read when the page has been answered: in the words, and with the days, of whoever asked.
    here = copy_context()

    def lines() -> Iterator[str]:
        yield first
        waiting = iter(rows)
        while (line := here.run(_next_line, writer, waiting)) is not None:
            yield line

    first = "\ufeff" + writer.writerow([str(heading) for heading in headings])  # tells Excel that this is UTF-8

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
