"""The programme in three views (steps, time, balance), its steps, and making one."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kmportal.lib.conflicts import Difference
from kmportal.lib.csv import csv_download
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from roadmap import actions, reports
from roadmap.forms import ProgrammeEditForm, ProgrammeForm, StepForm
from roadmap.models import Area, CatalogueEntry, Programme, ProgrammeStep
from roadmap.starters import starters


@requires(Permission.READ)
def programme_current(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """The way in: the current programme, or what to do when there is none."""
    programmes = Programme.objects.visible_to(request.membership)
    current = programmes.current().first()
    if current:
        return redirect("programme_detail", organisation.slug, current.pk)
    if programmes.exists():
        return redirect("programme_list", organisation.slug)
    planners = Membership.objects.current().filter(organisation=organisation).may(Permission.PLAN)
    context = {
        "may_plan": request.membership.can(Permission.PLAN),
        "may_invite": request.membership.can(Permission.ADMINISTER),
        "planners": [row.person for row in planners.select_related("person").order_by("person__name")],
    }
    return render(request, "roadmap/programme_none.html", context)


@requires(Permission.READ)
def programme_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    programmes = Programme.objects.visible_to(request.membership).select_related("organisation", "lead")
    context = {
        "programmes": [(row, reports.current_presses(row, request.membership, look="small")) for row in programmes],
        "may_plan": request.membership.can(Permission.PLAN),
    }
    return render(request, "roadmap/programme_list.html", context)


@requires(Permission.PLAN)
def programme_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Begin one. Its five steps come ready; a starter programme fills the first hundred days."""
    initial = {"lead": request.user.pk, "starts_on": timezone.localdate()}
    form = ProgrammeForm(sent(request), organisation=organisation, initial=initial)
    if form.is_valid():
        with refusals_on(form):
            programme = actions.begin_programme(
                organisation, by=request.membership, at=request.now, **form.cleaned_data
            )
            return done(request, _say_what_now(programme, bool(form.cleaned_data["starter"])), programme)
    return form_page(
        request,
        form,
        title=worded("Begin a programme"),
        verb=worded("Begin the programme"),
        back=reverse("programme_list", args=[organisation.slug]),
        back_words=worded("Back to programmes"),
        template="roadmap/programme_new.html",
        starters=sorted(starters(), key=lambda one: one.for_whom != organisation.kind),
    )


def _say_what_now(programme: Programme, has_plan: bool) -> str:
    if has_plan:
        return f"{programme} is ready, with its first hundred days. Now say who does what."
    return f"{programme} is ready, with its five steps. Now choose what to do first."


@prepared
def _others(membership: Membership, programme: int) -> QuerySet[Programme]:
    return Programme.objects.visible_to(membership).exclude(pk=programme)


@requires(Permission.READ)
def programme_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The view by steps."""
    programme = find_programme(request, pk)
    today = timezone.localdate()
    rows = reports.interventions_of(programme)
    steps = reports.step_views(programme, rows, on=today)
    context = {
        "steps": steps,
        "progress": [view.progress for view in steps],
        "dates": reports.next_dates(rows, on=today),
        "others": _others.count(request.membership, pk),
    }
    return render_view(request, programme, "detail", context)


@requires(Permission.READ)
def programme_time(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """The view by time, all of it or ``scale`` and ``from`` of it; as CSV the whole plan, with what was dropped."""
    programme = find_programme(request, pk)
    today = timezone.localdate()
    rows = reports.interventions_of(programme)
    window = reports.Window.read(request.GET.get("scale", ""), request.GET.get("from", ""), on=today)
    if request.GET.get("format") == "csv":
        return csv_download("plan", reports.COLUMNS, reports.plan_table(rows, on=today))
    context = {
        "picture": reports.timeline_of(programme, rows, on=today, window=window),
        "window": window,
        "scales": [(scale, word) for scale, (word, _) in reports.SCALES.items()],
        "has_dates": any(row.starts_on or row.ends_on for row in rows),
        "finding": reports.finding_of_time(rows, on=today),
        "tallies": reports.tallies_of_time(programme, rows, on=today),
    }
    return render_view(request, programme, "time", context)


@requires(Permission.READ)
def programme_balance(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The view by areas and steps."""
    programme = find_programme(request, pk)
    rows = reports.interventions_of(programme)
    context = {"balance": reports.balance_of(programme, rows), "finding": reports.finding_of_balance(rows), "any": rows}
    return render_view(request, programme, "balance", context)


@requires(Permission.PLAN)
def programme_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, then deletes what was begun by mistake, with its interventions."""
    programme = find_programme(request, pk)
    if request.method != "POST":
        context = {"programme": programme, "count": programme.interventions.count()}
        return render(request, "roadmap/programme_delete.html", context)
    with refusals_said(request):
        actions.delete_programme(programme, by=request.membership, at=request.now)
        return done(request, f"{quoted(programme)} is deleted.", "programme_list", organisation.slug)
    return redirect(programme)


@requires(Permission.PLAN)
def programme_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who saves second is shown both versions and chooses."""
    programme = find_programme(request, pk)
    form = ProgrammeEditForm(
        sent(request),
        instance=find_programme(request, pk),
        organisation=organisation,
        initial={"version": programme.version},
    )
    differences: list[Difference] = []
    if form.is_valid():
        with refusals_on(form), conflicts_on(form, lambda: find_programme(request, pk)) as differences:
            actions.revise_programme(programme, by=request.membership, at=request.now, **form.seen_and_wanted())
            return done(request, worded("The programme is saved."), programme)
    return form_page(
        request,
        form,
        title=worded("Change the programme"),
        verb=worded("Save the programme"),
        back=programme.get_absolute_url(),
        crumbs=crumbs_of_programme(programme),
        template="components/versioned_form.html",
        differences=differences,
    )


@requires(Permission.PLAN)
@require_POST
def programme_make_current(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    programme = find_programme(request, pk)
    actions.make_programme_current(programme, by=request.membership, at=request.now)
    return done(request, f"{programme} is the current {worded('programme')}.", programme)


@requires(Permission.READ)
def step_detail(request: MemberRequest, organisation: Organisation, pk: int, number: int) -> HttpResponse:
    """One step: what it is for, the questions to answer, what is planned, what else the catalogue has."""
    programme = find_programme(request, pk)
    get_object_or_404(ProgrammeStep, programme=programme, number=number)
    rows = reports.interventions_of(programme)
    area = request.GET.get("area", "")
    if area in Area.values:
        rows = [row for row in rows if area in row.areas]
    views = reports.step_views(programme, rows, on=timezone.localdate())
    shelf = next(shelf for shelf in reports.shelves(programme) if shelf.step == number)
    context = {
        "programme": programme,
        "view": next(view for view in views if view.step.number == number),
        "area": Area(area).label if area in Area.values else "",
        "offers": [offer for offer in [*shelf.offers, *shelf.extras] if not offer.planned],
        "may_plan": request.membership.can(Permission.PLAN),
    }
    return render(request, "roadmap/step_detail.html", context)


@requires(Permission.PLAN)
def step_edit(request: MemberRequest, organisation: Organisation, pk: int, number: int) -> HttpResponse:
    """Where the step stands, and a note."""
    programme = find_programme(request, pk)
    step, edited = (get_object_or_404(ProgrammeStep, programme=programme, number=number) for _ in range(2))
    form = StepForm(sent(request), instance=edited, initial={"version": step.version})
    back = reverse("step_detail", args=[organisation.slug, pk, number])
    differences: list[Difference] = []
    if form.is_valid():
        with conflicts_on(form, lambda: ProgrammeStep.objects.get(pk=step.pk)) as differences:
            actions.mark_step(step, by=request.membership, at=request.now, **form.seen_and_wanted())
            return done(request, f"Step {number} is saved.", back)
    return form_page(
        request,
        form,
        title=f"Where step {number} stands",
        verb="Save the step",
        back=back,
        crumbs=[*crumbs_of_programme(programme), (str(step.get_number_display()), back)],
        template="components/versioned_form.html",
        differences=differences,
    )


@prepared
def _programme(membership: Membership, pk: int) -> QuerySet[Programme]:
    rows = Programme.objects.visible_to(membership).filter(pk=pk)
    return rows.select_related("organisation", "lead", "sponsor")


@prepared
def _catalogue() -> QuerySet[CatalogueEntry]:
    return CatalogueEntry.objects.all()


def find_programme(request: MemberRequest, pk: int) -> Programme:
    found = _programme.first(request.membership, pk)
    if found is None:
        raise Http404
    return found


def render_view(request: MemberRequest, programme: Programme, here: str, context: dict[str, Any]) -> HttpResponse:
    """One of the three views of a programme, with their shared head."""
    frame = {
        "programme": programme,
        "here": here,
        "presses": reports.programme_presses(programme, request.membership),
        "may_plan": request.membership.can(Permission.PLAN),
        "has_catalogue": _catalogue.exists(),
    }
    return render(request, f"roadmap/programme_{here}.html", {**frame, **context})


def crumbs_of_programme(programme: Programme) -> list[tuple[str, str]]:
    return [
        (worded("Roadmap"), reverse("programme_current", args=[programme.organisation.slug])),
        (programme.name, programme.get_absolute_url()),
    ]
