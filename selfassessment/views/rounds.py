"""Rounds: the list, preparing one, its page while it runs, opening and closing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kmportal.lib.conflicts import Difference, both_versions
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.forms import sent
from kmportal.lib.links import absolute
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import form_page
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from roadmap.models import Programme
from selfassessment import actions, reports, scoring
from selfassessment.forms import CloseForm, RoundForm
from selfassessment.models import Asked, Assessment, Framework, Response

ROWS = 50


def find(request: HttpRequest, pk: int) -> Assessment:
    """A round that this member may see, with what its pages ask for."""
    rows = Assessment.objects.visible_to(request.membership)
    return get_object_or_404(rows.select_related("organisation", "framework", "facilitator", "programme"), pk=pk)


@requires(Permission.READ)
def assessment_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """All rounds, newest first, with how many have answered where this member may know it."""
    mine = Asked.objects.filter(assessment=OuterRef("pk"), person=request.user.pk)
    rows = _counted(Assessment.objects.visible_to(request.membership)).select_related("facilitator", "organisation")
    rows = rows.annotate(has_answered=Subquery(mine.values("answered")[:1]))
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    values = {"page": page, "may_run": request.membership.can(Permission.FACILITATE), "floor": scoring.FLOOR}
    return render(request, "selfassessment/assessment_list.html", values)


@requires(Permission.FACILITATE)
def assessment_new(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Prepare a round."""
    current = Programme.objects.filter(organisation=organisation).current().first()
    initial = {"programme": current, "facilitator": request.user.pk}
    form = RoundForm(sent(request), organisation=organisation, initial=initial)
    if form.is_valid():
        said = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        try:
            assessment = actions.prepare(organisation, by=request.user, **said)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The round is prepared. Nobody has been asked yet: open it when you are ready.")
            return redirect(assessment)
    framework = Framework.objects.usable_by(organisation).first()
    return form_page(
        request,
        form,
        title="Prepare a round",
        verb="Prepare the round",
        back=reverse("assessment_list", args=[organisation.slug]),
        back_words="Back to the list",
        intro=framework.summary if framework else "",
        crumbs=[("Assess", reverse("assessment_list", args=[organisation.slug]))],
    )


@requires(Permission.READ)
def assessment_detail(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A round that is being prepared or open. A closed one has its report instead."""
    assessment = find(request, pk)
    if assessment.is_closed:
        return redirect("gap_report", organisation.slug, pk)
    may_run = request.membership.can(Permission.FACILITATE)
    asked = Asked.objects.filter(assessment=assessment, person=request.user.pk).first()
    values = {
        "assessment": assessment,
        "may_run": may_run,
        "turnout": reports.turnout(assessment) if may_run else None,
        "asked": asked,
        "may_answer": assessment.is_open and bool(asked or assessment.link_nonce),
        "link": absolute(reverse("answer_start", args=[assessment.link_nonce])) if assessment.link_nonce else "",
        "is_past": assessment.closes_on < timezone.localdate(),
        "floor": scoring.FLOOR,
    }
    return render(request, "selfassessment/assessment_detail.html", values)


@requires(Permission.FACILITATE)
def assessment_edit(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change a round. A form that somebody else overtook shows both versions."""
    assessment = find(request, pk)
    initial = {"version": assessment.version}
    form = RoundForm(sent(request), instance=assessment, organisation=organisation, initial=initial)
    differences: list[Difference] = []
    if form.is_valid():
        fresh = find(request, pk)
        said = {name: form.cleaned_data[name] for name in form.fields if name not in ("once", "version")}
        try:
            actions.edit(fresh, by=request.user, seen=form.cleaned_data["version"] or 0, **said)
        except Stale:
            differences = both_versions(form, fresh, version=fresh.version)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The round is changed.")
            return redirect(fresh)
    back = reverse("assessment_detail", args=[organisation.slug, pk])
    crumbs = [("Assess", reverse("assessment_list", args=[organisation.slug])), (str(find(request, pk)), back)]
    return form_page(
        request, form, title="Change this round", verb="Keep the changes", back=back, crumbs=crumbs,
        template="components/versioned_form.html", differences=differences,
    )  # fmt: skip


@requires(Permission.FACILITATE)
def assessment_delete(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, then throws away a round that was never opened."""
    assessment = find(request, pk)
    if request.method != "POST":
        return render(request, "selfassessment/assessment_delete.html", {"assessment": assessment})
    try:
        actions.discard(assessment, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("assessment_detail", organisation.slug, pk)
    messages.success(request, f"{quoted(assessment)} is deleted.")
    return redirect("assessment_list", organisation.slug)


@requires(Permission.FACILITATE)
@require_POST
def assessment_open(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    assessment = find(request, pk)
    try:
        actions.open_for_answers(assessment, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(assessment)
    messages.success(request, "The round is open. Now ask people to answer.")
    return redirect("assessment_people", organisation.slug, pk)


@requires(Permission.FACILITATE)
def assessment_close(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asks once more, because nobody can answer afterwards."""
    assessment = find(request, pk)
    form = CloseForm(sent(request))
    if form.is_valid():
        try:
            actions.close(assessment, by=request.user, not_heard=form.cleaned_data["not_heard"])
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "The round is closed. Here are the results.")
        return redirect("assessment_detail", organisation.slug, pk)
    people = reports.turnout(assessment)
    values = {
        "assessment": assessment,
        "turnout": people,
        "is_early": assessment.closes_on > timezone.localdate(),
        "is_enough": scoring.enough(people.answered),
        "floor": scoring.FLOOR,
    }
    back = reverse("assessment_detail", args=[organisation.slug, pk])
    return form_page(
        request, form, title=f"Close {quoted(assessment)}", verb="Close the round",
        back=back, back_words="Keep it open", template="selfassessment/assessment_close.html", **values,
    )  # fmt: skip


def _counted(rows: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """With the number of respondents, and of those who were asked, in the same query."""
    answered = Response.objects.counted().filter(assessment=OuterRef("pk")).order_by().values("assessment")
    asked = Asked.objects.filter(assessment=OuterRef("pk")).order_by().values("assessment")
    return rows.annotate(
        answered=Coalesce(Subquery(answered.annotate(n=Count("pk")).values("n")), 0),
        asked_count=Coalesce(Subquery(asked.annotate(n=Count("pk")).values("n")), 0),
    )
