"""Kick-offs: their list, opening one, its page, sorting, what gets in the way, the end."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from communities import catalogue, policies
from communities.actions import kickoff as kickoffs
from communities.actions import problems
from communities.forms.kickoff import BarrierForm, KickOffEditForm, KickOffForm, SortForm
from communities.models import KickOff
from communities.reports.kickoff import BarrierBox, KickOffPage, barriers_of, kickoff_lines
from communities.views.finding import (
    barrier_or_404,
    crumbs_of_kickoff,
    kickoff_or_404,
    page,
    topic_or_404,
)
from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.sentences import counted, quoted
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from techniques.models import Technique

PER_PAGE = 20


@requires(Permission.READ)
@require_safe
def kickoff_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All kick-offs, the newest first."""
    rows = KickOff.objects.visible_to(request.membership).select_related("organisation")
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": kickoff_lines(list(found), request.now),
        "page": found,
        "may_open": policies.may_open_kickoff(request.membership, organisation),
    }
    return render(request, "communities/kickoff_list.html", context)


@requires(Permission.FACILITATE)
def kickoff_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What it is about, whether people meet, and until when it is open. Without its script it cannot be live."""
    script = Technique.objects.filter(key=kickoffs.SCRIPT, organisation=None, can_run=True).first()
    form = KickOffForm(sent(request), technique=script)
    if form.is_valid():
        with refusals_on(form, "last_on"):
            kickoff = kickoffs.open_kickoff(organisation, by=request.membership, at=request.now, **form.values())
            said = "The page stands. Tell everybody who has to do with it, nights and smaller sites too."
            return done(request, said, "kickoff_detail", organisation.slug, kickoff.pk)
    return form_page(
        request,
        form,
        title="Open a kick-off",
        verb="Open it",
        intro=worded("People say what they want to solve, and form communities from it. Everybody here can take part."),
        back=page(request, "kickoff_list"),
        back_words="Leave it",
        crumbs=[(worded("Communities"), page(request, "community_list"))],
    )


@requires(Permission.READ)
@require_safe
def kickoff_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Problems in their topics, what gets in the way, until when people can write."""
    kickoff = kickoff_or_404(request, pk)
    built = KickOffPage.build(
        kickoff,
        request.membership,
        at=request.now,
        sort=request.GET.get("sort", ""),
        number=request.GET.get("page", ""),
    )
    return render(request, "communities/kickoff_detail.html", vars(built))


@requires(Permission.FACILITATE)
def kickoff_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Its words and its last day. Who saves second is shown both versions and chooses."""
    kickoff = kickoff_or_404(request, pk)
    form = KickOffEditForm(sent(request), instance=kickoff, initial={"version": kickoff.version})
    differences: list[Difference] = []
    if form.is_valid():
        now = kickoff_or_404(request, pk)
        with refusals_on(form, "last_on"), conflicts_on(form, lambda: now) as differences:
            kickoffs.change_kickoff(now, by=request.membership, at=request.now, **form.seen_and_wanted())
            return done(request, "The change is saved.", "kickoff_detail", organisation.slug, pk)
    kickoff = kickoff_or_404(request, pk)
    context = {
        "form": form,
        "kickoff": kickoff,
        "differences": differences,
        "trail": crumbs_of_kickoff(request, kickoff),
    }
    return render(request, "communities/kickoff_edit.html", context, status=status_of(form))


@requires(Permission.FACILITATE)
@require_POST
def kickoff_end(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """End it before its last day."""
    kickoff = kickoff_or_404(request, pk)
    with refusals_said(request):
        kickoffs.end_kickoff(kickoff, by=request.membership, at=request.now)
        said = "It has ended. What nobody has taken up stays on the list for others."
        return done(request, said, "kickoff_detail", organisation.slug, pk)
    return redirect("kickoff_detail", organisation.slug, pk)


@requires(Permission.READ)
def kickoff_sort(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Put several problems into one topic."""
    kickoff = kickoff_or_404(request, pk)
    form = SortForm(sent(request), kickoff=kickoff)
    if form.is_valid():
        with refusals_on(form, "problems"):
            moved = problems.move_problems(kickoff, by=request.membership, at=request.now, **form.cleaned_data)
            said = (
                f"{counted(len(moved), 'problem is', 'problems are')} moved." if moved else "They stood there already."
            )
            return done(request, said[:1].upper() + said[1:], "kickoff_detail", organisation.slug, pk)
    return form_page(
        request,
        form,
        title="Which belong together?",
        verb="Move them",
        intro="Tick those that ask the same. Each can be put back afterwards, on its own page.",
        back=page(request, "kickoff_detail", pk),
        back_words="Back to the kick-off",
        crumbs=crumbs_of_kickoff(request, kickoff),
    )


@requires(Permission.READ)
def kickoff_barriers(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What gets in the way: the list with what helps against each, and a box for one’s own words."""
    kickoff = kickoff_or_404(request, pk)
    by_key = request.POST.get("key", "")
    form = BarrierForm(None if by_key else sent(request))
    if by_key:
        with refusals_said(request):
            kickoffs.name_barrier(kickoff, by=request.membership, at=request.now, key=by_key)
            return done(
                request, "It is named. See below what helps against it.", "kickoff_barriers", organisation.slug, pk
            )
    elif form.is_valid():
        with refusals_on(form, "words"):
            words = form.cleaned_data["words"]
            kickoffs.name_barrier(kickoff, by=request.membership, at=request.now, words=words)
            return done(request, "It is named, without your name.", "kickoff_barriers", organisation.slug, pk)
    named = barriers_of(kickoff)
    context = {
        "form": form,
        "kickoff": kickoff,
        "named": named,
        "others": _not_named(named),
        "allowed": policies.allowed_in_kickoff(request.membership, kickoff, request.now),
        "trail": crumbs_of_kickoff(request, kickoff),
    }
    return render(request, "communities/kickoff_barriers.html", context, status=status_of(form))


def _not_named(named: list[BarrierBox]) -> list[catalogue.Barrier]:
    keys = {box.named.key for box in named}
    return [one for one in catalogue.barriers() if one.key not in keys]


@requires(Permission.FACILITATE)
@require_POST
def barrier_remove(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take away what names somebody, or should not stand there."""
    barrier = barrier_or_404(request, pk)
    if not policies.may_run_kickoff(request.membership, barrier.kickoff):
        raise PermissionDenied
    kickoffs.remove_barrier(barrier, by=request.membership, at=request.now)
    said = f"{quoted(barrier.words)} is taken away." if barrier.words else "It is taken away."
    return done(request, said, "kickoff_barriers", organisation.slug, barrier.kickoff_id)


@requires(Permission.READ)
@require_POST
def topic_remove(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Remove a topic in which nothing stands any more."""
    topic = topic_or_404(request, pk)
    with refusals_said(request):
        problems.remove_topic(topic, by=request.membership, at=request.now)
        return done(request, f"{quoted(topic)} is removed.", "kickoff_detail", organisation.slug, topic.kickoff_id)
    return redirect("kickoff_detail", organisation.slug, topic.kickoff_id)
