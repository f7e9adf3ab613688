"""The versions of a lesson: which there are, what differs between two of them, and which can be brought back."""

from collections.abc import Sequence
from dataclasses import dataclass

from kmportal.lib.conflicts import Difference, compare
from lessons import policies
from lessons.models import Lesson, LessonRevision
from organisations.models import Membership


@dataclass(frozen=True)
class VersionRow:
    """One version in the list."""

    revision: LessonRevision
    notes: Sequence[str]
    may_restore: bool


@dataclass(frozen=True)
class Versions:
    """What one member may see of the versions of a lesson, the newest first, and two of them side by side."""

    lesson: Lesson
    rows: Sequence[VersionRow]
    older: LessonRevision | None
    newer: LessonRevision | None
    differences: Sequence[Difference]

    @classmethod
    def build(
        cls, lesson: Lesson, membership: Membership, *, labels: dict[str, str], older: int, newer: int
    ) -> "Versions":
        """``older`` and ``newer`` are numbers of versions, 0 for the last two; odd ones count as 0."""
        first = policies.first_version_for(membership, lesson)
        revisions = list(lesson.revisions.filter(number__gte=first).select_related("by").order_by("-number"))
        by_number = {revision.number: revision for revision in revisions}
        right = by_number.get(newer) or (revisions[0] if revisions else None)
        left = by_number.get(older) or (revisions[1] if len(revisions) > 1 else None)
        if left and right and left.number > right.number:
            left, right = right, left
        may_write = policies.may_write(membership, lesson)
        return cls(
            lesson=lesson,
            rows=[
                VersionRow(one, _notes_on(one, lesson), may_write and one.pk != lesson.revision_id) for one in revisions
            ],
            older=left,
            newer=right,
            differences=compare(
                [
                    *((label, getattr(left, name), getattr(right, name)) for name, label in labels.items()),
                    ("Files and pictures", left.files_told, right.files_beside(left)),
                ]
            )
            if left and right
            else [],
        )

    @property
    def titles(self) -> list[str]:
        """What stands above the two columns."""
        return [f"Version {one.number}" for one in (self.older, self.newer) if one]

    @property
    def differs(self) -> bool:
        return any(one.differs for one in self.differences)


def _notes_on(revision: LessonRevision, lesson: Lesson) -> list[str]:
    notes = []
    if revision.pk == lesson.revision_id:
        notes.append("This is how it reads now")
    if revision.pk == lesson.approved_id:
        notes.append(_why_it_counts(lesson))
    if revision.restored_from:
        notes.append(f"Brought back from version {revision.restored_from}")
    return notes


def _why_it_counts(lesson: Lesson) -> str:
    if not lesson.source:
        return "This was checked"
    return "This was brought in" if lesson.counts_as_brought_in else "This change was looked at here"
