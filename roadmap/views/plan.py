"""The plan as a list: found by filters, changed several rows at once, and put back."""

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kmportal.lib.csv import csv_download
from kmportal.lib.forms import posted, sent
from kmportal.lib.links import path_here
from kmportal.lib.view_kit import form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from roadmap import actions, policies, reports
from roadmap.filters import InterventionFilter
from roadmap.forms import TogetherForm
from roadmap.models import Intervention, PlanChange, Programme, Step
from roadmap.transitions import UNDO_LASTS
from roadmap.views.programmes import crumbs_of_programme, find_programme, render_view

LATELY = 5
TITLES = {
    "give": "Choose an owner",
    "dates": "Set dates",
    "shift": "Move by weeks",
    "set_state": "Say where they stand",
}


@requires(Permission.READ)
def programme_plan(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """What the filters choose, as a page or as CSV. ``tick=all`` ticks every row, ``change`` says what was changed."""
    programme = find_programme(request, pk)
    today = timezone.localdate()
    every = Intervention.objects.filter(programme=programme)
    chosen = InterventionFilter(request.GET, every, membership=request.membership, on=today)
    rows = reports.with_programme(chosen.qs, programme)
    if request.GET.get("format") == "csv":
        return csv_download("plan", reports.COLUMNS, reports.plan_table(rows, on=today))
    asked = {name: value for name in chosen.form.fields if (value := request.GET.get(name, ""))}
    change = _find_change(request, programme)
    context = {
        "rows": [reports.row_of(row, on=today) for row in rows],
        "total": every.count(),
        "asked": asked,
        "query": urlencode(asked),
        "ticked": request.GET.get("tick") == "all",
        "whiches": InterventionFilter.WHICH,
        "step_choices": [(str(step.value), f"{step.value}  {step.label}") for step in Step],
        "state_choices": Intervention.State.choices,
        "moves": TITLES.items(),
        "change": change,
        "deleted": [] if change else _lately_deleted(request, programme),
        "back": f"{request.path}?{urlencode(asked)}" if asked else request.path,
    }
    return render_view(request, programme, "plan", context)


def _find_change(request: MemberRequest, programme: Programme) -> PlanChange | None:
    """The change that was just made, for those who may undo it."""
    key = request.GET.get("change", "")
    if not (key.isascii() and key.isdecimal() and len(key) < 10) or not request.membership.can(Permission.PLAN):
        return None
    change = (
        PlanChange.objects.select_related("programme__organisation").filter(programme=programme, pk=int(key)).first()
    )
    return change if change and policies.may_undo(request.membership, change) else None


def _lately_deleted(request: MemberRequest, programme: Programme) -> list[PlanChange]:
    """What this member has deleted and can still put back."""
    if not request.membership.can(Permission.PLAN):
        return []
    rows = PlanChange.objects.deletions().filter(programme=programme, by=request.membership.person, undone_at=None)
    return list(rows.filter(at__gt=request.now - UNDO_LASTS)[:LATELY])


@requires(Permission.PLAN)
def programme_change(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One change of the rows that are ticked: ``move``, and ``row`` with key and version, stand in the address.

    An address without versions is led on to one with them, so that what is sent says what was seen.
    """
    programme = find_programme(request, pk)
    back = path_here(request.GET.get("back", ""), reverse("programme_plan", args=[organisation.slug, pk]))
    move, seen = request.GET.get("move", ""), _read_rows(request.GET.getlist("row"))
    rows = reports.with_programme(Intervention.objects.filter(programme=programme, pk__in=seen), programme)
    if move not in TITLES or not rows:
        return render(request, "roadmap/programme_change_none.html", {"programme": programme, "back": back})
    if not all(seen.values()):
        whole = [("row", f"{row.pk}-{seen[row.pk] or row.version}") for row in rows]
        return redirect(f"{request.path}?{urlencode([('move', move), *whole, ('back', back)])}")
    form = TogetherForm(sent(request), move=move, organisation=organisation, rows=rows)
    if form.is_valid():
        with refusals_on(form):
            change = actions.change_together(
                programme, seen, by=request.membership, at=request.now, move=move, **form.cleaned_data
            )
            return redirect(_with_change(back, change))
    today = timezone.localdate()
    return form_page(
        request,
        form,
        title=TITLES[move],
        verb="Apply",
        back=back,
        crumbs=crumbs_of_programme(programme),
        template="roadmap/programme_change.html",
        rows=[reports.row_of(row, on=today) for row in rows],
    )


@requires(Permission.PLAN)
@require_POST
def programme_change_undo(request: MemberRequest, organisation: Organisation, pk: int, change: int) -> HttpResponse:
    """Put back what one change of several has changed."""
    rows = PlanChange.objects.select_related("programme__organisation")
    row = get_object_or_404(rows, programme=find_programme(request, pk), pk=change)
    with refusals_said(request):
        actions.undo_change_together(row, by=request.membership, at=request.now)
    plan = reverse("programme_plan", args=[organisation.slug, pk])
    return redirect(_with_change(path_here(posted(request, "back"), plan), row))


def _with_change(path: str, change: PlanChange) -> str:
    return f"{path}{'&' if '?' in path else '?'}change={change.pk}"


def _read_rows(words: list[str]) -> dict[int, int]:
    """“12-3” is row 12 in its third version, “12” is row 12 as it stands; what is neither is passed over."""
    found = {}
    for word in words:
        key, _, version = word.partition("-")
        if all(part.isascii() and part.isdecimal() and len(part) < 10 for part in (key, version or "0")):
            found[int(key)] = int(version or 0)
    return found
