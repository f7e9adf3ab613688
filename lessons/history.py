"""The history of a lesson, as its page tells it: one line for each move, check and change of its words."""

from lessons.events import Event
from lessons.models import Lesson, LessonEvent
from organisations.events import Occurrence

# Told without a line: what is no move and changes no words.
_UNTOLD = {
    Event.LESSON_READERS_CHANGED,
    Event.LESSON_FILED,
    Event.LESSON_INNOVATION_TOLD,
    Event.LESSON_DELETED,
    Event.LESSON_KEEPER_CHANGED,
    Event.LESSON_KEPT,
    Event.LESSON_DOUBTED,
    Event.LESSON_AUTHOR_FORGOTTEN,
    Event.LESSON_CHECK_WITHDRAWN,
    Event.LESSON_EXPERT_ASKED,
    Event.LESSON_EXPERT_ANSWERED,
    Event.LESSON_EXPERT_REVOKED,
}
Deed = LessonEvent.Deed
# What the one that it happens to, and the other one, each have in their history.
_MERGING = {
    Event.LESSON_MERGED: (Deed.TOOK_IN, Deed.WENT_INTO),
    Event.LESSON_PARTED: (Deed.CAME_BACK, Deed.GAVE_BACK),
}
CHANGE_CHECKED = "The change was checked."
CHANGE_LOOKED_AT = "The change was looked at."  # of what came from elsewhere, which was not checked here as a whole
ONE_OF_SEVERAL = "Somebody else has to check it, too."


def write(occurrence: Occurrence) -> None:
    """Add the line of an event; those that its page does not tell are left out."""
    lesson, facts = occurrence.subject, occurrence.facts
    assert isinstance(lesson, Lesson)  # noqa: S101  what the event is about
    if occurrence.event in _MERGING:
        _write_both(occurrence, lesson)
        return
    is_change = occurrence.event in {Event.LESSON_CHANGED, Event.LESSON_CHANGE_CHECKED}
    comment = occurrence.note
    if occurrence.event == Event.LESSON_CHANGE_CHECKED:
        comment = CHANGE_LOOKED_AT if lesson.source else CHANGE_CHECKED
    if occurrence.event == Event.LESSON_CHECKED_IN_PART:
        comment = comment or ONE_OF_SEVERAL
    if occurrence.event in _UNTOLD or (is_change and facts["revision"] is None):
        return
    LessonEvent.objects.create(
        lesson=lesson,
        before=lesson.state if is_change else facts.get("before", ""),
        after=lesson.state,
        comment=comment,
        revision=lesson.revision,
        at=occurrence.at,
        by=occurrence.person,
    )


def _write_both(occurrence: Occurrence, lesson: Lesson) -> None:
    merge = occurrence.facts["merge"]
    other = merge.source if merge.target_id == lesson.pk else merge.target
    of_lesson, of_other = _MERGING[Event(occurrence.event)]
    for row, deed, its_other in ((lesson, of_lesson, other), (other, of_other, lesson)):
        LessonEvent.objects.create(
            lesson=row,
            before=row.state,
            after=row.state,
            revision=row.revision,
            deed=deed,
            other=its_other,
            at=occurrence.at,
            by=occurrence.person,
        )
