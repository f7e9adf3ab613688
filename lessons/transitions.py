"""One move in a lesson’s life, as every action takes it: lock, check the table, write, and record the event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies, workflow
from lessons.models import Lesson, LessonEvent, LessonRevision, State
from organisations import events
from organisations.models import Group, Membership, Organisation

# Why a move is refused, by the state that the lesson is really in.
_INSTEAD = {
    State.DRAFT: "It is a draft: the author has taken it back, or has not sent it yet.",
    State.SUBMITTED: "It is waiting to be claimed.",
    State.RETURNED: "It has gone back to its author.",
    State.DECLINED: "It has been declined.",
    State.IDENTIFIED: _("This lesson is checked already."),
    State.NOTED: _("This lesson is checked already."),
    State.ACTION_AGREED: "Somebody has promised to change something because of it.",
    State.LEARNED: "Somebody has said already that it has changed.",
    State.EMBEDDED: "Somebody has said already that it is still so.",
}

# What a version of a lesson says.
_SAID = ("title", "expected", "happened", "why", "when_you", "then_do", "abstract", "learned", "files")


def lock_lesson(lesson: Lesson) -> None:
    """Row lock: hold the row until the transaction ends, and bring ``lesson`` up to what stands there now."""
    rows = Lesson.objects.select_for_update(of=("self",)).select_related("organisation", "revision")
    lesson.refresh_from_db(from_queryset=rows)


def take_move(
    lesson: Lesson,
    name: str,
    *,
    by: Membership,
    at: datetime,
    comment: str = "",
    facts: Mapping[str, Any] | None = None,
    **columns: Any,
) -> None:
    """Make one move of the table with a lesson that is locked, and tell of it.

    ``columns`` change with the state, ``facts`` are told with it. Refuses with a sentence what the table does not
    allow. The action has asked whether the person’s role allows such a move at all.
    """
    move = workflow.MOVES[name]
    if not policies.may_move(by, lesson, name, on=timezone.localdate(at)):
        raise Refusal(_reason_against(lesson, move, by))
    refuse_invalid(LessonEvent(comment=comment), "comment")
    before, lesson.state = lesson.state, move.after
    for column, value in columns.items():
        setattr(lesson, column, value)
    lesson.reach = workflow.reach_after(move, lesson)
    save_columns(lesson, "state", "reach", *columns)
    told = {"before": before, "after": lesson.state, **(facts or {})}
    events.record(move.event, lesson, by=by, at=at, note=comment.strip(), **told)


def _reason_against(lesson: Lesson, move: workflow.Move, by: Membership) -> str:
    if move.who is not workflow.Who.AUTHOR and lesson.author_id == by.person_id:
        return worded("You cannot check your own lesson. Somebody else must do it.")
    if lesson.state == State.IN_REVIEW and lesson.claimed_by_id not in {None, by.person_id}:
        return f"{lesson.claimed_by} has claimed this {worded('lesson')}."
    if lesson.state not in move.before:
        return _INSTEAD.get(
            State(lesson.state), f"This {worded('lesson')} is {lesson.get_state_display().lower()} already."
        )
    return f"Only {move.who.value} can do this."


def save_columns(lesson: Lesson, *columns: str) -> None:
    """Save columns of a locked lesson and count its version up."""
    lesson.version += 1
    lesson.save(update_fields=[*columns, "version"])


def write_revision(lesson: Lesson, words: Mapping[str, str], *, by: Membership, at: datetime) -> bool:
    """Keep the words of a locked lesson: over the newest version, or in a new one once somebody was shown it. Answers
    if they differ; whoever calls this saves which version is the newest."""
    revision = lesson.words
    if all(getattr(revision, name) == text for name, text in words.items()):
        return False
    if lesson.is_shared or revision.lessonevent_set.exclude(after=State.DRAFT).exists():
        kept = {name: getattr(revision, name) for name in _SAID}
        lesson.revision = LessonRevision.objects.create(
            lesson=lesson, number=_newest_number(lesson) + 1, by=by.person, at=at, **{**kept, **words}
        )
        return True
    for name, text in words.items():
        setattr(revision, name, text)
    revision.at, revision.by = at, by.person
    revision.save(update_fields=[*words, "at", "by"])
    return True


def _newest_number(lesson: Lesson) -> int:
    numbers = LessonRevision.objects.filter(lesson=lesson).order_by("-number").values_list("number", flat=True)
    return numbers.first() or 0


def refuse_foreign_group(organisation: Organisation, group: Group | None) -> None:
    """A lesson belongs to no group of another organisation. Raises ``Refusal``."""
    if group is not None and group.organisation_id not in {None, organisation.pk}:
        raise Refusal(worded("Choose a group of your own organisation."))
