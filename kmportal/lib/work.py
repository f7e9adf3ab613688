"""Pieces of work: one way to look at a programme, an intervention, a session or a meeting before it begins.

What is known of it (title, texts, first day, who leads it, what it is of) is the same for all kinds, so that whoever
puts together what fits it knows no kind. The map ``kmportal/work.py`` has a line for each, which its app describes in
its own ``work.py``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from kmportal.lib import things
from kmportal.lib.prepared import Prepared, prepared
from kmportal.lib.things import Ref


@dataclass(frozen=True)
class Work:
    """One piece of work. ``texts`` describe it, the most telling one first. ``group``: nobody else reads of it.

    ``entries`` and ``technique`` are keys of what it is of in the catalogues; ``interventions`` of those that it is or
    belongs to.
    """

    ref: Ref
    row: Any
    title: str
    texts: tuple[str, ...]
    organisation: Any
    starts_on: date | None = None
    leads: Any = None
    group: Any = None
    entries: tuple[int, ...] = ()
    interventions: tuple[int, ...] = ()
    technique: int | None = None
    is_over: bool = False


@dataclass(frozen=True)
class Span:
    """Some days from the first to the last, and the moments between which they lie."""

    first: date
    last: date
    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, first: date, last: date) -> "Span":
        days = (first, last + timedelta(days=1))
        return cls(first, last, *(timezone.make_aware(datetime.combine(day, time.min)) for day in days))

    # For ``kmportal.lib.prepared``
    shape = None

    @property
    def keys(self) -> tuple[date, date, datetime, datetime]:
        return self.first, self.last, self.begins, self.ends

    @classmethod
    def stands_in(cls, shape: None, keys: tuple[date, date, datetime, datetime]) -> "Span":
        return cls(*keys)


@dataclass(frozen=True)
class KindOfWork:
    """How rows of one kind are read: which neighbours ``of`` needs, and which begin within some days, of these people
    or of everybody (``people`` None)."""

    of: Callable[[Any], Work]
    starting: Callable[[Span, tuple[int, ...] | None], QuerySet[Any]]
    related: tuple[str, ...] = ()


def kinds() -> Mapping[str, KindOfWork]:
    """Every kind of work by the key of its thing, in the order of the map."""
    return _read_kinds(getattr(settings, "WORK", "kmportal.work.WORK"))


@cache
def _read_kinds(name: str) -> dict[str, KindOfWork]:
    return {kind: import_string(dotted) for kind, dotted in import_string(name).items()}


def starting(kind: str, span: Span, people: tuple[int, ...] | None) -> list[Any]:
    """The rows of one kind that begin within some days, with what ``of`` needs of their neighbours."""
    return _starting(kind, getattr(settings, "WORK", "kmportal.work.WORK"))(span, people)


@cache
def _starting(kind: str, name: str) -> "Prepared[[Span, tuple[int, ...] | None], Any]":
    one = _read_kinds(name)[kind]

    def rows(span: Span, people: tuple[int, ...] | None) -> QuerySet[Any]:
        return one.starting(span, people).select_related(*one.related).order_by("pk")

    return prepared(rows)


def work_of(row: Model) -> Work:
    """A row as a piece of work. Raises ``LookupError`` for what is none."""
    kind = things.thing_of(row).kind
    if kind not in kinds():
        raise LookupError(f"{kind} is no kind of work")
    return kinds()[kind].of(row)


def find_work(ref: Ref, membership: Any) -> Work | None:
    """The piece of work that a reference points at, if this member may see it."""
    kind = kinds().get(ref.kind)
    if kind is None:
        return None
    rows = things.kind(ref.kind).rows_visible_to(membership).select_related(*kind.related)
    row = rows.filter(pk=ref.pk).first()
    return kind.of(row) if row is not None else None
