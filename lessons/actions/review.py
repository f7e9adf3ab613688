"""A validator’s side: claim a lesson, give it back, return it with a comment, decline it, or say that it holds.

Each asks its permission first and is told once, as an event: trail, history, notices and search follow from there.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies, quality
from lessons.events import Event
from lessons.models import Lesson, State
from lessons.tagging import file_under_tags
from lessons.transitions import (
    checks_left,
    lock_lesson,
    note_check,
    refuse_foreign_group,
    save_columns,
    take_move,
    who_cannot_check,
)
from organisations import events
from organisations.models import Group, Membership, Person
from organisations.permissions import Permission
from organisations.policies import may_pass_on, require, require_that
from organisations.visibility import Reach

OUTCOMES: dict[str, str] = {State.IDENTIFIED: "identify", State.NOTED: "note"}


@transaction.atomic
def claim_lesson(lesson: Lesson, *, by: Membership, at: datetime) -> Lesson:
    """Take a waiting lesson to check it. Of two who press at once one gets it; the other reads who did."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    if lesson.state == State.IN_REVIEW and lesson.claimed_by_id == by.person_id:
        return lesson
    take_move(lesson, "claim", by=by, at=at, claimed_by=by.person, claimed_at=at)
    return lesson


@transaction.atomic
def take_over_lesson(lesson: Lesson, *, by: Membership, at: datetime) -> Lesson:
    """Take a lesson from somebody who has not answered in time; they are told."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    facts = {"taken_from": lesson.claimed_by}
    take_move(lesson, "take_over", by=by, at=at, facts=facts, claimed_by=by.person, claimed_at=at)
    return lesson


@transaction.atomic
def release_lesson(lesson: Lesson, *, by: Membership, at: datetime) -> Lesson:
    """Put a claimed lesson back, so that somebody else can check it."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    take_move(lesson, "release", by=by, at=at, claimed_by=None, claimed_at=None)
    return lesson


@transaction.atomic
def pass_on_claim(lesson: Lesson, *, by: Membership, at: datetime, to: Person | None) -> Lesson:
    """Have somebody else check what was claimed by somebody who goes; with nobody named it waits for whoever comes.
    Idempotent."""
    require_that(may_pass_on(Permission.VALIDATE, by, lesson.organisation))
    lock_lesson(lesson)
    had = lesson.claimed_by
    if lesson.state != State.IN_REVIEW or had == to:
        return lesson
    if to is not None:
        members = Membership.objects.current().may(Permission.VALIDATE).filter(organisation=lesson.organisation)
        if to.pk in who_cannot_check(lesson) or not members.filter(person=to).exists():
            raise Refusal(f"{to} cannot check this {worded('lesson')}. Choose somebody else.")
    lesson.claimed_by, lesson.claimed_at = to, at if to else None
    lesson.state = State.IN_REVIEW if to else State.SUBMITTED
    save_columns(lesson, "claimed_by", "claimed_at", "state")
    event = Event.LESSON_PASSED_ON if to else Event.LESSON_RELEASED
    events.record(event, lesson, by=by, at=at, before=State.IN_REVIEW, after=lesson.state)
    return lesson


@transaction.atomic
def return_lesson(lesson: Lesson, *, by: Membership, at: datetime, comment: str) -> Lesson:
    """Return it to its author with what should be better; the author is told and may send it again."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    if not comment.strip():
        raise Refusal("Say what the author should change.")
    take_move(lesson, "return", by=by, at=at, comment=comment, claimed_by=None, answer_due_on=None)
    return lesson


@transaction.atomic
def decline_lesson(lesson: Lesson, *, by: Membership, at: datetime, reason: str) -> Lesson:
    """Turn it down for good, with the reason; the author is told."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    if not reason.strip():
        raise Refusal("Say why it cannot be used, so that the author understands.")
    take_move(lesson, "decline", by=by, at=at, comment=reason, answer_due_on=None)
    return lesson


@transaction.atomic
def validate_lesson(
    lesson: Lesson,
    *,
    by: Membership,
    at: datetime,
    outcome: str,
    read: int,
    ticked: Collection[str],
    contact: str,
    process: str = "",
    kind: str | None = None,
    group: Group | None = None,
    share_with: str = Reach.ORGANISATION,
    review_on: date | None = None,
    tags: Iterable[str] = (),
    comment: str = "",
) -> Lesson:
    """Say that a lesson is true, useful and shows nobody: *identified*, or *noted* when nothing has to change.

    ``read`` is the revision that was read; if the words have changed since, ``Stale``. Every line of the quality list
    must be ticked, and what the portal can see to be missing cannot be ticked away. Where several have to check it
    (``CheckRule``), it waits for the others with what was filled in; the last one shares it.
    """
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    if lesson.revision_id != read:
        raise Stale(worded("The words have changed since you opened this lesson. Read it again."))
    if outcome not in OUTCOMES:
        raise Refusal("Say what follows from it: whether something should change.")
    if open_lines := _open_lines(lesson, outcome, ticked=ticked, contact=contact, process=process):
        raise Refusal(f"The list is not complete: {open_lines[0]}")
    if share_with == Reach.GROUP and group is None:
        raise Refusal(worded("Choose the group that may read it, or share it with everybody here."))
    values: dict[str, Any] = {
        "contact": contact.strip(),
        "process": process.strip(),
        "kind": kind or lesson.kind,
        "share_with": share_with,
    }
    refuse_invalid(Lesson(**values), *values)
    refuse_foreign_group(lesson.organisation, group)
    file_under_tags(lesson, tags)
    values |= {"group": group, "review_on": review_on}
    if checks_left(lesson, by=by):
        take_move(
            lesson, "check_in_part", by=by, at=at, comment=comment, claimed_by=None, claimed_at=None,
            facts={"revision": lesson.words.number}, **values,
        )  # fmt: skip
        note_check(lesson, by=by, at=at)
        return lesson
    take_move(
        lesson,
        OUTCOMES[outcome],
        by=by,
        at=at,
        comment=comment,
        **values,
        validated_at=at,
        validated_by=by.person,
        approved=lesson.revision,
    )
    note_check(lesson, by=by, at=at)
    return lesson


def _open_lines(lesson: Lesson, outcome: str, *, ticked: Collection[str], contact: str, process: str) -> list[str]:
    """What still stands against *identified* or *noted*, in the order of the list."""
    missing = quality.missing_for(outcome, lesson.words, contact=contact, process=process)
    lines = quality.quality_for(outcome)
    return [
        missing.get(line.key) or f"“{line.words}” is not ticked."
        for line in lines
        if line.key in missing or line.key not in ticked
    ]


@transaction.atomic
def confirm_change(lesson: Lesson, *, by: Membership, at: datetime, read: int) -> Lesson:
    """Say that a lesson which was changed after its check is still right. Neither the author nor who changed it may.

    One that was brought in is not checked by that: the change to it was looked at here.
    """
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    if lesson.revision_id != read:
        raise Stale(worded("The words have changed again since you opened this lesson. Read it again."))
    if not lesson.changed_since_validation or policies.has_checked(by, lesson):
        return lesson
    if not policies.may_confirm(by, lesson):
        raise Refusal("Somebody else must check this change, neither the author nor whoever made it.")
    left = checks_left(lesson, by=by)
    note_check(lesson, by=by, at=at)
    if left:
        state, number = lesson.state, lesson.words.number
        events.record(Event.LESSON_CHECKED_IN_PART, lesson, by=by, at=at, before=state, after=state, revision=number)
        return lesson
    lesson.approved, lesson.validated_by, lesson.validated_at = lesson.revision, by.person, at
    save_columns(lesson, "approved", "validated_by", "validated_at")
    events.record(Event.LESSON_CHANGE_CHECKED, lesson, by=by, at=at, revision=lesson.words.number)
    return lesson
