"""An author’s pages: write a lesson, look at it once more, send it, take it back, throw a draft away."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.conflicts import Difference
from kmportal.lib.days import clock, long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.form_errors import problems_of
from kmportal.lib.forms import sent, status_of
from kmportal.lib.middleware import with_microphone
from kmportal.lib.pagination import whole_number
from kmportal.lib.personal_data import Hint
from kmportal.lib.view_kit import conflicts_on, done, refusals_on, refusals_said
from lessons import labels, policies, quality
from lessons.actions import writing
from lessons.forms.writing import LessonForm, values_of
from lessons.models import Lesson, State
from lessons.reports import ListHead, sending_presses
from lessons.reports.files import files_of
from lessons.reports.mine import STANDINGS, own_figures, own_lessons
from lessons.reports.similar import similar_to
from lessons.storing import files_there
from lessons.views.finding import lesson_or_404
from lessons.workflow import is_late
from organisations.access import requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest
from roadmap.models import Intervention
from techniques.models import Outcome, Session


@requires(Permission.CONTRIBUTE)
def lesson_new(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """A new lesson. The form carries a key of its own, so that sending it twice, or autosave, makes one draft."""
    lesson = _draft_of_form(request, organisation) if request.method == "POST" else None
    form = LessonForm(
        sent(request),
        request.FILES or None,
        organisation=organisation,
        lesson=lesson,
        today=timezone.localdate(request.now),
        initial={"contact": str(request.user), **_words_of_outcome(request)},
    )
    if lesson is not None:
        return _page_of_edit(request, form, lesson)
    start = partial(writing.start_lesson, organisation, **_origin_of_lesson(request))
    return _page_of_form(request, form, None, keep=lambda values: start(once=form.cleaned_data["once"], **values))


@requires(Permission.CONTRIBUTE)
def lesson_edit(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change one’s draft or a lesson that came back; after the check also what everybody reads."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_write(request.membership, lesson):
        if lesson.author_id != request.membership.person_id:
            raise PermissionDenied
        messages.error(request, policies.why_not_write(request.membership, lesson))
        return redirect(lesson)
    today = timezone.localdate(request.now)
    form = LessonForm.for_lesson(lesson, data=sent(request), files=request.FILES or None, today=today)
    return _page_of_edit(request, form, lesson)


@requires(Permission.CONTRIBUTE)
def lesson_send(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Once more before it goes: what would make it better, and what may show who somebody is. Never a wall."""
    lesson = lesson_or_404(request, pk)
    if lesson.author_id != request.membership.person_id:
        raise PermissionDenied
    if request.method == "POST":
        return _submit_lesson(request, lesson)
    if not lesson.is_with_author:
        return redirect(lesson)
    advice, hints = _findings_in(lesson)
    context = {
        "similar": similar_to(lesson, request.membership),
        "lesson": lesson,
        "words": lesson.words,
        "advice": advice,
        "hints": hints,
        "files": files_of(lesson, request.membership),
        "presses": sending_presses(lesson, request.membership, on=timezone.localdate(request.now)),
    }
    return render(request, "lessons/lesson_send.html", context)


@requires(Permission.CONTRIBUTE)
@require_POST
def lesson_withdraw(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take it back: a draft again, for one’s own eyes."""
    lesson = lesson_or_404(request, pk)
    with refusals_said(request):
        writing.withdraw_lesson(lesson, by=request.membership, at=request.now)
        return done(request, "You have it back. Only you can see it now.", lesson)
    return redirect(lesson)


@requires(Permission.CONTRIBUTE)
@require_POST
def lesson_discard(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Throw a draft away that was never sent."""
    lesson = lesson_or_404(request, pk)
    with refusals_said(request):
        writing.discard_lesson(lesson, by=request.membership, at=request.now)
        return done(request, "The draft is deleted.", "lesson_mine", organisation.slug)
    return redirect(lesson)


@requires(Permission.CONTRIBUTE)
@require_safe
def lesson_mine(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """One’s own lessons: what is with oneself first, then what waits, then what was answered; or those that stand
    where a number of home says."""
    today = timezone.localdate(request.now)
    which = request.GET.get("which", "")
    words, states = STANDINGS.get(which, ("", frozenset(State)))
    mine = own_lessons(request.membership).filter(state__in=states).select_related("revision", "organisation")
    here = organisation.pk
    rows = [(lesson, labels.look_of(lesson, here), is_late(lesson, on=today)) for lesson in mine.order_by("-pk")]
    sections = [
        ("with-you", "With you", [row for row in rows if row[0].is_with_author]),
        ("waiting", "Being checked", [row for row in rows if row[0].is_waiting]),
        ("answered", "Answered", [row for row in rows if not (row[0].is_with_author or row[0].is_waiting)]),
    ]
    context = {
        "sections": [section for section in sections if section[2]],
        "total": len(rows),
        "which": which if words else "",
        "words": words,
        "figures": own_figures(request.membership),
        "head": ListHead.build(request.membership, "mine"),
    }
    return render(request, "lessons/lesson_mine.html", context)


def _draft_of_form(request: MemberRequest, organisation: Organisation) -> Lesson | None:
    """The draft that the same form has already made, if it was sent before."""
    try:
        once = UUID(request.POST.get("once", ""))
    except ValueError:
        return None
    return Lesson.objects.filter(organisation=organisation, author=request.user, once=once).first()


def _origin_of_lesson(request: MemberRequest) -> dict[str, Any]:
    """The session or intervention that the link to the form named, if this member may see it."""
    found: dict[str, Any] = {}
    for name, model in (("session", Session), ("intervention", Intervention)):
        if asked := whole_number(request.GET.get(name, "")):
            found[name] = model.objects.visible_to(request.membership).filter(pk=asked).first()
    return found


def _words_of_outcome(request: MemberRequest) -> dict[str, str]:
    """What came of a session, where the link to the form names what somebody said of it."""
    sessions = Session.objects.visible_to(request.membership)
    key = whole_number(request.GET.get("outcome", "")) or 0
    outcome = Outcome.objects.filter(session__in=sessions, pk=key).first()
    return {"happened": outcome.words} if outcome else {}


def _page_of_edit(request: MemberRequest, form: LessonForm, lesson: Lesson) -> HttpResponse:
    write = partial(writing.write_lesson, lesson)
    return _page_of_form(request, form, lesson, keep=lambda values: write(seen=form.seen_version, **values))


def _page_of_form(
    request: MemberRequest, form: LessonForm, lesson: Lesson | None, *, keep: Callable[[dict[str, Any]], Lesson]
) -> HttpResponse:
    """The form; when it was sent in order, what it says is kept by ``keep`` and the person goes on from there.

    Whoever saves second is shown both versions and chooses.
    """
    differences: list[Difference] = []
    wrong: list[str] = []
    is_sending = request.POST.get("then") == "send" and not (lesson and lesson.is_shared)
    by_itself = "Autosave" in request.headers
    is_in_order = form.is_in_order(for_sending=is_sending, by_itself=by_itself)
    if not is_in_order and by_itself and form.is_bound:
        wrong = form.spare_what_is_wrong()  # one odd date must not keep the rest from being saved
        is_in_order = form.has_words
    if is_in_order:
        with refusals_on(form), conflicts_on(form, lambda: lesson, values_of) as differences:
            kept = keep({"by": request.membership, "at": request.now, **form.values()})
            return _go_on_from(request, kept, is_sending=is_sending, wrong=wrong)
    if request.method == "POST" and by_itself:
        return _autosave_problem(wrong or [problem.words for problem in problems_of(form)], differences)
    return _lesson_form_page(request, form, lesson, differences)


def _go_on_from(request: MemberRequest, lesson: Lesson, *, is_sending: bool, wrong: Sequence[str] = ()) -> HttpResponse:
    """Where keeping leads: autosave goes on, a draft is shown, a lesson is sent unless something should be said."""
    if "Autosave" in request.headers:
        return JsonResponse({**_saved_in_words(lesson), **({"unsaved": _sentence_of(wrong)} if wrong else {})})
    if request.POST.get("then") == "similar":
        messages.success(request, "Your draft is kept. Only you can see it.")
        return redirect(f"{reverse('lesson_edit', args=[lesson.organisation.slug, lesson.pk])}#similar")
    if not is_sending:
        said = "The change is saved." if lesson.is_shared else "Your draft is kept. Only you can see it."
        return done(request, said, lesson)
    if any(_findings_in(lesson)) or similar_to(lesson, request.membership):
        return redirect("lesson_send", lesson.organisation.slug, lesson.pk)
    return _submit_lesson(request, lesson)


def _saved_in_words(lesson: Lesson) -> dict[str, Any]:
    """What autosave is told: when, the version to go on from, and where the draft lives."""
    edit = reverse("lesson_edit", args=[lesson.organisation.slug, lesson.pk])
    return {"saved_at": clock(timezone.localtime()), "version": lesson.version, "url": edit}


def _autosave_problem(wrong: Sequence[str], differences: Sequence[Difference]) -> JsonResponse:
    """Why nothing was saved by itself."""
    if differences:
        return JsonResponse(
            {"error": worded("This lesson was changed elsewhere. Press “Keep as a draft” to see both versions.")},
            status=409,
        )
    return JsonResponse({"problem": _sentence_of(wrong)}, status=422)


def _sentence_of(wrong: Sequence[str]) -> str:
    """All that is wrong, each as a sentence."""
    return " ".join(f"{words.removesuffix('.')}." for words in wrong)


def _submit_lesson(request: MemberRequest, lesson: Lesson) -> HttpResponse:
    with refusals_said(request):
        writing.submit_lesson(lesson, by=request.membership, at=request.now)
        due = f" You will have an answer by {long_day(lesson.answer_due_on)}." if lesson.answer_due_on else ""
        return done(request, f"Your {worded('lesson')} is on its way.{due}", lesson)
    return redirect("lesson_edit", lesson.organisation.slug, lesson.pk)


def _findings_in(lesson: Lesson) -> tuple[list[str], list[Hint]]:
    """What would make it better, and what may show who somebody is."""
    hints = quality.personal_hints(
        lesson.words, names=Membership.objects.names_in(lesson.organisation_id), author=str(lesson.author or "")
    )
    return [*quality.advice_before_sending(lesson.words), *labels.advice_on_files(files_there(lesson))], hints


def _lesson_form_page(
    request: MemberRequest, form: LessonForm, lesson: Lesson | None, differences: Sequence[Difference]
) -> HttpResponse:
    slug = request.membership.organisation.slug
    if form.is_bound:  # whatever was wrong, the browser has lost them
        form.ask_for_files_again()
    is_returned = lesson is not None and lesson.state == State.RETURNED
    context = {
        "form": form,
        "lesson": lesson,
        "is_draft": lesson is None or lesson.is_with_author,
        "back": lesson.get_absolute_url() if lesson else reverse("lesson_list", args=[slug]),
        "returned": lesson.events.filter(after=State.RETURNED).first() if lesson and is_returned else None,
        "more_open": any(name in form.errors for name in form.FOLDED) or (lesson and lesson.is_shared),
        "differences": differences,
        "similar": similar_to(lesson, request.membership) if lesson is not None and lesson.is_with_author else None,
        "files": files_of(lesson, request.membership) if lesson else None,
    }
    page = render(request, "lessons/lesson_form.html", context, status=status_of(form))
    return with_microphone(page)
