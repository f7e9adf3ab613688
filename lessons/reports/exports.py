"""Lessons on their way out: every lesson of a list with all its fields, a few hundred at a time, as CSV and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.links import absolute
from lessons import labels, search_documents
from lessons.models import ImportedRow, Lesson
from organisations.models import Membership
from search import index

PER_BATCH = 500
# Name in JSON → heading in CSV.
FIELDS = {
    "number": "Number",
    "state": "State",
    "kind": "Kind",
    "title": "Title",
    "summary": "Summary",
    "expected": "What was expected",
    "happened": "What happened",
    "why": "Why",
    "learned": "What was learned",
    "when_you": "When you are about to…",
    "then_do": "then…",
    "went_well": "Went well",
    "group": "Where",
    "date": "Date",
    "tags": "Tags",
    "contact": "Who to ask",
    "process": "What should change",
    "evidence": "What has changed",
    "source": "Brought in from",
    "external_id": "Number in the source",
    "source_url": "Link to the source",
    "file": "File",
    "row": "Row in the file",
    "created_at": "Written on",
    "validated_at": "Checked on",
    "review_on": "To be looked at on",
    "session": _("Session"),
    "intervention": _("Intervention"),
    "files": "Files",
    "link": "Link",
}
COLUMNS = tuple(FIELDS.values())


def rows_of_csv(membership: Membership, question: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    """Every lesson of the list, in its order, under ``COLUMNS``; days as ISO 8601."""
    for row in rows_of_json(membership, question):
        row["tags"] = ", ".join(row["tags"])
        row["files"] = "; ".join(row["files"])
        row["went_well"] = {True: "yes", False: "no", None: ""}[row["went_well"]]
        yield [row[name] for name in FIELDS]


def rows_of_json(membership: Membership, question: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The same as values. Read when the view is over: so the zone is named, and who may see a lesson is asked again."""
    asked_for = {name: value for name, value in question.items() if name != "kinds"}
    keys = index.find_all(membership, **asked_for, kind=search_documents.KIND)
    zone = ZoneInfo(membership.organisation.time_zone)
    for start in range(0, len(keys), PER_BATCH):
        some = keys[start : start + PER_BATCH]
        lessons = _lessons_of(membership, some)
        yield from (_row_of(lessons[key], membership, zone) for key in some if key in lessons)


def _lessons_of(membership: Membership, keys: Sequence[int]) -> dict[int, Lesson]:
    neighbours = ("organisation", "revision", "group", "session", "intervention")
    rows = ImportedRow.objects.that_changed().standing().select_related("run").only("lesson", "row", "run__file_name")
    found = Lesson.objects.visible_to(membership).select_related(*neighbours)
    return found.prefetch_related("tags", Prefetch("imported_rows", rows)).in_bulk(keys)


def _row_of(lesson: Lesson, membership: Membership, zone: ZoneInfo) -> dict[str, Any]:
    slug = membership.organisation.slug
    words = lesson.words
    brought = list(lesson.imported_rows.all())[-1:]
    checked_at = None if lesson.source else lesson.validated_at  # of what was brought in, the day of its import
    is_ours = lesson.organisation_id == membership.organisation_id  # of others only what their lesson says itself
    return {
        "number": lesson.pk,
        "state": labels.look_of(lesson, membership.organisation_id).word,
        "kind": lesson.get_kind_display(),
        "title": words.title,
        "summary": words.abstract,
        "expected": words.expected,
        "happened": words.happened,
        "why": words.why,
        "learned": words.learned,
        "when_you": words.when_you,
        "then_do": words.then_do,
        "went_well": lesson.went_well,
        "group": lesson.group.name if lesson.group else "",
        "date": _day(lesson.happened_on),
        "tags": [tag.name for tag in lesson.tags.all()],
        "contact": lesson.contact,
        "process": lesson.process,
        "evidence": lesson.evidence if is_ours else "",
        "source": lesson.source,
        "external_id": lesson.shown_number,
        "source_url": lesson.source_url,
        "file": brought[0].run.file_name if brought and is_ours else "",
        "row": brought[0].row if brought and is_ours else None,
        "created_at": _day(timezone.localdate(lesson.created_at, zone)),
        "validated_at": _day(timezone.localdate(checked_at, zone) if checked_at else None),
        "review_on": _day(lesson.review_on),
        "session": lesson.session.title if lesson.session and is_ours else "",
        "intervention": str(lesson.intervention) if lesson.intervention and is_ours else "",
        "files": words.files_told.splitlines(),
        "link": absolute(reverse("lesson_detail", args=[slug, lesson.pk])),
    }


def _day(value: Any) -> str:
    return value.isoformat() if value else ""
