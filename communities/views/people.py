"""Who belongs to a community: the list, joining, asking, inviting, roles, leaving."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from communities import policies
from communities.actions import people
from communities.forms.people import ElsewhereForm, FacilitatorForm, InviteForm, KnockForm, RolesForm
from communities.models import Access, Community, Knock
from communities.reports import page_rows
from communities.transitions import seats_of
from communities.views.finding import community_or_404, crumbs, page_of_form, standing_or_403
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import GroupMembership, Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PER_PAGE = 50


@requires(Permission.READ)
@require_safe
def community_people(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Everybody in it, with what they do. Who asks to come in stands on top for those who keep it together."""
    community = community_or_404(request, pk)
    standing = policies.standing_of(request.membership, community)
    seats, q = seats_of(community), request.GET.get("q", "").strip()[:200]
    found = seats.filter(person__name__icontains=line_of_text(q)) if q else seats
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "community": community,
        "q": q,
        "page": page,
        "is_long": bool(q) or page.paginator.num_pages > 1,
        "standing": standing,
        "allowed": policies.allowed(request.membership, community, standing),
        "may_invite": standing.runs or (standing.is_member and community.access == Access.OPEN),
        "seats": [(seat, [role.get_kind_display() for role in seat.roles.all()]) for seat in page],
        "requests": page_rows.requests(community.pk) if standing.runs else [],
        "invited": page_rows.invited(community.pk) if standing.runs else [],
        "trail": crumbs(request, community),
    }
    return render(request, "communities/community_people.html", context)


@requires(Permission.READ)
@require_POST
def community_join(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One press, where everybody here can."""
    community = community_or_404(request, pk)
    with refusals_said(request):
        people.join_community(community, by=request.membership, at=request.now)
        return done(request, f"You belong to {quoted(community)} now.", "community_detail", organisation.slug, pk)
    return redirect("community_detail", organisation.slug, pk)


@requires(Permission.READ)
def community_knock(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask to be let in."""
    community = community_or_404(request, pk)
    if not policies.may_ask_in(request.membership, community):
        raise PermissionDenied
    form = KnockForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "words"):
            words = form.cleaned_data["words"]
            knock = people.ask_to_join(community, by=request.membership, at=request.now, words=words)
            is_in = f"You belong to {quoted(community)} now."
            said = is_in if knock.is_accepted else "You have asked. You hear as soon as somebody has answered."
            return done(request, said, "community_detail", organisation.slug, pk)
    return page_of_form(
        request,
        form,
        community,
        to_people=True,
        title="Ask to join",
        verb="Ask to join",
        intro=f"Whoever keeps {quoted(community)} together reads this and answers.",
    )


@requires(Permission.READ)
def community_invite(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Invite somebody of the organisation."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_member" if community.access == Access.OPEN else "runs")
    form = InviteForm(sent(request), community=community)
    if form.is_valid():
        person = form.cleaned_data["person"]
        with refusals_on(form, "person"):
            knock = people.invite_into_community(community, by=request.membership, at=request.now, person=person)
            said = f"{person} belongs to it now." if knock.is_accepted else f"{person} is invited."
            return done(request, said, "community_people", organisation.slug, pk)
    return page_of_form(
        request,
        form,
        community,
        to_people=True,
        title="Invite somebody",
        verb="Invite them",
        intro="They are told, and say yes or no with one press.",
    )


@requires(Permission.READ)
def community_elsewhere(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Let in somebody of another organisation, where both allow it."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "runs")
    form = ElsewhereForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "email"):
            seat = people.let_in_from_elsewhere(community, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, f"{seat.person} belongs to it now.", "community_people", organisation.slug, pk)
    return page_of_form(
        request,
        form,
        community,
        to_people=True,
        title="Somebody from another organisation",
        verb="Let them in",
        intro=worded("They read what the community writes. Both organisations must allow it in their settings."),
    )


@requires(Permission.READ)
def community_roles(request: MemberRequest, organisation: Organisation, pk: int, member: int) -> HttpResponse:
    """What somebody does in it."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "runs")
    rows = GroupMembership.objects.filter(group_id=community.group_id).select_related("person")
    seat = get_object_or_404(rows.prefetch_related("roles"), person__pk=member)
    form = RolesForm(sent(request), initial={"roles": [role.kind for role in seat.roles.all()]})
    if form.is_valid():
        with refusals_on(form, "roles"):
            roles = form.cleaned_data["roles"]
            people.set_roles(community, by=request.membership, at=request.now, person=seat.person, roles=roles)
            return done(request, "The roles are saved.", "community_people", organisation.slug, pk)
    return page_of_form(
        request,
        form,
        community,
        to_people=True,
        title=f"What {seat.person} does",
        verb="Save the roles",
        intro="Somebody can have several roles, or none.",
    )


@requires(Permission.READ)
def community_facilitator(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Somebody new keeps it together, where nobody does any more."""
    community = community_or_404(request, pk)
    if not policies.may_wake(request.membership, community):
        raise PermissionDenied
    form = FacilitatorForm(sent(request), community=community)
    if form.is_valid():
        person = form.cleaned_data["person"]
        with refusals_on(form, "person"):
            people.find_facilitator(community, by=request.membership, at=request.now, person=person)
            return done(request, f"{person} facilitates it now.", "community_detail", organisation.slug, pk)
    return page_of_form(
        request,
        form,
        community,
        to_people=True,
        title=worded("Find a facilitator"),
        verb=worded("Make them the facilitator"),
        intro="Ask them first. They are told, and belong to it from then on.",
    )


@requires(Permission.READ)
def community_leave(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Asked once more: what one wrote stays, and one reads no further."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_in")
    if request.method == "POST":
        with refusals_said(request):
            people.leave_community(community, by=request.membership, at=request.now)
            return done(request, f"You have left {quoted(community)}.", "community_list", organisation.slug)
        return redirect("community_detail", organisation.slug, pk)
    context = {"community": community, "trail": crumbs(request, community)}
    return render(request, "communities/community_leave.html", context)


@requires(Permission.READ)
@require_POST
def knock_answer(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Yes or no: to somebody who asks, or to one’s own invitation."""
    rows = Knock.objects.filter(community__in=Community.objects.visible_to(request.membership))
    neighbours = ("community__organisation", "community__group", "membership__person", "membership__organisation")
    knock = get_object_or_404(rows.select_related(*neighbours), pk=pk)
    accept = request.POST.get("answer") == "yes"
    with refusals_said(request):
        people.answer_knock(knock, by=request.membership, at=request.now, accept=accept)
        is_own = knock.kind == Knock.Kind.INVITATION
        who = "You belong" if is_own else f"{knock.membership.person} belongs"
        said = (
            f"{who} to {quoted(knock.community)} now."
            if knock.is_accepted
            else "The answer is no, and nobody else is told."
        )
        return done(request, said, "community_detail", organisation.slug, knock.community_id)
    return redirect("community_detail", organisation.slug, knock.community_id)
