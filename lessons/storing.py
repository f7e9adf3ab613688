"""Files of a lesson that is locked: put to it, counted, and told in words. The action has asked who may."""

from collections.abc import Sequence
from datetime import datetime

from attachments.inspection import CheckedFile
from attachments.models import StoredFile
from attachments.storing import keep_files
from kmportal.lib.cleaning import clean_text
from kmportal.lib.model_rules import refuse_invalid
from lessons.models import Lesson, LessonFile
from organisations.models import Membership

# Of a digest: enough that no two files of a lesson share them.
DIGITS = 12


def put_files(lesson: Lesson, files: Sequence[CheckedFile], *, by: Membership, at: datetime, telling: str) -> bool:
    """Part of writing a lesson that is locked: files after those that are there. Answers whether any is new.

    ``telling`` is said of each of them until somebody says it better of one.
    """
    there = files_there(lesson)
    kept = keep_files(files, organisation=lesson.organisation, by=by.person, at=at, there=[one.file for one in there])
    return bool(attach(lesson, there, kept, telling))


def files_there(lesson: Lesson) -> list[LessonFile]:
    """Those that it has, in their order."""
    return list(lesson.attached.select_related("file"))


def new_among(files: Sequence[CheckedFile], there: Sequence[LessonFile]) -> bool:
    """Whether any of these is not there yet."""
    known = {one.file.digest for one in there}
    return any(file.digest not in known for file in files)


def files_in_words(lesson: Lesson) -> str:
    """As a version of the lesson remembers them: a line for each, its name and what it shows, and after a tab a digest
    of its content, so that another file of the same name is another version."""
    return "\n".join(
        f"{one.file.name}: {' '.join(one.tells.split())}".rstrip(": ") + f"\t{one.file.digest[:DIGITS]}"
        for one in files_there(lesson)
    )


def attach(lesson: Lesson, there: Sequence[LessonFile], kept: Sequence[StoredFile], telling: str) -> list[LessonFile]:
    """Rows for files that are kept, after those that are there."""
    words = clean_text(telling).strip()
    refuse_invalid(LessonFile(tells=words), "tells")
    begin = there[-1].position + 1 if there else 0
    return LessonFile.objects.bulk_create(
        LessonFile(
            lesson=lesson,
            file=file,
            tells=words if file.is_picture or file.is_sound else "",
            position=number,
        )
        for number, file in enumerate(kept, begin)
    )
