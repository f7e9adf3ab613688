"""Answering: read what becomes of it, then one criterion a page, then finish. The same for members and guests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from kmportal.lib.days import clock
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.forms import posted, sent, status_of
from kmportal.lib.pagination import whole_number
from kmportal.lib.view_kit import refusals_said
from organisations.access import guest, requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest
from selfassessment import policies
from selfassessment.actions import answering
from selfassessment.actions.answering import BEGUN_AS_ANOTHER, BEGUN_ELSEWHERE, Changed, Saved
from selfassessment.forms.answering import DONT_KNOW, AnswerForm, NameForm
from selfassessment.models import Answer, Asked, AskedCount, Assessment
from selfassessment.scoring import FLOOR
from selfassessment.views import visitors
from selfassessment.views.sheets import Place, Sheet, criterion_at
from selfassessment.views.visitors import AnswerRequest, Visitor

AnswerView = Callable[..., HttpResponseBase]
# What somebody may have typed on the page of a question.
KEPT = (("comment", "Comment"), ("evidence", "Evidence"))
NO_COOKIES = (
    "Your browser does not keep cookies. Allow them for this site: without one, your answers cannot be found again."
)


def by_code(view: AnswerView) -> AnswerView:
    """Hand the view the visitor behind a link; days and times are the organisation’s."""

    @never_cache
    @wraps(view)
    def opened(request: GuestRequest, code: str, **kwargs: int) -> HttpResponseBase:
        visitor = visitors.visitor_by_code(request, code)
        with visitor.assessment.organisation.at_home():
            return view(request, visitor, **kwargs)

    return guest(opened)


def by_membership(view: AnswerView) -> AnswerView:
    """Hand the view the signed-in member as a visitor."""

    @requires(Permission.READ)
    @never_cache
    @wraps(view)
    def opened(request: MemberRequest, organisation: Organisation, pk: int, **kwargs: int) -> HttpResponseBase:
        rounds = Assessment.objects.visible_to(request.membership).select_related("framework", "facilitator")
        assessment = get_object_or_404(rounds.exclude(state=Assessment.State.DRAFT), pk=pk)
        assessment.organisation = organisation
        return view(request, visitors.visitor_as_member(request, assessment), **kwargs)

    return opened


# --- The three pages -------------------------------------------------------------------------------------------------


def _start_page(request: AnswerRequest, visitor: Visitor) -> HttpResponse:
    """What the round is, who sees what; and in. Once begun: where one stopped."""
    assessment = visitor.assessment
    if assessment.is_closed:
        return _draw_closed(request, visitor)
    sheet = Sheet(visitor)
    refusal = _why_not_now(visitor, sheet)
    form = NameForm(sent(request)) if visitor.needs_name else None
    if request.method == "POST" and sheet.is_begun and "else" not in request.POST:
        return redirect(sheet.next_url)
    if request.method == "POST" and not refusal and (form is None or form.is_valid()) and _may_begin(request, visitor):
        answer = redirect(f"{visitor.question_url(1)}?begun")
        visitors.give_key(answer, visitor, name=form.cleaned_data["name"] if form else "")
        return answer
    count = Asked.objects.count_of(assessment) if visitor.asked else None
    values = {
        "visitor": visitor,
        "assessment": assessment,
        "sheet": sheet,
        "refusal": refusal,
        "form": form,
        "other": _find_signed_in(request, visitor),
        "is_past": _is_past_close(assessment),
        "floor": FLOOR,
        "count": count,
        # Of a page without numbers none: who is asked while they read it reads them before they begin.
        "seen": "-".join(map(str, count or AskedCount(0, 0, 0))),
    }
    return render(request, "selfassessment/answer_start.html", values, status=status_of(form) if form else 200)


def _may_begin(request: AnswerRequest, visitor: Visitor) -> bool:
    """Whether nobody was asked since the page was read; else the page is shown again, with why."""
    numbers = [whole_number(part) for part in posted(request, "seen").split("-")]
    seen = AskedCount(*(number or 0 for number in numbers)) if len(numbers) == len(AskedCount._fields) else None
    with refusals_said(request):
        answering.begin_answering(visitor.assessment, by=visitor.respondent, seen=seen)
        return True
    return False


def _question_page(request: AnswerRequest, visitor: Visitor, number: int) -> HttpResponse:
    """One criterion: read, choose, on to the next. Works by plain posts, and saves by itself with JavaScript."""
    if visitor.assessment.is_closed:
        return _question_closed(request, visitor)
    sheet = Sheet(visitor)
    if sheet.is_begun_as_another:
        return _question_begun_as_another(request, sheet, number)
    if not sheet.is_begun or not policies.may_answer(visitor.respondent, visitor.assessment):
        if "begun" in request.GET:
            messages.error(request, NO_COOKIES)
        return redirect(visitor.start_url)
    if request.method != "POST":
        place = sheet.place(number)
        return _draw_question(request, sheet, place, AnswerForm(initial=AnswerForm.values_of(place.answer)))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show_errors(request, sheet, sheet.place(number), form)
    return _keep_answer(request, sheet, number, form)


def _keep_answer(request: AnswerRequest, sheet: Sheet, number: int, form: AnswerForm) -> HttpResponse:
    """Save one answer. Only this question is read, so that saving while somebody types stays light."""
    visitor = sheet.visitor
    criterion, is_last = criterion_at(visitor.assessment, number)
    with _refusal_kept() as refusals:
        saved = answering.save_answer(
            visitor.assessment,
            criterion,
            by=visitor.respondent,
            choice=form.choice(),
            seen=form.cleaned_data["version"],
        )
        return _answer_saved(request, sheet, number, form, saved, is_last=is_last)
    return _answer_refused(request, sheet, number, form, refusals[0])


@contextmanager
def _refusal_kept() -> Iterator[list[Refusal]]:
    """Put what the action inside refuses into the list that it yields: for pages and for JSON alike."""
    refusals: list[Refusal] = []
    try:
        yield refusals
    except Refusal as refusal:
        refusals.append(refusal)


def _finish_page(request: AnswerRequest, visitor: Visitor) -> HttpResponse:
    """The end: what is still open, and thanks. Everything can be changed until the round closes."""
    if visitor.assessment.is_closed:
        return _draw_closed(request, visitor)
    sheet = Sheet(visitor)
    if not sheet.response:
        return redirect(visitor.start_url)
    if request.method == "POST":
        with refusals_said(request):
            answering.finish_answering(visitor.assessment, by=visitor.respondent)
        return redirect(visitor.finish_url)
    assessment = visitor.assessment
    values = {"visitor": visitor, "assessment": assessment, "sheet": sheet, "is_past": _is_past_close(assessment)}
    return render(request, "selfassessment/answer_finish.html", values)


# --- What a save is answered -----------------------------------------------------------------------------------------


def _answer_saved(
    request: AnswerRequest, sheet: Sheet, number: int, form: AnswerForm, saved: Saved, *, is_last: bool
) -> HttpResponse:
    """On to the next page; to our own JavaScript the time and the version. Who has named somebody is asked once first,
    with everything saved."""
    visitor, asked = sheet.visitor, form.to_ask
    if saved.is_full:
        return _show_too_many(request, visitor, number, saved.answer)
    if _wants_json(request):
        said = {"saved": clock(timezone.localtime(request.now)), "version": saved.answer.version}
        hint = {"hint": " ".join(keep.sentence for keep in asked), "kept": {keep.name: keep.value for keep in asked}}
        return JsonResponse({**said, **(hint if asked else {})})
    if asked:
        again = request.POST.copy()
        again["version"] = str(saved.answer.version)
        form.data = again
        return _draw_question(request, Sheet(visitor), sheet.place(number), form, is_saved=True)
    return redirect(_next_question_url(request, visitor, number, is_last=is_last))


def _answer_refused(
    request: AnswerRequest, sheet: Sheet, number: int, form: AnswerForm, refusal: Refusal
) -> HttpResponse:
    """Nothing was saved: because of another window, or because the round has closed meanwhile."""
    if isinstance(refusal, Changed):
        return _show_both_answers(request, sheet, sheet.place(number), form, refusal)
    if _wants_json(request):
        return JsonResponse({"problem": str(refusal)}, status=409)
    if Assessment.objects.closed().filter(pk=sheet.visitor.assessment.pk).exists():
        sheet.visitor.assessment.refresh_from_db()
        return _question_closed(request, sheet.visitor)
    messages.error(request, str(refusal))
    return redirect(sheet.visitor.start_url)


def _show_errors(request: AnswerRequest, sheet: Sheet, place: Place, form: AnswerForm) -> HttpResponse:
    """Something cannot be kept as it is, for example a comment that is too long."""
    if _wants_json(request):
        sentences = [str(error) for name in form.errors for error in form[name].errors if name in form.fields]
        return JsonResponse({"problem": " ".join(sentences) or "This cannot be saved."}, status=422)
    return _draw_question(request, sheet, place, form, status=422)


def _show_too_many(request: AnswerRequest, visitor: Visitor, number: int, answer: Answer) -> HttpResponse:
    """The rest is kept, but five matter most already."""
    if _wants_json(request):
        sentence = "Five questions already matter most to you. Remove one of them first."
        return JsonResponse({"problem": sentence, "version": answer.version}, status=422)
    sheet = Sheet(visitor)
    form = AnswerForm(initial=AnswerForm.values_of(answer))
    return _draw_question(request, sheet, sheet.place(number), form, status=422, is_full=True)


def _show_both_answers(
    request: AnswerRequest, sheet: Sheet, place: Place, form: AnswerForm, changed: Changed
) -> HttpResponse:
    """Answered in another window meanwhile: both are shown, and the next press keeps what stands in the form."""
    if _wants_json(request):
        return JsonResponse({"problem": f"{changed} Load the page again to see it."}, status=409)
    said = form.cleaned_data
    mine = AnswerForm(initial={**said, "wanted": str(said["wanted"] or ""), "version": changed.answer.version})
    return _draw_question(request, sheet, place, mine, status=409, changed=changed.answer)


# --- Pieces ----------------------------------------------------------------------------------------------------------


def _why_not_now(visitor: Visitor, sheet: Sheet) -> str:
    """A sentence when this visitor cannot begin."""
    assessment = visitor.assessment
    if not policies.may_answer(visitor.respondent, assessment):
        who = f"Ask {assessment.facilitator}" if assessment.facilitator else worded("Ask the facilitator")
        return f"You were not asked to answer this {worded('round')}. {who} if you would like to."
    is_elsewhere = assessment.anonymous and visitor.asked is not None and visitor.asked.answered
    return BEGUN_ELSEWHERE if is_elsewhere and not sheet.response else ""


def _find_signed_in(request: AnswerRequest, visitor: Visitor) -> Membership | None:
    """Somebody opened a link while signed in here: they may rather answer as themselves."""
    if not visitor.is_by_link or not request.user.is_authenticated:
        return None
    members = Membership.objects.current().filter(organisation=visitor.assessment.organisation_id)
    return members.select_related("person").filter(person=request.user.pk).first()


def _is_past_close(assessment: Assessment) -> bool:
    """The closing date asks people to hurry; it closes nothing by itself."""
    return assessment.closes_on < timezone.localdate()


def _wants_json(request: AnswerRequest) -> bool:
    """Whether our own JavaScript asks."""
    return "application/json" in request.headers.get("Accept", "")


def _next_question_url(request: AnswerRequest, visitor: Visitor, number: int, *, is_last: bool) -> str:
    """Where the pressed button leads."""
    then = request.POST.get("then", "next")
    if then == "stop":
        return visitor.start_url
    if then == "back":
        return visitor.question_url(max(1, number - 1))
    return visitor.finish_url if is_last else visitor.question_url(number + 1)


def _draw_question(
    request: AnswerRequest, sheet: Sheet, place: Place, form: AnswerForm, *, status: int = 200, **values: object
) -> HttpResponse:
    """The page of one criterion with what the form holds."""
    visitor, framework = sheet.visitor, sheet.visitor.assessment.framework
    now, wanted = form["now"].value(), form["wanted"].value()
    levels = [
        (str(n), name, statement)
        for n, (name, statement) in enumerate(zip(framework.level_names, place.criterion.statements, strict=False), 1)
    ]
    context = {
        "visitor": visitor,
        "assessment": visitor.assessment,
        "sheet": sheet,
        "place": place,
        "form": form,
        "levels": levels,
        "now": str(now or ""),
        "wanted": str(wanted or ""),
        "dont_know": DONT_KNOW,
        "others": [other for other in sheet.chosen if other.number != place.number],
        "chosen": len(sheet.chosen),
        "is_last": place.number == len(sheet.places),
        **values,
    }
    return render(request, "selfassessment/answer_question.html", context, status=status)


def _question_closed(request: AnswerRequest, visitor: Visitor) -> HttpResponse:
    """The round has closed while somebody was writing. What they typed was not saved; it is theirs to copy."""
    if request.method == "POST" and _wants_json(request):
        return JsonResponse({"problem": answering.CLOSED_UNSAVED}, status=409)
    typed = [(label, text) for name, label in KEPT if (text := posted(request, name).strip())]
    return _draw_closed(request, visitor, typed=typed)


def _question_begun_as_another(request: AnswerRequest, sheet: Sheet, number: int) -> HttpResponse:
    """Somebody was asked, or is no longer asked, since they began: nothing is saved, what they typed is theirs to copy,
    and the first page has more to read."""
    if request.method != "POST":
        messages.info(request, BEGUN_AS_ANOTHER)
        return redirect(sheet.visitor.start_url)
    if _wants_json(request):
        return JsonResponse({"problem": f"{BEGUN_AS_ANOTHER} Copy what you typed first."}, status=409)
    form = AnswerForm(request.POST)
    form.is_valid()
    return _draw_question(request, sheet, sheet.place(number), form, status=409, again=BEGUN_AS_ANOTHER)


def _draw_closed(request: AnswerRequest, visitor: Visitor, **values: object) -> HttpResponse:
    """Nothing more can be added; members go on to the results."""
    values = {"visitor": visitor, "assessment": visitor.assessment, **values}
    return render(request, "selfassessment/answer_closed.html", values, status=410)


answer_start, assessment_answer = by_code(_start_page), by_membership(_start_page)
answer_question, assessment_question = by_code(_question_page), by_membership(_question_page)
answer_finish, assessment_finish = by_code(_finish_page), by_membership(_finish_page)
