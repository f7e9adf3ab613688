"""Files of lessons: for whoever may read the lesson, and the page on which its writer looks after them."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from attachments.serving import answer_with_file
from kmportal.lib.conflicts import Difference
from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.middleware import with_microphone
from kmportal.lib.view_kit import conflicts_on, done, refusals_on
from lessons import policies
from lessons.actions import files
from lessons.forms.files import LessonFilesForm, values_of_files
from lessons.models import LessonFile
from lessons.reports.files import files_of
from lessons.storing import files_there
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.CONTRIBUTE)
def lesson_files(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say what each shows or says, take some away, add some."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_write(request.membership, lesson):
        raise PermissionDenied
    form = LessonFilesForm(
        sent(request),
        request.FILES or None,
        initial=values_of_files(lesson),
        attached=files_there(lesson),
    )
    differences: list[Difference] = []
    if form.is_valid():
        fresh = lambda: lesson_or_404(request, pk)  # noqa: E731
        with refusals_on(form, "uploads"), conflicts_on(form, fresh, values_of_files) as differences:
            files.change_files(lesson, by=request.membership, at=request.now, **form.values())
            return done(request, "The files are as you left them here.", lesson)
        form.ask_for_files_again()
    context = {
        "form": form,
        "lesson": lesson,
        "files": files_of(lesson, request.membership),
        "differences": differences,
        "trail": [
            (worded("Lessons"), reverse("lesson_list", args=[organisation.slug])),
            (lesson.words.title or "A draft", lesson.get_absolute_url()),
        ],
        "back": lesson.get_absolute_url(),
    }
    return with_microphone(render(request, "lessons/lesson_files.html", context, status=status_of(form)))


@requires(Permission.READ)
@require_safe
def lesson_file(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """A file to be saved, sound to be heard, a picture to be looked at."""
    return answer_with_file(request, _file_or_404(request, pk).file)


@requires(Permission.READ)
@require_safe
def lesson_file_small(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponseBase:
    """The small version of a picture, as it stands on the page."""
    return answer_with_file(request, _file_or_404(request, pk).file, small=True)


def _file_or_404(request: MemberRequest, pk: int) -> LessonFile:
    return get_object_or_404(LessonFile.objects.visible_to(request.membership).select_related("file"), pk=pk)
