"""Answering: read what becomes of it, then one criterion a page, then finish. The same for members and guests."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from kmportal.lib.days import clock
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import sent, status_of
from organisations.access import guest, requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from selfassessment import actions
from selfassessment.actions.answering import BEGUN_ELSEWHERE
from selfassessment.forms import DONT_KNOW, AnswerForm, NameForm
from selfassessment.models import Answer, Assessment
from selfassessment.scoring import FLOOR
from selfassessment.views import visitors
from selfassessment.views.sheets import Place, Sheet, criterion_at
from selfassessment.views.visitors import Visitor

Answering = Callable[..., HttpResponse]
NO_COOKIES = (
    "Your browser does not keep cookies. Allow them for this site: without one, your answers cannot be found again."
)


def by_code(view: Answering) -> Answering:
    """Hand the view the visitor behind a link; days and times are the organisation’s."""

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, code: str, **kwargs: int) -> HttpResponse:
        visitor = visitors.guest(request, code)
        with timezone.override(visitor.assessment.organisation.time_zone):
            return view(request, visitor, **kwargs)

    return guest(opened)


def by_membership(view: Answering) -> Answering:
    """Hand the view the signed-in member as a visitor."""

    @requires(Permission.READ)
    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, organisation: Organisation, pk: int, **kwargs: int) -> HttpResponse:
        rounds = Assessment.objects.visible_to(request.membership).select_related("framework", "facilitator")
        assessment = get_object_or_404(rounds.exclude(state=Assessment.State.DRAFT), pk=pk)
        assessment.organisation = organisation
        return view(request, visitors.member(request, assessment, request.membership), **kwargs)

    return opened


# --- The three pages ----------------------------------------------------------------------------------------------


def _start(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What the round is, who sees what; and in. Once begun: where one stopped."""
    assessment = visitor.assessment
    if assessment.is_closed:
        return _closed(request, visitor)
    sheet = Sheet(visitor)
    refusal = _why_not(request, visitor, sheet)
    form = NameForm(sent(request)) if visitor.needs_name else None
    if request.method == "POST" and sheet.is_begun and "else" not in request.POST:
        return redirect(sheet.next_url)
    if request.method == "POST" and not refusal and (form is None or form.is_valid()):
        answer = redirect(f"{visitor.question_url(1)}?begun")
        visitors.let_in(answer, visitor, name=form.cleaned_data["name"] if form else "")
        return answer
    values = {"visitor": visitor, "assessment": assessment, "sheet": sheet, "refusal": refusal, "form": form}
    values |= {"other": _signed_in_member(request, visitor), "is_past": _is_past(assessment), "floor": FLOOR}
    return render(request, "selfassessment/answer_start.html", values, status=status_of(form) if form else 200)


def _question(request: HttpRequest, visitor: Visitor, number: int) -> HttpResponse:
    """One criterion: read, choose, on to the next. Works by plain posts, and saves by itself with JavaScript."""
    if visitor.assessment.is_closed:
        return _closed(request, visitor)
    sheet = Sheet(visitor)
    if not sheet.is_begun:
        if "begun" in request.GET:
            messages.error(request, NO_COOKIES)
        return redirect(visitor.start_url)
    if request.method != "POST":
        place = sheet.place(number)
        return _draw(request, sheet, place, AnswerForm(initial=AnswerForm.values_of(place.answer)))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _not_kept(request, sheet, sheet.place(number), form)
    return _keep(request, sheet, number, form)


def _keep(request: HttpRequest, sheet: Sheet, number: int, form: AnswerForm) -> HttpResponse:
    """Save one answer. Only this question is read, so that saving while somebody types stays light."""
    visitor = sheet.visitor
    criterion, is_last = criterion_at(visitor.assessment, number)
    try:
        saved = actions.answer(
            visitor.assessment,
            criterion,
            by=visitor.respondent,
            choice=form.choice(),
            seen=form.cleaned_data["version"],
        )
    except actions.Changed as changed:
        return _changed(request, sheet, sheet.place(number), form, changed)
    except Refusal as refusal:
        if _is_fetch(request):
            return JsonResponse({"problem": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        return redirect(visitor.start_url)
    if saved.is_full:
        return _full(request, visitor, number, saved.answer)
    if _is_fetch(request):
        return JsonResponse({"saved": clock(timezone.localtime()), "version": saved.answer.version})
    return redirect(_on(request, visitor, number, is_last=is_last))


def _finish(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The end: what is still open, and thanks. Everything can be changed until the round closes."""
    if visitor.assessment.is_closed:
        return _closed(request, visitor)
    sheet = Sheet(visitor)
    if not sheet.response:
        return redirect(visitor.start_url)
    if request.method == "POST":
        actions.finish(visitor.assessment, by=visitor.respondent)
        return redirect(visitor.finish_url)
    assessment = visitor.assessment
    values = {"visitor": visitor, "assessment": assessment, "sheet": sheet, "is_past": _is_past(assessment)}
    return render(request, "selfassessment/answer_finish.html", values)


# --- Pieces -----------------------------------------------------------------------------------------------------------


def _why_not(request: HttpRequest, visitor: Visitor, sheet: Sheet) -> str:
    """A sentence when this visitor cannot begin."""
    assessment = visitor.assessment
    if visitor.person and visitor.asked is None and not assessment.link_nonce and not sheet.response:
        who = f"Ask {assessment.facilitator}" if assessment.facilitator else "Ask the facilitator"
        return f"You were not asked to answer this round. {who} if you would like to."
    is_elsewhere = assessment.anonymous and visitor.asked is not None and visitor.asked.answered
    return BEGUN_ELSEWHERE if is_elsewhere and not sheet.response else ""


def _signed_in_member(request: HttpRequest, visitor: Visitor) -> Membership | None:
    """Somebody opened a link while signed in here: they may rather answer as themselves."""
    if not visitor.is_by_link or not request.user.is_authenticated:
        return None
    members = Membership.objects.current().filter(organisation=visitor.assessment.organisation_id)
    return members.select_related("person").filter(person=request.user.pk).first()


def _is_past(assessment: Assessment) -> bool:
    """The closing date asks people to hurry; it closes nothing by itself."""
    return assessment.closes_on < timezone.localdate()


def _is_fetch(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _on(request: HttpRequest, visitor: Visitor, number: int, *, is_last: bool) -> str:
    """Where the pressed button leads."""
    then = request.POST.get("then", "next")
    if then == "stop":
        return visitor.start_url
    if then == "back":
        return visitor.question_url(max(1, number - 1))
    return visitor.finish_url if is_last else visitor.question_url(number + 1)


def _draw(
    request: HttpRequest, sheet: Sheet, place: Place, form: AnswerForm, *, status: int = 200, **values: object
) -> HttpResponse:
    visitor, framework = sheet.visitor, sheet.visitor.assessment.framework
    now, wanted = form["now"].value(), form["wanted"].value()
    levels = [
        (str(n), name, statement)
        for n, (name, statement) in enumerate(zip(framework.level_names, place.criterion.statements, strict=False), 1)
    ]
    others = [other for other in sheet.chosen if other.number != place.number]
    context = {
        "visitor": visitor, "assessment": visitor.assessment, "sheet": sheet, "place": place, "form": form,
        "levels": levels, "now": str(now or ""), "wanted": str(wanted or ""), "dont_know": DONT_KNOW, "others": others,
        "chosen": len(sheet.chosen), "is_last": place.number == len(sheet.places), **values,
    }  # fmt: skip
    return render(request, "selfassessment/answer_question.html", context, status=status)


def _not_kept(request: HttpRequest, sheet: Sheet, place: Place, form: AnswerForm) -> HttpResponse:
    """Something cannot be kept as it is, for example a comment that is too long."""
    if _is_fetch(request):
        sentences = [str(error) for name in form.errors for error in form[name].errors if name in form.fields]
        return JsonResponse({"problem": " ".join(sentences) or "This cannot be saved."}, status=422)
    return _draw(request, sheet, place, form, status=422)


def _full(request: HttpRequest, visitor: Visitor, number: int, answer: Answer) -> HttpResponse:
    """The rest is kept, but five matter most already."""
    if _is_fetch(request):
        sentence = "Five questions already matter most to you. Remove one of them first."
        return JsonResponse({"problem": sentence, "version": answer.version}, status=422)
    sheet = Sheet(visitor)
    form = AnswerForm(initial=AnswerForm.values_of(answer))
    return _draw(request, sheet, sheet.place(number), form, status=422, is_full=True)


def _changed(
    request: HttpRequest, sheet: Sheet, place: Place, form: AnswerForm, changed: actions.Changed
) -> HttpResponse:
    """Answered in another window meanwhile: both are shown, and the next press keeps what stands in the form."""
    if _is_fetch(request):
        return JsonResponse({"problem": f"{changed} Load the page again to see it."}, status=409)
    mine = AnswerForm(initial={**form.cleaned_data, "wanted": str(form.cleaned_data["wanted"] or ""),
                               "version": changed.answer.version})  # fmt: skip
    return _draw(request, sheet, place, mine, status=409, changed=changed.answer)


def _closed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    values = {"visitor": visitor, "assessment": visitor.assessment}
    return render(request, "selfassessment/answer_closed.html", values, status=410)


answer_start, assessment_answer = by_code(_start), by_membership(_start)
answer_question, assessment_question = by_code(_question), by_membership(_question)
answer_finish, assessment_finish = by_code(_finish), by_membership(_finish)
