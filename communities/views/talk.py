"""What a community talks about: the list, a new thread, one thread with its posts, changing a post."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from communities import policies
from communities.actions import talk
from communities.forms.talk import PostEditForm, PostForm, ThreadForm
from communities.models import Post, Thread
from communities.reports.mail import away_among
from communities.reports.talk import ThreadPage, follows, mutes, thread_rows
from communities.views.finding import (
    community_or_404,
    crumbs,
    note_seen,
    page,
    page_of_form,
    post_or_404,
    standing_or_403,
    thread_or_404,
)
from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.mentions import quotation
from kmportal.lib.pagination import whole_number
from kmportal.lib.view_kit import conflicts_on, done, refusals_on, refusals_said
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PER_PAGE = 20
POSTS_PER_PAGE = 20
UNANSWERED = "unanswered"


@requires(Permission.READ)
@require_safe
def thread_list(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """All threads of a community that this member may read, the newest talk first."""
    community = community_or_404(request, pk)
    if community.moved_to_id:
        return redirect(page(request, "thread_list", community.moved_to_id))
    rows = Thread.objects.visible_to(request.membership).filter(community=community)
    which = UNANSWERED if request.GET.get("which") == UNANSWERED else ""
    if which:
        rows = rows.unanswered()
    found = Paginator(rows.select_related("author", "organisation"), PER_PAGE).get_page(request.GET.get("page"))
    standing = policies.standing_of(request.membership, community)
    if not which and found.number == 1 and found.object_list:
        note_seen(request, community, standing, found.object_list[0].last_at)
    context = {
        "community": community,
        "rows": thread_rows(list(found)),
        "page": found,
        "which": which,
        "standing": standing,
        "allowed": policies.allowed(request.membership, community, standing),
        "trail": crumbs(request, community),
    }
    return render(request, "communities/thread_list.html", context)


@requires(Permission.READ)
def thread_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Ask, or begin a talk."""
    community = community_or_404(request, pk)
    standing_or_403(request, community, "is_in")
    initial = {"title": request.GET.get("q", "")[:200]}
    form = ThreadForm(sent(request), request.FILES or None, initial=initial, community=community)
    form.about_initial = True  # the words of a search were asked about nowhere
    if form.is_valid():
        with refusals_on(form, "text"):
            thread = talk.start_thread(community, by=request.membership, at=request.now, **form.values())
            said = "Your question is there." if thread.is_question else "It is there."
            return done(request, said, "thread_detail", organisation.slug, thread.pk)
        form.ask_for_files_again()
    title, template = worded("Ask the community"), "communities/thread_new.html"
    return page_of_form(request, form, community, title=title, verb="Put it there", template=template)


@requires(Permission.READ)
def thread_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The question, what was answered, and a box for one’s own answer."""
    thread = thread_or_404(request, pk)
    if request.method == "POST":  # before the form looks at files, which is work
        standing_or_403(request, thread.community, "is_in")
    initial = {"text": _quotation(request, thread)}
    form = PostForm(sent(request), request.FILES or None, initial=initial, community=thread.community)
    if form.is_valid():
        with refusals_on(form, "text"):
            post = talk.write_post(thread, by=request.membership, at=request.now, **form.values())
            number = _page_of_post(thread, post)
            where = page(request, "thread_detail", pk) + (f"?page={number}" if number > 1 else "")
            away = away_among(post.text, thread, on=timezone.localdate(request.now))
            return done(request, f"Thank you. It is there. {away}".strip(), f"{where}#post-{post.pk}")
        form.ask_for_files_again()
    posts = Paginator(thread.posts.select_related("author"), POSTS_PER_PAGE)
    shown = posts.get_page(request.GET.get("page"))
    built = ThreadPage.build(thread, request.membership, list(shown))
    context = {
        **vars(built),
        "form": form,
        "page": shown,
        "and_page": f"&page={shown.number}" if shown.number > 1 else "",
        "is_followed": follows.exists(thread.pk, request.membership.person_id),
        "is_over": thread.community.is_ended,
        "is_muted": mutes.exists(thread.pk, request.membership.person_id),
        "answer_page": _page_of_post(thread, thread.answer) if thread.answer else 0,
        "trail": crumbs(request, thread.community),
    }
    return render(request, "communities/thread_detail.html", context, status=status_of(form))


def _quotation(request: MemberRequest, thread: Thread) -> str:
    """What the answer box begins with where somebody quotes a post of this discussion."""
    key = whole_number(request.GET.get("quote", ""))
    post = thread.posts.select_related("author").filter(pk=key).first() if key else None
    return quotation(str(post.author or "Somebody who has left"), post.text) if post else ""


def _page_of_post(thread: Thread, post: Post) -> int:
    """On which page of its thread a post stands."""
    before = Post.objects.filter(thread=thread, pk__lt=post.pk).count()
    return before // POSTS_PER_PAGE + 1


@requires(Permission.READ)
@require_POST
def thread_answer(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Mark a post as the answer; without one the question is open again."""
    thread = thread_or_404(request, pk)
    if not policies.may_settle(request.membership, thread):
        raise PermissionDenied
    with refusals_said(request):
        if key := whole_number(request.POST.get("post", "")):
            post = get_object_or_404(Post, pk=key, thread=thread)
            talk.mark_answer(thread, by=request.membership, at=request.now, post=post)
            return done(request, "It is marked as the answer.", "thread_detail", organisation.slug, pk)
        talk.unmark_answer(thread, by=request.membership, at=request.now)
        return done(request, "The question is open again.", "thread_detail", organisation.slug, pk)
    return redirect("thread_detail", organisation.slug, pk)


@requires(Permission.CONTRIBUTE)
@require_POST
def thread_lesson(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """A draft of a lesson from the question and its answer; one goes on writing it."""
    thread = thread_or_404(request, pk)
    with refusals_said(request):
        lesson = talk.make_lesson(thread, by=request.membership, at=request.now)
        said = "Here is a draft from the question and its answer. Only you can see it until you send it."
        return done(request, said, "lesson_edit", organisation.slug, lesson.pk)
    return redirect("thread_detail", organisation.slug, pk)


@requires(Permission.READ)
def post_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Other words for one’s own post; how it read before is kept."""
    post = post_or_404(request, pk)
    if not policies.may_change_post(request.membership, post):
        raise PermissionDenied
    now = {"text": post.text, "version": post.version}
    attached = list(post.attached.select_related("file"))
    files = request.FILES or None
    form = PostEditForm(sent(request), files, initial=now, attached=attached, community=post.thread.community)
    differences: list[Difference] = []
    if form.is_valid():
        fresh, shown = lambda: post_or_404(request, pk), lambda row: {"text": row.text}
        with refusals_on(form, "text"), conflicts_on(form, fresh, shown) as differences:
            talk.change_post(post, by=request.membership, at=request.now, **form.values())
            return done(request, "Your post is changed.", "thread_detail", organisation.slug, post.thread_id)
        form.ask_for_files_again()
    community = post.thread.community
    back = page(request, "thread_detail", post.thread_id)
    context = {
        "form": form,
        "post": post,
        "differences": differences,
        "back": back,
        "trail": crumbs(request, community, (post.thread.title, back)),
    }
    return render(request, "communities/post_edit.html", context, status=status_of(form))


@requires(Permission.READ)
@require_safe
def post_history(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """How a post read before it was changed."""
    post = post_or_404(request, pk)
    back = page(request, "thread_detail", post.thread_id)
    context = {
        "post": post,
        "revisions": list(post.revisions.all()),
        "trail": crumbs(request, post.thread.community, (post.thread.title, back)),
    }
    return render(request, "communities/post_history.html", context)
