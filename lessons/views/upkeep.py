"""Keeping lessons fresh: what one looks after, who looks after a lesson, the intervals, and the link of the mail."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kmportal.lib.domain_words import worded
from kmportal.lib.forms import sent, status_of
from kmportal.lib.view_kit import done, form_page, refusals_on
from lessons import keepers
from lessons.actions import upkeep as actions
from lessons.forms.upkeep import KeeperForm, MonthsForm, TurnForm
from lessons.models import ReviewRule, ReviewTurn, State, Upkeep
from lessons.reports import ListHead
from lessons.reports.upkeep import UpkeepPage
from lessons.tokens import is_token_of_turn
from lessons.views.experts import BAD_LINK
from lessons.views.finding import lesson_or_404
from organisations.access import guest, requires
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.requests import GuestRequest, MemberRequest

PER_PAGE = 30
Answer = ReviewTurn.Answer


@requires(Permission.CONTRIBUTE)
@require_safe
def upkeep_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """What one is asked about this month, and all that one looks after."""
    shown = UpkeepPage.build(request.membership, on=timezone.localdate(request.now))
    page = Paginator(shown.kept, PER_PAGE).get_page(request.GET.get("page"))
    context = {"turns": shown.turns, "page": page, "head": ListHead.build(request.membership, "upkeep")}
    return render(request, "lessons/upkeep_list.html", context)


@requires(Permission.CONTRIBUTE)
def lesson_keeper(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Who looks after a lesson, who stands in, where it belongs, and when it is looked at again."""
    lesson = lesson_or_404(request, pk)
    if not keepers.may_choose_keeper(request.membership, lesson):
        raise PermissionDenied
    upkeep = Upkeep.objects.filter(lesson=lesson).first()
    initial: dict[str, Any] = {"review_on": lesson.review_on}
    if upkeep is not None:
        initial |= {"owner": upkeep.owner_id, "deputy": upkeep.deputy_id, "group": upkeep.group_id}
    form = KeeperForm(sent(request), lesson=lesson, upkeep=upkeep, initial=initial)
    if form.is_valid():
        with refusals_on(form, "owner"):
            actions.set_keeper(lesson, by=request.membership, at=request.now, **form.cleaned_data)
            return done(request, "It is saved.", lesson)
    return form_page(
        request,
        form,
        title=worded("Who looks after this lesson?"),
        verb="Save",
        intro=worded(
            "Now and then they are asked whether it is still right: a few lessons a month, in the daily mail."
        ),
        back=lesson.get_absolute_url(),
        crumbs=[(lesson.words.title, lesson.get_absolute_url())],
    )


@requires(Permission.FACILITATE)
def review_rule_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """After how many months each kind of lesson is looked at again."""
    form = MonthsForm(sent(request), months=ReviewRule.objects.months_in(organisation))
    if form.is_valid():
        with refusals_on(form):
            for kind, months in form.cleaned_data.items():
                actions.set_review_months(organisation, by=request.membership, at=request.now, kind=kind, months=months)
            return done(request, "It is saved.", "review_rule_list", organisation.slug)
    context = {"form": form, "head": ListHead.build(request.membership, "months")}
    return render(request, "lessons/review_rule_list.html", context, status=status_of(form))


@never_cache
@guest
def review_turn(request: GuestRequest, pk: int, token: str) -> HttpResponse:
    """Read a lesson, and say whether it is still right, by the link of the mail or of one’s list. Opening it changes
    nothing, so that a program that looks at links in mails answers nothing."""
    near = ("lesson__organisation", "lesson__revision", "lesson__author", "person")
    turn = ReviewTurn.objects.select_related(*near).filter(pk=pk).first()
    if turn is None or turn.person is None or not is_token_of_turn(token, turn):
        heading = "This link does not work"
        return render(request, "lessons/turn_closed.html", {"heading": heading, "why": BAD_LINK}, status=404)
    with turn.lesson.organisation.at_home():
        return _turn_page(request, turn, token)


def _turn_page(request: GuestRequest, turn: ReviewTurn, token: str) -> HttpResponse:
    lesson = turn.lesson
    members = Membership.objects.current().filter(organisation=lesson.organisation, person=turn.person_id)
    member = members.select_related("organisation", "person").first()
    if member is None or not keepers.may_answer_turn(member, turn):
        why = worded("You can no longer read this lesson. There is nothing more to do.")
        return render(request, "lessons/turn_closed.html", {"heading": "Thank you", "why": why}, status=410)
    if turn.answered_at is None and keepers.may_be_kept(lesson):
        upkeep = Upkeep.objects.filter(lesson=lesson).select_related("deputy").first()
        deputy = upkeep.deputy if upkeep and upkeep.deputy_id != member.person_id else None
        form = TurnForm(sent(request), deputy=deputy)
        if form.is_valid():
            with refusals_on(form):
                actions.answer_turn(turn, by=member, at=request.now, token=token, **form.cleaned_data)
                return redirect(request.path)
        context = {"turn": turn, "lesson": lesson, "words": lesson.words, "form": form}
        return render(request, "lessons/review_turn.html", context, status=status_of(form))
    why = _thanks(turn) if turn.answer else worded("This lesson is no longer in use.")
    context = {"heading": "Thank you", "why": why, "turn": turn, "lesson": lesson}
    return render(request, "lessons/turn_closed.html", context)


def _thanks(turn: ReviewTurn) -> str:
    """What came of an answer; it names only those who were told. Whoever answered is told nothing."""
    lesson = turn.lesson
    match turn.answer:
        case Answer.KEEP:
            return "It is looked at again when its time has come."
        case Answer.PASS:
            return "Whoever looks after it now is told."
        case Answer.RETIRE if lesson.state == State.RETIRED:
            return worded("The lesson is out of use. Your reason stands on its page.")
    told = []
    if lesson.author_id not in {None, turn.person_id} and not lesson.is_safe:
        told.append("its author")
    if lesson.validated_by_id not in {None, turn.person_id, lesson.author_id}:
        told.append("whoever checked it")
    stands = "What you wrote stands beside it"
    return f"{stands}, and {' and '.join(told)} {ngettext('is', 'are', len(told))} told." if told else f"{stands}."
