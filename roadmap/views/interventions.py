"""What the programme does: planning it, changing the plan, saying where it stands, promising actions for it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from actionplan.action_pages import action_page
from actionplan.models import Action
from actionplan.reports import lines
from kmportal.lib.conflicts import Difference, both_versions
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.forms import form_page, sent
from kmportal.lib.sentences import quoted
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from roadmap import actions, reports
from roadmap.forms import InterventionEditForm, InterventionForm, StateForm, prefilled
from roadmap.models import CatalogueEntry, Intervention, Programme, Step


@requires(Permission.PLAN)
def intervention_new(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """``?entry=key`` fills the form from the catalogue, ``?step=3`` chooses the step."""
    programme = get_object_or_404(
        Programme.objects.visible_to(request.membership).select_related("organisation", "lead"), pk=pk
    )
    entry = CatalogueEntry.objects.filter(key=request.GET.get("entry", ""), retired_at=None).first()
    step = request.GET.get("step", "")
    initial: dict[str, Any] = {"step": int(step)} if step in {str(number) for number in Step.values} else {}
    form = InterventionForm(
        sent(request),
        organisation=organisation,
        initial=prefilled(entry) if entry else initial,
    )
    if form.is_valid():
        try:
            intervention = actions.plan(programme, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{quoted(intervention)} is in the plan.")
            return redirect(intervention)
    return form_page(
        request,
        form,
        title=f"Plan: {entry}" if entry else "Add an intervention",
        verb="Add the intervention",
        back=reverse("catalogue_detail", args=[organisation.slug, entry.key])
        if entry
        else programme.get_absolute_url(),
        back_words="Back to the catalogue" if entry else "Back to the roadmap",
        crumbs=_way(organisation, programme),
        template="roadmap/intervention_form.html",
        entry=entry,
    )


@requires(Permission.READ)
def intervention_detail(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What to do, the plan, who, where it stands, what hangs on it."""
    intervention = _find(request, pk)
    membership, today = request.membership, timezone.localdate()
    promised = Action.objects.visible_to(membership).filter(pk__in=intervention.promises.values("action"))
    context = {
        "intervention": intervention,
        "entry": intervention.entry,
        "guidance": intervention.entry.guidance if intervention.entry else {},
        "state": reports.plain_state(intervention),
        "late": intervention.days_late(today),
        "when": reports.days_in_words(intervention),
        "areas": intervention.area_names,
        "changes": intervention.changes.select_related("by"),
        "open_actions": lines(promised.open().by_day().select_related("owner", "organisation"), membership, on=today),
        "over_actions": promised.over().select_related("owner", "organisation"),
        "may_plan": membership.can(Permission.PLAN),
        "may_facilitate": membership.can(Permission.FACILITATE),
        "may_set_state": actions.may_set_state(intervention, membership),
        "next_state": _NEXT.get(intervention.state),
    }
    return render(request, "roadmap/intervention_detail.html", context)


# The state that one press leads to, and the words of the button.
_NEXT = {
    Intervention.State.PLANNED: (Intervention.State.DOING, "Start it"),
    Intervention.State.DOING: (Intervention.State.DONE, "Mark as done"),
    Intervention.State.PAUSED: (Intervention.State.DOING, "Take it up again"),
}


@requires(Permission.PLAN)
def intervention_edit(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change the plan. Who saves second is shown both versions and chooses."""
    intervention = _find(request, pk)
    form = InterventionEditForm(
        sent(request),
        instance=_find(request, pk),
        organisation=organisation,
        initial={"version": intervention.version},
    )
    differences: list[Difference] = []
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            actions.change(
                intervention, by=request.user, seen=wanted["version"], reason=wanted["reason"], **form.wanted()
            )
        except Stale:
            intervention = _find(request, pk)
            differences = both_versions(form, intervention, version=intervention.version)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The plan is saved.")
            return redirect(intervention)
    return form_page(
        request,
        form,
        title="Change the plan",
        verb="Save the change",
        back=intervention.get_absolute_url(),
        crumbs=_crumbs(intervention),
        template="components/versioned_form.html",
        subject=intervention.title,
        differences=differences,
    )


@requires(Permission.READ)
def intervention_state(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Where it stands: for those who plan and the one who does it."""
    intervention = _find(request, pk)
    if not actions.may_set_state(intervention, request.membership):
        raise PermissionDenied
    stopped = intervention.state in Intervention.STOPPED
    initial = {"state": intervention.state, "reason": intervention.state_reason if stopped else ""}
    form = StateForm(sent(request), initial=initial)
    if form.is_valid():
        try:
            actions.set_state(intervention, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{quoted(intervention)}: {intervention.get_state_display().lower()} now.")
            return redirect(intervention)
    return form_page(
        request,
        form,
        title="Where it stands",
        verb="Save where it stands",
        back=intervention.get_absolute_url(),
        crumbs=_crumbs(intervention),
        intro=intervention.title,
    )


@requires(Permission.READ)
def intervention_action_new(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A promise for this intervention."""
    intervention = _find(request, pk)
    return action_page(
        request,
        partial(actions.promise_for, intervention),
        thing="intervention",
        back=intervention.get_absolute_url(),
        intro=f"For: {intervention.title}",
        crumbs=_crumbs(intervention),
    )


def _find(request: HttpRequest, pk: int) -> Intervention:
    rows = Intervention.objects.visible_to(request.membership)
    related = ("programme__organisation", "programme__lead", "programme__sponsor", "entry", "owner")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _way(organisation: Organisation, programme: Programme) -> list[tuple[str, str]]:
    """Where a page stands: the current programme is just the roadmap, another one says its name."""
    roadmap = ("Roadmap", reverse("programme_current", args=[organisation.slug]))
    return [roadmap] if programme.is_current else [roadmap, (programme.name, programme.get_absolute_url())]


def _crumbs(intervention: Intervention) -> list[tuple[str, str]]:
    programme = intervention.programme
    return [*_way(programme.organisation, programme), (intervention.title, intervention.get_absolute_url())]
