"""Who knows about a topic at risk: naming them, when they leave, and taking them out."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from kmportal.lib.conflicts import Difference
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on
from lessons.actions import risk_holders
from lessons.forms.risks import HolderForm, LeavingForm
from lessons.models import Risk, RiskHolder
from lessons.views.risks import risk_to_write, trail_of
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.CONTRIBUTE)
def risk_holder_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Name somebody."""
    risk = risk_to_write(request, pk)
    form = HolderForm(sent(request), organisation=organisation)
    if form.is_valid():
        with refusals_on(form, "person"):
            holder = risk_holders.name_holder(risk, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, f"{holder} stands there now.", risk)
    return form_page(
        request,
        form,
        title="Add somebody who knows about it",
        verb="Add them",
        back=risk.get_absolute_url(),
        crumbs=trail_of(request, risk),
    )


@requires(Permission.CONTRIBUTE)
def risk_holder_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """When they leave."""
    holder = _holder_or_404(request, pk)
    risk = risk_to_write(request, holder.risk_id)
    form = LeavingForm(sent(request), holder=holder)
    differences: list[Difference] = []
    if form.is_valid():
        with refusals_on(form, "name"), conflicts_on(form, lambda: _holder_or_404(request, pk)) as differences:
            risk_holders.change_holder(holder, by=request.membership, at=request.now, **form.values())
            return done(request, "The change is saved.", risk)
    context = {
        "form": form,
        "title": f"When does {holder} leave?",
        "intro": "The day stands on every topic that they know about." if holder.person else "",
        "verb": "Save the change",
        "back": risk.get_absolute_url(),
        "differences": differences,
        "trail": trail_of(request, risk),
    }
    return render(request, "lessons/risk_form.html", context, status=status_of(form))


@requires(Permission.CONTRIBUTE)
@require_POST
def risk_holder_away(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take somebody out."""
    holder = _holder_or_404(request, pk)
    risk = risk_to_write(request, holder.risk_id)
    risk_holders.take_holder_out(holder, by=request.membership, at=request.now)
    return done(request, "They are taken out.", risk)


def _holder_or_404(request: MemberRequest, pk: int) -> RiskHolder:
    rows = RiskHolder.objects.filter(risk__in=Risk.objects.visible_to(request.membership))
    return get_object_or_404(rows.select_related("risk__organisation", "person"), pk=pk)
