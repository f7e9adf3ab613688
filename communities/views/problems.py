"""Problems of kick-offs: raising, reading, sharing, sorting one, and the list of those that nobody has taken up."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from communities import policies
from communities.actions import problems
from communities.forms.kickoff import ProblemEditForm, ProblemForm, ShareForm, SortForm
from communities.reports.kickoff import (
    SHARED,
    ProblemPage,
    problem_rows,
    unclaimed_rows,
)
from communities.views.finding import crumbs_of_kickoff, kickoff_or_404, page, problem_or_404
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from search import index

PER_PAGE = 25


@requires(Permission.READ)
@require_safe
def problem_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Problems that nobody has taken up: the newest first, or those that most people share."""
    words, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    rows = unclaimed_rows(request.membership, sort)
    if words:
        hits = index.find(request.membership, words, kinds=["problem"], per_page=200).hits
        rows = rows.filter(pk__in=[hit.ident for hit in hits])
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": problem_rows(list(found), request.membership),
        "page": found,
        "q": words,
        "sort": SHARED if sort == SHARED else "",
    }
    return render(request, "communities/problem_list.html", context)


@requires(Permission.READ)
def problem_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One line and, if one likes, more."""
    kickoff = kickoff_or_404(request, pk)
    form = ProblemForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "line"):
            problems.raise_problem(kickoff, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "It stands on the page, without your name.", "kickoff_detail", organisation.slug, pk)
    return form_page(
        request,
        form,
        title="What would you like to solve?",
        verb="Put it on the page",
        intro=worded(
            "A small one is fine. No name stands beside it, and whoever begins a community with it reads who would be "
            "in. The administrator’s trail says who wrote it."
        ),
        back=page(request, "kickoff_detail", pk),
        back_words="Back to the kick-off",
        crumbs=crumbs_of_kickoff(request, kickoff),
    )


@requires(Permission.READ)
@require_safe
def problem_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One problem, who has it too, and what can be done with it."""
    problem = problem_or_404(request, pk)
    built = ProblemPage.build(problem, request.membership, at=request.now)
    own = problem if built.is_writer else built.own
    said = {"is_in": own.is_in, "would_facilitate": own.would_facilitate} if own else {}
    context = {
        **vars(built),
        "shares": built.shares,
        "share_form": ShareForm(initial=said),
        "trail": crumbs_of_kickoff(request, problem.kickoff),
    }
    return render(request, "communities/problem_detail.html", context)


@requires(Permission.READ)
def problem_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Other words for one’s own."""
    problem = problem_or_404(request, pk)
    if not policies.is_writer(request.membership, problem):
        raise PermissionDenied
    form = ProblemEditForm(sent(request), instance=problem)
    if form.is_valid():
        with refusals_on(form, "line"):
            now = problem_or_404(request, pk)
            problems.change_problem(now, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "The change is saved.", "problem_detail", organisation.slug, pk)
    return form_page(
        request,
        form,
        title="Change your words",
        verb="Save the change",
        back=page(request, "problem_detail", pk),
        crumbs=crumbs_of_kickoff(request, problem.kickoff),
    )


@requires(Permission.READ)
@require_POST
def problem_share(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """That one has it too, and whether one would be in."""
    problem = problem_or_404(request, pk)
    form = ShareForm(request.POST)
    with refusals_said(request):
        ticks = form.cleaned_data if form.is_valid() else {}
        problems.share_problem(problem, by=request.membership, at=request.now, **ticks)
        return done(request, _said_of(ticks), "problem_detail", organisation.slug, pk)
    return redirect("problem_detail", organisation.slug, pk)


def _said_of(ticks: dict[str, bool]) -> str:
    if ticks.get("would_facilitate"):
        return "That is noted: you would keep it together."
    if ticks.get("is_in"):
        return worded("That is noted: when it becomes a community, you belong to it.")
    return "That is noted."


@requires(Permission.READ)
@require_POST
def problem_unshare(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take it back."""
    problem = problem_or_404(request, pk)
    with refusals_said(request):
        problems.unshare_problem(problem, by=request.membership, at=request.now)
        return done(request, "That is taken back.", "problem_detail", organisation.slug, pk)
    return redirect("problem_detail", organisation.slug, pk)


@requires(Permission.READ)
def problem_move(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Into a topic, a new one, or none."""
    problem = problem_or_404(request, pk)
    form = SortForm(sent(request), kickoff=problem.kickoff, one=problem, initial={"topic": problem.topic_id})
    if form.is_valid():
        with refusals_on(form, "name"):
            moved = problems.move_problems(
                problem.kickoff, by=request.membership, at=request.now, problems=[problem], **form.cleaned_data
            )
            said = "It is moved. “Put it back” undoes it." if moved else "It stood there already."
            return done(request, said, "problem_detail", organisation.slug, pk)
    return form_page(
        request,
        form,
        title="Where does it belong?",
        verb="Move it",
        intro=problem.line,
        back=page(request, "problem_detail", pk),
        crumbs=crumbs_of_kickoff(request, problem.kickoff),
    )


@requires(Permission.READ)
@require_POST
def problem_back(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Undo its last move."""
    problem = problem_or_404(request, pk)
    with refusals_said(request):
        problems.put_problem_back(problem, by=request.membership, at=request.now)
        return done(request, "It stands where it stood before.", "problem_detail", organisation.slug, pk)
    return redirect("problem_detail", organisation.slug, pk)


@requires(Permission.READ)
@require_POST
def problem_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take it away."""
    problem = problem_or_404(request, pk)
    if not policies.may_take_away(request.membership, problem):
        raise PermissionDenied
    words = quoted(problem)
    with refusals_said(request):
        problems.take_away_problem(problem, by=request.membership, at=request.now)
        return done(request, f"{words} is taken away.", "kickoff_detail", organisation.slug, problem.kickoff_id)
    return redirect("problem_detail", organisation.slug, pk)
