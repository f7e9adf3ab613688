"""Stories of value: told, read, changed and taken back."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from communities import policies
from communities.actions import stories
from communities.forms.stories import StoryOfValueForm
from communities.models import ClaimedBenefit, Story
from communities.views.finding import community_or_404, crumbs, page, standing_or_403
from kmportal.lib.exceptions import Stale
from kmportal.lib.forms import sent
from kmportal.lib.view_kit import done, form_page, refusals_on
from lessons.labels import SAVING_STATES
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PER_PAGE = 20
INTRO = "Fill one box or all five. You say who may read it, and can change or take it back at any time."


@requires(Permission.READ)
@require_safe
def story_list(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """All stories of a community that this member may read."""
    community = community_or_404(request, pk)
    rows = Story.objects.visible_to(request.membership).filter(community=community)
    found = Paginator(rows.select_related("author", "organisation"), PER_PAGE).get_page(request.GET.get("page"))
    standing = policies.standing_of(request.membership, community)
    context = {
        "community": community,
        "stories": list(found),
        "page": found,
        "may_tell": standing.is_in and not community.is_ended,
        "trail": crumbs(request, community),
    }
    return render(request, "communities/story_list.html", context)


@requires(Permission.READ)
def story_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Tell one."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_in")
    form = StoryOfValueForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            story = stories.tell_story(
                community, by=request.membership, at=request.now, once=form.cleaned_data["once"], **form.told()
            )
            return done(request, "Thank you. Your story is kept.", "story_detail", organisation.slug, story.pk)
    back = page(request, "story_list", pk)
    return form_page(
        request,
        form,
        title="Tell a story of value",
        verb="Keep the story",
        intro=INTRO,
        back=back,
        back_words="Back to the stories",
        crumbs=crumbs(request, community, ("Stories of value", back)),
    )


@requires(Permission.READ)
@require_safe
def story_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One story, with what it says has come of it."""
    story = _story_or_404(request, pk)
    benefit = ClaimedBenefit.objects.filter(story=story).select_related("story__organisation", "decided_by").first()
    is_claimed = benefit is not None and benefit.state == ClaimedBenefit.State.CLAIMED
    context = {
        "story": story,
        "community": story.community,
        "benefit": benefit,
        "look": SAVING_STATES[benefit.state] if benefit else None,
        "may_decide": is_claimed and policies.may_decide_benefit(request.membership, benefit),
        "may_change": policies.may_change_story(request.membership, story),
        "trail": crumbs(
            request, story.community, ("Stories of value", page(request, "story_list", story.community_id))
        ),
    }
    return render(request, "communities/story_detail.html", context)


@requires(Permission.READ)
def story_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Other words, other readers: the teller’s alone."""
    story = _story_or_404(request, pk)
    if not policies.may_change_story(request.membership, story):
        raise PermissionDenied
    form = StoryOfValueForm(sent(request), instance=story)
    if form.is_valid():
        now, seen = _story_or_404(request, pk), form.cleaned_data["version"] or 0
        with refusals_on(form):
            try:
                stories.change_story(now, by=request.membership, at=request.now, seen=seen, **form.told())
                return done(request, "The change is saved.", "story_detail", organisation.slug, pk)
            except Stale:
                form.add_error(None, "You changed this story in another window. Copy your words, and open it anew.")
    return form_page(
        request,
        form,
        title="Change your story",
        verb="Save the change",
        intro=INTRO,
        back=page(request, "story_detail", pk),
        crumbs=crumbs(request, story.community),
    )


@requires(Permission.READ)
def story_delete(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take it back."""
    story = _story_or_404(request, pk)
    if not policies.may_change_story(request.membership, story):
        raise PermissionDenied
    if request.method == "POST":
        community = story.community_id
        stories.take_story_back(story, by=request.membership, at=request.now)
        return done(request, "Your story is taken back.", "story_list", organisation.slug, community)
    context = {"story": story, "community": story.community, "trail": crumbs(request, story.community)}
    return render(request, "communities/story_delete.html", context)


def _story_or_404(request: MemberRequest, pk: int) -> Story:
    rows = Story.objects.visible_to(request.membership)
    neighbours = ("author", "organisation", "group", "community__organisation", "community__group")
    return get_object_or_404(rows.select_related(*neighbours), pk=pk)
