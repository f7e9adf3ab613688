"""An earlier version of a lesson, brought back: its words follow as a new version, and nothing is written over."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.exceptions import Refusal, Stale
from lessons import policies
from lessons.models import Lesson, LessonRevision
from lessons.storing import files_in_words
from lessons.transitions import WORDS, lock_lesson, next_number, save_columns, tell_of_change
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require


@transaction.atomic
def restore_revision(lesson: Lesson, *, by: Membership, at: datetime, seen: int, number: int) -> Lesson:
    """Let the lesson read as one of its earlier versions did. ``seen``: the version of the row that the person had
    before them. Idempotent: one that reads so already stays as it is. Files stay as they are: those that went are gone.

    Where the words and the files are those that were checked, the check holds for them.
    """
    require(Permission.CONTRIBUTE, by, lesson.organisation)
    lock_lesson(lesson)
    if not policies.may_write(by, lesson):
        raise Refusal(policies.why_not_write(by, lesson))
    old = LessonRevision.objects.filter(lesson=lesson, number=number).first()
    if old is None or number < policies.first_version_for(by, lesson):
        raise Refusal("There is no such version.")
    words = {name: getattr(old, name) for name in WORDS}
    if all(getattr(lesson.words, name) == text for name, text in words.items()):
        return lesson
    if lesson.version != seen:
        raise Stale
    lesson.revision = LessonRevision.objects.create(
        lesson=lesson, number=next_number(lesson), restored_from=number, by=by.person, at=at, **words,
        files=files_in_words(lesson),
    )  # fmt: skip
    approved = lesson.approved
    said = {**words, "files": lesson.revision.files}
    if approved is not None and all(getattr(approved, name) == text for name, text in said.items()):
        lesson.approved = lesson.revision
    save_columns(lesson, "revision", "approved")
    tell_of_change(lesson, by=by, at=at, is_reworded=True, readers=(lesson.reach, lesson.group_id))
    return lesson
