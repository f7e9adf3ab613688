"""An author’s side: write a lesson down, change it, send it for review, take it back, throw a draft away.

Each asks its permission first and is told once, as an event: trail, history, notices and search follow from there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

import actionplan.actions
from actionplan.models import Action
from attachments.inspection import CheckedFile
from attachments.storing import forget_files
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies, workflow
from lessons.events import Event
from lessons.models import SHARE_WIDTHS, Lesson, LessonRevision, State
from lessons.storing import files_in_words, files_there, new_among, put_files
from lessons.tagging import file_under_tags, has_the_tags
from lessons.transitions import (
    clean_words,
    lock_lesson,
    refuse_foreign_group,
    refuse_unready,
    save_columns,
    take_move,
    tell_of_change,
    write_revision,
)
from organisations import events
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require
from organisations.visibility import Reach
from roadmap.models import Intervention
from techniques.models import Session

# The columns of the lesson itself that people write.
FACTS = ("kind", "went_well", "group", "happened_on", "contact", "process", "share_with")
# Facts with a rule of their own on the model.
RULED = ("kind", "contact", "process", "share_with")


@transaction.atomic
def start_lesson(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    words: Mapping[str, str],
    facts: Mapping[str, Any] | None = None,
    tags: Iterable[str] = (),
    files: Sequence[CheckedFile] = (),
    telling: str = "",
    session: Session | None = None,
    intervention: Intervention | None = None,
    once: UUID | None = None,
) -> Lesson:
    """Write a draft down; only its author sees it. ``telling`` says what its files show or say.

    Idempotent: the same ``once`` a second time answers the draft that it made the first time, unchanged.
    """
    require(Permission.CONTRIBUTE, by, organisation)
    fresh, values = clean_words(words), {"contact": str(by.person), **_only_known(facts or {}, FACTS)}
    _refuse_invalid(organisation, fresh, values)
    lesson, made = Lesson.objects.get_or_create(
        organisation=organisation,
        author=by.person,
        once=once or uuid4(),
        defaults={
            "session": session,
            "intervention": intervention or (session.intervention if session else None),
            "created_at": at,
            **values,
        },
    )
    if not made:
        return lesson
    put_files(lesson, files, by=by, at=at, telling=telling)
    fresh["files"] = files_in_words(lesson)
    lesson.revision = LessonRevision.objects.create(lesson=lesson, number=1, at=at, by=by.person, **fresh)
    lesson.save(update_fields=["revision"])
    file_under_tags(lesson, tags)
    events.record(Event.LESSON_DRAFTED, lesson, by=by, at=at, session=session)
    return lesson


@transaction.atomic
def write_lesson(
    lesson: Lesson,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    words: Mapping[str, str],
    facts: Mapping[str, Any] | None = None,
    tags: Collection[str] | None = None,
    files: Sequence[CheckedFile] = (),
    telling: str = "",
) -> Lesson:
    """Change a lesson. ``seen`` is the version that the person had before them; ``Stale`` when it has moved on, unless
    the same stands there already (the same form sent twice).

    Words that nobody was shown yet are written over; those that were sent, returned or checked stay as they were and
    a new revision follows them. After the check the page says that it was changed since. Fewer may read it then at any
    time; more only if somebody says so who could have checked it.
    """
    require(Permission.CONTRIBUTE, by, lesson.organisation)
    lock_lesson(lesson)
    if not policies.may_write(by, lesson):
        raise Refusal(policies.why_not_write(by, lesson))
    fresh, values = clean_words(words), _only_known(facts or {}, FACTS)
    if not (_would_change(lesson, fresh, values, tags) or new_among(files, files_there(lesson))):
        return lesson
    if lesson.version != seen:
        raise Stale
    _refuse_invalid(lesson.organisation, fresh, values)
    _check_sharing(lesson, values, by)
    readers = lesson.reach, lesson.group_id
    if put_files(lesson, files, by=by, at=at, telling=telling):
        fresh["files"] = files_in_words(lesson)
    is_reworded = write_revision(lesson, fresh, by=by, at=at)
    if lesson.is_shared:
        values["reach"] = values.get("share_with", lesson.share_with)
    for column, value in values.items():
        setattr(lesson, column, value)
    save_columns(lesson, "revision", *values)
    if tags is not None:
        file_under_tags(lesson, tags)
    tell_of_change(lesson, by=by, at=at, is_reworded=is_reworded, readers=readers)
    return lesson


@transaction.atomic
def submit_lesson(lesson: Lesson, *, by: Membership, at: datetime) -> Lesson:
    """Send a draft, or one that came back, for review. Whoever checks lessons is told. Idempotent."""
    require(Permission.CONTRIBUTE, by, lesson.organisation)
    lock_lesson(lesson)
    if lesson.is_waiting and lesson.author_id == by.person_id:
        return lesson
    refuse_unready(lesson)
    due = workflow.working_days_after(timezone.localdate(at), workflow.ANSWER_WITHIN)
    take_move(lesson, "submit", by=by, at=at, submitted_at=at, answer_due_on=due, claimed_by=None, claimed_at=None)
    return lesson


@transaction.atomic
def withdraw_lesson(lesson: Lesson, *, by: Membership, at: datetime) -> Lesson:
    """Take back what was sent, so that it is a draft again and nobody else sees it. Idempotent."""
    require(Permission.CONTRIBUTE, by, lesson.organisation)
    lock_lesson(lesson)
    if lesson.state == State.DRAFT and lesson.author_id == by.person_id:
        return lesson
    empty: dict[str, Any] = {"submitted_at": None, "answer_due_on": None, "claimed_by": None, "claimed_at": None}
    take_move(lesson, "withdraw", by=by, at=at, facts={"taken_from": lesson.claimed_by}, **empty)
    return lesson


@transaction.atomic
def discard_lesson(lesson: Lesson, *, by: Membership, at: datetime) -> None:
    """Throw away a draft that was never sent. What was sent once is never deleted."""
    require(Permission.CONTRIBUTE, by, lesson.organisation)
    lock_lesson(lesson)
    if lesson.state != State.DRAFT or lesson.author_id != by.person_id:
        raise Refusal("Only the author can delete a draft.")
    if policies.was_sent(lesson):
        raise Refusal(
            worded(
                "This lesson has been sent for review before, so we keep it. It stays a draft that only you can see."
            )
        )
    events.record(Event.LESSON_DELETED, lesson, by=by, at=at)
    forget_files([one.file for one in files_there(lesson)])
    lesson.delete()


@transaction.atomic
def add_lesson_action(lesson: Lesson, *, by: Membership, at: datetime, **words: Any) -> Action:
    """An action that follows from a checked lesson: who changes what. With the first one a change is agreed.

    ``words`` are those of ``actionplan.actions.add_action``, which tells of it.
    """
    require(Permission.CONTRIBUTE, by, lesson.organisation)
    lock_lesson(lesson)
    if not lesson.is_shared:
        raise Refusal(worded("This lesson has not been checked yet. You can add actions once it is checked."))
    if lesson.is_ended:
        raise Refusal(worded("This lesson is no longer in use, so nothing new is agreed because of it."))
    action = actionplan.actions.add_action(
        lesson.organisation,
        by=by,
        at=at,
        source=lesson,
        told_when_late=lesson.validated_by or by.person,
        **workflow.readers_of_actions(lesson),
        **words,
    )
    if lesson.state == State.IDENTIFIED:
        take_move(lesson, "agree", by=by, at=at)
    return action


# --- What they share -------------------------------------------------------------------------------------------------


def _would_change(lesson: Lesson, words: dict[str, str], facts: dict[str, Any], tags: Collection[str] | None) -> bool:
    """Whether anything would be different."""
    if any(getattr(lesson.words, name) != text for name, text in words.items()):
        return True
    if any(getattr(lesson, name) != value for name, value in facts.items()):
        return True
    return tags is not None and not has_the_tags(lesson, tags)


def _only_known(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _refuse_invalid(organisation: Organisation, words: Mapping[str, str], facts: Mapping[str, Any]) -> None:
    """The rules of the model’s fields, and of the group."""
    refuse_invalid(LessonRevision(**words), *words)
    ruled = _only_known(facts, RULED)
    refuse_invalid(Lesson(**ruled), *ruled)
    refuse_foreign_group(organisation, facts.get("group"))


def _check_sharing(lesson: Lesson, values: Mapping[str, Any], by: Membership) -> None:
    share, group = values.get("share_with", lesson.share_with), values.get("group", lesson.group)
    if share == Reach.GROUP and group is None:
        raise Refusal(worded("Choose the group that may read it, or share it with everybody here."))
    if not lesson.is_shared:
        return
    elsewhere = share == lesson.share_with == Reach.GROUP and group != lesson.group
    further = elsewhere or SHARE_WIDTHS.index(Reach(share)) > SHARE_WIDTHS.index(Reach(lesson.share_with))
    if further and (policies.wrote(by, lesson) or not by.can(Permission.VALIDATE)):
        raise Refusal(
            worded("It was checked for fewer readers. Ask somebody else who checks lessons to share it further.")
        )
