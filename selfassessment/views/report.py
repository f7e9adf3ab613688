"""The gap report of a closed round, as page, CSV and PDF, and what is decided about its suggestions."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobs.views import wait_or_show
from kmportal.lib.csv import csv_download
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from selfassessment import policies, reports, scoring
from selfassessment.actions import deciding, reporting
from selfassessment.forms.deciding import DecisionForm, RejectionForm
from selfassessment.models import Assessment, Decision
from selfassessment.reports import Offer
from selfassessment.views.rounds import find_assessment
from selfassessment.workflow import programme_for


@requires(Permission.READ)
def gap_report(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What came out. Before a round is published there is none, so its own page is shown."""
    assessment = find_assessment(request, pk)
    if not assessment.is_published:
        return redirect(assessment)
    page = reports.GapReportPage.build(assessment, request.membership)
    values = {
        "assessment": assessment,
        "report": page.report,
        "tables": [
            (section, [row for row in page.report.results if row.section == section.key])
            for section in page.report.sections
        ],
        "pictures": page.pictures,
        "presses": page.presses,
        "may_prepare": policies.may_prepare(request.membership, organisation),
        "floor": scoring.FLOOR,
    }
    return render(request, "selfassessment/gap_report.html", values)


@requires(Permission.READ)
def gap_report_csv(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """The table of all criteria, as the page shows it."""
    report = reports.build(_find_closed(request, pk))
    headings, rows = reports.as_csv(report)
    return csv_download(reports.file_name(report), headings, rows)


@requires(Permission.READ)
@require_POST
def gap_report_pdf(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Have the worker draw the report; once for each person and state of the report."""
    job = reporting.request_report_pdf(_find_closed(request, pk), by=request.membership, at=request.now)
    return wait_or_show(job)


@requires(Permission.FACILITATE)
def decision_new(request: MemberRequest, organisation: Organisation, pk: int, code: str) -> HttpResponse:
    """Accept a suggestion, in its own words or others: who does it, until when, and what it becomes."""
    assessment = _find_closed(request, pk)
    offer = _find_offer(assessment, code)
    programme, may_plan = programme_for(assessment), policies.may_plan(request.membership, assessment)
    form = DecisionForm(
        sent(request),
        organisation=organisation,
        may_plan=may_plan,
        programme=programme,
        initial=_first_choice(offer),
    )
    if form.is_valid():
        with refusals_on(form):
            decision = _accept_offer(request, assessment, offer, form.cleaned_data)
            where = worded("is on the roadmap") if decision.intervention else worded("is an action now")
            said = f"{quoted(decision.intervention or decision.action)} {where}."
            return done(request, said, _url_of_row(assessment, code))
    title = worded("Change and accept a suggestion") if "change" in request.GET else worded("Accept a suggestion")
    return _decision_page(
        request,
        form,
        assessment,
        offer,
        title=title,
        verb=worded("Accept the suggestion"),
        may_plan=may_plan,
        programme=programme,
    )


@requires(Permission.FACILITATE)
def decision_reject(request: MemberRequest, organisation: Organisation, pk: int, code: str) -> HttpResponse:
    """Leave a suggestion be, with a reason."""
    assessment = _find_closed(request, pk)
    offer = _find_offer(assessment, code)
    form = RejectionForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            deciding.reject_suggestion(
                assessment, by=request.membership, at=request.now, offer=offer, **form.cleaned_data
            )
            said = f"{quoted(offer.suggestion.title)} is rejected. Your reason is shown with it."
            return done(request, said, _url_of_row(assessment, code))
    return _decision_page(
        request, form, assessment, offer, title=worded("Reject a suggestion"), verb=worded("Reject the suggestion")
    )


@requires(Permission.FACILITATE)
@require_POST
def decision_undo(request: MemberRequest, organisation: Organisation, pk: int, code: str) -> HttpResponse:
    """Take a decision back. Idempotent: the second press finds nothing to do."""
    assessment = _find_closed(request, pk)
    decision = _decisions_of(assessment).filter(criterion__code=code).first()
    if decision is None:
        return redirect(_url_of_row(assessment, code))
    with refusals_said(request):
        deciding.undo_decision(decision, by=request.membership, at=request.now)
        return done(request, "The decision is undone.", _url_of_row(assessment, code))
    return redirect(_report_url(assessment))


def _accept_offer(request: MemberRequest, assessment: Assessment, offer: Offer, said: dict[str, Any]) -> Decision:
    """Make it what was chosen: an intervention or an action."""
    common = {
        "by": request.membership,
        "at": request.now,
        "offer": offer,
        "words": said["words"],
        "owner": said["owner"],
    }
    if said["becomes"] == "intervention":
        return deciding.accept_as_intervention(assessment, ends_on=said["until"], step=said.get("step"), **common)
    return deciding.accept_as_action(assessment, due_on=said["until"], **common)


def _first_choice(offer: Offer) -> dict[str, Any]:
    """What the form proposes: what the suggestion would become, in its own words."""
    return {
        "becomes": offer.suggestion.becomes if offer.entry else "action",
        "words": offer.suggestion.title,
        "step": offer.entry.step if offer.entry else 5,
    }


def _decision_page(
    request: MemberRequest,
    form: DecisionForm | RejectionForm,
    assessment: Assessment,
    offer: Offer,
    **values: Any,
) -> HttpResponse:
    """A form about one suggestion, with the way back to its row."""
    list_url = reverse("assessment_list", args=[assessment.organisation.slug])
    return form_page(
        request,
        form,
        back=_url_of_row(assessment, offer.result.code),
        back_words="Back to the report",
        crumbs=[("Assess", list_url), (str(assessment), _report_url(assessment))],
        template="selfassessment/decision_form.html",
        offer=offer,
        **values,
    )


def _find_closed(request: MemberRequest, pk: int) -> Assessment:
    """A round whose report may be read. There is none before it is published."""
    assessment = find_assessment(request, pk)
    if not policies.may_read_report(request.membership, assessment):
        raise Http404
    return assessment


def _find_offer(assessment: Assessment, code: str) -> Offer:
    """The suggestion about one criterion. None below the floor, and none where there is no gap."""
    offer = reports.build(assessment).offer(code)
    if offer is None:
        raise Http404
    return offer


def _decisions_of(assessment: Assessment) -> QuerySet[Decision]:
    return Decision.objects.filter(assessment=assessment).select_related("criterion", "assessment__organisation")


def _report_url(assessment: Assessment) -> str:
    return reverse("gap_report", args=[assessment.organisation.slug, assessment.pk])


def _url_of_row(assessment: Assessment, code: str) -> str:
    """Where somebody who has decided goes on: at the suggestion, not at the first of them."""
    return f"{_report_url(assessment)}#{code}"
