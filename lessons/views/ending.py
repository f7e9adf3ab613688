"""The end of a lesson: another takes its place, it is taken out of use, or it is brought back."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from lessons import policies
from lessons.actions import ending
from lessons.forms.ending import RetireForm, SupersedeForm
from lessons.models import Lesson
from lessons.reports.ending import similar_to
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest


@requires(Permission.VALIDATE)
def lesson_supersede(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Another lesson says it better, or says what is so today."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_move(request.membership, lesson, "supersede", on=timezone.localdate(request.now)):
        return redirect(lesson)
    similar = similar_to(lesson, request.membership)
    form = SupersedeForm(sent(request), lesson=lesson, membership=request.membership, similar=similar)
    if form.is_valid():
        with refusals_on(form, "number"):
            other = form.cleaned_data["lesson"]
            ending.supersede_lesson(lesson, by=request.membership, at=request.now, other=other)
            return done(request, worded("Whoever opens this lesson is led to the newer one."), lesson)
    return _form_of_lesson(request, lesson, form, "A newer one takes its place", "Replace it")


@requires(Permission.VALIDATE)
def lesson_retire(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Nobody should use it any more."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_move(request.membership, lesson, "retire", on=timezone.localdate(request.now)):
        return redirect(lesson)
    form = RetireForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "end_reason"):
            reason = form.cleaned_data["end_reason"]
            ending.retire_lesson(lesson, by=request.membership, at=request.now, reason=reason)
            return done(request, worded("The lesson is out of the lists. You can bring it back at any time."), lesson)
    return _form_of_lesson(request, lesson, form, "Take it out of use", "Take it out of use")


@requires(Permission.VALIDATE)
@require_POST
def lesson_bring_back(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """It holds after all."""
    lesson = lesson_or_404(request, pk)
    with refusals_said(request):
        ending.bring_back_lesson(lesson, by=request.membership, at=request.now)
        return done(request, worded("The lesson is in use again, and stands where it stood before."), lesson)
    return redirect(lesson)


def _form_of_lesson(
    request: MemberRequest, lesson: Lesson, form: SupersedeForm | RetireForm, title: str, verb: str
) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        verb=verb,
        intro=lesson.words.title,
        back=lesson.get_absolute_url(),
        back_words=worded("Back to the lesson"),
        crumbs=[
            (worded("Lessons"), reverse("lesson_list", args=[lesson.organisation.slug])),
            (f"{worded('Lesson')} {lesson.pk}", lesson.get_absolute_url()),
        ],
    )
