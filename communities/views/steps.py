"""The four steps: where a community stands, what it has answered, what the portal sees."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from communities import catalogue, policies
from communities.actions import life
from communities.forms.life import StepForm
from communities.reports.steps import StepsPage
from communities.transitions import newest_step_answers
from communities.views.finding import community_or_404, crumbs, page, standing_or_403
from kmportal.lib.forms import sent
from kmportal.lib.pagination import whole_number
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
@require_safe
def community_steps(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """All four with their questions, for who belongs to it; for others where it stands."""
    community = community_or_404(request, pk)
    built = StepsPage.build(community, request.membership)
    context = {**vars(built), "trail": crumbs(request, community)}
    return render(request, "communities/community_steps.html", context)


@requires(Permission.READ)
def community_step(request: MemberRequest, organisation: Organisation, pk: int, number: int) -> HttpResponse:
    """Answer the questions of one step."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_core")
    step = next((one for one in catalogue.steps() if one.number == number), None)
    if step is None:
        raise Http404
    newest = newest_step_answers(community)
    initial = {
        one.key: newest[key].text
        for one in step.questions
        if (key := catalogue.question_key(step.number, one.key)) in newest
    }
    form = StepForm(sent(request), step=step, initial=initial)
    if form.is_valid():
        with refusals_on(form):
            life.answer_step(community, by=request.membership, at=request.now, step=number, answers=form.answers)
            return done(request, "Your answers are saved.", "community_steps", organisation.slug, pk)
    return form_page(
        request,
        form,
        title=step.name,
        verb="Save the answers",
        intro="Answer what helps you. Everything may stay empty, and what was answered before is kept.",
        back=page(request, "community_steps", pk),
        back_words="Back to the steps",
        crumbs=crumbs(request, community, ("Steps", page(request, "community_steps", pk))),
    )


@requires(Permission.READ)
@require_POST
def community_step_go(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say in which step it is now."""
    community = community_or_404(request, pk)
    if not policies.may_shape(request.membership, community):
        raise PermissionDenied
    with refusals_said(request):
        step = whole_number(request.POST.get("step", ""))
        life.take_step(community, by=request.membership, at=request.now, step=step)
        return done(request, "The step is changed.", "community_steps", organisation.slug, pk)
    return redirect("community_steps", organisation.slug, pk)
