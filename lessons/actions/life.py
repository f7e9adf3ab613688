"""After the check: a change is agreed, made, and still there half a year later, or not.

Each asks its permission first and is told once, as an event: trail, history, notices and search follow from there.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib import things
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from lessons.events import Event
from lessons.models import Lesson, State
from lessons.transitions import lock_lesson, save_columns, take_move
from organisations import events
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require

# What has changed is looked at once more after so long.
LOOK_AGAIN_AFTER = timedelta(days=182)


@transaction.atomic
def learn_lesson(lesson: Lesson, *, by: Membership, at: datetime, evidence: str) -> Lesson:
    """Say that what had to change has changed, and where that can be seen. Its actions are done by then. Idempotent."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    text = clean_text(evidence).strip() if line_of_text(evidence) else ""
    if lesson.state == State.LEARNED and lesson.evidence == text:
        return lesson
    if not text:
        raise Refusal("Say what has changed, and where people can see it.")
    refuse_invalid(Lesson(evidence=text), "evidence")
    agreed = Action.objects.agreed_in(things.ref_of(lesson))
    if lesson.state == State.ACTION_AGREED and (agreed.open().exists() or not agreed.done().exists()):
        raise Refusal(worded("The actions of this lesson are not done yet. Finish or drop them first."))
    day = timezone.localdate(at)
    take_move(lesson, "learn", by=by, at=at, evidence=text, learned_on=day, look_again_on=day + LOOK_AGAIN_AFTER)
    return lesson


@transaction.atomic
def embed_lesson(lesson: Lesson, *, by: Membership, at: datetime) -> Lesson:
    """Say, when half a year is over, that it is still so. Idempotent."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    if lesson.state == State.EMBEDDED:
        return lesson
    due = lesson.look_again_on
    if lesson.state == State.LEARNED and due is not None and timezone.localdate(at) < due:
        raise Refusal(f"Six months are not over. Look again on {long_day(due)}.")
    take_move(lesson, "embed", by=by, at=at, look_again_on=None)
    return lesson


@transaction.atomic
def fall_back(lesson: Lesson, *, by: Membership, at: datetime, reason: str) -> Lesson:
    """Say that it is not so any more: something must change again. What was done before stays in its history."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    if not line_of_text(reason):
        raise Refusal("Say what is not so any more.")
    take_move(lesson, "fall_back", by=by, at=at, comment=reason, evidence="", learned_on=None, look_again_on=None)
    return lesson


@transaction.atomic
def lose_agreement(lesson: Lesson, *, at: datetime, but: Action) -> Lesson:
    """Its last action was dropped or taken out: nobody has promised anything any more.

    The portal’s own: whoever dropped the action was asked the permission for that. Idempotent.
    """
    lock_lesson(lesson)
    kept = Action.objects.agreed_in(things.ref_of(lesson)).exclude(state=Action.State.DROPPED).exclude(pk=but.pk)
    if lesson.state != State.ACTION_AGREED or kept.exists():
        return lesson
    before, lesson.state = lesson.state, State.IDENTIFIED
    save_columns(lesson, "state")
    events.record(Event.LESSON_AGREEMENT_LOST, lesson, by=None, at=at, before=before, after=lesson.state)
    return lesson
