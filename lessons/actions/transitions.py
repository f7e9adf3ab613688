"""One step in a lesson’s life, as every action takes it: lock, check the table, write, and leave its traces."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from lessons import search_documents, workflow
from lessons.models import Lesson, LessonEvent, LessonRevision, State
from organisations import audit
from organisations.models import Membership, Person

# Why a move is refused, by the state that the lesson is really in.
_INSTEAD = {
    State.DRAFT: "It is a draft: the author has taken it back, or has not sent it yet.",
    State.SUBMITTED: "It is waiting to be claimed.",
    State.RETURNED: "It has gone back to its author.",
    State.DECLINED: "It has been declined.",
}


def lock(lesson: Lesson) -> None:
    """Hold the row until the transaction ends, and bring ``lesson`` up to what stands there now."""
    lesson.refresh_from_db(from_queryset=Lesson.objects.select_for_update())


def membership_in(lesson: Lesson, by: Person) -> Membership:
    """The person’s membership where the lesson belongs, or a refusal."""
    found = Membership.objects.current().filter(organisation=lesson.organisation_id, person=by).first()
    if found is None:
        raise Refusal("You do not belong to the organisation of this lesson.")
    return found


def take(lesson: Lesson, name: str, *, by: Person, at: datetime, comment: str = "", **values: Any) -> LessonEvent:
    """Make one move of the table with a lesson that is locked: state, reach, event, trail, index. ``values`` are
    further columns that change with it. Refuses with a sentence what the table does not allow."""
    move = workflow.MOVES[name]
    if not workflow.may(name, lesson, membership_in(lesson, by), on=timezone.localdate(at)):
        raise Refusal(_why_not(lesson, move, by))
    before, lesson.state = lesson.state, move.after
    for column, value in values.items():
        setattr(lesson, column, value)
    lesson.reach = workflow.reach_of(move, lesson)
    keep(lesson, "state", "reach", *values)
    event = note(lesson, before=before, by=by, at=at, comment=comment)
    audit.record(lesson.organisation, move.verb, lesson, by=by, before=before, after=lesson.state)
    search_documents.put(lesson)
    return event


def _why_not(lesson: Lesson, move: workflow.Move, by: Person) -> str:
    if move.who is not workflow.Who.AUTHOR and lesson.author_id == by.pk:
        return "You cannot check your own lesson. Somebody else must do it."
    if lesson.state == State.IN_REVIEW and lesson.claimed_by_id not in {None, by.pk}:
        return f"{lesson.claimed_by} has claimed this lesson."
    if lesson.state not in move.before:
        return _INSTEAD.get(State(lesson.state), f"This lesson is {lesson.get_state_display().lower()} already.")
    return f"Only {move.who.value} can do this."


def keep(lesson: Lesson, *columns: str) -> None:
    """Save columns of a locked lesson and count its version up."""
    lesson.version += 1
    lesson.save(update_fields=[*columns, "version"])


def note(lesson: Lesson, *, before: str, by: Person | None, at: datetime, comment: str = "") -> LessonEvent:
    """One line of the history that its page shows."""
    return LessonEvent.objects.create(
        lesson=lesson,
        before=before,
        after=lesson.state,
        comment=comment.strip(),
        revision=lesson.revision,
        at=at,
        by=by,
    )


def newest_number(lesson: Lesson) -> int:
    return (
        LessonRevision.objects.filter(lesson=lesson).order_by("-number").values_list("number", flat=True).first() or 0
    )
