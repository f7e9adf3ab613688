"""What somebody has promised that is no action, or has to find somebody for, for the one mail of the day: each app
says what of it has a day.

The map ``kmportal/promises.py`` names functions ``(until, people) -> Iterable[Promised]``: all that has its day until
then, of these people or of everybody.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Promised:
    """One promise: whose, where, its day, and what the mail says of it on a day. ``kind`` and ``ident`` tell it apart.

    ``is_told_once``: one line, and not another one each week. ``is_call``: nobody does it, and the reader is one of
    those who can choose somebody.
    """

    kind: str
    ident: int
    person: Any
    organisation: Any
    title: str
    url: str
    day: date
    says: Callable[[date], str]
    is_told_once: bool = False
    is_call: bool = False


def promised(until: date, people: Collection[int] | None = None) -> Iterator[Promised]:
    """Everything that has its day until ``until``, over all apps and organisations."""
    for dotted in import_string(getattr(settings, "PROMISED", "kmportal.promises.PROMISED")):
        yield from import_string(dotted)(until, people)
