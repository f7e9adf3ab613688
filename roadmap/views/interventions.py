"""What the programme does: planning it, changing the plan, saying where it stands, promising actions for it."""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from actionplan.action_pages import action_page
from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from roadmap import actions, policies, reports
from roadmap.forms import InterventionEditForm, InterventionForm, StateForm, prefilled
from roadmap.labels import STATES
from roadmap.models import CatalogueEntry, Intervention, Programme, Step


@requires(Permission.PLAN)
def intervention_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
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
        with refusals_on(form):
            intervention = actions.plan_intervention(
                programme, by=request.membership, at=request.now, **form.cleaned_data
            )
            return done(request, f"{quoted(intervention)} is in the plan.", intervention)
    return form_page(
        request,
        form,
        title=f"Plan: {entry}" if entry else worded("Add an intervention"),
        verb=worded("Add the intervention"),
        back=reverse("catalogue_detail", args=[organisation.slug, entry.key])
        if entry
        else programme.get_absolute_url(),
        back_words=worded("Back to the catalogue") if entry else worded("Back to the roadmap"),
        crumbs=_way_to_plan(organisation, programme),
        template="roadmap/intervention_form.html",
        entry=entry,
    )


@requires(Permission.READ)
def intervention_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What to do, the plan, who, where it stands, what hangs on it."""
    intervention = _find_intervention(request, pk)
    membership, today = request.membership, timezone.localdate()
    context = {
        "intervention": intervention,
        "entry": intervention.entry,
        "guidance": intervention.entry.guidance if intervention.entry else None,
        "state": STATES[Intervention.State(intervention.state)],
        "late": intervention.days_late(today),
        "when": reports.days_in_words(intervention),
        "outside": reports.outside_in_words(intervention),
        "areas": intervention.area_names,
        "changes": intervention.changes.select_related("by"),
        "allowed": policies.allowed(membership, intervention),
        "presses": reports.intervention_presses(intervention, membership),
    }
    return render(request, "roadmap/intervention_detail.html", context)


@requires(Permission.PLAN)
def intervention_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change the plan. Who saves second is shown both versions and chooses."""
    intervention = _find_intervention(request, pk)
    form = InterventionEditForm(
        sent(request),
        instance=_find_intervention(request, pk),
        organisation=organisation,
        initial={"version": intervention.version},
    )
    differences: list[Difference] = []
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        with refusals_on(form), conflicts_on(form, lambda: _find_intervention(request, pk)) as differences:
            actions.change_intervention(
                intervention, by=request.membership, at=request.now, reason=reason, **form.seen_and_wanted()
            )
            return done(request, "The plan is saved.", intervention)
    return form_page(
        request,
        form,
        title="Change the plan",
        verb="Save the change",
        back=intervention.get_absolute_url(),
        crumbs=_crumbs_of_intervention(intervention),
        template="components/versioned_form.html",
        subject=intervention.title,
        differences=differences,
    )


@requires(Permission.PLAN)
def intervention_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, then deletes what was planned by mistake."""
    intervention = _find_intervention(request, pk)
    if request.method != "POST":
        return render(request, "roadmap/intervention_delete.html", {"intervention": intervention})
    with refusals_said(request):
        change = actions.delete_intervention(intervention, by=request.membership, at=request.now)
        plan = reverse("programme_plan", args=[organisation.slug, intervention.programme_id])
        return redirect(f"{plan}?change={change.pk}" if change else plan)
    return redirect(intervention)


@requires(Permission.READ)
def intervention_state(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Where it stands: for those who plan and the one who does it."""
    intervention = _find_intervention(request, pk)
    if not policies.may_set_state(request.membership, intervention):
        raise PermissionDenied
    stopped = intervention.state in Intervention.STOPPED
    initial = {"state": intervention.state, "reason": intervention.state_reason if stopped else ""}
    form = StateForm(sent(request), initial=initial)
    if form.is_valid():
        with refusals_on(form):
            actions.set_intervention_state(intervention, by=request.membership, at=request.now, **form.cleaned_data)
            said = f"{quoted(intervention)}: {intervention.get_state_display().lower()} now."
            return done(request, said, intervention)
    return form_page(
        request,
        form,
        title="Where it stands",
        verb="Save where it stands",
        back=intervention.get_absolute_url(),
        crumbs=_crumbs_of_intervention(intervention),
        intro=intervention.title,
    )


@requires(Permission.READ)
def intervention_action_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """An action for this intervention."""
    intervention = _find_intervention(request, pk)
    return action_page(
        request,
        partial(actions.add_intervention_action, intervention),
        thing="intervention",
        back=intervention.get_absolute_url(),
        intro=f"For: {intervention.title}",
        crumbs=_crumbs_of_intervention(intervention),
    )


def _find_intervention(request: MemberRequest, pk: int) -> Intervention:
    rows = Intervention.objects.visible_to(request.membership)
    related = ("programme__organisation", "programme__lead", "programme__sponsor", "entry", "owner")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _way_to_plan(organisation: Organisation, programme: Programme) -> list[tuple[str, str]]:
    """Where a page stands: the current programme is just the roadmap, another one says its name."""
    roadmap = (worded("Roadmap"), reverse("programme_current", args=[organisation.slug]))
    return [roadmap] if programme.is_current else [roadmap, (programme.name, programme.get_absolute_url())]


def _crumbs_of_intervention(intervention: Intervention) -> list[tuple[str, str]]:
    programme = intervention.programme
    return [*_way_to_plan(programme.organisation, programme), (intervention.title, intervention.get_absolute_url())]
