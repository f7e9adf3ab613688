"""An expert without account: those who check ask and see the answers, and whoever holds a link answers."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kmportal.lib.forms import sent, status_of
from kmportal.lib.mail import can_leave
from kmportal.lib.view_kit import done, refusals_on
from lessons import policies
from lessons.actions import experts
from lessons.forms.experts import AskExpertForm, OpinionForm
from lessons.models import ExpertQuestion, Lesson
from lessons.reports.experts import question_rows
from lessons.tokens import is_token_of
from lessons.views.finding import lesson_or_404
from organisations.access import guest, requires
from organisations.models import Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest

BAD_LINK = "Perhaps a part of it got lost: copy the whole of it, or ask for a new one."


@requires(Permission.VALIDATE)
@never_cache
def expert_list(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Whom somebody has asked about a lesson, their links and answers; and asking one more."""
    lesson = lesson_or_404(request, pk)
    if not policies.may_ask_expert(request.membership, lesson):
        raise PermissionDenied
    form = AskExpertForm(sent(request))
    if form.is_valid():
        with refusals_on(form, "whom"):
            row = experts.ask_expert(lesson, by=request.membership, at=request.now, **form.cleaned_data)
            goes = bool(row.email) and can_leave()
            said = f"The link goes to {row.email}." if goes else "The link is made. Copy it below and send it."
            return done(request, said, "expert_list", organisation.slug, pk)
    rows = question_rows(lesson, on=timezone.localdate(request.now))
    context = {"lesson": lesson, "rows": rows, "form": form, "can_mail": can_leave()}
    return render(request, "lessons/expert_list.html", context, status=status_of(form))


@requires(Permission.VALIDATE)
@require_POST
def expert_revoke(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Take a link back."""
    readable = Lesson.objects.visible_to(request.membership).filter(organisation=organisation)
    row = get_object_or_404(ExpertQuestion.objects.select_related("lesson__organisation"), pk=pk, lesson__in=readable)
    experts.revoke_question(row, by=request.membership, at=request.now)
    return done(request, "The link opens nothing any more.", "expert_list", organisation.slug, row.lesson_id)


@never_cache
@guest
def expert_answer(request: GuestRequest, pk: int, token: str) -> HttpResponse:
    """Read one version, and say whether it is right. Opening it changes nothing, so that a program that looks at links
    in mails answers nothing."""
    near = ("lesson__organisation", "lesson__revision", "revision", "asked_by")
    question = ExpertQuestion.objects.select_related(*near).filter(pk=pk).first()
    if question is None or not is_token_of(token, question):
        return render(
            request, "lessons/expert_closed.html", {"heading": "This link does not work", "why": BAD_LINK}, status=404
        )
    with question.lesson.organisation.at_home():
        return _answer_page(request, question, token)


def _answer_page(request: GuestRequest, question: ExpertQuestion, token: str) -> HttpResponse:
    form = OpinionForm(sent(request))
    if form.is_valid():
        with refusals_on(form):
            experts.answer_as_expert(question, token=token, at=request.now, **form.cleaned_data)
            return redirect(request.path)
    question.refresh_from_db(fields=["answered_at", "revoked_at"])
    if why := policies.why_closed_to_expert(question, on=timezone.localdate(request.now)):
        status = 200 if question.answered_at else 410
        heading = "Thank you" if question.answered_at else "This link opens nothing any more"
        context = {"heading": heading, "why": why, "question": question}
        return render(request, "lessons/expert_closed.html", context, status=status)
    context = {"question": question, "words": question.revision, "form": form}
    return render(request, "lessons/expert_answer.html", context, status=status_of(form))
