"""Comments on lessons: writing one, its own page, other words for it, taking it back, hiding it and showing it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import conflicts_on, done, form_page, refusals_on, refusals_said
from lessons import policies
from lessons.actions import comments
from lessons.forms.comments import CommentEditForm, CommentForm, HideCommentForm
from lessons.models import LessonComment
from lessons.reports import LessonPage
from lessons.reports.comments import row_of
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.READ)
def lesson_comment(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say something beside a checked lesson."""
    lesson = lesson_or_404(request, pk, here=False)
    if not policies.may_say_reuse(request.membership, lesson):
        raise PermissionDenied
    if request.method != "POST":
        return redirect("lesson_detail", organisation.slug, pk)
    form = CommentForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "text"):
            made = comments.write_comment(lesson, by=request.membership, at=request.now, **form.values())
            return done(request, "Your comment is there.", _place_of(made, organisation))
    page = LessonPage.build(lesson, request.membership, on=timezone.localdate(request.now))
    context = {**vars(page), "comment_form": form}
    return render(request, "lessons/lesson_detail.html", context, status=status_of(form))


@requires(Permission.READ)
@require_safe
def comment_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One comment, how it read before, and what may be done with it."""
    comment = _comment_or_404(request, pk, own_too=True)
    row = row_of(comment, request.membership)
    is_within_reach = policies.may_read_comment(request.membership, comment)
    context = {
        "is_within_reach": is_within_reach,
        "row": row,
        "comment": comment,
        "revisions": list(comment.revisions.all()) if row.shows_words else [],
        "trail": _trail(comment, organisation)[: None if is_within_reach else 1],
    }
    return render(request, "lessons/comment_detail.html", context)


@requires(Permission.READ)
def comment_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Other words for one’s own."""
    comment = _comment_or_404(request, pk)
    if not policies.may_change_comment(request.membership, comment):
        raise PermissionDenied
    if not comment.stands:
        return redirect(comment)
    form = CommentEditForm(sent(request), initial={"text": comment.text, "version": comment.version})
    differences: list[Difference] = []
    if form.is_valid():
        seen, text = form.cleaned_data["version"], form.cleaned_data["text"]
        with refusals_on(form, "text"), conflicts_on(form, lambda: _comment_or_404(request, pk)) as differences:
            comments.change_comment(comment, by=request.membership, at=request.now, seen=seen, text=text)
            return done(request, "Your comment is changed.", _place_of(comment, organisation))
    context = {
        "form": form,
        "comment": comment,
        "differences": differences,
        "back": comment.get_absolute_url(),
        "trail": _trail(comment, organisation),
    }
    return render(request, "lessons/comment_edit.html", context, status=status_of(form))


@requires(Permission.READ)
@require_POST
def comment_withdraw(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take one’s own back, also beside a lesson that its writer can no longer open."""
    comment = _comment_or_404(request, pk, own_too=True)
    if not policies.may_withdraw_comment(request.membership, comment):
        raise PermissionDenied
    comments.withdraw_comment(comment, by=request.membership, at=request.now)
    said = "It is taken back. Its words are gone."
    if not policies.may_read_comment(request.membership, comment):
        return done(request, said, comment)
    return done(request, said, "lesson_detail", organisation.slug, comment.lesson_id)


@requires(Permission.VALIDATE)
def comment_hide(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take it out of sight, and say why."""
    comment = _comment_or_404(request, pk)
    if not policies.may_hide_comment(request.membership, comment):
        raise PermissionDenied
    form = HideCommentForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "reason"):
            reason = form.cleaned_data["reason"]
            comments.hide_comment(comment, by=request.membership, at=request.now, reason=reason)
            return done(request, "It is hidden. Its writer is told why.", comment)
    return form_page(
        request,
        form,
        title="Hide this comment",
        verb="Hide it",
        back=comment.get_absolute_url(),
        intro=worded("Its writer and those who check lessons can still read it. Others see that it is hidden."),
        crumbs=_trail(comment, organisation),
    )


@requires(Permission.VALIDATE)
@require_POST
def comment_show(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Show again what was hidden."""
    comment = _comment_or_404(request, pk)
    if not policies.may_show_comment(request.membership, comment):
        raise PermissionDenied
    with refusals_said(request):
        comments.show_comment(comment, by=request.membership, at=request.now)
        return done(request, "It is shown again.", comment)
    return redirect(comment)


def _place_of(comment: LessonComment, organisation: Organisation) -> str:
    """Where it stands on the page of its lesson."""
    return f"{reverse('lesson_detail', args=[organisation.slug, comment.lesson_id])}#comment-{comment.pk}"


def _trail(comment: LessonComment, organisation: Organisation) -> list[tuple[str, str]]:
    return [
        (worded("Lessons"), reverse("lesson_list", args=[organisation.slug])),
        (comment.lesson.words.title, _place_of(comment, organisation)),
    ]


def _comment_or_404(request: MemberRequest, pk: int, *, own_too: bool = False) -> LessonComment:
    """One that this member reads; with ``own_too`` also their own where they do not read the lesson."""
    everything = LessonComment.objects
    rows = (everything.to_withdraw_by if own_too else everything.visible_to)(request.membership)
    related = ("organisation", "author", "hidden_by", "lesson__revision", "lesson__organisation")
    return get_object_or_404(rows.select_related(*related), pk=pk)
