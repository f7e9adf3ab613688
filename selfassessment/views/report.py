"""The gap report of a closed round, as page, CSV and PDF, and what is decided about its suggestions."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobs.actions import enqueue
from jobs.views import wait_or_show
from kmportal.lib.csv import csv_download
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import form_page
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from selfassessment import actions, reports, scoring
from selfassessment.actions.deciding import programme_of
from selfassessment.forms import DecisionForm, RejectionForm
from selfassessment.models import Assessment, Decision
from selfassessment.reports import GapReport, Offer
from selfassessment.views.rounds import find


@requires(Permission.READ)
def gap_report(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What came out. An open round has none yet, so its own page is shown."""
    assessment = find(request, pk)
    if not assessment.is_closed:
        return redirect(assessment)
    report = reports.build(assessment)
    values = {
        "assessment": assessment,
        "report": report,
        "pictures": reports.pictures_of(report) if report.is_enough else None,
        "may_plan": request.membership.can(Permission.PLAN),
        "may_decide": request.membership.can(Permission.FACILITATE),
        "floor": scoring.FLOOR,
    }
    return render(request, "selfassessment/gap_report.html", values)


@requires(Permission.READ)
def gap_report_csv(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The table of all criteria, as the page shows it."""
    report = reports.build(_closed(request, pk))
    headings, rows = reports.as_csv(report)
    return csv_download(reports.file_name(report), headings, rows)


@requires(Permission.READ)
@require_POST
def gap_report_pdf(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Have the worker draw the report; once for each person and state of the report."""
    assessment = _closed(request, pk)
    report = reports.build(assessment)
    job = enqueue(
        "selfassessment.tasks.gap_report_pdf",
        {"assessment_id": pk},
        title=f"Gap report {quoted(assessment)} as a PDF",
        key=f"gap report {pk} {report.fingerprint} {request.user.pk}",
        by=request.user,
        organisation=organisation,
        back_url=reverse("gap_report", args=[organisation.slug, pk]),
    )
    return wait_or_show(job)


@requires(Permission.FACILITATE)
def decision_new(request: HttpRequest, organisation: Organisation, pk: int, code: str) -> HttpResponse:
    """Accept a suggestion, in its own words or others: who does it, until when, and what it becomes."""
    assessment = _closed(request, pk)
    offer = _offer(assessment, code)
    programme, may_plan = programme_of(assessment), request.membership.can(Permission.PLAN)
    suggested = offer.suggestion.becomes if offer.entry else "action"
    form = DecisionForm(
        sent(request),
        organisation=organisation,
        may_plan=may_plan,
        programme=programme,
        initial={
            "becomes": suggested,
            "words": offer.suggestion.title,
            "step": offer.entry.step if offer.entry else 5,
        },
    )
    if form.is_valid():
        try:
            decision = _accept(request, assessment, offer, form)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            thing = decision.intervention or decision.action
            where = "is on the roadmap" if decision.intervention else "is an action now"
            messages.success(request, f"{quoted(thing)} {where}.")
            return redirect(_row_url(assessment, code))
    changing = "change" in request.GET
    return form_page(
        request,
        form,
        title="Change and accept a suggestion" if changing else "Accept a suggestion",
        verb="Accept the suggestion",
        back=_row_url(assessment, code),
        back_words="Back to the report",
        crumbs=_crumbs(assessment),
        template="selfassessment/decision_form.html",
        offer=offer,
        may_plan=may_plan,
        programme=programme,
    )


@requires(Permission.FACILITATE)
def decision_reject(request: HttpRequest, organisation: Organisation, pk: int, code: str) -> HttpResponse:
    """Leave a suggestion be, with a reason."""
    assessment = _closed(request, pk)
    offer = _offer(assessment, code)
    form = RejectionForm(sent(request))
    if form.is_valid():
        try:
            actions.reject(assessment, offer=offer, by=request.user, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{quoted(offer.suggestion.title)} is rejected. Your reason is shown with it.")
            return redirect(_row_url(assessment, code))
    return form_page(
        request,
        form,
        title="Reject a suggestion",
        verb="Reject the suggestion",
        back=_row_url(assessment, code),
        back_words="Back to the report",
        crumbs=_crumbs(assessment),
        template="selfassessment/decision_form.html",
        offer=offer,
    )


@requires(Permission.FACILITATE)
@require_POST
def decision_undo(request: HttpRequest, organisation: Organisation, pk: int, code: str) -> HttpResponse:
    """Take a decision back. Pressed twice, the second press finds nothing to do."""
    assessment = _closed(request, pk)
    decision = _decisions(assessment).filter(criterion__code=code).first()
    if decision is not None:
        try:
            actions.undo(decision, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(_report_url(assessment))
        messages.success(request, "The decision is undone.")
    return redirect(_row_url(assessment, code))


def _accept(request: HttpRequest, assessment: Assessment, offer: Offer, form: DecisionForm) -> Decision:
    said = form.cleaned_data
    common = {"offer": offer, "by": request.user, "words": said["words"], "owner": said["owner"]}
    if said["becomes"] == "intervention":
        return actions.accept_as_intervention(assessment, ends_on=said["until"], step=said.get("step"), **common)
    return actions.accept_as_action(assessment, due_on=said["until"], **common)


def _closed(request: HttpRequest, pk: int) -> Assessment:
    """A round whose report may be read. There is none of an open one."""
    assessment = find(request, pk)
    if not assessment.is_closed:
        raise Http404
    return assessment


def _offer(assessment: Assessment, code: str) -> Offer:
    """The suggestion about one criterion. None below the floor, and none where there is no gap."""
    report: GapReport = reports.build(assessment)
    offer = report.offer(code)
    if offer is None:
        raise Http404
    return offer


def _decisions(assessment: Assessment) -> QuerySet[Decision]:
    return Decision.objects.filter(assessment=assessment).select_related("criterion", "assessment__organisation")


def _report_url(assessment: Assessment) -> str:
    return reverse("gap_report", args=[assessment.organisation.slug, assessment.pk])


def _row_url(assessment: Assessment, code: str) -> str:
    """Where somebody who has decided goes on: at the suggestion, not at the first of them."""
    return f"{_report_url(assessment)}#{code}"


def _crumbs(assessment: Assessment) -> list[tuple[str, str]]:
    slug = assessment.organisation.slug
    return [("Assess", reverse("assessment_list", args=[slug])), (str(assessment), _report_url(assessment))]
