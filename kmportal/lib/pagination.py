"""Pagination: which page of a list is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
