"""A validator’s side: claim a lesson, give it back, return it with a comment, decline it, or say that it holds."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from kmportal.lib.exceptions import Refusal, Stale
from lessons import emails, quality, search_documents, workflow
from lessons.actions import transitions
from lessons.actions.writing import file_under
from lessons.models import Lesson, LessonEvent, State
from notifications.actions import tell
from organisations import audit
from organisations.models import Group, Person
from organisations.visibility import Reach

OUTCOMES = {State.IDENTIFIED: "identify", State.NOTED: "note"}


@transaction.atomic
def claim(lesson: Lesson, *, by: Person, at: datetime) -> Lesson:
    """Take a waiting lesson to check it. Of two who press at once one gets it; the other reads who did."""
    transitions.lock(lesson)
    if lesson.state == State.IN_REVIEW and lesson.claimed_by_id == by.pk:
        return lesson
    transitions.take(lesson, "claim", by=by, at=at, claimed_by=by, claimed_at=at)
    return lesson


@transaction.atomic
def take_over(lesson: Lesson, *, by: Person, at: datetime) -> Lesson:
    """Take a lesson from somebody who has not answered in time; they are told."""
    transitions.lock(lesson)
    before = lesson.claimed_by
    event = transitions.take(lesson, "take_over", by=by, at=at, claimed_by=by, claimed_at=at)
    tell(
        before,
        organisation=lesson.organisation,
        kind="lesson",
        text=f"{by} has taken over a lesson that you had claimed: {lesson.words.title}",
        url_name="lesson_detail",
        url_args=[lesson.organisation.slug, lesson.pk],
        key=f"lesson {lesson.pk} taken over {event.pk}",
    )
    return lesson


@transaction.atomic
def release(lesson: Lesson, *, by: Person, at: datetime) -> Lesson:
    """Put a claimed lesson back, so that somebody else can check it."""
    transitions.lock(lesson)
    transitions.take(lesson, "release", by=by, at=at, claimed_by=None, claimed_at=None)
    return lesson


@transaction.atomic
def send_back(lesson: Lesson, *, by: Person, at: datetime, comment: str) -> Lesson:
    """Return it to its author with what should be better; the author is told and may send it again."""
    transitions.lock(lesson)
    if not comment.strip():
        raise Refusal("Say what the author should change.")
    event = transitions.take(lesson, "return", by=by, at=at, comment=comment, claimed_by=None, answer_due_on=None)
    _tell_author(lesson, event, f"Your lesson came back with a comment: {lesson.words.title}")
    return lesson


@transaction.atomic
def decline(lesson: Lesson, *, by: Person, at: datetime, reason: str) -> Lesson:
    """Turn it down for good, with the reason; the author is told."""
    transitions.lock(lesson)
    if not reason.strip():
        raise Refusal("Say why it cannot be used, so that the author understands.")
    event = transitions.take(lesson, "decline", by=by, at=at, comment=reason, answer_due_on=None)
    _tell_author(lesson, event, f"Your lesson was declined: {lesson.words.title}")
    return lesson


@transaction.atomic
def validate(
    lesson: Lesson,
    *,
    by: Person,
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
    must be ticked, and what the portal can see to be missing cannot be ticked away.
    """
    transitions.lock(lesson)
    if lesson.revision_id != read:
        raise Stale("The words have changed since you opened this lesson. Read it again.")
    if open_lines := unmet(lesson, outcome, ticked=ticked, contact=contact, process=process):
        raise Refusal(f"The list is not complete: {open_lines[0]}")
    if share_with == Reach.GROUP and group is None:
        raise Refusal("Choose the group that may read it, or share it with everybody here.")
    values: dict[str, Any] = {
        "contact": contact.strip(),
        "process": process.strip(),
        "kind": kind or lesson.kind,
        "group": group,
        "share_with": share_with,
        "review_on": review_on,
        "validated_at": at,
        "validated_by": by,
        "approved": lesson.revision,
    }
    file_under(lesson, tags)
    event = transitions.take(lesson, OUTCOMES[State(outcome)], by=by, at=at, comment=comment, **values)
    _tell_author(lesson, event, f"Your lesson was checked and can now be read by others: {lesson.words.title}")
    return lesson


def unmet(lesson: Lesson, outcome: str, *, ticked: Collection[str], contact: str, process: str) -> list[str]:
    """What still stands against *identified* or *noted*, in the order of the list."""
    missing = quality.missing_for(outcome, lesson.words, contact=contact, process=process)
    lines = quality.quality_for(outcome)
    return [
        missing.get(line.key) or f"“{line.words}” is not ticked."
        for line in lines
        if line.key in missing or line.key not in ticked
    ]


@transaction.atomic
def confirm(lesson: Lesson, *, by: Person, at: datetime, read: int) -> Lesson:
    """Say that a lesson which was changed after its check is still right. Neither the author nor who changed it may."""
    transitions.lock(lesson)
    if lesson.revision_id != read:
        raise Stale("The words have changed again since you opened this lesson. Read it again.")
    if not lesson.changed_since_validation:
        return lesson
    if not workflow.may_confirm(lesson, transitions.membership_in(lesson, by)):
        raise Refusal("Somebody else must check this change, neither the author nor whoever made it.")
    lesson.approved, lesson.validated_by, lesson.validated_at = lesson.revision, by, at
    transitions.keep(lesson, "approved", "validated_by", "validated_at")
    event = transitions.note(lesson, before=lesson.state, by=by, at=at, comment="The change was checked.")
    audit.record(lesson.organisation, "checked again", lesson, by=by, revision=lesson.words.number)
    search_documents.put(lesson)
    if lesson.author_id:
        _tell_author(lesson, event, f"The change to your lesson was checked: {lesson.words.title}", mail=False)
    return lesson


def _tell_author(lesson: Lesson, event: LessonEvent, text: str, *, mail: bool = True) -> None:
    told = tell(
        lesson.author,
        organisation=lesson.organisation,
        kind="lesson",
        text=text,
        url_name="lesson_detail",
        url_args=[lesson.organisation.slug, lesson.pk],
        key=f"lesson {lesson.pk} answer {event.pk}",
    )
    if told and mail:
        emails.answer(lesson, event)
