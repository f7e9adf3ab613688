"""What somebody follows: the list, a search, something of a lesson; and the secret addresses of feeds."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.crypto import constant_time_compare
from django.utils.http import http_date, quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.links import absolute, changed_query
from kmportal.lib.mail import can_leave
from kmportal.lib.pages import too_many
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from lessons import policies
from lessons.actions import feeds, follows
from lessons.filters import can_be_saved, saved_query
from lessons.forms.follows import HowForm, LessonFollowForm, SearchForm
from lessons.models import Follow, How, LessonFeed, Tag, Theme
from lessons.reports import ListHead
from lessons.reports.feeds import CONTENT_TYPE, feed_of
from lessons.views.finding import lesson_or_404
from organisations.access import guest, requires
from organisations.access_tokens import hash_of
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest

MOST_FETCHES = 60
NO_MAIL_YET = "This portal sends no e-mail yet: choose to hear of it at once."


@requires(Permission.READ)
@require_safe
def follow_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """All that one follows, how one hears of it, and the ways to stop."""
    rows = Follow.objects.of(request.membership).select_related("tag", "theme", "group", "author", "feed")
    feed = LessonFeed.objects.filter(membership=request.membership, follow=None).first()
    context = {
        "rows": list(rows),
        "feed": feed,
        "ways": How.choices,
        "head": ListHead.build(request.membership, "following"),
    }
    return render(request, "lessons/follow_list.html", context)


@requires(Permission.READ)
def follow_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Follow the search that the address has, as the list of lessons has it. One that cannot be followed as it is leads
    back to that list: nobody shall follow another one unawares."""
    if not can_be_saved(request.GET):
        messages.error(request, worded("You can follow new lessons. Take the states and the origin away first."))
        return redirect(f"{reverse('lesson_list', args=[organisation.slug])}{changed_query(request.GET)}")
    form = SearchForm(sent(request), initial={"name": request.GET.get("q", "")[:100], "how": _first_guess()})
    query = saved_query(request.GET)
    if form.is_valid():
        with refusals_on(form, "name"):
            follows.save_search(organisation, by=request.membership, at=request.now, query=query, **form.cleaned_data)
            return done(request, "You follow this search now.", "follow_list", organisation.slug)
    back = f"{reverse('lesson_list', args=[organisation.slug])}?{query}"
    intro = worded("You hear of each newly checked lesson that you may read and that this search would find.")
    return form_page(
        request,
        form,
        title="Follow this search" if query else worded("Follow all new lessons"),
        verb="Follow it",
        intro=f"{intro}{_without_mail()}",
        back=back,
        back_words="Back to the list",
        crumbs=_trail(organisation),
    )


@requires(Permission.READ)
def lesson_follow(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Follow a tag, the group or the author of a lesson."""
    lesson = lesson_or_404(request, pk)
    offered = policies.followable(request.membership, lesson)
    if not offered:
        raise Http404
    form = LessonFollowForm(sent(request), offered=offered, initial={"how": _first_guess()})
    if form.is_valid():
        with refusals_on(form, "what"):
            row = follows.follow_lesson(lesson, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, f"You follow {row} now.", "follow_list", organisation.slug)
    return form_page(
        request,
        form,
        title=worded("Hear of more lessons like this"),
        verb="Follow it",
        intro=worded("You hear of each newly checked lesson that you may read and that belongs to it.")
        + _without_mail(),
        back=lesson.get_absolute_url(),
        back_words=worded("Back to the lesson"),
        crumbs=[*_trail(organisation)[:1], (lesson.words.title, lesson.get_absolute_url())],
    )


@requires(Permission.READ)
def follow_tag(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Follow a tag from the list of its lessons."""
    rows = Tag.objects.filter(organisation=organisation).select_related("organisation")
    tag = get_object_or_404(rows, pk=pk)
    return _page_of_filing(request, organisation, str(tag), f"?tag={pk}", partial(follows.follow_tag, tag))


@requires(Permission.READ)
def follow_theme(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Follow a theme from the list of its lessons."""
    rows = Theme.objects.visible_to(request.membership).in_use().select_related("theme_set__organisation")
    theme = get_object_or_404(rows, pk=pk)
    return _page_of_filing(request, organisation, str(theme), f"?theme={pk}", partial(follows.follow_theme, theme))


def _page_of_filing(
    request: MemberRequest, organisation: Organisation, name: str, query: str, follow: Callable[..., Follow]
) -> HttpResponse:
    form = HowForm(sent(request), initial={"how": _first_guess()})
    if form.is_valid():
        with refusals_on(form, "how"):
            row = follow(by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, f"You follow {row} now.", "follow_list", organisation.slug)
    return form_page(
        request,
        form,
        title=f"Follow “{name}”",
        verb="Follow it",
        intro=worded("You hear of each newly checked lesson that you may read and that belongs to it.")
        + _without_mail(),
        back=f"{reverse('lesson_list', args=[organisation.slug])}{query}",
        back_words="Back to the list",
        crumbs=_trail(organisation),
    )


@requires(Permission.READ)
@require_POST
def follow_how(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say how one hears of something that one follows."""
    follow = _follow_or_404(request, pk)
    with refusals_said(request):
        follows.choose_how(follow, by=request.membership, at=request.now, how=request.POST.get("how", ""))
        messages.success(request, f"Saved for {follow}.")
    return redirect("follow_list", organisation.slug)


@requires(Permission.READ)
@require_POST
def follow_stop(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Follow it no more."""
    follow = _follow_or_404(request, pk)
    follows.stop_following(follow, by=request.membership, at=request.now)
    return done(request, f"You follow {follow} no more.", "follow_list", organisation.slug)


def _first_guess() -> How:
    return How.DIGEST if can_leave() else How.AT_ONCE


def _without_mail() -> str:
    """That mail does not come yet, where it does not."""
    return "" if can_leave() else f" {NO_MAIL_YET}"


def _follow_or_404(request: MemberRequest, pk: int) -> Follow:
    rows = Follow.objects.of(request.membership).select_related("tag", "theme", "group", "author")
    return get_object_or_404(rows, pk=pk)


def _trail(organisation: Organisation) -> list[tuple[str, str]]:
    slug = organisation.slug
    return [
        (worded("Lessons"), reverse("lesson_list", args=[slug])),
        ("What you follow", reverse("follow_list", args=[slug])),
    ]


# --- Feeds -----------------------------------------------------------------------------------------------------------


@requires(Permission.READ)
@never_cache
def follow_feed(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """The address of a feed of all new lessons. A new one is shown on this page alone, and once."""
    address = ""
    if request.method == "POST":
        address = _address_of(*feeds.renew_feed(organisation, by=request.membership, at=request.now))
    feed = LessonFeed.objects.filter(membership=request.membership, follow=None).first()
    return _address_page(request, organisation, None, feed, address)


@requires(Permission.READ)
@never_cache
def follow_search_feed(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The same for a saved search."""
    follow = get_object_or_404(Follow.objects.of(request.membership), pk=pk, kind=Follow.Kind.SEARCH)
    address = ""
    if request.method == "POST":
        address = _address_of(*feeds.renew_feed_of_search(follow, by=request.membership, at=request.now))
    return _address_page(request, organisation, follow, LessonFeed.objects.filter(follow=follow).first(), address)


def _address_page(
    request: MemberRequest, organisation: Organisation, follow: Follow | None, feed: LessonFeed | None, address: str
) -> HttpResponse:
    context = {"address": address, "feed": feed, "follow": follow, "trail": _trail(organisation)}
    return render(request, "lessons/feed_address.html", context)


def _address_of(feed: LessonFeed, secret: str) -> str:
    return absolute(reverse("lesson_feed", args=[feed.pk, secret]))


@requires(Permission.READ)
@require_POST
def follow_feed_away(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Have an address open nothing any more."""
    feed = get_object_or_404(LessonFeed, pk=pk, membership=request.membership)
    feeds.close_feed(feed, by=request.membership, at=request.now)
    return done(request, "The address opens nothing any more.", "follow_list", organisation.slug)


def _is_fetched_too_often(feed: LessonFeed) -> bool:
    """So often in a minute fetches no feed reader; it gets an answer again in the next one."""
    key = f"lesson-feed-{feed.pk}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > MOST_FETCHES
    except ValueError:  # it has just run out
        return False


@guest
@require_safe
def lesson_feed(request: GuestRequest, pk: int, secret: str) -> HttpResponseBase:
    """What a feed reader fetches: with the rights that the person has at this moment. An address that was renewed or
    taken away is not found, like one that never was; nor is one of somebody who may not come in any more."""
    feed = LessonFeed.objects.select_related("follow").filter(pk=pk).first()
    if feed is None or not constant_time_compare(feed.hash, hash_of(secret)):
        raise Http404
    if _is_fetched_too_often(feed):
        return too_many(request)
    members = Membership.objects.current().select_related("organisation", "person")
    membership = get_object_or_404(members, pk=feed.membership_id)
    with membership.organisation.at_home():
        built = feed_of(feed, membership)
    etag = quote_etag(built.mark)
    changed = get_conditional_response(request, etag=etag, last_modified=int(built.updated_at.timestamp()))
    answer = changed or HttpResponse(built.xml, content_type=CONTENT_TYPE)
    answer.headers["ETag"] = etag
    answer.headers["Last-Modified"] = http_date(built.updated_at.timestamp())
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
