"""Knowledge at risk: the register, one topic, writing it, its knowledge asset, and that it is kept."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.conflicts import Difference
from kmportal.lib.csv import csv_download
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from lessons import policies
from lessons.actions import risks
from lessons.forms.risks import RiskForm, SettleForm
from lessons.models import Risk
from lessons.reports import ListHead
from lessons.reports.risks import COLUMNS, RATING_WORDS, SHOWN, RiskChoice, RiskPage, RiskRow, cells_of
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PER_PAGE = 20


@requires(Permission.READ)
@require_safe
def risk_list(request: MemberRequest, organisation: Organisation) -> HttpResponseBase:
    """All of it for those who keep it; for others what they see to or know about."""
    member, today = request.membership, timezone.localdate(request.now)
    choice = RiskChoice.of(request.GET)
    rows = choice.rows(member, today)
    if request.GET.get("format") == "csv":
        return csv_download("knowledge-at-risk", COLUMNS, cells_of(rows, member, today))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [RiskRow.build(risk, member, today) for risk in page],
        "page": page,
        "choice": choice,
        "shown": SHOWN.items(),
        "ratings": RATING_WORDS.items(),
        "sees_all": policies.may_see_register(member, organisation),
        "may_add": policies.may_add_risk(member, organisation),
        "head": ListHead.build(member, "risks"),
    }
    return render(request, "lessons/risk_list.html", context)


@requires(Permission.READ)
@require_safe
def risk_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who knows about it, until when, and what is done."""
    page = RiskPage.build(risk_or_404(request, pk), request.membership, timezone.localdate(request.now))
    return render(request, "lessons/risk_detail.html", vars(page))


@requires(Permission.FACILITATE)
def risk_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Put a topic into the register."""
    form = RiskForm(sent(request), organisation=organisation)
    if form.is_valid():
        with refusals_on(form, "owner"):
            key = form.cleaned_data["once"]
            risk = risks.add_risk(organisation, by=request.membership, at=request.now, once=key, **form.values())
            return done(request, "It is in the register. Now say who knows about it.", risk)
    return _page_of_form(request, form, None)


@requires(Permission.CONTRIBUTE)
def risk_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Another rating, another owner, another day."""
    risk = risk_to_write(request, pk)
    form = RiskForm(sent(request), instance=risk, organisation=organisation, initial={"version": risk.version})
    differences: list[Difference] = []
    if form.is_valid():
        seen = form.cleaned_data["version"] or 0
        fresh = risk_or_404(request, pk)
        with refusals_on(form, "owner"), conflicts_on(form, lambda: risk_or_404(request, pk)) as differences:
            risks.write_risk(fresh, by=request.membership, at=request.now, seen=seen, **form.values())
            still = Risk.objects.visible_to(request.membership).filter(pk=pk).exists()
            return done(request, "The change is saved.", fresh if still else _register(request))
    return _page_of_form(request, form, risk, differences)


@requires(Permission.CONTRIBUTE)
@require_POST
def risk_asset(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Begin its knowledge asset."""
    risk = risk_or_404(request, pk)
    with refusals_said(request):
        asset = risks.begin_asset_of_risk(risk, by=request.membership, at=request.now)
        said = "Your draft is there, and only you can see it. Ten steps lead you through it."
        return done(request, said, "asset_step_list", organisation.slug, asset.pk)
    return redirect(risk)


@requires(Permission.CONTRIBUTE)
def risk_settle(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say how it is kept."""
    risk = risk_to_write(request, pk)
    form = SettleForm(sent(request), initial={"how": risk.kept_how})
    if form.is_valid():
        with refusals_on(form, "how"):
            risks.settle_risk(risk, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "Thank you. Nobody is reminded of it any more.", risk)
    return form_page(
        request,
        form,
        title="It is kept now",
        verb="Say that it is kept",
        back=risk.get_absolute_url(),
        back_words="Not yet",
        crumbs=trail_of(request, risk),
    )


@requires(Permission.CONTRIBUTE)
@require_POST
def risk_reopen(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say that it is not kept after all."""
    risk = risk_or_404(request, pk)
    risks.reopen_risk(risk, by=request.membership, at=request.now)
    return done(request, "It stands among those to see to again.", risk)


def risk_or_404(request: MemberRequest, pk: int) -> Risk:
    """One that this member may read."""
    rows = Risk.objects.visible_to(request.membership).select_related("organisation", "owner", "author", "asset")
    return get_object_or_404(rows.prefetch_related("holders__person"), pk=pk)


def risk_to_write(request: MemberRequest, pk: int) -> Risk:
    """The same, for a page on which it is changed."""
    risk = risk_or_404(request, pk)
    if not policies.may_write_risk(request.membership, risk):
        raise PermissionDenied
    return risk


def trail_of(request: MemberRequest, risk: Risk | None) -> list[tuple[str, str]]:
    """The way to a page of a topic."""
    return [("Knowledge at risk", _register(request)), *([(risk.title, risk.get_absolute_url())] if risk else [])]


def _register(request: MemberRequest) -> str:
    return reverse("risk_list", args=[request.membership.organisation.slug])


def _page_of_form(
    request: MemberRequest, form: RiskForm, risk: Risk | None, differences: list[Difference] | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "title": "Change it" if risk else "Put a topic into the register",
        "verb": "Save the change" if risk else "Put it in",
        "back": risk.get_absolute_url() if risk else _register(request),
        "differences": differences or [],
        "trail": trail_of(request, risk),
    }
    return render(request, "lessons/risk_form.html", context, status=status_of(form))
