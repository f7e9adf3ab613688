"""What is new for somebody, for the one mail of the day: each app says what of it belongs to that day.

The map ``kmportal/promises.py`` names functions ``(at, people) -> Iterable[News]``: of these people or of everybody.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.utils.module_loading import import_string


class Line(NamedTuple):
    """One sentence, and where it leads."""

    words: str
    url: str


@dataclass(frozen=True)
class News:
    """A section of the mail of ``day``: whose, where, about what; never without ``lines``. ``kind`` and ``ident`` tell
    it apart: an address is told of each day’s once. ``stop_url`` ends it without signing in."""

    kind: str
    ident: int
    person: Any
    organisation: Any
    title: str
    url: str
    day: date
    lines: Sequence[Line]
    stop_url: str = ""
    settings_url: str = ""


def news(at: datetime, people: Collection[int] | None = None) -> Iterator[News]:
    """All that is new at this moment, over all apps and organisations."""
    for dotted in import_string(getattr(settings, "NEWS", "kmportal.promises.NEWS")):
        tell = cast("Callable[[datetime, Collection[int] | None], Iterable[News]]", import_string(dotted))
        yield from tell(at, people)
