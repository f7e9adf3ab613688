"""How a community ends and wakes."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from communities import policies
from communities.actions import closing
from communities.forms.life import ClosingForm, ObjectionAnswerForm, ObjectionForm, StoryForm, WakeForm
from communities.models import Closing, Community, Objection
from communities.views.finding import community_or_404, page_of_form, standing_or_403
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
def community_close(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Announce the end: why, when, and what happens to what is known."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "runs")
    first = timezone.localdate(request.now) + timedelta(days=closing.NOTICE_DAYS)
    form = ClosingForm(sent(request), initial={"last_on": first})
    if form.is_valid():
        with refusals_on(form, "last_on"):
            closing.announce_closing(community, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "Everybody in it is told.", "community_detail", organisation.slug, pk)
    return page_of_form(
        request,
        form,
        community,
        title=f"End {quoted(community)}",
        verb="Announce the end",
        template="communities/community_close.html",
        intro="Ending is not failing. Everybody in it is told, and has thirty days to say that it should stay open. "
        "What it wrote can still be read and found afterwards.",
    )


@requires(Permission.READ)
def community_object(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say that it should stay open."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_member")
    form = ObjectionForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "words"):
            closing.object_to_closing(community, by=request.membership, at=request.now, **form.cleaned_data)
            said = (
                f"{quoted(community)} stays open."
                if community.is_living
                else "That is said now, and its page shows it."
            )
            return done(request, said, "community_detail", organisation.slug, pk)
    return page_of_form(
        request,
        form,
        community,
        title="Keep it open",
        verb="Say so",
        intro="If three of you would help to carry it on, and one of them would facilitate it, it stays open.",
    )


@requires(Permission.READ)
def objection_answer(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Answer somebody who would keep it open."""
    readable = Community.objects.visible_to(request.membership)
    rows = Objection.objects.filter(closing__community__in=readable, closing__outcome=Closing.Outcome.OPEN)
    objection = get_object_or_404(rows.select_related("closing__community__organisation", "person"), pk=pk)
    community = objection.closing.community
    standing_or_403(request, community, "runs")
    form = ObjectionAnswerForm(sent(request), initial={"answer": objection.answer})
    if form.is_valid():
        with refusals_on(form, "answer"):
            closing.answer_objection(objection, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "It stands there now.", "community_detail", organisation.slug, community.pk)
    who = str(objection.person or "somebody who has left")
    return page_of_form(
        request,
        form,
        community,
        title=f"Answer {who}",
        verb="Answer",
        intro=objection.words or f"{who} would keep it open and has not said why.",
    )


@requires(Permission.READ)
@require_POST
def community_stop(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take the announcement back."""
    community = community_or_404(request, pk)
    if not policies.may_run(request.membership, community):
        raise PermissionDenied
    with refusals_said(request):
        closing.stop_closing(community, by=request.membership, at=request.now)
        return done(request, f"{quoted(community)} stays open.", "community_detail", organisation.slug, pk)
    return redirect("community_detail", organisation.slug, pk)


@requires(Permission.READ)
def community_story(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What came of it, for those who find it later."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_core")
    open_one = community.closings.filter(outcome=Closing.Outcome.OPEN).first()
    form = StoryForm(sent(request), initial={"story": open_one.story if open_one else ""})
    if form.is_valid():
        with refusals_on(form, "story"):
            story = form.cleaned_data["story"]
            closing.write_story(community, by=request.membership, at=request.now, story=story)
            return done(request, "The story is saved.", "community_detail", organisation.slug, pk)
    return page_of_form(
        request,
        form,
        community,
        title="What came of it",
        verb="Save the story",
        intro=worded("It stands on the page of the community when it is closed. Ask everybody whom you name."),
    )


@requires(Permission.READ)
def community_wake(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Let it live again: why, and who facilitates it."""
    community = community_or_404(request, pk)
    if not policies.may_wake(request.membership, community):
        raise PermissionDenied
    form = WakeForm(sent(request), organisation=community.organisation)
    if form.is_valid():
        with refusals_on(form, "reason"):
            closing.wake_community(community, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, f"{quoted(community)} is awake.", "community_detail", organisation.slug, pk)
    return page_of_form(
        request,
        form,
        community,
        title=f"Wake {quoted(community)}",
        verb="Wake it",
        intro="Everybody who belongs to it is told, and can write again. Why it woke stands on its page for all here.",
    )
