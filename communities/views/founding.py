"""From problems to communities: a topic or a problem becomes one, one takes a problem up or gives it back."""

from collections.abc import Callable, Sequence
from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from communities import policies
from communities.actions import founding
from communities.forms.kickoff import FoundForm, TakeUpForm
from communities.models import Community, KickOff, Problem
from communities.reports.directory import similar_communities
from communities.reports.kickoff import communities_that_take_up
from communities.transitions import people_counted_in
from communities.views.finding import crumbs_of_kickoff, page, problem_or_404, topic_or_404
from communities.views.life import shown_key
from kmportal.lib.forms import sent, status_of
from kmportal.lib.sentences import capital, counted, listed, quoted
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.CONTRIBUTE)
def topic_begin(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make a community of a topic, in one step."""
    topic = topic_or_404(request, pk)
    if topic.community is not None:
        return redirect("community_detail", organisation.slug, topic.community_id)
    problems = list(topic.problems.filter(community=None).order_by("pk"))
    found = partial(founding.found_from_topic, topic)
    return _begin(request, topic.kickoff, problems, found, name=topic.name, joined=topic.names_joined)


@requires(Permission.CONTRIBUTE)
def problem_begin(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make a community of a single problem, in one step."""
    problem = problem_or_404(request, pk)
    if problem.community is not None:
        return redirect("community_detail", organisation.slug, problem.community_id)
    found = partial(founding.found_from_problem, problem)
    return _begin(request, problem.kickoff, [problem], found, name="")


def _begin(
    request: MemberRequest,
    kickoff: KickOff,
    problems: Sequence[Problem],
    found: Callable[..., Community],
    *,
    name: str,
    joined: Sequence[str] = (),
) -> HttpResponse:
    """Name, question, facilitator; ``joined``: the names of who joined in the room. Communities that are alike are
    shown first, as where one begins one otherwise."""
    counted_in = people_counted_in(problems)
    would = [one.member for one in counted_in if one.would_facilitate]
    initial = {
        "name": name,
        "question": problems[0].line if problems else "",
        "facilitator": _facilitator_of(would, request.membership).person_id,
    }
    form = FoundForm(sent(request), facilitators=[request.membership, *would], initial=initial)
    asked = form.data if form.is_bound else initial
    similar = similar_communities(request.membership, str(asked.get("name", "")), str(asked.get("question", "")))
    was_shown = request.POST.get("sister") == shown_key(similar)
    if form.is_valid() and (not similar or was_shown):
        with refusals_on(form, "name"):
            community = found(by=request.membership, at=request.now, **form.values())
            said = f"{quoted(community)} has begun. Everybody who said “count me in” belongs to it and is told."
            if invited := community.knocks.count():
                who = counted(invited, "person who joined in the room is", "people who joined in the room are")
                said = f"{said} {capital(who)} invited."
            return done(request, said, "community_detail", request.membership.organisation.slug, community.pk)
    context = {
        "form": form,
        "problems": problems,
        "counted_in": counted_in,
        "names": listed([str(one.member.person) for one in counted_in]) if counted_in else "",
        "joined": listed(joined) if joined else "",
        "similar": similar,
        "shown_key": shown_key(similar),
        "back": page(request, "kickoff_detail", kickoff.pk),
        "trail": crumbs_of_kickoff(request, kickoff),
    }
    return render(request, "communities/kickoff_begin.html", context, status=status_of(form))


def _facilitator_of(would: Sequence[Membership], own: Membership) -> Membership:
    """Who stands in the box at first: whoever begins it, unless others said that they would and they did not."""
    return own if not would or own in would else would[0]


@requires(Permission.READ)
def problem_take_up(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """In the name of one of one’s communities."""
    problem = problem_or_404(request, pk)
    own = communities_that_take_up(request.membership)
    if not own.exists():
        raise PermissionDenied
    form = TakeUpForm(sent(request), communities=own.select_related("organisation", "group"))
    if form.is_valid():
        with refusals_on(form, "community"):
            community = form.cleaned_data["community"]
            founding.take_up_problem(problem, by=request.membership, at=request.now, community=community)
            said = f"{quoted(community)} has taken it up. Those who share it are told."
            return done(request, said, "problem_detail", organisation.slug, pk)
    return form_page(
        request,
        form,
        title="Take it up",
        verb="Take it up",
        intro=problem.line,
        back=page(request, "problem_detail", pk),
        crumbs=crumbs_of_kickoff(request, problem.kickoff),
    )


@requires(Permission.READ)
@require_POST
def problem_give_back(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """So that others find it again."""
    problem = problem_or_404(request, pk)
    if not policies.may_give_back(request.membership, problem):
        raise PermissionDenied
    with refusals_said(request):
        founding.give_problem_back(problem, by=request.membership, at=request.now)
        return done(request, "Others find it again.", "problem_detail", organisation.slug, pk)
    return redirect("problem_detail", organisation.slug, pk)
