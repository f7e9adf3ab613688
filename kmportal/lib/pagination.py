"""Pagination: which page of a list is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# So many pages are linked before and after the one that is shown.
AROUND = 1


@dataclass(frozen=True)
class PageOf:
    """Where in a counted list we are; answers what the pager asks. ``more``: there are more than were counted.

    ``first`` and ``last`` are keys of the rows at the ends of the page, where the pages beside it are found by them.
    """

    number: int
    per_page: int
    count: int
    more: bool = False
    first: int = 0
    last: int = 0

    @property
    def paginator(self) -> "PageOf":
        return self

    def has_previous(self) -> bool:
        return self.number > 1

    def has_next(self) -> bool:
        return self.number * self.per_page < self.count

    @property
    def num_pages(self) -> int:
        return max(1, -(-self.count // self.per_page))

    def has_other_pages(self) -> bool:
        return self.has_previous() or self.has_next()

    def previous_page_number(self) -> int:
        return self.number - 1

    def next_page_number(self) -> int:
        return self.number + 1

    def beside(self, number: int) -> dict[str, int | None]:
        """What an address says of another page: its number, and for those beside this one the row that they follow or
        go before, so that nothing need be counted up to them."""
        after = self.last if number == self.number + 1 else 0
        before = self.first if number == self.number - 1 and number > 1 else 0
        return {"page": number, "after": after or None, "before": before or None}

    def start_index(self) -> int:
        return (self.number - 1) * self.per_page + 1

    def end_index(self) -> int:
        return min(self.number * self.per_page, self.count)


def numbers_shown(number: int, last: int) -> list[int | None]:
    """The pages that a pager links: first, last, and those around where we are; None where some are left out.

    One page left out would take as much room as its number, so it is shown.
    """
    around = range(number - AROUND, number + AROUND + 1)
    shown = [page for page in range(1, last + 1) if page in (1, last) or page in around]
    found: list[int | None] = []
    for page in shown:
        gap = page - (found[-1] or 0) if found else 1
        if gap == 2:
            found.append(page - 1)
        elif gap > 2:
            found.append(None)
        found.append(page)
    return found


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


def keys_beside(query: Mapping[str, Any]) -> dict[str, Any]:
    """The rows that the page of an address follows or goes before; nought where it names none, or for the first page:
    an address that begins anew may still say what stood beside an old page."""
    if page_number(query) < 2:
        return {"after": 0, "before": 0}
    return {name: whole_number(str(query.get(name, ""))) for name in ("after", "before")}
