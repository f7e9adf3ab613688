"""The directory, beginning a community, its page, its settings."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from communities import policies
from communities.actions import life
from communities.forms.life import CommunityEditForm, CommunityForm
from communities.models import Community, State
from communities.reports.community import CommunityPage
from communities.reports.directory import CommunityRow, directory_rows, similar_communities
from communities.reports.kickoff import running_kickoffs, unclaimed_rows
from communities.views.finding import community_or_404, crumbs, note_seen, page, standing_or_403
from kmportal.lib.conflicts import Difference
from kmportal.lib.forms import sent, status_of
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import conflicts_on, done, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from search import index

PER_PAGE = 20
MINE, ENDED = "mine", "ended"
# In the address of a community that has gone into another: the page itself, and not where it went.
AS_IT_WAS = "as-it-was"


@requires(Permission.READ)
@require_safe
def community_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All that live here and that one belongs to elsewhere; one’s own, or those that have ended, by choice."""
    which, words = request.GET.get("which", ""), request.GET.get("q", "").strip()
    rows = (
        Community.objects.visible_to(request.membership)
        .select_related("organisation", "moved_to")
        .order_by("name", "pk")
    )
    if words:
        hits = index.find(request.membership, words, kinds=["community"], per_page=200).hits
        rows = rows.filter(pk__in=[hit.ident for hit in hits])
    ended = rows.filter(state__in=[State.CLOSED, State.ARCHIVED])
    if which == MINE:
        rows = rows.of(request.membership).exclude(state=State.ARCHIVED)
    elif which == ENDED:
        rows = ended
    else:
        rows = rows.listed().exclude(state=State.CLOSED)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": directory_rows(list(found), request.membership),
        "page": found,
        "which": which if which in (MINE, ENDED) else "",
        "q": words,
        "ended": ended.count() if words and which not in (MINE, ENDED) else 0,
        "may_found": policies.may_found(request.membership, organisation),
        "kickoffs": running_kickoffs(request.membership, request.now),
        "unclaimed": unclaimed_rows(request.membership, "").count(),
        "may_open_kickoff": policies.may_open_kickoff(request.membership, organisation),
    }
    return render(request, "communities/community_list.html", context)


@requires(Permission.CONTRIBUTE)
def community_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """A name and a question. Communities that are alike are shown while one types, or else after the first press."""
    form = CommunityForm(sent(request))
    typed = request.POST if form.is_bound else request.GET
    name, question = typed.get("name", ""), typed.get("question", "")
    if request.htmx:
        alike = similar_communities(request.membership, name, question)
        return render(request, "communities/_similar.html", {"similar": alike, "shown_key": shown_key(alike)})
    similar = similar_communities(request.membership, name, question) if form.is_bound else []
    was_shown = request.POST.get("sister") == shown_key(similar)
    if form.is_valid() and (not similar or was_shown):
        with refusals_on(form, "name"):
            community = life.found_community(organisation, by=request.membership, at=request.now, **form.values())
            said = f"{quoted(community)} has begun. Now ask who else has this question."
            return done(request, said, "community_detail", organisation.slug, community.pk)
    context = {"form": form, "similar": similar, "shown_key": shown_key(similar)}
    return render(request, "communities/community_new.html", context, status=status_of(form))


def shown_key(similar: Sequence[CommunityRow]) -> str:
    """What the form sends back once these were shown: others that came up meanwhile are shown first."""
    return "-".join(str(row.community.pk) for row in similar)


@requires(Permission.READ)
@require_safe
def community_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What it is about, what it talks about, who keeps it together, where it stands."""
    community = community_or_404(request, pk)
    if community.moved_to_id and AS_IT_WAS not in request.GET:
        return redirect(page(request, "community_detail", community.moved_to_id))
    built = CommunityPage.build(community, request.membership, at=request.now)
    note_seen(request, community, built.standing, built.threads[0].thread.last_at if built.threads else None)
    return render(request, "communities/community_detail.html", vars(built))


@requires(Permission.READ)
def community_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Name, question and way in. Who saves second is shown both versions and chooses."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "runs")
    form = CommunityEditForm(sent(request), instance=community, initial={"version": community.version})
    differences: list[Difference] = []
    if form.is_valid():
        now = community_or_404(request, pk)
        with refusals_on(form, "name"), conflicts_on(form, lambda: now) as differences:
            life.change_community(now, by=request.membership, at=request.now, **form.seen_and_wanted())
            return done(request, "The change is saved.", "community_detail", organisation.slug, pk)
    community = community_or_404(request, pk)
    context = {
        "form": form,
        "community": community,
        "differences": differences,
        "back": page(request, "community_detail", pk),
        "trail": crumbs(request, community),
    }
    return render(request, "communities/community_edit.html", context, status=status_of(form))


@requires(Permission.READ)
@require_POST
def community_informal(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """After forming: no charter, and go on."""
    community = community_or_404(request, pk)
    if not policies.may_run(request.membership, community):
        raise PermissionDenied
    with refusals_said(request):
        life.leave_informal(community, by=request.membership, at=request.now)
        return done(request, "It goes on as an informal list.", "community_detail", organisation.slug, pk)
    return redirect("community_detail", organisation.slug, pk)
