"""The page of the one search over everything that one may see."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from kmportal.lib import things
from kmportal.lib.links import changed_query
from kmportal.lib.pagination import PageOf, page_number
from kmportal.lib.things import Look, Thing
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from search import facets
from search.filters import FACETS
from search.index import Hit, find

PER_PAGE = 10


@dataclass(frozen=True)
class Row:
    """A hit in words."""

    hit: Hit
    kind: Thing
    state: Look | None
    subkind: str


@dataclass(frozen=True)
class Offer:
    """One kind of thing that can be found, and how many of it."""

    key: str
    kind: Thing
    count: int


@requires(Permission.READ)
def search(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Without words and choices: what can be found. With them: what was found."""
    text = request.GET.get("q", "").strip()
    chosen = facets.chosen(request.GET, FACETS)
    newest = request.GET.get("order") == "newest"
    starting = not text and not chosen
    results = find(
        request.membership,
        text,
        filters=chosen,
        facets=("kind",) if starting else FACETS,
        order="newest" if newest else "best",
        page=page_number(request.GET),
        per_page=PER_PAGE,
        correct=True,
        any_word=request.GET.get("words") == "any",
    )
    values = {
        "results": results,
        "starting": starting,
        "newest": newest,
        "rows": [_row_of_hit(hit) for hit in results.hits],
        "offers": [Offer(key, things.kind(key), count) for key, count in results.facets["kind"]],
        "panel": facets.panel(results, request.GET, _lists_to_tick(chosen)),
        "page": PageOf(results.page, PER_PAGE, results.total, more=results.more),
        "meant": changed_query(request.GET, q=results.did_you_mean, page=None),
    }
    return render(request, "search/search.html", values)


def _row_of_hit(hit: Hit) -> Row:
    kind = things.kind(hit.kind)
    return Row(hit, kind, kind.look(hit.state) if hit.state else None, kind.subkind(hit.subkind) if hit.subkind else "")


def _lists_to_tick(chosen: dict[str, list[str]]) -> list[tuple[str, str, facets.Labels]]:
    """The tick lists: states only inside one kind, because each kind has its own; or to take a choice back."""
    only = chosen["kind"][0] if len(chosen.get("kind", [])) == 1 else ""
    lists: list[tuple[str, str, facets.Labels]] = [("kind", "What", lambda key: things.kind(key).words)]
    if only or "state" in chosen:
        lists.append(("state", "State", lambda key: things.kind(only).look(key).word))
    return [*lists, ("group", "Where", None), ("source", "Brought in from", None), ("year", "Year", None)]
