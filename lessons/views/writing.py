"""An author’s pages: write a lesson, look at it once more, send it, take it back, throw a draft away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.conflicts import both_versions
from kmportal.lib.days import clock, long_day
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.form_errors import problems_of
from kmportal.lib.forms import sent, status_of
from kmportal.lib.pagination import whole_number
from kmportal.lib.personal_data import Hint
from lessons import labels, quality, workflow
from lessons.actions import writing
from lessons.forms.writing import LessonForm, values_of
from lessons.models import Lesson
from lessons.views.finding import lesson_or_404
from lessons.views.listing import tabs
from organisations.access import requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from roadmap.models import Intervention
from techniques.models import Session


@requires(Permission.CONTRIBUTE)
def lesson_new(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """A new lesson. The form carries a key of its own, so that sending it twice, or autosave, makes one draft."""
    started = _started(request, organisation) if request.method == "POST" else None
    form = LessonForm(
        sent(request),
        organisation=organisation,
        lesson=started,
        today=timezone.localdate(),
        initial={"contact": str(request.user)},
    )
    return _save(request, form, started) if request.method == "POST" else _page(request, form, None)


@requires(Permission.CONTRIBUTE)
def lesson_edit(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Change one’s draft or a lesson that came back; after the check also what everybody reads."""
    lesson = lesson_or_404(request, pk)
    if not workflow.may_write(lesson, request.membership):
        if lesson.author_id != request.membership.person_id:
            raise PermissionDenied
        messages.warning(request, writing.why_not_now(lesson, request.user))
        return redirect(lesson)
    form = LessonForm.of(lesson, data=sent(request), today=timezone.localdate())
    return _save(request, form, lesson) if request.method == "POST" else _page(request, form, lesson)


@requires(Permission.CONTRIBUTE)
def lesson_send(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Once more before it goes: what would make it better, and what may show who somebody is. Never a wall."""
    lesson = lesson_or_404(request, pk)
    if lesson.author_id != request.membership.person_id:
        raise PermissionDenied
    if request.method == "POST":
        return _send(request, lesson)
    if not lesson.is_with_author:
        return redirect(lesson)
    advice, hints = _findings(lesson)
    context = {"lesson": lesson, "words": lesson.words, "advice": advice, "hints": hints}
    return render(request, "lessons/lesson_send.html", context)


@requires(Permission.CONTRIBUTE)
@require_POST
def lesson_withdraw(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take it back: a draft again, for one’s own eyes."""
    lesson = lesson_or_404(request, pk)
    try:
        writing.withdraw(lesson, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "You have it back. Only you can see it now.")
    return redirect(lesson)


@requires(Permission.CONTRIBUTE)
@require_POST
def lesson_discard(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Throw a draft away that was never sent."""
    lesson = lesson_or_404(request, pk)
    try:
        writing.discard(lesson, by=request.user)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect(lesson)
    messages.success(request, "The draft is deleted.")
    return redirect("lesson_mine", organisation.slug)


@requires(Permission.CONTRIBUTE)
@require_safe
def lesson_mine(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """One’s own lessons: what is with oneself first, then what waits, then what was answered."""
    today = timezone.localdate()
    mine = Lesson.objects.filter(organisation=organisation).written_by(request.user).select_related("revision")
    rows = [
        (lesson, labels.STATES[lesson.state], workflow.is_late(lesson, on=today))
        for lesson in mine.select_related("organisation").order_by("-pk")
    ]
    sections = [
        ("with-you", "With you", [row for row in rows if row[0].is_with_author]),
        ("waiting", "Being checked", [row for row in rows if row[0].is_waiting]),
        ("answered", "Answered", [row for row in rows if not (row[0].is_with_author or row[0].is_waiting)]),
    ]
    context = {"sections": [section for section in sections if section[2]], **tabs(request.membership, "mine")}
    return render(request, "lessons/lesson_mine.html", context)


def _started(request: HttpRequest, organisation: Organisation) -> Lesson | None:
    """The draft that the same form has already made, if it was sent before."""
    try:
        once = UUID(request.POST.get("once", ""))
    except ValueError:
        return None
    return Lesson.objects.filter(organisation=organisation, author=request.user, once=once).first()


def _save(request: HttpRequest, form: LessonForm, lesson: Lesson | None) -> HttpResponse:
    """Keep what was written; then send it, if that was the button."""
    sending = request.POST.get("then") == "send" and not (lesson and lesson.is_shared)
    if form.is_valid() and not form.has_words:
        form.add_error("happened", "Write something first. One sentence is enough for a draft")
    if not form.is_valid() and "Autosave" in request.headers:
        return JsonResponse({"problem": f"{problems_of(form)[0].words}."}, status=422)
    if not form.is_valid() or (sending and not form.ask_for_what_sending_needs()):
        return _page(request, form, lesson)
    try:
        lesson = _keep(request, form, lesson)
    except Stale:
        return _conflict(request, form, lesson)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, lesson)
    if "Autosave" in request.headers:
        return JsonResponse(_saved(lesson))
    if not sending:
        messages.success(
            request, "The change is saved." if lesson.is_shared else "Your draft is kept. Only you can see it."
        )
        return redirect(lesson)
    if any(_findings(lesson)):
        return redirect("lesson_send", lesson.organisation.slug, lesson.pk)
    return _send(request, lesson)


def _keep(request: HttpRequest, form: LessonForm, lesson: Lesson | None) -> Lesson:
    values = {"words": form.words, "facts": form.facts, "tags": form.cleaned_data["tags"]}
    by, at = request.user, timezone.now()
    if lesson is None:
        membership: Membership = request.membership  # type: ignore[attr-defined]
        origin = _origin(request, membership)
        return writing.start(membership.organisation, by=by, at=at, once=form.cleaned_data["once"], **values, **origin)
    return writing.write(lesson, by=by, at=at, seen=form.cleaned_data["version"] or 0, **values)


def _origin(request: HttpRequest, membership: Membership) -> dict[str, Any]:
    """The session or intervention that the link to the form named, if this member may see it."""
    found: dict[str, Any] = {}
    for name, model in (("session", Session), ("intervention", Intervention)):
        if asked := whole_number(request.GET.get(name, "")):
            found[name] = model.objects.visible_to(membership).filter(pk=asked).first()
    return found


def _saved(lesson: Lesson) -> dict[str, Any]:
    """What autosave is told: when, the version to go on from, and where the draft lives."""
    edit = reverse("lesson_edit", args=[lesson.organisation.slug, lesson.pk])
    return {"saved_at": clock(timezone.localtime()), "version": lesson.version, "url": edit}


def _send(request: HttpRequest, lesson: Lesson) -> HttpResponse:
    try:
        writing.send(lesson, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("lesson_edit", lesson.organisation.slug, lesson.pk)
    due = f" You will have an answer by {long_day(lesson.answer_due_on)}." if lesson.answer_due_on else ""
    messages.success(request, f"Your lesson is on its way.{due}")
    return redirect(lesson)


def _findings(lesson: Lesson) -> tuple[list[str], list[Hint]]:
    """What would make it better, and what may show who somebody is."""
    names = Membership.objects.listed().filter(organisation=lesson.organisation_id)
    hints = quality.personal_hints(
        lesson.words, names=list(names.values_list("person__name", flat=True)), author=str(lesson.author or "")
    )
    return quality.advice_before_sending(lesson.words), hints


def _conflict(request: HttpRequest, form: LessonForm, lesson: Lesson | None) -> HttpResponse:
    """Somebody saved first: both versions, and the form with one’s own words, ready to be saved over the other."""
    assert lesson is not None  # noqa: S101  only what exists can be stale
    if "Autosave" in request.headers:
        return JsonResponse(
            {"error": "This lesson was changed elsewhere. Press “Keep as a draft” to see both versions."}, status=409
        )
    differences = both_versions(form, values_of(lesson), version=lesson.version)
    return _page(request, form, lesson, differences=differences)


def _page(request: HttpRequest, form: LessonForm, lesson: Lesson | None, **values: Any) -> HttpResponse:
    slug = request.membership.organisation.slug  # type: ignore[attr-defined]
    context = {"form": form, "lesson": lesson, "is_draft": lesson is None or lesson.is_with_author, **values}
    context["back"] = lesson.get_absolute_url() if lesson else reverse("lesson_list", args=[slug])
    context["returned"] = (
        lesson.events.filter(after=lesson.state).first() if lesson and lesson.state == "returned" else None
    )
    context["more_open"] = any(name in form.errors for name in form.FOLDED) or (lesson and lesson.is_shared)
    return render(request, "lessons/lesson_form.html", context, status=status_of(form))
