"""Bringing lessons in from a file: look at it, try it out, then write batch by batch.

Each batch is one transaction with the lessons, the index, the problems, the counts and how far the run is. So a run
that is killed goes on where it stopped, and one that is started anew finds its rows and changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.importing import Sheet, check_kind, decode, read
from lessons.importing.batches import Writer, standings
from lessons.importing.merging import Counts, Decision, Standing, decide
from lessons.importing.rows import FIELDS, Reader, Row, has_what_it_takes, match, source_of
from lessons.models import ImportProblem, ImportRun
from organisations import audit
from organisations.models import Organisation, Person

BATCH = 100
KEEP_FILES = timedelta(days=30)
# The file of problems, as a download and from the command.
PROBLEM_COLUMNS = ("Row", "Number in the source", "What happened", "Sentence")
Report = Callable[[int], None]


@transaction.atomic
def look(
    organisation: Organisation,
    *,
    by: Person,
    at: datetime,
    file_name: str,
    content: bytes,
    source: str = "",
    group_name: str = "",
    encoding: str = "",
) -> ImportRun:
    """Take a file in without bringing anything in yet: refuse what is no table, match the headings.

    The caller has checked that ``by`` may import here. Without a source it is named after the system or the file,
    without a group the lessons belong to one that is named after the source.
    """
    check_kind(content[:8192], content)
    sheet = read(decode(content, encoding).text)
    _read_once(sheet)
    source = source.strip() or source_of(sheet.headings, file_name)
    return ImportRun.objects.create(
        organisation=organisation,
        by=by,
        file_name=file_name[:200],
        content=content,
        encoding=encoding,
        source=source,
        group_name=group_name.strip() or source,
        mapping=match(sheet.headings),
        started_at=at,
    )


@transaction.atomic
def settle(
    run: ImportRun, *, seen: int, source: str, group_name: str, encoding: str, mapping: Mapping[str, str]
) -> ImportRun:
    """Say how the file is to be read. What was tried out before no longer counts."""
    _hold(run)
    _not_begun(run)
    if run.version != seen:
        raise Stale("Somebody else changed how this file is read. Look at it again.")
    decode(bytes(run.content), encoding)
    known = {heading: name for heading, name in mapping.items() if name in FIELDS}
    _check_mapping(known)
    run.source, run.encoding, run.mapping = source.strip(), encoding, known
    run.group_name = group_name.strip() or run.source
    run.state, run.counts, run.job = ImportRun.State.UPLOADED, {}, None
    run.version += 1
    run.save()
    run.problems.all().delete()
    return run


@transaction.atomic
def ask_to_try(run: ImportRun, *, by: Person) -> Job:
    """Have it tried out by the worker: everything is read and compared, nothing is written."""
    _hold(run)
    _not_begun(run)
    _check_mapping(run.mapping)
    return _enqueue(run, "lessons.tasks.try_out", f"Try out {run.file_name}", by, f"import {run.pk} try {run.version}")


@transaction.atomic
def ask_to_run(run: ImportRun, *, by: Person) -> Job:
    """Have the lessons brought in by the worker. Pressed twice it runs once."""
    _hold(run)
    if run.state in (ImportRun.State.RUNNING, ImportRun.State.DONE) and run.job is not None:
        return run.job
    begin(run)
    return _enqueue(run, "lessons.tasks.bring_in", f"Bring in {run.file_name}", by, f"import {run.pk} run")


@transaction.atomic
def begin(run: ImportRun) -> None:
    """Leave looking and trying behind: from here on only ``work_through`` moves it."""
    _hold(run)
    _not_begun(run)
    _check_mapping(run.mapping)
    run.problems.all().delete()
    run.state, run.counts, run.rows_done = ImportRun.State.RUNNING, {}, 0
    run.save(update_fields=["state", "counts", "rows_done"])


def try_out(run: ImportRun, *, report: Report | None = None) -> Counts:
    """Read everything and say what would become of it; only the counts and problems are kept."""
    counts, pretended, problems = Counts(), _Pretended(run), []
    for rows in _batches(_reader(run).rows()):
        decisions = decide(rows, pretended.known(rows))
        counts.add(decisions)
        problems += _problems(run, decisions)
        if report:
            report(counts.read)
    with transaction.atomic():
        _hold(run)
        _not_begun(run)
        run.problems.all().delete()
        ImportProblem.objects.bulk_create(problems, batch_size=500)
        run.state, run.counts = ImportRun.State.TRIED, asdict(counts)
        run.save(update_fields=["state", "counts"])
    return counts


def work_through(run: ImportRun, *, at: datetime, report: Report | None = None) -> Counts:
    """Write the lessons, batch after batch, from where the run stands. To be called after ``begin``; safe to repeat."""
    while run.state == ImportRun.State.RUNNING:
        _pass(run, at, report)
    return Counts(**run.counts)


def tidy(at: datetime) -> None:
    """Forget files after a month. What was brought in stays, and so does how it went; what was only looked at goes."""
    State, old = ImportRun.State, at - KEEP_FILES
    ImportRun.objects.filter(state=State.DONE, finished_at__lt=old).exclude(content=b"").update(content=b"")
    ImportRun.objects.filter(state__in=[State.UPLOADED, State.TRIED], started_at__lt=old).delete()


def total_rows(run: ImportRun) -> int:
    """How many rows the file has."""
    return _read_once(sheet_of(run))


def sheet_of(run: ImportRun) -> Sheet:
    """The table in the file, as it is to be read."""
    return read(decode(bytes(run.content), run.encoding).text)


def first_rows(run: ImportRun, most: int) -> list[Row]:
    """The first rows as the lessons that they would become."""
    return list(islice(_reader(run).rows(), most))


def problem_rows(run: ImportRun) -> Iterator[Sequence[object]]:
    """The lines of the file of problems."""
    for problem in run.problems.all():
        yield (problem.row, problem.external_id, "refused" if problem.is_refusal else "brought in", problem.sentence)


def _pass(run: ImportRun, at: datetime, report: Report | None) -> None:
    """From where the run stands to the end, unless somebody else has moved it meanwhile: then the caller goes again."""
    writer = Writer(run, at)
    for rows in _batches(_reader(run).rows(skip=run.rows_done)):
        if not _write(run, writer, rows):
            return
        if report:
            report(run.rows_done)
    with transaction.atomic():
        _hold(run)
        if run.state == ImportRun.State.RUNNING:
            run.state, run.finished_at = ImportRun.State.DONE, timezone.now()
            run.counts = run.counts or asdict(Counts())
            run.save(update_fields=["state", "finished_at", "counts"])
            audit.record(run.organisation, "brought in", run, by=run.by, source=run.source, **run.counts)


@transaction.atomic
def _write(run: ImportRun, writer: Writer, rows: Sequence[Row]) -> bool:
    """One batch. Answers False, and writes nothing, when the run is no longer where it was."""
    position = run.rows_done
    _hold(run)
    if run.rows_done != position or run.state != ImportRun.State.RUNNING:
        return False
    decisions = writer.write(rows)
    counts = Counts(**run.counts)
    counts.add(decisions)
    ImportProblem.objects.bulk_create(_problems(run, decisions))
    run.rows_done, run.counts = position + len(rows), asdict(counts)
    run.save(update_fields=["rows_done", "counts"])
    return True


class _Pretended:
    """What would stand after the rows so far, for a run that writes nothing."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.so_far: dict[str, Standing] = {}

    def known(self, rows: Iterable[Row]) -> dict[str, Standing]:
        wanted = {row.external_id for row in rows if not row.refusal} - set(self.so_far)
        self.so_far.update({key: standing for key, (_, standing) in standings(self.run, wanted).items()})
        return self.so_far


def _reader(run: ImportRun) -> Reader:
    return Reader(sheet_of(run), run.mapping, on=timezone.localdate(run.started_at))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _problems(run: ImportRun, decisions: Iterable[Decision]) -> list[ImportProblem]:
    found = []
    for decision in decisions:
        row = decision.row
        sentences = [(row.refusal, True)] if row.refusal else [(note, False) for note in row.notes]
        for sentence, is_refusal in sentences:
            ident = "" if row.external_id.startswith("row-") else row.external_id
            found.append(
                ImportProblem(
                    run=run, row=row.number, external_id=ident, sentence=sentence[:500], is_refusal=is_refusal
                )
            )
    return found


def _read_once(sheet: Sheet) -> int:
    """Read the whole table, so that a file that breaks off in the middle is refused before anything is written."""
    return sum(1 for _ in sheet.records())


def _enqueue(run: ImportRun, function: str, title: str, by: Person, key: str) -> Job:
    run.job = enqueue(function, {"run_id": run.pk}, title=title, key=key, by=by, organisation=run.organisation)
    run.save(update_fields=["job"])
    return run.job


def _hold(run: ImportRun) -> None:
    """Lock the row and bring ``run`` up to what stands there; the file itself never changes and is not read again."""
    fields = [field.name for field in ImportRun._meta.concrete_fields if field.name != "content"]
    run.refresh_from_db(fields=fields, from_queryset=ImportRun.objects.select_for_update())


def _not_begun(run: ImportRun) -> None:
    if run.state in (ImportRun.State.RUNNING, ImportRun.State.DONE):
        raise Refusal("This file is being brought in, or has been. To do it again, upload it again.")


def _check_mapping(mapping: Mapping[str, str]) -> None:
    if not has_what_it_takes(mapping):
        raise Refusal("No column gives a title or a text. Say which one does.")
    names = [name for name in mapping.values() if name != "tags"]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise Refusal(f"Two headings lead to “{FIELDS[twice][0]}”. Choose one of them.")
