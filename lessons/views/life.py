"""The later life of a lesson: it has changed something, it is still so, or not any more; and who waits for what."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent
from kmportal.lib.view_kit import done, form_page, refusals_on, refusals_said
from lessons import policies
from lessons.actions import life
from lessons.forms.review import FallBackForm, LearnForm
from lessons.models import Lesson
from lessons.reports import ListHead
from lessons.reports.life import WAITS, AgingList
from lessons.views.finding import lesson_or_404
from organisations.access import requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import MemberRequest

PER_PAGE = 50


@requires(Permission.VALIDATE)
def lesson_learned(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """What had to change has changed, and this is where one can see it."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_move(request.membership, lesson, "learn", on=timezone.localdate(request.now)):
        return redirect(lesson)
    form = LearnForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "evidence"):
            life.learn_lesson(lesson, by=request.membership, at=request.now, **form.cleaned_data)
            said = worded("The lesson has changed something. In six months you are asked whether it is still so.")
            return done(request, said, lesson)
    return _form_of_lesson(request, lesson, form, "What has changed?", "Yes, it has changed")


@requires(Permission.VALIDATE)
@require_POST
def lesson_embed(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """After six months: it is still so."""
    lesson = lesson_or_404(request, pk)
    with refusals_said(request):
        life.embed_lesson(lesson, by=request.membership, at=request.now)
        return done(request, "Good. It is still so.", lesson)
    return redirect(lesson)


@requires(Permission.VALIDATE)
def lesson_fall_back(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """It is not so any more."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_move(request.membership, lesson, "fall_back", on=timezone.localdate(request.now)):
        return redirect(lesson)
    form = FallBackForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "reason"):
            life.fall_back(lesson, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, worded("Something must change again. Add an action."), lesson)
    return _form_of_lesson(request, lesson, form, "It is not so any more", "Something must change again")


@requires(Permission.READ)
@require_safe
def lesson_aging(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Which lessons have waited how long for what, the longest first."""
    if not policies.may_see_aging(request.membership, organisation):
        raise PermissionDenied
    which = request.GET.get("waits", "")
    built = AgingList.build(request.membership, which if which in WAITS else "", on=timezone.localdate(request.now))
    page = Paginator(built.rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **vars(built),
        "page": page,
        "lines": built.lines_of(list(page)),
        "head": ListHead.build(request.membership, "aging"),
    }
    return render(request, "lessons/lesson_aging.html", context)


def _form_of_lesson(
    request: MemberRequest, lesson: Lesson, form: LearnForm | FallBackForm, title: str, verb: str
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
