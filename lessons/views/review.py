"""A validator’s pages: the queue, and the answer to one lesson."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.days import add_months
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Stale
from kmportal.lib.forms import sent, status_of
from kmportal.lib.pagination import whole_number
from kmportal.lib.sentences import quoted
from kmportal.lib.view_kit import done, refusals_on, refusals_said
from lessons import policies, quality
from lessons.actions import review
from lessons.forms.review import CheckForm, DeclineForm, ReturnForm
from lessons.models import Lesson, ReviewRule, State
from lessons.reports import ListHead, Queue
from lessons.reports.checks import ChecksLine
from lessons.reports.experts import answers_for
from lessons.reports.files import files_of
from lessons.reports.similar import similar_to
from lessons.views.finding import lesson_or_404
from lessons.workflow import is_late
from organisations.access import requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.VALIDATE)
@require_safe
def lesson_queue(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What waits to be checked: claimed by me, free to claim, with others; and what was changed after its check."""
    queue = Queue.build(request.membership, on=timezone.localdate(request.now))
    context = {**vars(queue), "head": ListHead.build(request.membership, "queue")}
    return render(request, "lessons/lesson_queue.html", context)


@requires(Permission.VALIDATE)
@require_POST
def lesson_claim(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One press; it leads straight to checking. Whoever comes second reads who was first."""
    lesson = lesson_or_404(request, pk)
    with refusals_said(request):
        review.claim_lesson(lesson, by=request.membership, at=request.now)
        return redirect("lesson_check", organisation.slug, pk)
    return redirect("lesson_queue", organisation.slug)


@requires(Permission.VALIDATE)
@require_POST
def lesson_take_over(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """From somebody who has not answered in time; it leads straight to checking."""
    lesson = lesson_or_404(request, pk)
    with refusals_said(request):
        review.take_over_lesson(lesson, by=request.membership, at=request.now)
        return redirect("lesson_check", organisation.slug, pk)
    return redirect("lesson_queue", organisation.slug)


@requires(Permission.VALIDATE)
@require_POST
def lesson_release(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Put it back into the queue."""
    lesson = lesson_or_404(request, pk)
    with refusals_said(request):
        review.release_lesson(lesson, by=request.membership, at=request.now)
        messages.success(request, worded("The lesson is now waiting for somebody else."))
    return redirect("lesson_queue", organisation.slug)


@requires(Permission.VALIDATE)
def lesson_check(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The lesson with the list to tick. Three ways on: share it, return it, decline it."""
    lesson = lesson_or_404(request, pk)
    if not _holds_lesson(request, lesson):
        return redirect(lesson)
    form = CheckForm(sent(request), lesson=lesson, initial=_first_guess(lesson, on=timezone.localdate(request.now)))
    if form.is_valid():
        values = {"group": lesson.group, **form.cleaned_data}
        with refusals_on(form), _changed_words_said(request):
            review.validate_lesson(lesson, by=request.membership, at=request.now, **values)
            return _go_on_checking(request, _checked_in_words(lesson))
        if not form.errors:
            return redirect("lesson_check", organisation.slug, pk)
    return _check_page(request, lesson, form)


@requires(Permission.VALIDATE)
@require_POST
def lesson_return(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Back to the author, with what should be better."""
    lesson, form = lesson_or_404(request, pk), ReturnForm(request.POST)
    if form.is_valid():
        with refusals_said(request):
            review.return_lesson(lesson, by=request.membership, at=request.now, **form.cleaned_data)
            return _go_on_checking(request, worded("The author has your comment and can change the lesson."))
        return redirect(lesson)
    return _other_answer_page(request, lesson, form)


@requires(Permission.VALIDATE)
@require_POST
def lesson_decline(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """No, with the reason."""
    lesson, form = lesson_or_404(request, pk), DeclineForm(request.POST)
    if form.is_valid():
        with refusals_said(request):
            review.decline_lesson(lesson, by=request.membership, at=request.now, **form.cleaned_data)
            return _go_on_checking(request, worded("The lesson is declined, and the author has your reason."))
        return redirect(lesson)
    return _other_answer_page(request, lesson, form)


@requires(Permission.VALIDATE)
@require_POST
def lesson_confirm(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What was changed after the check is still right."""
    lesson, read = lesson_or_404(request, pk), whole_number(request.POST.get("read", ""))
    with refusals_said(request):
        review.confirm_change(lesson, by=request.membership, at=request.now, read=read)
        said = "That you have looked at the change is kept." if lesson.source else "The change is checked."
        if lesson.changed_since_validation:
            said = "Your check is kept. Somebody else has to check the change, too."
        return done(request, said, lesson)
    return redirect(lesson)


def _checked_in_words(lesson: Lesson) -> str:
    """What follows from a check, for the one who has just made it."""
    title = quoted(lesson.words.title)
    if not lesson.is_shared:
        return f"Your check of {title} is kept. Somebody else has to check it, too."
    return f"{title} is checked." if lesson.is_safe else f"{title} is checked. The author has been told."


def _holds_lesson(request: MemberRequest, lesson: Lesson) -> bool:
    """Whether this member has claimed it and may answer."""
    return policies.may_move(request.membership, lesson, "identify", on=timezone.localdate(request.now))


@contextmanager
def _changed_words_said(request: MemberRequest) -> Iterator[None]:
    """Say on a fresh page that the words have changed: what was ticked for the old ones must not be sent again."""
    try:
        yield
    except Stale as stale:
        messages.error(request, str(stale))


def _go_on_checking(request: MemberRequest, words: str) -> HttpResponse:
    """Say what became of it, and go on to the next one that waits, if there is one."""
    membership = request.membership
    slug = membership.organisation.slug
    mine = Lesson.objects.waiting_for(membership).filter(claimed_by=membership.person_id).first()
    if mine is None:
        return done(request, words, "lesson_queue", slug)
    return done(
        request, f"{words} Below is the next {worded('lesson')} that you have claimed.", "lesson_check", slug, mine.pk
    )


def _first_guess(lesson: Lesson, *, on: date) -> dict[str, Any]:
    """What the validator finds filled in."""
    return {
        "outcome": State.IDENTIFIED if lesson.kind == Lesson.Kind.LESSON else State.NOTED,
        "contact": lesson.contact,
        "process": lesson.process,
        "kind": lesson.kind,
        "group": lesson.group,
        "share_with": lesson.share_with,
        "review_on": add_months(on, ReviewRule.objects.months_in(lesson.organisation_id)[lesson.kind]),
        "tags": [tag.name for tag in lesson.tags.all()],
        "read": lesson.revision_id,
    }


def _other_answer_page(request: MemberRequest, lesson: Lesson, form: ReturnForm | DeclineForm) -> HttpResponse:
    """The page of the check with what is wrong in one of the two other answers."""
    if not _holds_lesson(request, lesson):
        return redirect(lesson)
    guess = _first_guess(lesson, on=timezone.localdate(request.now))
    return _check_page(request, lesson, CheckForm(lesson=lesson, initial=guess), other=form)


def _check_page(
    request: MemberRequest, lesson: Lesson, form: CheckForm, other: ReturnForm | DeclineForm | None = None
) -> HttpResponse:
    names = _names_of_colleagues(lesson)
    context = {
        "lesson": lesson,
        "words": lesson.words,
        "files": files_of(lesson, request.membership),
        "form": form,
        "return_form": other if isinstance(other, ReturnForm) else ReturnForm(),
        "decline_form": other if isinstance(other, DeclineForm) else DeclineForm(),
        "wrong": other,
        "gaps": list(quality.missing_in(lesson.words).values()),
        "hints": quality.personal_hints(lesson.words, names=names, author=str(lesson.author or "")),
        "expert_answers": answers_for(lesson, request.membership),
        "allowed": policies.allowed(request.membership, lesson, on=timezone.localdate(request.now)),
        "checks": ChecksLine.build(lesson, request.membership),
        "known_author": policies.known_author(request.membership, lesson),
        "is_late": is_late(lesson, on=timezone.localdate(request.now)),
        "similar": similar_to(lesson, request.membership),
        "queue": reverse("lesson_queue", args=[lesson.organisation.slug]),
    }
    return render(request, "lessons/lesson_check.html", context, status=status_of(*filter(None, (form, other))))


def _names_of_colleagues(lesson: Lesson) -> list[str]:
    members = Membership.objects.listed().filter(organisation=lesson.organisation)
    return list(members.values_list("person__name", flat=True))
