"""What a respondent does. Nobody but the respondent’s own key or sign-in leads to their answers.

No row of the trail, no moment: in an anonymous round nothing here may be laid beside a list of people.
"""

from dataclasses import dataclass

from django.db import transaction

from kmportal.lib.exceptions import Refusal, Stale
from organisations.models import Person
from selfassessment.models import Answer, Asked, Assessment, Criterion, Response

SLOTS = frozenset(range(1, 6))
BEGUN_ELSEWHERE = (
    "You have already begun to answer, in another browser or on another device. Carry on there. "
    "Nobody else can find your answers, and neither can we."
)


@dataclass(frozen=True)
class Respondent:
    """Somebody who answers. ``key`` is the hash that finds their response again.

    In an anonymous round person and name are never written, whatever stands here.
    """

    key: str
    person: Person | None = None
    name: str = ""
    asked: Asked | None = None


@dataclass(frozen=True)
class Choice:
    """What somebody says about one criterion. *Don’t know* and a level for now exclude each other."""

    now: int | None = None
    wanted: int | None = None
    dont_know: bool = False
    comment: str = ""
    evidence: str = ""
    matters: bool = False

    @classmethod
    def of(cls, answer: Answer) -> "Choice":
        return cls(
            now=answer.now,
            wanted=answer.wanted,
            dont_know=answer.dont_know,
            comment=answer.comment,
            evidence=answer.evidence,
            matters=answer.slot is not None,
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
def answer(assessment: Assessment, criterion: Criterion, *, by: Respondent, choice: Choice, seen: int) -> Saved:
    """Keep what somebody says about one criterion. ``seen`` is the version that was on their screen, 0 for none.

    Sent twice it is kept once. Raises ``Changed`` when the row has moved on and says something else, and refuses when
    the round is not open, or when somebody who has begun in another browser begins again in an anonymous round.
    """
    fresh = Assessment.objects.select_for_update().get(pk=assessment.pk)
    if not fresh.is_open:
        raise Refusal("This round is closed, so nothing more can be added. What you said before counts.")
    response = _response(fresh, by)
    slots = {row.criterion_id: row for row in response.answers.all()}
    row = slots.get(criterion.pk) or Answer(response=response, criterion=criterion, version=0)
    if row.version != seen:
        if row.version and Choice.of(row) == choice:
            return Saved(row)
        if row.version:
            raise Changed(row)
    taken = {other.slot for other in slots.values() if other.slot}
    slot = row.slot
    if choice.matters and slot is None:
        slot = min(SLOTS - taken, default=None)
    elif not choice.matters:
        slot = None
    row.now, row.wanted, row.dont_know = choice.now, choice.wanted, choice.dont_know
    row.comment, row.evidence, row.slot = choice.comment, choice.evidence, slot
    row.version += 1
    row.save(force_insert=row.version == 1)
    if by.asked and not by.asked.answered:
        Asked.objects.filter(pk=by.asked.pk).update(answered=True)
        by.asked.answered = True
    return Saved(row, is_full=choice.matters and slot is None)


@transaction.atomic
def finish(assessment: Assessment, *, by: Respondent) -> None:
    """Say that one is done. Everything can still be changed until the round closes. Safe to repeat."""
    Response.objects.of(assessment, key=by.key, person=by.person).update(is_finished=True)


def _response(assessment: Assessment, by: Respondent) -> Response:
    """The respondent’s response; made with the first answer, so that looking at the questions leaves nothing."""
    response = Response.objects.of(assessment, key=by.key, person=by.person).first()
    if response is not None:
        return response
    # Asked anew: the round is held since, and two browsers of one person may have come at the same moment.
    if assessment.anonymous and by.asked and Asked.objects.filter(pk=by.asked.pk, answered=True).exists():
        raise Refusal(BEGUN_ELSEWHERE)
    named = not assessment.anonymous
    return Response.objects.create(
        assessment=assessment,
        key=by.key,
        anonymous=assessment.anonymous,
        person=by.person if named else None,
        name=by.name if named and by.person is None else "",
    )
