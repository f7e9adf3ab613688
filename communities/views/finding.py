"""Getting in: how the views of communities find the one they are about, and where its pages are."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from communities.actions.talk import see_talk
from communities.models import Community, KickOff, NamedBarrier, Post, Problem, Seen, Thread, Topic
from communities.policies import Standing, standing_of
from kmportal.lib.disk import left_undone_without_room
from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from kmportal.lib.view_kit import first_or_404, form_page
from organisations.models import Membership
from organisations.requests import MemberRequest


def community_or_404(request: MemberRequest, pk: int) -> Community:
    """A community that this member knows of."""
    return first_or_404(_communities, request.membership, pk)


@prepared
def _communities(membership: Membership, pk: int) -> QuerySet[Community]:
    rows = Community.objects.visible_to(membership).filter(pk=pk)
    return rows.select_related("organisation", "group", "founded_by", "moved_to")


def standing_or_403(request: MemberRequest, community: Community, what: str) -> Standing:
    """What the member is in it, if that is enough: a property of ``Standing``."""
    standing = standing_of(request.membership, community)
    if not getattr(standing, what):
        raise PermissionDenied
    return standing


def thread_or_404(request: MemberRequest, pk: int) -> Thread:
    """A thread that this member may read."""
    return first_or_404(_threads, request.membership, pk)


@prepared
def _threads(membership: Membership, pk: int) -> QuerySet[Thread]:
    neighbours = ("community__organisation", "community__group", "organisation", "group", "author", "lesson", "asked")
    return Thread.objects.visible_to(membership).filter(pk=pk).select_related(*neighbours)


def post_or_404(request: MemberRequest, pk: int) -> Post:
    """A post in a thread that this member may read."""
    threads = Thread.objects.visible_to(request.membership)
    neighbours = ("author", "thread__community__organisation", "thread__community__group", "thread__organisation")
    return get_object_or_404(Post.objects.filter(thread__in=threads).select_related(*neighbours), pk=pk)


@prepared
def _seen_since(seat: int, moment: datetime) -> QuerySet[Seen]:
    return Seen.objects.filter(seat=seat, talk_at__gte=moment)


def note_seen(request: MemberRequest, community: Community, standing: Standing, up_to: datetime | None) -> None:
    """That somebody in it had its newest talk before them. A full disk keeps nobody from reading."""
    if standing.seat is None or up_to is None:
        return
    if not _seen_since.exists(standing.seat, up_to):
        with left_undone_without_room("up to where somebody has read was not noted"):
            see_talk(community, by=request.membership, at=request.now, up_to=up_to)


def page(request: MemberRequest, name: str, *args: int) -> str:
    """An address inside the organisation in which the member looks: they may belong to a community elsewhere."""
    return reverse(name, args=[request.membership.organisation.slug, *args])


def crumbs(request: MemberRequest, community: Community, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page of a community."""
    return [
        (worded("Communities"), page(request, "community_list")),
        (community.name, page(request, "community_detail", community.pk)),
        *more,
    ]


def page_of_form(
    request: MemberRequest, form: BaseForm, community: Community, *, to_people: bool = False, **words: str
) -> HttpResponse:
    """A page with one form about a community; its way back leads to the community, or to the page of its people."""
    name, thing = ("community_people", "its people") if to_people else ("community_detail", worded("the community"))
    back = page(request, name, community.pk)
    return form_page(
        request,
        form,
        back=back,
        back_words=f"Back to {thing}",
        crumbs=crumbs(request, community),
        community=community,
        **words,
    )


# --- Kick-offs -------------------------------------------------------------------------------------------------------


def kickoff_or_404(request: MemberRequest, pk: int) -> KickOff:
    """A kick-off of the organisation in which the member looks."""
    rows = KickOff.objects.visible_to(request.membership).select_related("organisation", "session__organisation")
    return get_object_or_404(rows, pk=pk)


def problem_or_404(request: MemberRequest, pk: int) -> Problem:
    """A problem that this member may read."""
    neighbours = ("organisation", "kickoff__organisation", "topic", "was_in", "community__organisation")
    rows = Problem.objects.visible_to(request.membership).select_related(*neighbours, "community__group")
    return get_object_or_404(rows, pk=pk)


def topic_or_404(request: MemberRequest, pk: int) -> Topic:
    """A topic of a kick-off that this member may read."""
    kickoffs = KickOff.objects.visible_to(request.membership)
    rows = Topic.objects.filter(kickoff__in=kickoffs).select_related("kickoff__organisation", "community__organisation")
    return get_object_or_404(rows, pk=pk)


def barrier_or_404(request: MemberRequest, pk: int) -> NamedBarrier:
    """Something that gets in the way, at a kick-off that this member may read."""
    kickoffs = KickOff.objects.visible_to(request.membership)
    return get_object_or_404(
        NamedBarrier.objects.filter(kickoff__in=kickoffs).select_related("kickoff__organisation"), pk=pk
    )


def crumbs_of_kickoff(request: MemberRequest, kickoff: KickOff) -> list[tuple[str, str]]:
    """The way to a page of a kick-off."""
    return [
        (worded("Communities"), page(request, "community_list")),
        (kickoff.title, page(request, "kickoff_detail", kickoff.pk)),
    ]
