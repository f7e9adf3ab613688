"""The page of one lesson, what was changed in it, and what must change because of it."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from actionplan.action_pages import action_page
from kmportal.lib.conflicts import compare
from kmportal.lib.domain_words import worded
from lessons import policies
from lessons.actions import writing
from lessons.forms.comments import CommentForm
from lessons.forms.writing import LessonForm
from lessons.models import Lesson
from lessons.reports import LessonPage, confirming_presses
from lessons.transitions import WORDS
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

# In the address: not where it leads since it became part of another one, but as it was.
AS_IT_WAS = "as-it-was"


@requires(Permission.READ)
@require_safe
def lesson_detail(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What was learned, what to do, and where it stands. A lesson shared by another organisation is for reading."""
    lesson = lesson_or_404(request, pk, here=False, as_it_was=True)
    if lesson.merged_into_id is not None and AS_IT_WAS not in request.GET:
        into = Lesson.objects.visible_as_it_was(request.membership).filter(pk=lesson.merged_into_id)
        if into.exists():
            return redirect("lesson_detail", organisation.slug, lesson.merged_into_id)
    page = LessonPage.build(lesson, request.membership, on=timezone.localdate(request.now))
    return render(request, "lessons/lesson_detail.html", {**vars(page), "comment_form": CommentForm()})


@requires(Permission.READ)
@require_safe
def lesson_changes(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What was changed since the lesson was checked, side by side."""
    lesson = lesson_or_404(request, pk)
    if not lesson.changed_since_validation or lesson.approved is None:
        return redirect(lesson)
    labels = {name: str(LessonForm.base_fields[name].label) for name in WORDS}
    pairs = [(label, getattr(lesson.approved, name), getattr(lesson.words, name)) for name, label in labels.items()]
    pairs.append(("Files and pictures", lesson.approved.files_told, lesson.words.files_beside(lesson.approved)))
    context = {
        "lesson": lesson,
        "differences": compare(pairs),
        "presses": confirming_presses(lesson, request.membership, on=timezone.localdate(request.now)),
    }
    return render(request, "lessons/lesson_changes.html", context)


@requires(Permission.CONTRIBUTE)
def lesson_action_new(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """An action that follows from the lesson."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_add_action(request.membership, lesson):
        raise PermissionDenied
    return action_page(
        request,
        partial(writing.add_lesson_action, lesson),
        thing="lesson",
        back=lesson.get_absolute_url(),
        intro=f"What must change because of {worded('lesson')} {lesson.pk}: {lesson.words.title}",
        crumbs=[
            (worded("Lessons"), reverse("lesson_list", args=[organisation.slug])),
            (f"{worded('Lesson')} {lesson.pk}", lesson.get_absolute_url()),
        ],
        initial={"title": _first_guess(lesson.process)},
    )


def _first_guess(process: str) -> str:
    """A first guess at the words: what the lesson says should change."""
    return f"Change: {process}"[:200] if process else ""
