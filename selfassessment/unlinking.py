"""Taking order and traces from the answers of anonymous rounds: docs/decisions/0024.

Nobody acts here: it is called at the close and by the timetable, and tells nothing.
"""

from django.db import transaction

from kmportal.lib.unlinking import remove_old_versions, rewrite_in_random_order
from selfassessment.models import Answer, Asked, Assessment, Response
from selfassessment.workflow import lock_assessment


def forget_who_answered(assessment: Assessment) -> None:
    """At the close of an anonymous round, in its transaction: who has answered is not needed any more and is forgotten,
    and all rows are put in random order. What each answer says, and by what right it was given, stays."""
    if not assessment.anonymous:
        return
    _forget(assessment)
    _mix(assessment)
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
            _mix(fresh)
            if not fresh.is_closed:
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
    """Who has answered, and by how many saves each answer came about: nothing is saved any more."""
    Asked.objects.filter(assessment=closed).update(answered=False, card="")
    Answer.objects.filter(response__assessment=closed).update(version=1)


def _mix(assessment: Assessment) -> None:
    """The caller holds the round, as everybody does who writes these rows."""
    rewrite_in_random_order(Asked.objects.filter(assessment=assessment))
    rewrite_in_random_order(
        Response.objects.filter(assessment=assessment), Answer.objects.filter(response__assessment=assessment)
    )
