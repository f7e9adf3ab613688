"""The list of lessons: searched, narrowed down, sorted, in pages, and as CSV of what is shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kmportal.lib.csv import csv_download
from kmportal.lib.days import long_day
from kmportal.lib.links import absolute
from kmportal.lib.pagination import PageOf, page_number
from lessons import labels, search_documents
from lessons.models import SHARED, Lesson, State
from organisations.access import requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from search import index

PER_PAGE, PER_BATCH = 10, 200
# What the address calls it → what the index calls it, and the legend.
FACETS = {
    "state": ("state", "State"),
    "where": ("group", "Where"),
    "kind": ("subkind", "Kind"),
    "source": ("source", "Brought in from"),
    "year": ("year", "Year"),
}
# So many values of a filter stand open; the others are folded away.
OPEN_VALUES = 6
STATE_ORDER = {state.value: place for place, state in enumerate(State)}
COLUMNS = (
    "Number",
    "State",
    "Kind",
    "Title",
    "When you are about to…",
    "then…",
    "Where",
    "Date",
    "Brought in from",
    "Link",
)


@dataclass(frozen=True)
class Choice:
    """One value of a filter, with how many lessons have it."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One filter as the page draws it."""

    name: str
    legend: str
    open: Sequence[Choice]
    folded: Sequence[Choice]

    def narrows(self, total: int) -> bool:
        """Whether choosing makes a difference: there are two values, or one was chosen, or not all have the one."""
        return len(self.open) > 1 or any(choice.chosen or choice.count < total for choice in self.open)


@requires(Permission.READ)
@require_safe
def lesson_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """All that this member may read and that was checked; other states by choice."""
    asked = _asked(request)
    if request.GET.get("format") == "csv":
        return csv_download("lessons", COLUMNS, _csv_rows(request.membership, asked))
    number = page_number(request.GET)
    names = [name for name, _ in FACETS.values()]
    found = index.find(request.membership, **asked, facets=names, page=number, per_page=PER_PAGE, correct=True)
    chosen = {name: request.GET.getlist(name) for name in FACETS}
    facets = [_facet(name, found.facets, chosen[name]) for name in FACETS]
    context = {
        "found": found,
        "rows": [(hit, labels.STATES[hit.state]) for hit in found.hits],
        "page": PageOf(found.page, PER_PAGE, found.total, found.more),
        "facets": [facet for facet in facets if facet.narrows(found.total)],
        "narrowed": sum(map(len, chosen.values())),
        "order": asked["order"],
        "q": asked["text"],
        "csv": _address(request, format="csv", page=None),
        "instead": _address(request, q=found.did_you_mean, page=None) if found.did_you_mean else "",
        **tabs(request.membership, "all"),
    }
    return render(request, "lessons/lesson_list.html", context)


def tabs(membership: Membership, here: str) -> dict[str, Any]:
    """What the three lists of lessons share: which one this is, how many stand in the others."""
    ours = Lesson.objects.filter(organisation=membership.organisation_id)
    return {
        "here": here,
        "may_write": membership.can(Permission.CONTRIBUTE),
        "may_import": membership.can(Permission.FACILITATE),
        "may_check": membership.can(Permission.VALIDATE),
        "mine_count": ours.written_by(membership.person).count() if membership.can(Permission.CONTRIBUTE) else 0,
        "queue_count": Lesson.objects.waiting_for(membership).count() if membership.can(Permission.VALIDATE) else 0,
    }


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The question to the index, as the address puts it."""
    query = request.GET
    text = query.get("q", "").strip()
    filters: dict[str, list[str]] = {inside: query.getlist(name) for name, (inside, _) in FACETS.items()}
    if not filters["state"]:
        filters["state"] = [str(state) for state in SHARED]
    order = "newest" if query.get("sort") == "newest" or not text else "best"
    return {"text": text, "kinds": [search_documents.KIND], "filters": filters, "order": order}


def _facet(name: str, facets: Mapping[str, list[tuple[str, int]]], chosen: Sequence[str]) -> Facet:
    inside, legend = FACETS[name]
    counts = dict(facets[inside])
    values = [*counts, *(value for value in dict.fromkeys(chosen) if value not in counts)]
    if name == "state":
        values = sorted((value for value in values if value in STATE_ORDER), key=STATE_ORDER.__getitem__)
    labels: dict[str, Any] = {"state": dict(State.choices), "kind": dict(Lesson.Kind.choices)}.get(name, {})
    choices = [Choice(value, str(labels.get(value, value)), counts.get(value, 0), value in chosen) for value in values]
    visible = [choice for place, choice in enumerate(choices) if place < OPEN_VALUES or choice.chosen]
    return Facet(name, legend, visible, [choice for choice in choices if choice not in visible])


def _address(request: HttpRequest, **changes: str | None) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


def _csv_rows(membership: Membership, asked: dict[str, Any]) -> Iterator[Sequence[object]]:
    """Every lesson of the list, page after page, in its order. Read when the view is over, so the zone is named."""
    zone = ZoneInfo(membership.organisation.time_zone)
    for number in count(1):
        found = index.find(membership, **asked, page=number, per_page=PER_BATCH, correct=True)
        if found.page != number:
            return
        yield from _cells(found.hits, zone)
        if len(found.hits) < PER_BATCH:
            return


def _cells(hits: Iterable[index.Hit], zone: ZoneInfo) -> Iterator[Sequence[object]]:
    hits = list(hits)
    lessons = Lesson.objects.select_related("revision").in_bulk([hit.ident for hit in hits])
    for hit in hits:
        lesson = lessons.get(hit.ident)
        yield (
            hit.ident,
            State(hit.state).label,
            Lesson.Kind(hit.subkind).label,
            hit.title,
            lesson.words.when_you if lesson else "",
            lesson.words.then_do if lesson else "",
            hit.group_name,
            long_day(timezone.localdate(hit.at, zone)),
            hit.source,
            absolute(hit.url),
        )
