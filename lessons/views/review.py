"""A validator’s pages: the queue, and the answer to one lesson."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.forms import sent, status_of
from kmportal.lib.pagination import whole_number
from kmportal.lib.sentences import quoted
from lessons import quality, workflow
from lessons.actions import review
from lessons.forms.review import CheckForm, DeclineForm, ReturnForm
from lessons.models import Lesson, State
from lessons.views.finding import lesson_or_404
from lessons.views.listing import tabs
from organisations.access import requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission


@requires(Permission.VALIDATE)
@require_safe
def lesson_queue(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """What waits to be checked: claimed by me, free to claim, with others; and what was changed after its check."""
    today = timezone.localdate()
    waiting = Lesson.objects.waiting_for(request.membership).select_related(
        "organisation", "revision", "author", "group", "claimed_by"
    )
    rows = [(lesson, workflow.is_late(lesson, on=today)) for lesson in waiting]
    me = request.membership.person_id
    sections = [
        ("mine", "Claimed by you", [row for row in rows if row[0].claimed_by_id == me]),
        ("free", "Waiting to be claimed", [row for row in rows if row[0].state == State.SUBMITTED]),
        (
            "others",
            "Claimed by others",
            [row for row in rows if row[0].state == State.IN_REVIEW and row[0].claimed_by_id != me],
        ),
    ]
    changed = Lesson.objects.changed_since_validation(request.membership).select_related("revision__by", "organisation")
    context = {
        "sections": [section for section in sections if section[2]],
        "total": len(rows),
        "late": sum(late for _, late in rows),
        **tabs(request.membership, "queue"),
        "changed": [lesson for lesson in changed if workflow.may_confirm(lesson, request.membership)],
    }
    return render(request, "lessons/lesson_queue.html", context)


@requires(Permission.VALIDATE)
@require_POST
def lesson_claim(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """One press; it leads straight to checking. Whoever comes second reads who was first."""
    return _move(request, pk, review.claim, to="lesson_check")


@requires(Permission.VALIDATE)
@require_POST
def lesson_take_over(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    return _move(request, pk, review.take_over, to="lesson_check")


@requires(Permission.VALIDATE)
@require_POST
def lesson_release(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    return _move(request, pk, review.release, to="", words="The lesson is now waiting for somebody else.")


@requires(Permission.VALIDATE)
def lesson_check(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """The lesson with the list to tick. Three ways on: share it, return it, decline it."""
    lesson = lesson_or_404(request, pk)
    if not workflow.may("identify", lesson, request.membership, on=timezone.localdate()):
        return redirect(lesson)
    form = CheckForm(sent(request), lesson=lesson, initial=_first_guess(lesson))
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            review.validate(lesson, by=request.user, at=timezone.now(), **{"group": lesson.group, **values})
        except Stale as stale:
            messages.warning(request, str(stale))
            return redirect("lesson_check", organisation.slug, pk)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _answered(
                request,
                f"{quoted(lesson.words.title)} is {lesson.get_state_display().lower()}. The author has been told.",
            )
    return _page(request, lesson, form)


@requires(Permission.VALIDATE)
@require_POST
def lesson_return(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Back to the author, with what should be better."""

    def answer(lesson: Lesson, values: dict[str, Any]) -> None:
        review.send_back(lesson, by=request.user, at=timezone.now(), comment=values["comment"])

    return _answer(request, pk, ReturnForm, answer, "The author has your comment and can change the lesson.")


@requires(Permission.VALIDATE)
@require_POST
def lesson_decline(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """No, with the reason."""

    def answer(lesson: Lesson, values: dict[str, Any]) -> None:
        review.decline(lesson, by=request.user, at=timezone.now(), reason=values["reason"])

    return _answer(request, pk, DeclineForm, answer, "The lesson is declined, and the author has your reason.")


@requires(Permission.VALIDATE)
@require_POST
def lesson_confirm(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What was changed after the check is still right."""
    lesson = lesson_or_404(request, pk)
    read = whole_number(request.POST.get("read", ""))
    try:
        review.confirm(lesson, by=request.user, at=timezone.now(), read=read)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The change is checked.")
    return redirect(lesson)


def _move(request: HttpRequest, pk: int, move: Callable[..., Lesson], *, to: str, words: str = "") -> HttpResponse:
    lesson = lesson_or_404(request, pk)
    slug = request.membership.organisation.slug
    try:
        move(lesson, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("lesson_queue", slug)
    if words:
        messages.success(request, words)
    return redirect(to, slug, pk) if to else redirect("lesson_queue", slug)


def _answer(
    request: HttpRequest,
    pk: int,
    form_class: type[ReturnForm] | type[DeclineForm],
    answer: Callable[[Lesson, dict[str, Any]], None],
    words: str,
) -> HttpResponse:
    lesson = lesson_or_404(request, pk)
    form = form_class(request.POST)
    if form.is_valid():
        try:
            answer(lesson, form.cleaned_data)
        except Refusal as refusal:
            messages.warning(request, str(refusal))
            return redirect(lesson)
        return _answered(request, words)
    if not workflow.may("identify", lesson, request.membership, on=timezone.localdate()):
        return redirect(lesson)
    return _page(request, lesson, CheckForm(lesson=lesson, initial=_first_guess(lesson)), other=form)


def _answered(request: HttpRequest, words: str) -> HttpResponse:
    """Say what became of it, and go on to the next one that waits, if there is one."""
    membership: Membership = request.membership  # type: ignore[attr-defined]
    mine = Lesson.objects.waiting_for(membership).filter(claimed_by=membership.person_id).first()
    messages.success(request, f"{words} Below is the next lesson that you have claimed." if mine else words)
    if mine is not None:
        return redirect("lesson_check", membership.organisation.slug, mine.pk)
    return redirect("lesson_queue", membership.organisation.slug)


def _first_guess(lesson: Lesson) -> dict[str, Any]:
    """What the validator finds filled in."""
    return {
        "outcome": State.IDENTIFIED if lesson.kind == Lesson.Kind.LESSON else State.NOTED,
        "contact": lesson.contact,
        "process": lesson.process,
        "kind": lesson.kind,
        "group": lesson.group,
        "share_with": lesson.share_with,
        "review_on": _in_a_year(timezone.localdate()),
        "tags": [tag.name for tag in lesson.tags.all()],
        "read": lesson.revision_id,
    }


def _in_a_year(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, 28))


def _page(
    request: HttpRequest, lesson: Lesson, form: CheckForm, other: ReturnForm | DeclineForm | None = None
) -> HttpResponse:
    names = _colleagues(lesson)
    context = {
        "lesson": lesson,
        "words": lesson.words,
        "form": form,
        "return_form": other if isinstance(other, ReturnForm) else ReturnForm(),
        "decline_form": other if isinstance(other, DeclineForm) else DeclineForm(),
        "wrong": other,
        "gaps": list(quality.missing_in(lesson.words).values()),
        "hints": quality.personal_hints(lesson.words, names=names, author=str(lesson.author or "")),
        "is_late": workflow.is_late(lesson, on=timezone.localdate()),
        "queue": reverse("lesson_queue", args=[lesson.organisation.slug]),
    }
    return render(request, "lessons/lesson_check.html", context, status=status_of(*filter(None, (form, other))))


def _colleagues(lesson: Lesson) -> list[str]:
    members = Membership.objects.listed().filter(organisation=lesson.organisation)
    return list(members.values_list("person__name", flat=True))
