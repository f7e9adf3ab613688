"""The end of a lesson: another one takes its place, or nobody should use it any more. Nothing is deleted, and both can
be undone.

Each asks its permission first and is told once, as an event: trail, history, notices and search follow from there.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib import things
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from lessons.models import Lesson, State
from lessons.transitions import lock_lesson, take_move
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require


@transaction.atomic
def supersede_lesson(lesson: Lesson, *, by: Membership, at: datetime, other: Lesson) -> Lesson:
    """Say that another lesson takes its place; its page leads there. Idempotent.

    Both are locked, the lower number first, so that two lessons cannot take each other’s place.
    """
    require(Permission.VALIDATE, by, lesson.organisation)
    for one in sorted({lesson, other}, key=lambda row: row.pk):
        lock_lesson(one)
    if lesson.state == State.SUPERSEDED and lesson.superseded_by_id == other.pk:
        return lesson
    if other.pk == lesson.pk:
        raise Refusal(worded("A lesson cannot take its own place. Choose another one."))
    if not Lesson.objects.visible_to(by).in_use().filter(organisation=lesson.organisation, pk=other.pk).exists():
        raise Refusal(worded("Choose a checked lesson of ours that is in use and that you can read."))
    take_move(
        lesson, "supersede", by=by, at=at, facts={"other": other}, superseded_by=other,
        ended_from=lesson.state, ended_on=timezone.localdate(at), end_reason="",
    )  # fmt: skip
    return lesson


@transaction.atomic
def retire_lesson(lesson: Lesson, *, by: Membership, at: datetime, reason: str) -> Lesson:
    """Say that nobody should use it any more, and why: everybody who opens it reads that. Idempotent."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    text = clean_text(reason).strip() if line_of_text(reason) else ""
    if lesson.state == State.RETIRED and lesson.end_reason == text:
        return lesson
    if not text:
        raise Refusal("Say why nobody should use it any more.")
    refuse_invalid(Lesson(end_reason=text), "end_reason")
    take_move(
        lesson, "retire", by=by, at=at, end_reason=text, ended_on=timezone.localdate(at), superseded_by=None,
        ended_from=lesson.ended_from if lesson.is_ended else lesson.state,
    )  # fmt: skip
    return lesson


@transaction.atomic
def bring_back_lesson(lesson: Lesson, *, by: Membership, at: datetime) -> Lesson:
    """Use it again: it stands where it stood before. Idempotent.

    What was promised because of it may have been dropped meanwhile; then nobody has promised anything.
    """
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    if lesson.is_shared and not lesson.is_ended:
        return lesson
    kept = Action.objects.agreed_in(things.ref_of(lesson)).exclude(state=Action.State.DROPPED)
    if lesson.ended_from == State.ACTION_AGREED and not kept.exists():
        lesson.ended_from = State.IDENTIFIED
    take_move(lesson, "bring_back", by=by, at=at, superseded_by=None, end_reason="", ended_on=None)
    return lesson
