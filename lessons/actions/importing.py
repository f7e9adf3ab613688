"""Bringing lessons in from a file: upload it, settle how it is read, try it out, then write batch by batch.

Each batch is one transaction with the lessons, the index, the problems, the counts and how far the run is. So a run
that is killed goes on where it stopped, and one that is started anew finds its rows and changes nothing. A whole run is
one event; its thousands of lessons are put into the index by their batch.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.importing import check_kind, decode, read
from kmportal.lib.model_rules import refuse_invalid
from lessons.events import Event
from lessons.importing.batches import BatchWriter, load_standings
from lessons.importing.merging import Counts, Decision, Standing, decide_rows
from lessons.importing.rows import (
    FIELDS,
    Row,
    comes_from_nasa,
    knows_heading,
    leads_to_words,
    match_headings,
    name_of_source,
)
from lessons.importing.sheets import count_rows, reader_of
from lessons.models import ImportProblem, ImportRun, Lesson
from organisations import events
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require

BATCH = 100
KEEP_FILES = timedelta(days=30)
Report = Callable[[int], None]


@transaction.atomic
def upload_import(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    file_name: str,
    content: bytes,
    source: str = "",
    group_name: str = "",
    encoding: str = "",
) -> ImportRun:
    """Take a file in without bringing anything in yet: refuse what is no table, match the headings.

    Without a source it is named after the system or the file, without a group the lessons belong to one that is named
    after the source.
    """
    require(Permission.FACILITATE, by, organisation)
    check_kind(content[:8192], content)
    sheet = read(decode(content, encoding).text, knows=knows_heading)
    count_rows(sheet)
    source = line_of_text(source) or _source_when_nobody_says(organisation, sheet.headings, file_name, content)
    run = ImportRun(
        organisation=organisation,
        by=by.person,
        file_name=file_name[:200],
        content=content,
        encoding=encoding,
        source=source,
        group_name=group_name.strip() or source,
        mapping=match_headings(sheet.headings),
        started_at=at,
    )
    refuse_invalid(run, "source", "group_name")
    run.save()
    return run


@transaction.atomic
def settle_import(
    run: ImportRun,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    source: str,
    group_name: str,
    encoding: str,
    mapping: Mapping[str, str],
) -> ImportRun:
    """Say how the file is to be read. What was tried out before no longer counts.

    ``seen`` is the version that the person had before them; ``Stale`` if it has moved on.
    """
    require(Permission.FACILITATE, by, run.organisation)
    _lock_import_run(run)
    _must_not_have_begun(run)
    if run.version != seen:
        raise Stale("Somebody else changed how this file is read. Look at it again.")
    decode(bytes(run.content), encoding)
    known = {heading: name for heading, name in mapping.items() if name in FIELDS}
    _check_mapping(known)
    run.source, run.encoding, run.mapping = source.strip(), encoding, known
    run.group_name = group_name.strip() or run.source
    refuse_invalid(run, "source", "group_name")
    run.state, run.counts, run.job = ImportRun.State.UPLOADED, {}, None
    run.version += 1
    run.save(update_fields=["source", "encoding", "mapping", "group_name", "state", "counts", "job", "version"])
    run.problems.all().delete()
    return run


@transaction.atomic
def request_trial(run: ImportRun, *, by: Membership, at: datetime) -> Job:
    """Have it tried out by the worker: everything is read and compared, nothing is written."""
    require(Permission.FACILITATE, by, run.organisation)
    _lock_import_run(run)
    _must_not_have_begun(run)
    _check_mapping(run.mapping)
    key = f"import {run.pk} try {run.version}"
    return _enqueue_job(run, "lessons.tasks.try_out", f"Try out {run.file_name}", key=key, by=by, at=at)


@transaction.atomic
def request_import(run: ImportRun, *, by: Membership, at: datetime) -> Job:
    """Have the lessons brought in by the worker. Idempotent: pressed twice it runs once."""
    require(Permission.FACILITATE, by, run.organisation)
    _lock_import_run(run)
    if run.state in (ImportRun.State.RUNNING, ImportRun.State.DONE) and run.job is not None:
        return run.job
    begin_import(run)
    key = f"import {run.pk} run"
    return _enqueue_job(run, "lessons.tasks.bring_in", f"Bring in {run.file_name}", key=key, by=by, at=at)


# --- What the worker and the command do ------------------------------------------------------------------------------


@transaction.atomic
def begin_import(run: ImportRun) -> None:
    """Leave looking and trying behind: from here on only ``run_import`` moves it.

    Part of asking for an import, or called by the command: nobody’s permission is asked here.
    """
    _lock_import_run(run)
    _must_not_have_begun(run)
    _check_mapping(run.mapping)
    run.problems.all().delete()
    run.state, run.counts, run.rows_done = ImportRun.State.RUNNING, {}, 0
    run.save(update_fields=["state", "counts", "rows_done"])


def try_import(run: ImportRun, *, report: Report | None = None) -> Counts:
    """Read everything and say what would become of it; only the counts and problems are kept.

    Called by the worker and the command: nobody’s permission is asked here.
    """
    counts, pretended, problems = Counts(), _PretendedStandings(run), []
    for rows in _batches_of(reader_of(run).read_rows()):
        decisions = decide_rows(rows, pretended.known_to(rows))
        counts.count_in(decisions)
        problems += _problems_of(run, decisions)
        if report:
            report(counts.read)
    with transaction.atomic():
        _lock_import_run(run)
        _must_not_have_begun(run)
        run.problems.all().delete()
        ImportProblem.objects.bulk_create(problems, batch_size=500)
        run.state, run.counts = ImportRun.State.TRIED, asdict(counts)
        run.save(update_fields=["state", "counts"])
    return counts


def run_import(run: ImportRun, *, at: datetime, report: Report | None = None) -> Counts:
    """Write the lessons, batch after batch, from where the run stands. To be called after ``begin_import``.

    Idempotent: what was written is not written again. Called by the worker and the command: nobody’s permission is
    asked here.
    """
    while run.state == ImportRun.State.RUNNING:
        _write_the_rest(run, at, report)
    return Counts(**run.counts)


def tidy_imports(at: datetime) -> None:
    """Forget files after a month. What was brought in stays, and so does how it went; what was only looked at goes.

    Called by the timetable.
    """
    State, old = ImportRun.State, at - KEEP_FILES
    ImportRun.objects.filter(state=State.DONE, finished_at__lt=old).exclude(content=b"").update(content=b"")
    ImportRun.objects.filter(state__in=[State.UPLOADED, State.TRIED], started_at__lt=old).delete()


def _write_the_rest(run: ImportRun, at: datetime, report: Report | None) -> None:
    """From where the run stands to the end, unless somebody else has moved it meanwhile: then the caller goes again."""
    writer = BatchWriter(run, at)
    for rows in _batches_of(reader_of(run).read_rows(skip=run.rows_done)):
        if not _write_batch(run, writer, rows):
            return
        if report:
            report(run.rows_done)
    _finish_run(run, at)


@transaction.atomic
def _write_batch(run: ImportRun, writer: BatchWriter, rows: Sequence[Row]) -> bool:
    """One batch. Answers False, and writes nothing, when the run is no longer where it was."""
    position = run.rows_done
    _lock_import_run(run)
    if run.rows_done != position or run.state != ImportRun.State.RUNNING:
        return False
    decisions = writer.write_batch(rows)
    counts = Counts(**run.counts)
    counts.count_in(decisions)
    ImportProblem.objects.bulk_create(_problems_of(run, decisions))
    run.rows_done, run.counts = position + len(rows), asdict(counts)
    run.save(update_fields=["rows_done", "counts"])
    return True


@transaction.atomic
def _finish_run(run: ImportRun, at: datetime) -> None:
    """The one event of the whole run, told in the name of whoever uploaded the file."""
    _lock_import_run(run)
    if run.state != ImportRun.State.RUNNING:
        return
    run.state, run.finished_at = ImportRun.State.DONE, at
    run.counts = run.counts or asdict(Counts())
    run.save(update_fields=["state", "finished_at", "counts"])
    events.record(Event.LESSONS_IMPORTED, run, by=run.by, at=at, texts={"source": run.source}, **run.counts)


def _source_when_nobody_says(
    organisation: Organisation, headings: Sequence[str], file_name: str, content: bytes
) -> str:
    """The known system, or the file’s name: once. Another file of that name may come from anywhere, and its numbers
    would lead to the lessons of the first; so somebody has to say."""
    source = name_of_source(headings, file_name)
    if comes_from_nasa(headings) or not Lesson.objects.filter(organisation=organisation, source=source).exists():
        return source
    runs = ImportRun.objects.filter(organisation=organisation, source=source)
    if any(bytes(run.content) == content for run in runs.only("content")):
        return source
    raise Refusal(
        f"{worded('Lessons')} from “{source}” are here already. Say what the source of this file is called: the same "
        f"if it comes from the same place and its numbers mean the same {worded('lessons')}, another name if not."
    )


# --- What they share -------------------------------------------------------------------------------------------------


class _PretendedStandings:
    """What would stand after the rows so far, for a trial that writes nothing."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.so_far: dict[str, Standing] = {}

    def known_to(self, rows: Iterable[Row]) -> dict[str, Standing]:
        wanted = {row.external_id for row in rows if not row.refusal} - set(self.so_far)
        self.so_far.update({key: standing for key, (_, standing) in load_standings(self.run, wanted).items()})
        return self.so_far


def _batches_of(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _problems_of(run: ImportRun, decisions: Iterable[Decision]) -> list[ImportProblem]:
    found = []
    for decision in decisions:
        row = decision.row
        notes = (*row.notes, *decision.notes)
        sentences = [(row.refusal, True)] if row.refusal else [(note, False) for note in notes]
        for sentence, is_refusal in sentences:
            ident = Lesson(external_id=row.external_id).shown_number
            found.append(
                ImportProblem(
                    run=run, row=row.number, external_id=ident, sentence=sentence[:500], is_refusal=is_refusal
                )
            )
    return found


def _enqueue_job(run: ImportRun, function: str, title: str, *, key: str, by: Membership, at: datetime) -> Job:
    run.job = enqueue(
        function,
        {"run_id": run.pk},
        title=title,
        key=key,
        by=by,
        organisation=run.organisation,
        at=at,
        kind=Job.Kind.IMPORT,
    )
    run.save(update_fields=["job"])
    return run.job


def _lock_import_run(run: ImportRun) -> None:
    """Row lock: bring ``run`` up to what stands there; the file itself never changes and is not read again."""
    fields = [field.name for field in ImportRun._meta.concrete_fields if field.name != "content"]
    run.refresh_from_db(fields=fields, from_queryset=ImportRun.objects.select_for_update())


def _must_not_have_begun(run: ImportRun) -> None:
    if run.state in (ImportRun.State.RUNNING, ImportRun.State.DONE):
        raise Refusal("This file is being brought in, or has been. To do it again, upload it again.")


def _check_mapping(mapping: Mapping[str, str]) -> None:
    if not leads_to_words(mapping):
        raise Refusal("No column gives a title or a text. Say which one does.")
    names = [name for name in mapping.values() if name != "tags"]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise Refusal(f"Two headings lead to “{FIELDS[twice][0]}”. Choose one of them.")
