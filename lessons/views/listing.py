"""The list of lessons: searched, narrowed down, sorted, in pages, and as CSV of what is shown."""

from collections.abc import Mapping
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kmportal.lib.csv import csv_download
from kmportal.lib.domain_words import worded
from kmportal.lib.json_files import json_download
from kmportal.lib.links import changed_query
from kmportal.lib.pagination import keys_beside, page_number
from kmportal.lib.tallies import Tally
from lessons import labels
from lessons.filters import FACETS, can_be_saved, list_query, question_of
from lessons.models import IN_LISTS, SHARED, SavedList
from lessons.reports import ListHead, exports
from lessons.reports.filing import Filing
from organisations.access import requires
from organisations.models import Group, Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from search import facets, index
from search.views import around_search

PER_PAGE = 10
# So many values of a filter stand open; the others are folded away.
OPEN_VALUES = 6
# Where checked lessons come from, in words. What the figures on the sponsor’s page open.
ORIGINS = {"us": "checked here, by us", "brought": "brought in", "others": "shared by other organisations"}
ORIGIN_CHOICES = [("", "From anywhere"), ("us", "Our own"), ("brought", "Brought in"), ("others", "Shared by others")]
SORTS = [("newest", "Newest"), ("oldest", "Oldest"), ("title", "Title")]


@requires(Permission.READ)
@require_safe
def lesson_list(request: MemberRequest, organisation: Organisation) -> HttpResponseBase:
    """All that this member may read and that was checked; other states by choice."""
    question = question_of(request.GET)
    origin = request.GET.get("from", "")
    filing = Filing.of(request.GET, request.membership)
    if filing.moved_to:
        return redirect(f"{reverse('lesson_list', args=[organisation.slug])}{filing.moved_to}")
    narrowed = [_of_origin(organisation, origin)] if origin in ORIGINS else []
    is_mine, is_near = request.GET.get("mine") == "1", request.GET.get("near") == "1"
    narrowed += [Q(author=request.user.pk, organisation=organisation)] if is_mine else []
    if is_near:
        question["near"] = list(Group.objects.open_to(request.membership).values_list("pk", flat=True))
    narrowed += [filing.narrowed] if filing.narrowed is not None else []
    if narrowed:
        question["narrowed"] = reduce(and_, narrowed)
    if request.GET.get("format") == "csv":
        return csv_download("lessons", exports.COLUMNS, exports.rows_of_csv(request.membership, question))
    if request.GET.get("format") == "json":
        return json_download("lessons", exports.rows_of_json(request.membership, question))
    names = [facet.name for facet in FACETS]
    found = index.find(
        request.membership,
        **question,
        facets=names,
        page=page_number(request.GET),
        **keys_beside(request.GET),
        per_page=PER_PAGE,
        correct=True,
    )
    panel = facets.panel(found, request.GET, FACETS, open_values=OPEN_VALUES, most=None)
    context = {
        "found": found,
        "rows": [(hit, labels.look_of(hit, organisation.pk)) for hit in found.hits],
        "page": found.page_of(),
        "panel": panel,
        "order": question["order"],
        "orders": [("best", "Best match"), *SORTS] if question["text"] else SORTS,
        "q": question["text"],
        "can_follow": bool(question["text"] or panel.ticked) and can_be_saved(request.GET),
        "filing": filing,
        "from_words": " ".join(filter(None, [_origin_in_words(origin, question), "that you wrote" if is_mine else ""])),
        "origin": origin if origin in ORIGINS else "",
        "origins": ORIGIN_CHOICES,
        "mine": is_mine,
        "near": is_near,
        "may_keep_list": bool(list_query(request.GET)),
        "lists": list(SavedList.objects.of(request.membership)),
        "query": list_query(request.GET),
        "unchecked": _unchecked(request, found),
        "instead": changed_query(request.GET, q=found.did_you_mean, page=None) if found.did_you_mean else "",
        "head": ListHead.build(request.membership, "all"),
        **around_search(request, found, narrowed=bool(panel.ticked or narrowed), of_one_kind=True),
    }
    return render(request, "lessons/lesson_list.html", context)


def _unchecked(request: MemberRequest, found: index.Results) -> Tally | None:
    """What the list leaves out while no state is chosen, as a way to see it with the rest: the search finds it, too."""
    counts = dict(found.facets["state"])
    left_out = sum(number for state, number in counts.items() if state not in IN_LISTS)
    if not left_out or not found.is_counted or request.GET.getlist("state"):
        return None
    url = changed_query(request.GET, state=list(counts), page=None)
    total = sum(counts.values())
    return Tally(total, worded("lesson" if total == 1 else "lessons"), url)


def _origin_in_words(origin: str, question: Mapping[str, Any]) -> str:
    """“Checked here” only of what is checked."""
    is_checked = SHARED.issuperset(question["filters"]["state"])
    return "of our own" if origin == "us" and not is_checked else ORIGINS.get(origin, "")


def _of_origin(organisation: Organisation, origin: str) -> Q:
    here = Q(organisation_id=organisation.pk)
    return {"us": here & Q(source=""), "brought": here & ~Q(source=""), "others": ~here}[origin]
