"""The way to the end: eleven steps, a home for each thing, the farewell."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from communities import policies
from communities.actions import rehoming
from communities.finding import name_of, what_it_leaves
from communities.forms.closing import FarewellForm, HomeForm
from communities.models import Closing, Community, Rehoming
from communities.reports.closing import EndingPage
from communities.views.finding import community_or_404, crumbs, page, standing_or_403
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.pagination import whole_number
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

WAY = "The way to the end"


@requires(Permission.READ)
@require_safe
def community_ending(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The steps with their days, and what must live on."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_member")
    built = EndingPage.build(community, _closing_or_404(community), request.membership)
    return render(request, "communities/community_ending.html", {**vars(built), "trail": crumbs(request, community)})


@requires(Permission.READ)
def ending_home(request: MemberRequest, organisation: Organisation, pk: int, kind: str, ident: int) -> HttpResponse:
    """Ask somebody to look after one thing."""
    community = community_or_404(request, pk)
    if not policies.may_arrange(request.membership, community):
        raise PermissionDenied
    rows = what_it_leaves(community).get(kind)
    if rows is None:
        raise Http404
    thing = get_object_or_404(rows, pk=ident)
    form = HomeForm(sent(request), organisation=community.organisation)
    if form.is_valid():
        with refusals_on(form, "person"):
            asked = rehoming.ask_for_home(
                community, by=request.membership, at=request.now, kind=kind, ident=ident, **form.cleaned_data
            )
            said = "It is yours now." if asked.state == Rehoming.State.ACCEPTED else f"{asked.person} is asked."
            return done(request, said, "community_ending", organisation.slug, pk)
    back = page(request, "community_ending", pk)
    return form_page(
        request,
        form,
        title=f"A home for {quoted(name_of(kind, thing))}",
        verb="Ask them",
        intro="They say yes or no. Until somebody says yes you can ask another.",
        back=back,
        back_words="Back to the way to the end",
        crumbs=crumbs(request, community, (WAY, back)),
    )


@requires(Permission.READ)
@require_POST
def ending_leave(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Mark one thing as not looked after."""
    community = community_or_404(request, pk)
    if not policies.may_arrange(request.membership, community):
        raise PermissionDenied
    with refusals_said(request):
        kind, ident = request.POST.get("kind", ""), whole_number(request.POST.get("ident", "")) or 0
        rehoming.leave_behind(community, by=request.membership, at=request.now, kind=kind, ident=ident)
        return done(request, "It is marked as not looked after.", "community_ending", organisation.slug, pk)
    return redirect("community_ending", organisation.slug, pk)


@requires(Permission.READ)
@require_POST
def home_answer(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Yes or no, by whoever was asked."""
    rows = Rehoming.objects.filter(closing__community__in=Community.objects.visible_to(request.membership))
    neighbours = ("closing__community__organisation", "closing__community__group", "person", "asked_by")
    asked: Rehoming = get_object_or_404(rows.select_related(*neighbours), pk=pk)
    if not policies.may_answer_for_home(request.membership, asked):
        raise PermissionDenied
    accept = request.POST.get("answer") == "yes"
    with refusals_said(request):
        rehoming.answer_for_home(asked, by=request.membership, at=request.now, accept=accept)
        said = f"Thank you. You look after {quoted(asked)} now." if accept else "Whoever asked you is told."
        return done(request, said, "community_detail", organisation.slug, asked.closing.community_id)
    return redirect("community_detail", organisation.slug, asked.closing.community_id)


@requires(Permission.READ)
def ending_farewell(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The last meeting, and thanks."""
    community = community_or_404(request, pk)
    if not policies.may_bid_farewell(request.membership, community):
        raise PermissionDenied
    closing = community.closings.filter(outcome=Closing.Outcome.OPEN).first()
    form = FarewellForm(sent(request), instance=closing)
    if form.is_valid():
        with refusals_on(form, "thanks"):
            rehoming.write_farewell(community, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "It is saved.", "community_ending", organisation.slug, pk)
    back = page(request, "community_ending", pk)
    return form_page(
        request,
        form,
        title="The last meeting, and thanks",
        verb="Save it",
        intro=worded("We did this together, and we end it together. Nothing that anybody gave is thrown away."),
        back=back,
        crumbs=crumbs(request, community, (WAY, back)),
    )


def _closing_or_404(community: Community) -> Closing:
    """The newest that was not stopped: it stays readable after the end."""
    rows = community.closings.exclude(outcome=Closing.Outcome.STOPPED)
    found: Closing | None = rows.first()
    if found is None:
        raise Http404
    return found
