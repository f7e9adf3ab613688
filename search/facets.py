"""Narrowing down a list: tick lists with counts, made from what was found and what was chosen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from search.finding import FACETS, Results

# How many values stand open before the rest is folded away.
OPEN = 8
MOST = 60
MOST_CHOSEN = 50
Labels = Mapping[str, str] | Callable[[str], str] | None


@dataclass(frozen=True)
class Option:
    """One value to tick."""

    value: str
    label: str
    count: int
    checked: bool

    @property
    def shown(self) -> str:
        """The count as people read it."""
        return f"{self.count:,}"


@dataclass(frozen=True)
class TickList:
    """One list of values. ``rest`` is folded away, and very long ones end; what is ticked always stands
    open.
    """

    name: str
    legend: str
    options: list[Option]
    rest: list[Option]


@dataclass(frozen=True)
class Panel:
    """All tick lists of a page, and how many values are ticked in them."""

    lists: list[TickList]
    ticked: int


def chosen(params: QueryDict, names: Iterable[str]) -> dict[str, list[str]]:
    """The values that the address chooses, for ``find(filters=…)``."""
    found = {name: [value for value in params.getlist(name) if value][:MOST_CHOSEN] for name in names if name in FACETS}
    return {name: list(dict.fromkeys(values)) for name, values in found.items() if values}


def panel(results: Results, params: QueryDict, facets: Sequence[tuple[str, str, Labels]]) -> Panel:
    """Tick lists for these facets: (name, legend, words for the values). Lists with nothing to choose are left out, and
    those whose only value everything has.

    A ticked value stays, with a nought, when nothing has it any more: otherwise it could not be unticked.
    """
    picked = chosen(params, [name for name, _, _ in facets])
    lists = []
    for name, legend, labels in facets:
        counts = dict(results.facets.get(name, []))
        ticked = picked.get(name, [])
        options = [
            Option(value, _label(labels, value), counts.get(value, 0), value in ticked)
            for value in [*counts, *(value for value in ticked if value not in counts)]
        ]
        if len(options) > 1 or (options and (ticked or options[0].count < results.total)):
            open_ = [option for place, option in enumerate(options) if place < OPEN or option.checked]
            rest = [option for place, option in enumerate(options) if OPEN <= place < MOST and not option.checked]
            lists.append(TickList(name, legend, open_, rest))
    return Panel(lists, sum(map(len, picked.values())))


def _label(labels: Labels, value: str) -> str:
    if labels is None:
        return value
    return labels(value) if callable(labels) else str(labels.get(value, value))
