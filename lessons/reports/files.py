"""Files of a lesson as its pages show them."""

from django.db.models import QuerySet
from django.urls import reverse

from attachments.reports import Files, shown_files
from kmportal.lib.prepared import prepared
from lessons.models import Lesson, LessonFile
from organisations.models import Membership


@prepared
def _attached(lesson: int) -> QuerySet[LessonFile]:
    return LessonFile.objects.filter(lesson=lesson).select_related("file")


def files_of(lesson: Lesson, membership: Membership) -> Files:
    """One query, and none of their bytes. Their addresses are those of the reader’s own organisation."""
    rows = _attached(lesson.pk)

    def address(version: str, pk: int) -> str:
        name = "lesson_file" if version == "whole" else "lesson_file_small"
        return reverse(name, args=[membership.organisation.slug, pk])

    return shown_files([(one.pk, one.file) for one in rows], address, {one.pk: one.tells for one in rows})
