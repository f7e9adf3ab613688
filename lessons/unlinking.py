"""Taking the traces of who wrote a safe lesson from the files of the database: docs/decisions/0066.

Nobody acts here: it is called by the timetable, and tells nothing.
"""

from typing import Any

from django.db import connection, models, transaction

from actionplan.models import PromiseReminder
from attachments.models import FileContent, StoredFile
from kmportal.lib.unlinking import remove_old_versions, write_again
from lessons.models import (
    Innovation,
    LeftNote,
    Lesson,
    LessonEvent,
    LessonFile,
    LessonRevision,
    LessonTheme,
    Receipt,
    SafeAuthor,
)
from lessons.search_documents import KIND
from organisations.models import AuditEntry, AuditName, Membership, Person, SentForm
from search import counting
from search.models import DocCount, SearchDoc, SearchText

# Small, and written anew as a whole: nothing is left between the rows.
FEW = (SafeAuthor, Receipt)
# Old versions of these name the author: of the draft, its history, its files, its trail, the form that sent it, what
# search knew of it, the mail that told of the draft, and the note of a poster from which it was made. What changed of
# the figures of lists was written with the draft, too.
MANY = (
    Lesson, LessonRevision, LessonEvent, LessonFile, StoredFile, FileContent, AuditEntry, AuditName, SentForm,
    SearchDoc, SearchText, PromiseReminder, LeftNote, Person, DocCount, Innovation,
)  # fmt: skip


def remove_safe_traces() -> int:
    """Have nothing beside the tables join a safe lesson to its author; answers for how many lessons.

    PostgreSQL notes in each row which transaction wrote it, and in the row of a person which one last looked that they
    are there. A draft and its author, a safe lesson and the row that says who wrote it, would so be found together,
    also when that row is gone. So both sides are written again, each by a transaction of its own: what belongs to the
    lesson, and everybody of its organisation. Called each minute, for what was sent or forgotten since. Idempotent:
    while somebody still reads the old rows, the mark stays and the next call tries again.
    """
    marked = list(Receipt.objects.exclude(traces=0).select_related("lesson"))
    if not marked:
        return 0
    if connection.vendor == "postgresql":
        lessons, organisations = {one.lesson_id for one in marked}, {one.lesson.organisation_id for one in marked}
        with transaction.atomic():
            for rows in _rows_of(lessons):
                write_again(rows)
        here = Membership.objects.filter(organisation__in=organisations)
        write_again(Person.objects.filter(pk__in=here.values("person")))
        write_again(AuditName.objects.filter(organisation__in=organisations, kind="person"))
    is_counted = counting.fold(most=0)
    if remove_old_versions(*FEW, whole_files=True) and remove_old_versions(*MANY) and is_counted:
        for one in marked:  # one that was marked anew meanwhile keeps its mark
            Receipt.objects.filter(pk=one.pk, traces=one.traces).update(traces=0)
    return len(marked)


def _rows_of(lessons: set[int]) -> list[models.QuerySet[Any]]:
    """Whatever was written while the lesson was a draft with an author, and is still there."""
    files = LessonFile.objects.filter(lesson__in=lessons)
    found = SearchDoc.objects.filter(kind=KIND, ident__in=lessons)
    return [
        Lesson.objects.filter(pk__in=lessons),
        LessonRevision.objects.filter(lesson__in=lessons),
        Lesson.tags.through._base_manager.filter(lesson__in=lessons),
        LessonTheme.objects.filter(lesson__in=lessons),
        Innovation.objects.filter(lesson__in=lessons),
        files,
        StoredFile.objects.filter(pk__in=files.values("file")),
        FileContent.objects.filter(file__in=files.values("file")),
        Receipt.objects.filter(lesson__in=lessons),
        found,
        SearchText.objects.filter(doc__in=found),
        LeftNote.objects.filter(lesson__in=lessons),
        AuditName.objects.filter(kind=KIND, ident__in=lessons),
    ]
