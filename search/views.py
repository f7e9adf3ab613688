"""The page of the one search over everything that one may see, and what becomes of a search that finds nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib import things
from kmportal.lib.conflicts import Difference
from kmportal.lib.disk import left_undone_without_room
from kmportal.lib.forms import sent, status_of
from kmportal.lib.links import changed_query
from kmportal.lib.pagination import keys_beside, page_number, whole_number
from kmportal.lib.sentences import quoted
from kmportal.lib.things import Look, Pointer, Ref, Thing
from kmportal.lib.view_kit import conflicts_on, done, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from organisations.visibility import circles_of
from search import actions, facets
from search.filters import FACETS
from search.forms import AnswerForm, MeaningForm
from search.index import Hit, Results, find
from search.models import DictionaryEntry, UnansweredSearch
from search.reports import (
    answer_to,
    answer_words_of,
    ask_instead,
    lines_of,
    presses_of,
    shipped_words,
    words_to_explain,
)

PER_PAGE = 10
UNANSWERED_PER_PAGE = 30
OFTEN = "often"


@dataclass(frozen=True)
class Row:
    """A hit in words."""

    hit: Hit
    kind: Thing
    state: Look | None
    subkind: str
    place: Pointer | None = None  # what has taken its place


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
    newest, near = request.GET.get("order") == "newest", request.GET.get("near") == "1"
    starting = not text and not chosen
    groups = [] if starting else circles_of(request.membership)
    results = find(
        request.membership,
        text,
        filters=chosen,
        facets=("kind",) if starting else FACETS,
        order="newest" if newest else "best",
        near=groups if near else (),
        page=page_number(request.GET),
        **keys_beside(request.GET),
        per_page=PER_PAGE,
        correct=True,
        any_word=request.GET.get("words") == "any",
    )
    values = {
        "results": results,
        "starting": starting,
        "newest": newest,
        "near": near,
        "may_be_near": bool(groups),
        "rows": _rows_of(results.hits, request.membership),
        "offers": [Offer(key, things.kind(key), count) for key, count in results.facets["kind"]],
        "panel": facets.panel(results, request.GET, _lists_to_tick(chosen)),
        "page": results.page_of(),
        "meant": changed_query(request.GET, q=results.did_you_mean, page=None),
        "may_curate": request.membership.can(Permission.FACILITATE),
        **around_search(request, results, narrowed=bool(chosen)),
    }
    return render(request, "search/search.html", values)


def around_search(
    request: MemberRequest, results: Results, *, narrowed: bool, of_one_kind: bool = False
) -> dict[str, object]:
    """For a page that searches: ``answer`` to the same search, and ``asked``: whom to ask where nothing was found.
    What finds nothing at all, and has no answer, is kept for those who curate; nobody is noted. A page that searches
    things ``of_one_kind`` looks whether there is something among all others."""
    answer = answer_to(results.text, request.membership)
    asked = ask_instead(results, narrowed=narrowed)
    is_left = asked is not None and asked.may_keep and not results.total and answer is None
    if is_left and not (of_one_kind and find(request.membership, results.text, per_page=1, correct=True).total):
        with left_undone_without_room("a search without a result was not kept"):
            actions.keep_search(request.membership.organisation, results.text, by=request.membership, at=request.now)
            asked = asked and replace(asked, is_kept=True)
    return {"answer": answer, "asked": asked}


def _rows_of(hits: Sequence[Hit], membership: Membership) -> list[Row]:
    """The hits in words; where another thing has taken the place of one, which."""
    places = _places_of(hits, membership)
    rows = []
    for hit in hits:
        kind = things.kind(hit.kind)
        look = kind.look_of_hit(hit, membership.organisation_id) if hit.state else None
        subkind = kind.subkind(hit.subkind) if hit.subkind else ""
        rows.append(Row(hit, kind, look, subkind, places.get(Ref(hit.kind, hit.ident))))
    return rows


def _places_of(hits: Sequence[Hit], membership: Membership) -> dict[Ref, Pointer]:
    found: dict[Ref, Ref] = {}
    for key in {hit.kind for hit in hits}:
        if leads_on := things.kind(key).leads_on:
            moved = leads_on([hit for hit in hits if hit.kind == key])
            found |= {Ref(key, ident): ref for ident, ref in moved.items()}
    pointers = things.pointers(found.values(), membership) if found else {}
    return {ref: pointers[target] for ref, target in found.items() if target in pointers}


def _lists_to_tick(chosen: dict[str, list[str]]) -> list[tuple[str, str, facets.Labels]]:
    """The tick lists: states only inside one kind, because each kind has its own; or to take a choice back."""
    only = chosen["kind"][0] if len(chosen.get("kind", [])) == 1 else ""
    lists: list[tuple[str, str, facets.Labels]] = [("kind", "What", lambda key: things.kind(key).words)]
    if only or "state" in chosen:
        lists.append(("state", "State", things.kind(only).state_filter))
    return [*lists, ("group", "Where", None), ("source", "Brought in from", None), ("year", "Year", None)]


# --- Searches that found nothing -------------------------------------------------------------------------------------


@requires(Permission.READ)
@require_POST
def unanswered_tell(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Ask the librarian for what a search did not find."""
    text = request.POST.get("q", "").strip()
    kept = actions.keep_search(organisation, text, by=request.membership, at=request.now, told=True)
    back = f"{reverse('search', args=[organisation.slug])}{changed_query(request.GET, q=text[:500])}"
    if kept is None:
        request.is_refused = True  # type: ignore[attr-defined]
        words = "These words are not kept, because they look as if they say who somebody is, or are too many."
        return done(request, words, back)
    return done(request, "The librarian’s list has these words now, without your name.", back)


@requires(Permission.FACILITATE)
@require_safe
def unanswered_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What people searched for and did not find, the newest or the most often asked first."""
    states = dict(UnansweredSearch.State.choices)
    state = request.GET.get("state", "")
    state = state if state in states else UnansweredSearch.State.OPEN
    often = request.GET.get("order") == OFTEN
    every = UnansweredSearch.objects.visible_to(request.membership)
    rows = every.in_state(state).select_related("organisation")
    rows = rows.most_often_first() if often else rows.newest_first()
    page = Paginator(rows, UNANSWERED_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": lines_of(page, request.membership),
        "page": page,
        "state": state,
        "tabs": [(key, word, every.in_state(key).count()) for key, word in states.items()],
        "often": often,
    }
    return render(request, "search/unanswered_list.html", context)


@requires(Permission.FACILITATE)
def unanswered_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One of them: look for what answers it, and say so."""
    row = _unanswered_or_404(request, pk)
    text = request.GET.get("q", row.words).strip()
    found = find(request.membership, text, kinds=actions.ANSWERS, per_page=PER_PAGE, correct=True)
    offered = [(Ref(hit.kind, hit.ident), f"{things.kind(hit.kind).word}: {hit.title}") for hit in found.hits]
    form = AnswerForm(sent(request), offered=offered, initial={"version": row.version})
    differences: list[Difference] = []
    if form.is_valid():
        fresh, shown = partial(_unanswered_or_404, request, pk), partial(answer_words_of, membership=request.membership)
        with refusals_on(form, "words"), conflicts_on(form, fresh, shown) as differences:
            actions.answer_search(row, by=request.membership, at=request.now, **form.values())
            words = "Whoever searches for this sees your answer on top now."
            return done(request, words, "unanswered_list", organisation.slug)
    [line] = lines_of([row], request.membership)
    context = {
        "line": line,
        "form": form,
        "q": text,
        "found": found,
        "presses": presses_of(row, request.membership),
        "differences": differences,
        "verb": "Answer with this",
        "back": reverse("unanswered_list", args=[organisation.slug]),
        "back_words": "Back to the list",
    }
    return render(request, "search/unanswered_detail.html", context, status=status_of(form))


@requires(Permission.FACILITATE)
@require_POST
def unanswered_aside(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say that it is not for this organisation to answer."""
    row = _unanswered_or_404(request, pk)
    with refusals_said(request):
        seen = whole_number(request.POST.get("seen", ""))
        actions.set_search_aside(row, by=request.membership, at=request.now, seen=seen)
        return done(request, "It is set aside. You find it under “Not for us”.", "unanswered_list", organisation.slug)
    return redirect("unanswered_detail", organisation.slug, pk)


@requires(Permission.FACILITATE)
@require_POST
def unanswered_open(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Have one wait for an answer again."""
    row = _unanswered_or_404(request, pk)
    actions.open_search_again(row, by=request.membership, at=request.now)
    return done(request, "It waits for an answer again.", "unanswered_detail", organisation.slug, pk)


# --- What words mean -------------------------------------------------------------------------------------------------


@requires(Permission.FACILITATE)
def dictionary_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What words and abbreviations mean here, those that people typed and nobody has explained, and explaining one."""
    form = MeaningForm(sent(request), initial={"short": request.GET.get("short", "")[:40]})
    if form.is_valid():
        with refusals_on(form, "long"):
            entry = actions.define_word(organisation, by=request.membership, at=request.now, **form.cleaned_data)
            words = f"Whoever searches for {quoted(entry.short)} or {quoted(entry.long)} finds both now."
            return done(request, words, "dictionary_list", organisation.slug)
    rows = DictionaryEntry.objects.visible_to(request.membership)
    context = {
        "form": form,
        "page": Paginator(rows, UNANSWERED_PER_PAGE).get_page(request.GET.get("page")),
        "suggested": words_to_explain(request.membership),
        "shipped": shipped_words(),
    }
    return render(request, "search/dictionary_list.html", context, status=status_of(form))


@requires(Permission.FACILITATE)
@require_POST
def dictionary_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take one away."""
    rows = DictionaryEntry.objects.visible_to(request.membership).select_related("organisation")
    entry = get_object_or_404(rows, pk=pk)
    actions.forget_word(entry, by=request.membership, at=request.now)
    return done(request, f"{quoted(entry.short)} is no longer explained.", "dictionary_list", organisation.slug)


def _unanswered_or_404(request: MemberRequest, pk: int) -> UnansweredSearch:
    rows = UnansweredSearch.objects.visible_to(request.membership).select_related("organisation", "answered_by")
    return get_object_or_404(rows, pk=pk)
