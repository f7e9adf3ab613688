"""Files of a lesson: putting them to it, saying what they show, taking them away, carrying over those of a post.

Who may write in the lesson may. Words and files are one version: what was checked was checked with its files.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from attachments.file_kinds import MOST
from attachments.inspection import CheckedFile
from attachments.models import StoredFile
from attachments.storing import copy_files, forget_files
from kmportal.lib.cleaning import clean_text
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.models import Lesson
from lessons.storing import attach, files_in_words, files_there, new_among, put_files
from lessons.transitions import lock_lesson, save_columns, write_revision
from organisations import events
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require


@transaction.atomic
def change_files(
    lesson: Lesson,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    tells: Mapping[int, str],
    without: Collection[int] = (),
    files: Sequence[CheckedFile] = (),
    telling: str = "",
) -> Lesson:
    """Say what each file shows or says, take some away, and add some, with ``telling`` for those.

    Of a file that goes nothing is kept, whatever version it belonged to. The same again changes nothing; ``Stale`` when
    the lesson has moved on since ``seen``.
    """
    require(Permission.CONTRIBUTE, by, lesson.organisation)
    lock_lesson(lesson)
    if not policies.may_write(by, lesson):
        raise Refusal(policies.why_not_write(by, lesson))
    there = files_there(lesson)
    gone = [one for one in there if one.pk in without]
    fresh = {one: clean_text(tells[one.pk]).strip() for one in there if one.pk in tells and one not in gone}
    fresh = {one: words for one, words in fresh.items() if words != one.tells}
    if not (gone or fresh or new_among(files, there)):
        return lesson
    if lesson.version != seen:
        raise Stale
    for one, words in fresh.items():
        one.tells = words
        refuse_invalid(one, "tells")
        one.save(update_fields=["tells"])
    forget_files([one.file for one in gone])
    put_files(lesson, files, by=by, at=at, telling=telling)
    _tell(lesson, by=by, at=at)
    return lesson


@transaction.atomic
def carry_files(lesson: Lesson, files: Sequence[StoredFile], *, by: Membership, at: datetime) -> int:
    """Put copies of files of something that was written elsewhere to one’s own draft, as many as may stand there.
    Answers how many were left out."""
    require(Permission.CONTRIBUTE, by, lesson.organisation)
    lock_lesson(lesson)
    if not policies.may_write(by, lesson) or lesson.is_shared:
        raise Refusal(policies.why_not_write(by, lesson))
    once = list({file.digest: file for file in reversed(files)}.values())[::-1]
    copies = copy_files(once[:MOST], organisation=lesson.organisation, by=by.person, at=at)
    attach(lesson, files_there(lesson), copies, "")
    write_revision(lesson, {"files": files_in_words(lesson)}, by=by, at=at)
    save_columns(lesson, "revision")
    return len(once) - len(copies)


def _tell(lesson: Lesson, *, by: Membership, at: datetime) -> None:
    """A draft goes on in silence. What others read has a new version now, which somebody else looks at."""
    write_revision(lesson, {"files": files_in_words(lesson)}, by=by, at=at)
    save_columns(lesson, "revision")
    if lesson.is_shared:
        events.record(Event.LESSON_CHANGED, lesson, by=by, at=at, revision=lesson.words.number)
