"""Undoing a whole import within seven days: what it made is deleted, what it changed is put back as it was.

What somebody has touched since stays, and is counted and named. Batch by batch, so that it may be broken off.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import islice

from django.apps import apps
from django.db import models, transaction
from django.db.models import Max, Q

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from lessons import policies
from lessons.events import Event
from lessons.models import ImportedRow, ImportRun, Lesson, LessonEvent, LessonRevision, Tag
from lessons.search_documents import KIND, document
from lessons.tagging import tag_of_today
from organisations import events
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require
from search import index

BATCH = 200
# What may point at a lesson without anybody having used it: the trail and what is derived from it, and the index.
_OUR_OWN = {"AuditName", "AuditEntry", "SearchDoc", "Notice", "LessonRevision", "LessonEvent", "ImportedRow"}
_OUR_OWN |= {"ImportDifference", "Lesson_tags"}
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@transaction.atomic
def request_undo(run: ImportRun, *, by: Membership, at: datetime) -> Job:
    """Have an import undone by the worker. Idempotent: pressed twice it runs once."""
    require(Permission.FACILITATE, by, run.organisation)
    run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update(of=("self",)))
    State = ImportRun.State
    if run.state in (State.UNDOING, State.UNDONE) and run.job is not None and not run.has_stopped:
        return run.job
    if not policies.can_be_undone(run, at=at):
        raise Refusal(worded("Lessons can be taken out again for seven days after they were brought in."))
    title = worded("Take lessons out again") + f": {run.file_name}"
    run.undo_counts = run.undo_counts if run.state == State.UNDOING else {}  # one that stopped goes on
    run.state, run.finished_at = State.UNDOING, run.finished_at or at
    run.job = enqueue(
        "lessons.tasks.take_out",
        {"run_id": run.pk, "by_id": by.person_id},
        title=title[:200],
        key=f"import {run.pk} undo {run.job_id or ''}",
        by=by,
        organisation=run.organisation,
        at=at,
        kind=Job.Kind.IMPORT,
    )
    run.save(update_fields=["state", "finished_at", "undo_counts", "job"])
    return run.job


def undo_import(run: ImportRun, *, at: datetime, by: models.Model | None = None) -> dict[str, int]:
    """Take it out, batch after batch; what was done in a batch is not done again.

    Called by the worker: whoever asked for it was asked for their permission.
    """
    while run.state == ImportRun.State.UNDOING and _undo_batch(run):
        pass
    with transaction.atomic():
        run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update(of=("self",)))
        if run.state != ImportRun.State.UNDOING:
            return run.undo_counts
        run.state, run.undone_at = ImportRun.State.UNDONE, at
        run.undo_counts = {"deleted": 0, "restored": 0, "kept": 0, "seen": 0, **run.undo_counts}
        run.save(update_fields=["state", "undone_at", "undo_counts"])
        told = {name: run.undo_counts[name] for name in ("deleted", "restored", "kept")}
        events.record(Event.IMPORT_UNDONE, run, by=by, at=at, texts={"source": run.source}, **told)
    return run.undo_counts


@transaction.atomic
def _undo_batch(run: ImportRun) -> bool:
    """The next rows of the run. Answers False when there are none left."""
    run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update(of=("self",)))
    seen = run.undo_counts.get("seen", 0)
    rows = run.rows.filter(pk__gt=seen).order_by("pk").select_related("lesson__organisation", "lesson__revision", "run")
    batch = list(islice(rows, BATCH))
    if not batch or run.state != ImportRun.State.UNDOING:
        return False
    locked = Lesson.objects.select_for_update().filter(pk__in=[row.lesson_id for row in batch]).order_by("pk")
    versions = dict(locked.values_list("pk", "version"))
    used = _last_used([row.lesson_id for row in batch])
    brought_again = _brought_again(run, batch)
    changed = [row for row in batch if row.before != {}]
    untouched = [row for row in changed if row.version == versions.get(row.lesson_id) and row.pk not in brought_again]
    deleted = [row for row in untouched if row.before is None and row.lesson_id not in used]
    restored = [row for row in untouched if row.before and not _is_used_since(row, used.get(row.lesson_id))]
    counts = Counter(run.undo_counts)
    counts.update(deleted=len(deleted), restored=len(restored), kept=len(changed) - len(deleted) - len(restored))
    _restore(restored)
    _delete([row.lesson_id for row in deleted])
    said_nothing = [row.pk for row in batch if row.before == {}]
    ImportedRow.objects.filter(pk__in=[*said_nothing, *(row.pk for row in restored)]).delete()
    run.undo_counts = {**counts, "seen": batch[-1].pk}
    run.save(update_fields=["undo_counts"])
    return True


def _brought_again(run: ImportRun, batch: Sequence[ImportedRow]) -> set[int]:
    """Those rows whose lesson another file that stands has brought since."""
    others = ImportedRow.objects.filter(lesson__in=[row.lesson_id for row in batch]).exclude(run=run).standing()
    last: dict[int, int] = dict(others.values_list("lesson").annotate(last=Max("pk")).order_by())
    return {row.pk for row in batch if last.get(row.lesson_id, 0) > row.pk}


def _is_used_since(row: ImportedRow, moment: datetime | None) -> bool:
    """Whether somebody has used the words that the row brought: then they stay."""
    written = (row.before or {}).get("at")
    since = datetime.fromisoformat(written) if written else row.run.started_at
    return moment is not None and moment >= since


def _last_used(lessons: Sequence[int]) -> dict[int, datetime]:
    """Those that anything else points at, and when that was last said: somebody said that it helped, agreed an action,
    put it into an asset. What has no moment of its own was there from the beginning."""
    found: dict[int, datetime] = {}
    for model in apps.get_models(include_auto_created=True):
        if model.__name__ in _OUR_OWN:
            continue
        fields = model._meta.concrete_fields
        names = {field.name for field in fields}
        moments = [field.name for field in fields if isinstance(field, models.DateTimeField)]
        # name of a column with the key of a lesson → which rows
        columns = {field.attname: Q() for field in fields if field.remote_field and field.remote_field.model is Lesson}
        for name in names:
            kind = f"{name.removesuffix('ident')}kind"
            if name.endswith("ident") and kind in names:
                columns[name] = Q(**{kind: KIND})
        for name, condition in columns.items():
            rows = model._base_manager.filter(condition, **{f"{name}__in": lessons}).order_by()
            for key, *values in rows.values_list(name, *moments):
                found[key] = max([found.get(key, _BEGINNING), *filter(None, values)])
    return found


def _delete(lessons: Sequence[int]) -> None:
    for lesson in lessons:
        index.drop(KIND, lesson)
    LessonEvent.objects.filter(lesson__in=lessons).delete()
    Lesson.objects.filter(pk__in=lessons).delete()


def _restore(rows: Iterable[ImportedRow]) -> None:
    """Words, facts and tags as they were before. The version goes on, so that an earlier import of the same lesson
    still knows that nobody else has touched it."""
    docs = []
    for row in rows:
        lesson, before = row.lesson, row.before or {}
        for name, value in before["columns"].items():
            setattr(lesson, name, value)
        lesson.happened_on = date.fromisoformat(before["happened_on"]) if before["happened_on"] else None
        added = lesson.revision_id if lesson.revision_id != before["revision"] else None
        lesson.revision_id, lesson.approved_id = before["revision"], before["approved"]
        lesson.version += 1
        lesson.save()
        tags = Tag.ever_used.filter(pk__in=before["tags"]).select_related("replaced_by")
        lesson.tags.set({tag_of_today(tag) or tag for tag in tags})
        if added:
            LessonEvent.objects.filter(lesson=lesson, revision=added).delete()
            LessonRevision.objects.filter(pk=added).delete()
        earlier = ImportedRow.objects.filter(lesson=lesson, version=before["version"]).exclude(pk=row.pk)
        earlier.update(version=lesson.version)
        fresh = Lesson.objects.select_related("organisation", "revision").get(pk=lesson.pk)
        docs.append(document(fresh, [tag.name for tag in fresh.tags.all()]))
    index.put_many(docs)
