"""The charter: read, written, compared with what it was, printed as one page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from communities.actions import life
from communities.forms.life import CharterForm
from communities.models import Charter, Community
from communities.policies import allowed, standing_of
from communities.reports.charter import charter_lines
from communities.transitions import missing_prompts
from communities.views.finding import community_or_404, crumbs, page, standing_or_403
from jobs.views import wait_or_show
from kmportal.lib.conflicts import Difference, compare
from kmportal.lib.forms import sent, status_of
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import conflicts_on, done, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
@require_safe
def charter_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The newest version, and the ones before it."""
    community = community_or_404(request, pk)
    versions = list(community.charters.select_related("by"))
    standing = standing_of(request.membership, community)
    answers = versions[0].answers if versions else _begun(community)
    context = {
        "community": community,
        "charter": versions[0] if versions else None,
        "lines": charter_lines(answers) if versions else [],
        "missing": missing_prompts(answers),
        "versions": versions,
        "allowed": allowed(request.membership, community, standing),
        "trail": crumbs(request, community),
    }
    return render(request, "communities/charter_detail.html", context)


@requires(Permission.READ)
def charter_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Fourteen prompts. Who saves second is shown both versions and chooses."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_core")
    form = CharterForm(sent(request), initial={**_answers_of(community), "version": community.version})
    differences: list[Difference] = []
    if form.is_valid():
        now = community_or_404(request, pk)
        seen, answers = form.cleaned_data["version"], form.answers
        with refusals_on(form, "name"), conflicts_on(form, lambda: now, _answers_of) as differences:
            was = now.state
            life.write_charter(now, by=request.membership, at=request.now, seen=seen, answers=answers)
            said = "The charter is saved."
            if now.state != was:
                said = f"{said} {quoted(now)} is established now, and looks back in a year."
            return done(request, said, "charter_detail", organisation.slug, pk)
    context = {
        "form": form,
        "community": community,
        "differences": differences,
        "back": page(request, "charter_detail", pk),
        "trail": crumbs(request, community, ("Charter", page(request, "charter_detail", pk))),
    }
    return render(request, "communities/charter_edit.html", context, status=status_of(form))


def _begun(community: Community) -> dict[str, str]:
    return {"name": community.name, "question": community.question}


def _answers_of(community: Community) -> dict[str, str]:
    """What stands in the newest charter, for the form; name and question are the community’s own."""
    newest = community.charters.first()
    answers = newest.answers if newest else {}
    return {prompt.key: answers.get(prompt.key, "") for prompt, _ in charter_lines({})} | _begun(community)


@requires(Permission.READ)
@require_safe
def charter_version(request: MemberRequest, organisation: Organisation, pk: int, number: int) -> HttpResponse:
    """One version beside the one before it."""
    community = community_or_404(request, pk)
    charter = get_object_or_404(Charter.objects.select_related("by"), community=community, number=number)
    before = Charter.objects.filter(community=community, number=number - 1).first()
    old = before.answers if before else {}
    pairs = [(prompt.ask, old.get(prompt.key, ""), text) for prompt, text in charter_lines(charter.answers)]
    context = {
        "community": community,
        "charter": charter,
        "differences": compare(pairs),
        "before": before,
        "trail": crumbs(request, community, ("Charter", page(request, "charter_detail", pk))),
    }
    return render(request, "communities/charter_version.html", context)


@requires(Permission.READ)
def charter_pdf(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The charter on one page of paper."""
    community = community_or_404(request, pk)
    with refusals_said(request):
        return wait_or_show(life.request_charter_pdf(community, by=request.membership, at=request.now))
    return redirect("charter_detail", organisation.slug, pk)
