"""Health: for the people of a community, and for nobody else."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from communities import policies
from communities.actions import health
from communities.forms.health import AgreedForm
from communities.models import Agreed, Community, QuietLine
from communities.reports.health import HealthPage
from communities.reports.ties import TiesPage
from communities.views.finding import community_or_404, crumbs, page, standing_or_403
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.forms import sent
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

SAID = {
    QuietLine.Answer.WANTED: "Good. You are not asked again for 90 days.",
    QuietLine.Answer.BUSY: "You are asked again in 60 days, if it is still as quiet.",
    QuietLine.Answer.HELP: _("Those who plan the programme are told that you would like help, and nothing else."),
    QuietLine.Answer.REVIEW: "Look back together now. The questions stand below.",
}


@requires(Permission.READ)
@require_safe
def community_health(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Twelve questions, with what was agreed and what happened."""
    community = community_or_404(request, pk)
    if not policies.may_look_at_health(request.membership, community):
        raise PermissionDenied
    built = HealthPage.build(community, request.membership, at=request.now)
    return render(request, "communities/community_health.html", {**vars(built), "trail": crumbs(request, community)})


@requires(Permission.READ)
def health_agree(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What the community agreed on, in figures."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_core")
    row = Agreed.objects.filter(community=community).first()
    form = AgreedForm(sent(request), instance=row)
    if form.is_valid():
        with refusals_on(form):
            health.agree_on_figures(community, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "The figures are saved.", "community_health", organisation.slug, pk)
    back = page(request, "community_health", pk)
    return form_page(
        request,
        form,
        title="What did we agree?",
        verb="Save the figures",
        intro="What happens is held against these figures, and against nobody else’s.",
        back=back,
        crumbs=crumbs(request, community, ("How we are", back)),
    )


@requires(Permission.READ)
def community_ties(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who helps whom, as far as people agreed to be seen; and one’s own consent."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_member")
    if request.method == "POST":
        show = request.POST.get("show") == "yes"
        health.show_in_picture(community, by=request.membership, at=request.now, show=show)
        said = "You stand in the picture." if show else "You stand in it no longer."
        return done(request, said, "community_ties", organisation.slug, pk)
    built = TiesPage.build(community, request.membership, at=request.now)
    back = page(request, "community_health", pk)
    context = {**vars(built), "trail": crumbs(request, community, ("How we are", back))}
    return render(request, "communities/community_ties.html", context)


@requires(Permission.READ)
@require_POST
def quiet_answer(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say whether the quiet is wanted."""
    communities = Community.objects.visible_to(request.membership)
    rows = QuietLine.objects.filter(community__in=communities).select_related("community__organisation")
    line = get_object_or_404(rows, pk=pk)
    if not policies.may_run(request.membership, line.community):
        raise PermissionDenied
    with refusals_said(request):
        health.answer_quiet_line(line, by=request.membership, at=request.now, answer=request.POST.get("answer", ""))
        to = "community_review" if line.answer == QuietLine.Answer.REVIEW else "community_health"
        return done(request, SAID[QuietLine.Answer(line.answer)], to, organisation.slug, line.community_id)
    return redirect("community_detail", organisation.slug, line.community_id)
