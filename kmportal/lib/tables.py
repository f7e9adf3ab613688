"""Lists: which page is shown, and the same rows as a CSV file."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class PageOf:
    """Where in a counted list we are; answers what the pager asks. ``more``: there are more than were counted."""

    number: int
    per_page: int
    count: int
    more: bool = False

    @property
    def paginator(self) -> "PageOf":
        return self

    def has_previous(self) -> bool:
        return self.number > 1

    def has_next(self) -> bool:
        return self.number * self.per_page < self.count

    def has_other_pages(self) -> bool:
        return self.has_previous() or self.has_next()

    def previous_page_number(self) -> int:
        return self.number - 1

    def next_page_number(self) -> int:
        return self.number + 1

    def start_index(self) -> int:
        return (self.number - 1) * self.per_page + 1

    def end_index(self) -> int:
        return min(self.number * self.per_page, self.count)


def page_number(query: Mapping[str, Any]) -> int:
    """The page that an address asks for; anything odd means the first one."""
    asked = str(query.get("page", ""))
    return max(1, whole_number(asked, most=100_000))


def whole_number(text: str, *, most: int = 2**63 - 1) -> int:
    """The number that an address or a hidden field carries; nought for anything that is none, or is larger.

    Digits are counted before they are read: Python refuses to read very many.
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if is_number and int(text) <= most else 0
