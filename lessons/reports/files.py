"""Files of a lesson as its pages show them."""

from django.urls import reverse

from attachments.reports import Files, shown_files
from lessons.models import Lesson
from organisations.models import Membership


def files_of(lesson: Lesson, membership: Membership) -> Files:
    """One query, and none of their bytes. Their addresses are those of the reader’s own organisation."""
    rows = list(lesson.attached.select_related("file"))

    def address(version: str, pk: int) -> str:
        name = "lesson_file" if version == "whole" else "lesson_file_small"
        return reverse(name, args=[membership.organisation.slug, pk])

    return shown_files([(one.pk, one.file) for one in rows], address, {one.pk: one.tells for one in rows})
