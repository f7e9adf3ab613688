"""Narrowing down a list: tick lists with counts, made from what was found and what was chosen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.http import QueryDict

from kmportal.lib.links import changed_query
from search.finding import FACETS, Results

# How many values stand open before the rest is folded away.
OPEN = 8
MOST = 60
MOST_CHOSEN = 50
Labels = Mapping[str, str] | Callable[[str], str] | None


class Facet(NamedTuple):
    """One thing to narrow down by: as the index calls it, its legend, and words for its values.

    ``param`` is what the address calls it, if not the same. ``order`` puts the values in an order of their own instead
    of the most frequent first; values that it does not name are left out.
    """

    name: str
    legend: str
    labels: Labels = None
    param: str = ""
    order: Sequence[str] = ()

    @property
    def asked_as(self) -> str:
        return self.param or self.name


@dataclass(frozen=True)
class Option:
    """One value to tick. ``is_counted``: the count is exact, and shown."""

    value: str
    label: str
    count: int
    checked: bool
    is_counted: bool = True

    @property
    def shown(self) -> str:
        """The count as people read it."""
        return f"{self.count:,}" if self.is_counted else ""


@dataclass(frozen=True)
class TickList:
    """One list of values, under the name that the address has for it. ``rest`` is folded away, and very long ones end;
    what is ticked always stands open.
    """

    name: str
    legend: str
    options: list[Option]
    rest: list[Option]


@dataclass(frozen=True)
class Panel:
    """All tick lists of a page, how many values are ticked in them, and the address without them. ``is_counted``: each
    value has its count beside it."""

    lists: list[TickList]
    ticked: int
    clear: str
    is_counted: bool = True


def chosen(params: QueryDict, names: Iterable[str | Facet]) -> dict[str, list[str]]:
    """The values that the address chooses, for ``find(filters=…)``; a facet may have another name in the address."""
    facets = [name if isinstance(name, Facet) else Facet(name, "") for name in names]
    return {facet.name: found for facet in facets if facet.name in FACETS and (found := _values_chosen(params, facet))}


def _values_chosen(params: QueryDict, facet: Facet) -> list[str]:
    return list(dict.fromkeys([value for value in params.getlist(facet.asked_as) if value][:MOST_CHOSEN]))


def panel(
    results: Results,
    params: QueryDict,
    facets: Sequence[Facet | tuple[str, str, Labels]],
    *,
    open_values: int = OPEN,
    most: int | None = MOST,
) -> Panel:
    """Tick lists for these facets. Lists with nothing to choose are left out, and those whose only value everything
    has. So many values stand open in each, the others are folded away; after ``most`` a list ends.

    A ticked value stays, with a nought, when nothing has it any more: otherwise it could not be unticked.
    """
    asked = [Facet(*facet) for facet in facets]
    picked = chosen(params, asked)
    lists = []
    for facet in asked:
        ticked = picked.get(facet.name, [])
        options = _options_of(facet, dict(results.facets.get(facet.name, [])), ticked)
        options = options if results.is_counted else [replace(option, is_counted=False) for option in options]
        if len(options) > 1 or (options and (ticked or options[0].count < results.total)):
            open_ = [option for place, option in enumerate(options) if place < open_values or option.checked]
            rest = [option for option in options[open_values:most] if not option.checked]
            lists.append(TickList(facet.asked_as, facet.legend, open_, rest))
    clear = changed_query(params, **dict.fromkeys((facet.asked_as for facet in asked), None), page=None)
    return Panel(lists, sum(map(len, picked.values())), clear, results.is_counted)


def _options_of(facet: Facet, counts: Mapping[str, int], ticked: Sequence[str]) -> list[Option]:
    values = [*counts, *(value for value in ticked if value not in counts)]
    if facet.order:
        values = [value for value in facet.order if value in values]
    return [
        Option(value, _label_of_value(facet.labels, value), counts.get(value, 0), value in ticked) for value in values
    ]


def _label_of_value(labels: Labels, value: str) -> str:
    if labels is None:
        return value
    return labels(value) if callable(labels) else str(labels.get(value, value))
