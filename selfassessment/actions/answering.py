"""What a respondent does. Nobody but the respondent’s own key or sign-in leads to their answers.

The respondent’s right is asked like everybody’s, but nothing is told: no event, no row of the trail, no moment. In an
anonymous round nothing here may be laid beside a list of people (docs/decisions/0006 and 0024), so that somebody who
was asked has answered is noted apart from the answers, in a transaction of its own.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.unlinking import rewrite_in_random_order
from organisations.policies import require_that
from selfassessment import policies
from selfassessment.models import LAST_VERSION, Answer, Asked, AskedCount, Assessment, Criterion, Response
from selfassessment.respondents import Choice, Respondent
from selfassessment.workflow import lock_assessment

SLOTS = frozenset(range(1, 6))
CLOSED = _("This round is closed, so nothing more can be added. What you said before counts.")
CLOSED_UNSAVED = _(
    "This round is closed, so nothing more can be added. What you said before counts. "
    "What you typed now was not saved: copy it if you want to keep it."
)
BEGUN_ELSEWHERE = (
    "You have already begun to answer, in another browser or on another device, or before your password was changed. "
    "Only the browser in which you began has the key to your answers, and only with the password of that time."
)
BEGUN_AS_ANOTHER = (
    "Since you began, you have been asked one by one, or you are no longer asked. Other rules hold for your answers "
    "now. Read them and start again."
)


@dataclass(frozen=True)
class Saved:
    """The answer as it stands now. ``is_full``: five matter most already, so this one was not added to them."""

    answer: Answer
    is_full: bool = False


class Changed(Stale):
    """The same person answered the same question in another window meanwhile. Nothing was written."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("You have changed this answer in another window.")
        self.answer = answer


@transaction.atomic
def begin_answering(assessment: Assessment, *, by: Respondent, seen: AskedCount | None = None) -> None:
    """Begin, having read how many were asked: from now on nobody is added to them whom the floor would believe.

    ``seen`` is what stood on the page; raises ``Stale`` when more were asked meanwhile. Nothing says who began.
    Idempotent.
    """
    fresh = _lock_response(by, assessment)
    if by.asked is None:
        return
    if seen is not None and seen != Asked.objects.count_of(fresh):
        raise Stale("More people have been asked meanwhile. Read how many they are now, and then start.")
    if fresh.begun_on is None:
        Assessment.objects.filter(pk=fresh.pk).update(begun_on=timezone.localdate())


def save_answer(assessment: Assessment, criterion: Criterion, *, by: Respondent, choice: Choice, seen: int) -> Saved:
    """Keep what somebody says about one criterion. ``seen`` is the version that was on their screen, 0 for none. Each
    version is a random number, another one than before.

    Idempotent: sent twice it is kept once. Raises ``Changed`` when the row has moved on and says something else, and
    refuses when the round is not open, when somebody who has begun in another browser begins again in an anonymous
    round, and when the first answer of somebody comes who was asked, or is no longer, since they began.

    Two transactions there: what is broken off between them is carried on by the same browser, which holds the card.
    """
    if by.has_changed and not Response.objects.of(assessment, key=by.key, person=by.person).exists():
        raise Refusal(BEGUN_AS_ANOTHER)
    if assessment.anonymous and by.asked and not by.asked.answered:
        _take_card(assessment, by)
    return _save_answer(assessment, criterion, by=by, choice=choice, seen=seen)


@transaction.atomic
def _take_card(assessment: Assessment, by: Respondent) -> None:
    """Note that this person’s one set of answers is taken, and by which browser: a hash that leads to no answer.

    Everybody who was asked is written anew with it, in random order, so that the rows do not say who came when.
    """
    assert by.asked is not None  # noqa: S101  asked before
    fresh = _lock_response(by, assessment)
    asked = Asked.objects.get(pk=by.asked.pk)
    if not asked.answered:
        Asked.objects.filter(pk=asked.pk).update(answered=True, card=by.card)
        rewrite_in_random_order(Asked.objects.filter(assessment=fresh))


@transaction.atomic
def _save_answer(assessment: Assessment, criterion: Criterion, *, by: Respondent, choice: Choice, seen: int) -> Saved:
    fresh = _lock_response(by, assessment)
    response = _find_or_begin(fresh, by)
    said = {row.criterion_id: row for row in response.answers.all()}
    row = said.get(criterion.pk) or Answer(response=response, criterion=criterion, version=0)
    if row.version != seen:
        if row.version and Choice.of(row) == choice:
            return Saved(row)
        if row.version:
            raise Changed(row)
    row.slot = _choose_slot(row, said.values(), matters=choice.matters)
    row.now, row.wanted, row.dont_know = choice.now, choice.wanted, choice.dont_know
    row.comment, row.evidence = choice.comment, choice.evidence
    refuse_invalid(row, "now", "wanted", "comment", "evidence")
    is_new = not row.version
    row.version = _next_version(row.version)
    row.save(force_insert=is_new)
    _note_unmixed(fresh)
    if by.asked and not by.asked.answered:
        if not fresh.anonymous:
            Asked.objects.filter(pk=by.asked.pk).update(answered=True)
        by.asked.answered = True
    return Saved(row, is_full=choice.matters and row.slot is None)


@transaction.atomic
def finish_answering(assessment: Assessment, *, by: Respondent) -> None:
    """Say that one is done. Everything can still be changed until the round closes. Idempotent."""
    fresh = _lock_response(by, assessment)
    Response.objects.of(fresh, key=by.key, person=by.person).update(is_finished=True)
    _note_unmixed(fresh)


def _lock_response(by: Respondent, assessment: Assessment) -> Assessment:
    """The open round, held, for somebody who may answer it today: the link may have been turned off a moment ago."""
    fresh = lock_assessment(assessment)
    require_that(policies.may_answer(by, fresh))
    if not fresh.is_open:
        raise Refusal(CLOSED)
    return fresh


def _note_unmixed(fresh: Assessment) -> None:
    """Have the timetable put the answers of this round in random order."""
    if fresh.anonymous and not fresh.is_unmixed:
        Assessment.objects.filter(pk=fresh.pk).update(is_unmixed=True)


def _next_version(now: int) -> int:
    """A random number, not the next one: how often each question was saved can be counted in the log of a proxy, and
    beside the rows that would say whose they are."""
    return next(found for found in iter(lambda: 1 + secrets.randbelow(LAST_VERSION), 0) if found != now)


def _choose_slot(row: Answer, answers: Iterable[Answer], *, matters: bool) -> int | None:
    """One of the five places for what matters most: the one that it has, or a free one; None without one."""
    if not matters or row.slot is not None:
        return row.slot if matters else None
    return min(SLOTS - {answer.slot for answer in answers}, default=None)


def _find_or_begin(assessment: Assessment, by: Respondent) -> Response:
    """The respondent’s response; made with the first answer, so that looking at the questions leaves nothing."""
    response = Response.objects.of(assessment, key=by.key, person=by.person).first()
    if response is not None:
        return response
    if by.has_changed:
        raise Refusal(BEGUN_AS_ANOTHER)
    # Two browsers of one person may have come at the same moment: one of them has taken the card.
    if assessment.anonymous and by.asked and not Asked.objects.filter(pk=by.asked.pk, card=by.card).exists():
        raise Refusal(BEGUN_ELSEWHERE)
    named = not assessment.anonymous
    return Response.objects.create(
        assessment=assessment,
        key=by.key,
        anonymous=assessment.anonymous,
        way=Response.Way.ASKED if by.asked else Response.Way.LINK,
        person=by.person if named else None,
        name=by.name if named and by.person is None else "",
    )
