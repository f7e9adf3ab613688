"""The page of one lesson, what was changed in it, and what must change because of it."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from actionplan.action_pages import action_page
from actionplan.models import Action
from kmportal.lib.conflicts import compare
from lessons import labels, workflow
from lessons.actions import writing
from lessons.forms.writing import LessonForm
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission


@requires(Permission.READ)
@require_safe
def lesson_detail(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What was learned, what to do, and where it stands. A lesson shared by another organisation is for reading."""
    lesson = lesson_or_404(request, pk, here=False)
    membership, today = request.membership, timezone.localdate()
    is_ours = lesson.organisation_id == organisation.pk
    is_side = lesson.author_id == membership.person_id or membership.can(Permission.VALIDATE)
    events = lesson.events.select_related("by", "revision").order_by("pk")
    actions = Action.objects.visible_to(membership).filter(lessonaction__lesson=lesson)
    lines = labels.history(events, lesson, with_comments=is_side) if is_ours else []
    context = {
        "lesson": lesson,
        "words": lesson.words,
        "long_advice": labels.is_long_advice(lesson.words),
        "look": labels.STATES[lesson.state],
        "is_ours": is_ours,
        "moves": workflow.moves_open_to(lesson, membership, on=today) if is_ours else set(),
        "may_write": workflow.may_write(lesson, membership),
        "may_confirm": workflow.may_confirm(lesson, membership),
        "may_promise": is_ours and lesson.is_shared and membership.can(Permission.CONTRIBUTE),
        "is_mine": lesson.author_id == membership.person_id,
        "is_late": workflow.is_late(lesson, on=today),
        "answer": next((line for line in reversed(lines) if line.comment), None),
        "lines": lines,
        "actions": [
            (action, action.days_late(today)) for action in actions.select_related("owner", "organisation").by_day()
        ],
        "tags": lesson.tags.all(),
        "contact_name": lesson.contact.partition(",")[0],
        "flags": labels.flags_in_words(lesson),
        "who_may_read": labels.who_may_read(lesson),
    }
    return render(request, "lessons/lesson_detail.html", context)


@requires(Permission.READ)
@require_safe
def lesson_changes(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What was changed since the lesson was checked, side by side."""
    lesson = lesson_or_404(request, pk)
    if not lesson.changed_since_validation or lesson.approved is None:
        return redirect(lesson)
    labels = {name: LessonForm.base_fields[name].label for name in writing.WORDS}
    pairs = [(label, getattr(lesson.approved, name), getattr(lesson.words, name)) for name, label in labels.items()]
    context = {
        "lesson": lesson,
        "differences": compare(pairs),
        "may_confirm": workflow.may_confirm(lesson, request.membership),
    }
    return render(request, "lessons/lesson_changes.html", context)


@requires(Permission.CONTRIBUTE)
def lesson_action_new(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """An action that hangs on the lesson."""
    lesson = lesson_or_404(request, pk)
    if not lesson.is_shared:
        raise PermissionDenied
    return action_page(
        request,
        partial(writing.promise_for, lesson),
        thing="lesson",
        back=lesson.get_absolute_url(),
        intro=f"What must change because of lesson {lesson.pk}: {lesson.words.title}",
        crumbs=[
            ("Lessons", reverse("lesson_list", args=[organisation.slug])),
            (f"Lesson {lesson.pk}", lesson.get_absolute_url()),
        ],
        initial={"title": _what_changes(lesson.process)},
    )


def _what_changes(process: str) -> str:
    """A first guess at the words: what the lesson says should change."""
    return f"Change: {process}"[:200] if process else ""
