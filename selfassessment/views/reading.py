"""Between the close and the report: reading what people wrote, withholding what must not be read, publishing."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib.forms import sent
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from selfassessment.actions import publishing
from selfassessment.forms.reading import WithholdForm
from selfassessment.models import Assessment
from selfassessment.reports import ReadingPage, Remark
from selfassessment.views.rounds import find_assessment


@requires(Permission.FACILITATE)
@never_cache
def assessment_comments(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What people wrote, question by question, with what may show who somebody is. Only what the report would show."""
    assessment = _find_closed(request, pk)
    values = {"assessment": assessment, "page": ReadingPage.build(assessment, request.membership)}
    return render(request, "selfassessment/assessment_comments.html", values)


@requires(Permission.FACILITATE)
@never_cache
def remark_withhold(request: MemberRequest, organisation: Organisation, pk: int, mark: str) -> HttpResponse:
    """Asks why, then keeps one comment out of the report."""
    assessment = _find_closed(request, pk)
    remark = _find_remark(request, assessment, mark)
    if remark.reason:
        return redirect("assessment_comments", organisation.slug, pk)
    form = WithholdForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "reason"):
            publishing.withhold_remark(
                assessment, by=request.membership, at=request.now, remark=remark, reason=form.cleaned_data["reason"]
            )
            return done(request, "It is withheld.", _url_of_comments(assessment))
    return form_page(
        request,
        form,
        title="Withhold this from the report",
        verb="Withhold it",
        back=_url_of_comments(assessment),
        back_words="Leave it in",
        template="selfassessment/remark_withhold.html",
        remark=remark,
        assessment=assessment,
    )


@requires(Permission.FACILITATE)
@require_POST
def remark_show(request: MemberRequest, organisation: Organisation, pk: int, mark: str) -> HttpResponse:
    """Let one comment back in. Idempotent."""
    assessment = _find_closed(request, pk)
    remark = _find_remark(request, assessment, mark)
    with refusals_said(request):
        publishing.show_remark_again(assessment, by=request.membership, at=request.now, remark=remark)
        return done(request, "It will be in the report.", _url_of_comments(assessment))
    return redirect(_url_of_comments(assessment))


@requires(Permission.FACILITATE)
@require_POST
def assessment_publish(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Let everybody here read the report with its comments."""
    assessment = find_assessment(request, pk)
    with refusals_said(request):
        publishing.publish_report(assessment, by=request.membership, at=request.now)
        return done(request, "The report is published. Everybody here can read it.", assessment)
    return redirect(assessment)


def _find_closed(request: MemberRequest, pk: int) -> Assessment:
    assessment = find_assessment(request, pk)
    if not assessment.is_closed:
        raise Http404
    return assessment


def _find_remark(request: MemberRequest, assessment: Assessment, mark: str) -> Remark:
    remark = ReadingPage.build(assessment, request.membership).find(mark)
    if remark is None or not (remark.words or remark.reason):
        raise Http404
    return remark


def _url_of_comments(assessment: Assessment) -> str:
    return reverse("assessment_comments", args=[assessment.organisation.slug, assessment.pk])
