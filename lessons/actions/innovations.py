"""Innovations: saying how far one has come and what came of it, and adapting one of somebody else."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.actions.writing import start_lesson
from lessons.events import Event
from lessons.models import Innovation, Lesson, State
from lessons.transitions import lock_lesson
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that

LINES = ("tried_on", "before", "after", "cost")
TEXTS = ("improved", "stopped_because", "failed", "research", "needs")


@transaction.atomic
def describe_innovation(
    lesson: Lesson, *, by: Membership, at: datetime, seen: int, stage: str, told: Mapping[str, str]
) -> Innovation:
    """Say how far it has come and what came of it. ``Stale`` when it has moved on since ``seen`` (nought for the first
    time), unless the same stands there already. One that is stopped says why, and stays in the list."""
    require_that(policies.may_write_innovation(by, lesson))
    lock_lesson(lesson)
    row = Innovation.objects.filter(lesson=lesson).first() or Innovation(lesson=lesson, version=0)
    before = {name: getattr(row, name) for name in ("stage", *LINES, *TEXTS)}
    wanted = {
        "stage": stage,
        **{name: line_of_text(told.get(name, "")) for name in LINES},
        **{name: _tidy(told.get(name, "")) for name in TEXTS},
    }
    if stage != Innovation.Stage.STOPPED:
        wanted["stopped_because"] = ""
    elif not wanted["stopped_because"]:
        raise Refusal("Say why it was stopped, so that nobody has to try it again.")
    if row.pk is not None and wanted == before:
        return row
    if row.version != seen:
        raise Stale
    for name, value in wanted.items():
        setattr(row, name, value)
    refuse_invalid(row, *wanted)
    if row.pk is None or stage != before["stage"]:
        row.stage_on = timezone.localdate(at)
    row.version += 1
    row.save()
    events.record(Event.LESSON_INNOVATION_TOLD, lesson, by=by, at=at, stage=stage)
    return row


def _tidy(text: str) -> str:
    """Without what cannot be seen; empty where nothing else is in it."""
    return clean_text(text).strip() if line_of_text(text) else ""


@transaction.atomic
def adapt_innovation(lesson: Lesson, *, by: Membership, at: datetime) -> Lesson:
    """Begin a draft of one’s own that says where it comes from. Idempotent: a draft that one has begun of it already is
    answered."""
    require_that(policies.may_adapt(by, lesson))
    type(by)._base_manager.select_for_update(of=("self",)).get(pk=by.pk)  # of two presses the second finds the first
    mine = Lesson.objects.filter(organisation=by.organisation_id, author=by.person_id, state=State.DRAFT)
    if found := mine.filter(innovation__adapted_from=lesson).first():
        return found
    draft = start_lesson(
        by.organisation, by=by, at=at, words={"title": lesson.words.title}, facts={"kind": Lesson.Kind.INNOVATION}
    )
    Innovation.objects.create(lesson=draft, adapted_from=lesson, stage_on=timezone.localdate(at))
    return draft
