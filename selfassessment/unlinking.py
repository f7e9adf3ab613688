"""Taking order and traces from the answers of anonymous rounds: docs/decisions/0024.

Nobody acts here: it is called at the close and by the timetable, and tells nothing.
"""

import secrets
import uuid
from collections import Counter

from django.db import transaction

from kmportal.lib.unlinking import remove_old_versions, rewrite_in_random_order, shuffle
from selfassessment import scoring
from selfassessment.models import Answer, Asked, Assessment, Response
from selfassessment.workflow import lock_assessment


def forget_who_answered(assessment: Assessment) -> None:
    """At the close of an anonymous round, in its transaction: who has answered is not needed any more and is forgotten,
    and so is what too few people said; all rows are put in random order under new names. What the other answers say,
    and by what right they were given, stays."""
    if not assessment.anonymous:
        return
    _forget(assessment)
    _rename(assessment)
    # Stays so until the old versions of the rows are gone, too.
    Assessment.objects.filter(pk=assessment.pk).update(is_unmixed=True)


def mix_answers() -> int:
    """Put the answers of anonymous rounds in random order where new ones have come; answers in how many rounds.

    Called each minute. Idempotent: what is broken off is done by the next call.
    """
    rounds = list(Assessment.objects.unmixed())
    for assessment in rounds:
        with transaction.atomic():
            fresh = lock_assessment(assessment)
            if fresh.is_closed:
                _forget(fresh)
                _rename(fresh)
            else:
                _mix(fresh)
                Assessment.objects.filter(pk=fresh.pk).update(is_unmixed=False)
    closed = [one.pk for one in rounds if one.is_closed]
    if rounds:
        # An open one may have new answers by now, so its mark goes before and comes back; a closed one has none.
        are_gone = remove_old_versions(Asked, Response, Answer, whole_files=bool(closed))
        done, open_again = (closed, []) if are_gone else ([], [one.pk for one in rounds])
        Assessment.objects.filter(pk__in=done).update(is_unmixed=False)
        Assessment.objects.filter(pk__in=open_again).update(is_unmixed=True)
    return len(rounds)


def _forget(closed: Assessment) -> None:
    """Who has answered, and by how many saves each answer came about: nothing is saved any more. And what can never be
    shown, because too few said it."""
    Asked.objects.filter(assessment=closed).update(answered=False, card="")
    _erase_what_too_few_said(closed)
    Answer.objects.filter(response__assessment=closed).update(version=1)


def _erase_what_too_few_said(closed: Assessment) -> None:
    """Data minimisation: no report, now or later, reads the answers of fewer than five people, so they are not kept.
    That so many have answered stays: each of their sets becomes one “don’t know”. Idempotent."""
    ways = Counter(Response.objects.filter(assessment=closed).counted().values_list("way", flat=True))
    if scoring.enough(ways[Response.Way.ASKED]):
        return  # a figure may still be below the floor; who said it hides among five
    gone = [way for way in (Response.Way.ASKED, Response.Way.LINK) if not scoring.enough(ways[way])]
    few = Response.objects.filter(assessment=closed, way__in=gone)
    counted = list(few.counted().values_list("pk", flat=True))
    first = closed.framework.sections.order_by("position").first() if counted else None
    criterion = first.criteria.order_by("position").first() if first else None
    Answer.objects.filter(response__in=few).delete()
    if criterion is not None:
        Answer.objects.bulk_create(Answer(response_id=pk, criterion=criterion, dont_know=True) for pk in counted)


def _rename(closed: Assessment) -> None:
    """Nobody comes back to a closed round, so its rows lose the keys of their browsers and the names by which a copy
    from before the close knew them. The caller holds the round."""
    rewrite_in_random_order(Asked.objects.filter(assessment=closed))
    responses = list(Response.objects.filter(assessment=closed))
    answers = list(Answer.objects.filter(response__assessment=closed))
    Answer.objects.filter(response__assessment=closed).delete()
    Response.objects.filter(assessment=closed).delete()
    names = {row.pk: uuid.uuid4() for row in responses}
    for response in responses:
        response.pk, response.key = names[response.pk], secrets.token_hex(32)
    for answer in answers:
        answer.pk, answer.response_id = uuid.uuid4(), names[answer.response_id]
    shuffle(responses)
    shuffle(answers)
    Response.objects.bulk_create(responses)
    Answer.objects.bulk_create(answers)


def _mix(assessment: Assessment) -> None:
    """The caller holds the round, as everybody does who writes these rows."""
    rewrite_in_random_order(Asked.objects.filter(assessment=assessment))
    rewrite_in_random_order(
        Response.objects.filter(assessment=assessment), Answer.objects.filter(response__assessment=assessment)
    )
