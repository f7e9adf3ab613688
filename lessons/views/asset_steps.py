"""The ten steps of a knowledge asset, a yes to one of them, and the asset as a PDF."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jobs.views import wait_or_show
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from lessons import policies
from lessons.actions import asset_steps
from lessons.forms.assets import StepForm
from lessons.models import Asset
from lessons.reports.asset_steps import AssetSteps
from lessons.views.assets import asset_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

OPEN = "open"


@requires(Permission.READ)
@require_safe
def asset_step_list(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """All ten steps, what the portal sees, and who said yes to which."""
    return _steps_page(request, asset_or_404(request, pk), None, 0)


@requires(Permission.CONTRIBUTE)
@require_POST
def asset_step(request: MemberRequest, organisation: Organisation, pk: int, number: int) -> HttpResponse:
    """Yes, or there is still something to do."""
    asset = asset_or_404(request, pk)
    if not policies.may_write_asset(request.membership, asset):
        raise PermissionDenied
    here = f"{reverse('asset_step_list', args=[organisation.slug, pk])}#step-{number}"
    if request.POST.get("do") == OPEN:
        asset_steps.open_step(asset, by=request.membership, at=request.now, number=number)
        return done(request, f"Step {number} is open again.", here)
    form = StepForm.of_step(number, sent(request))
    if form.is_valid():
        with refusals_on(form, "note"):
            note = form.cleaned_data["note"]
            asset_steps.do_step(asset, by=request.membership, at=request.now, number=number, note=note)
            return done(request, f"Step {number} is done.", here)
    return _steps_page(request, asset, form, number)


@requires(Permission.READ)
@require_POST
def asset_pdf(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The asset on paper."""
    asset = asset_or_404(request, pk)
    with refusals_said(request):
        return wait_or_show(asset_steps.request_asset_pdf(asset, by=request.membership, at=request.now))
    return redirect(asset)


def _steps_page(request: MemberRequest, asset: Asset, form: StepForm | None, number: int) -> HttpResponse:
    steps = AssetSteps.build(asset)
    context = {
        "asset": asset,
        "steps": steps,
        "rows": [
            (row, form if form and row.guide.number == number else StepForm.of_step(row.guide.number))
            for row in steps.rows
        ],
        "wrong": form,
        "may_write": policies.may_write_asset(request.membership, asset),
        "crumbs": [
            ("Knowledge assets", reverse("asset_list", args=[request.membership.organisation.slug])),
            (asset.title, asset.get_absolute_url()),
        ],
    }
    status = status_of(form) if form else 200
    return render(request, "lessons/asset_step_list.html", context, status=status)
