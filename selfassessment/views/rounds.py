"""Rounds: the list, preparing one, its page while it runs, opening and closing."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.links import absolute
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from roadmap.models import Programme
from selfassessment import policies, reports, scoring
from selfassessment.actions import rounds
from selfassessment.forms.rounds import CloseForm, RoundForm
from selfassessment.models import Assessment, Framework

ROWS = 50


@prepared
def _assessment(membership: Membership, pk: int) -> QuerySet[Assessment]:
    return (
        Assessment.objects.visible_to(membership)
        .select_related("organisation", "framework", "facilitator", "programme", "results_session__organisation")
        .filter(pk=pk)
    )


def find_assessment(request: MemberRequest, pk: int) -> Assessment:
    """A round that this member may see, with what its pages ask for."""
    found = _assessment.first(request.membership, pk)
    if found is None:
        raise Http404
    return found


@requires(Permission.READ)
def assessment_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All rounds, newest first, with how many have answered where this member may know it."""
    page = Paginator(reports.listed(request.membership), ROWS).get_page(request.GET.get("page"))
    values = {
        "page": page,
        "lines": reports.round_lines(page, request.membership),
        "may_run": policies.may_prepare(request.membership, organisation),
        "floor": scoring.FLOOR,
    }
    return render(request, "selfassessment/assessment_list.html", values)


@requires(Permission.FACILITATE)
def assessment_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Prepare a round."""
    current = Programme.objects.filter(organisation=organisation).current().first()
    initial = {"programme": current, "facilitator": request.user.pk}
    form = RoundForm(sent(request), organisation=organisation, initial=initial)
    if form.is_valid():
        with refusals_on(form):
            assessment = rounds.prepare_assessment(
                organisation,
                by=request.membership,
                at=request.now,
                once=form.cleaned_data["once"],
                **form.wanted(),
            )
            said = worded("The round is prepared. Nobody has been asked yet: open it when you are ready.")
            return done(request, said, assessment)
    framework = Framework.objects.usable_by(organisation).first()
    list_url = reverse("assessment_list", args=[organisation.slug])
    return form_page(
        request,
        form,
        title=worded("Prepare a round"),
        verb=worded("Prepare the round"),
        back=list_url,
        back_words="Back to the list",
        intro=framework.summary if framework else "",
        crumbs=[("Assess", list_url)],
    )


@requires(Permission.READ)
def assessment_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A round that is being prepared, open, or waits for its comments to be read. A published one has its report."""
    assessment = find_assessment(request, pk)
    if assessment.is_published:
        return redirect("gap_report", organisation.slug, pk)
    today = timezone.localdate()
    page = reports.AssessmentPage.build(assessment, request.membership, on=today)
    values = {
        "assessment": assessment,
        "page": page,
        "may_run": policies.may_run(request.membership, assessment),
        "turnout": page.turnout,
        "link": absolute(reverse("answer_start", args=[assessment.link_nonce])) if assessment.link_nonce else "",
        "is_past": assessment.closes_on < today,
        "floor": scoring.FLOOR,
    }
    return render(request, "selfassessment/assessment_detail.html", values)


@requires(Permission.FACILITATE)
def assessment_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change a round. A form that somebody else overtook shows both versions."""
    assessment = find_assessment(request, pk)
    form = RoundForm(
        sent(request),
        instance=find_assessment(request, pk),
        organisation=organisation,
        initial={"version": assessment.version},
    )
    differences: list[Difference] = []
    if form.is_valid():
        seen = form.cleaned_data["version"] or 0
        with refusals_on(form), conflicts_on(form, lambda: find_assessment(request, pk)) as differences:
            rounds.edit_assessment(assessment, by=request.membership, at=request.now, seen=seen, **form.wanted())
            return done(request, worded("The round is changed."), assessment)
    return form_page(
        request,
        form,
        title=worded("Change this round"),
        verb="Keep the changes",
        back=reverse("assessment_detail", args=[organisation.slug, pk]),
        crumbs=_crumbs_to_round(assessment),
        template="components/versioned_form.html",
        differences=differences,
    )


@requires(Permission.FACILITATE)
def assessment_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, then throws away a round that was never opened."""
    assessment = find_assessment(request, pk)
    if request.method != "POST":
        return render(request, "selfassessment/assessment_delete.html", {"assessment": assessment})
    with refusals_said(request):
        rounds.discard_assessment(assessment, by=request.membership, at=request.now)
        return done(request, f"{quoted(assessment)} is deleted.", "assessment_list", organisation.slug)
    return redirect("assessment_detail", organisation.slug, pk)


@requires(Permission.FACILITATE)
@require_POST
def assessment_open(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Let people answer, and go on to asking them."""
    assessment = find_assessment(request, pk)
    with refusals_said(request):
        rounds.open_assessment(assessment, by=request.membership, at=request.now)
        said = worded("The round is open. Now ask people to answer.")
        return done(request, said, "assessment_people", organisation.slug, pk)
    return redirect(assessment)


@requires(Permission.FACILITATE)
def assessment_close(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, because nobody can answer afterwards."""
    assessment = find_assessment(request, pk)
    form = CloseForm(sent(request))
    if form.is_valid():
        with refusals_said(request):
            rounds.close_assessment(assessment, by=request.membership, at=request.now, **form.cleaned_data)
            if assessment.is_published:
                return done(request, _closed_with(assessment), assessment)
            said = worded("The round is closed. Read the comments, then publish the report.")
            return done(request, said, "assessment_comments", organisation.slug, pk)
        return redirect(assessment)
    people = reports.turnout(assessment)
    return form_page(
        request,
        form,
        title=f"Close {quoted(assessment)}",
        verb=worded("Close the round"),
        back=reverse("assessment_detail", args=[organisation.slug, pk]),
        back_words="Keep it open",
        template="selfassessment/assessment_close.html",
        assessment=assessment,
        turnout=people,
        is_early=assessment.closes_on > timezone.localdate(),
        is_enough=people.is_enough,
        floor=scoring.FLOOR,
    )


def _closed_with(assessment: Assessment) -> str:
    if reports.turnout(assessment).is_enough:
        return worded("The round is closed. Here is its report.")
    return worded("The round is closed. Too few people answered for a report.")


def _crumbs_to_round(assessment: Assessment) -> list[tuple[str, str]]:
    list_url = reverse("assessment_list", args=[assessment.organisation.slug])
    return [("Assess", list_url), (str(assessment), assessment.get_absolute_url())]
