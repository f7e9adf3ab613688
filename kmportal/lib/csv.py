"""CSV: rows as a file that a spreadsheet opens, with nothing in it that runs as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

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


def csv_download(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """The rows as a file that opens in a spreadsheet, sent while they are read. ``name`` has no ending."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(headings)  # the mark tells Excel that this is UTF-8
        for row in rows:
            yield writer.writerow([guarded(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
