"""Bringing lessons in from a file: upload it, settle how it is read, try it out, then write batch by batch.

Each batch is one transaction with the lessons, the index, the problems, the counts and how far the run is. So a run
that is killed goes on where it stopped, and one that is started anew finds its rows and changes nothing. A whole run is
one event; its thousands of lessons are put into the index by their batch.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.importing.batches import BatchWriter, rule_of
from lessons.importing.files import digest_of, opener_of_upload
from lessons.importing.merging import Counts, decide_rows
from lessons.importing.rows import (
    FIELDS,
    Row,
    comes_from_nasa,
    leads_to_words,
    match_headings,
    name_of_source,
    survey_of,
)
from lessons.importing.sheets import reader_of, sheet_in
from lessons.importing.trials import PretendedStandings, differences_of, problems_of
from lessons.models import ImportDifference, ImportPiece, ImportProblem, ImportRun, Lesson
from organisations import events
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require

BATCH = 200
_SETTLED = ["source", "encoding", "mapping", "survey", "group_name", "bad_rows", "meeting"]
KEEP_FILES = timedelta(days=30)
Report = Callable[[int], None]


@transaction.atomic
def upload_import(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    file_name: str,
    content: bytes | BinaryIO | Path,
    source: str = "",
    group_name: str = "",
    encoding: str = "",
) -> ImportRun:
    """Take a file in without bringing anything in yet: refuse what is no table, match the headings.

    Without a source it is named after the system or the file, without a group the lessons belong to one that is named
    after the source. The file is put away in pieces; one of this machine (a path) is read where it is, however large.
    """
    require(Permission.FACILITATE, by, organisation)
    file_name = line_of_text(re.split(r"[/\\]", file_name)[-1])[-200:] or "A file"
    opener = opener_of_upload(content)
    sheet = sheet_in(opener, file_name=file_name, encoding=encoding)
    mapping = match_headings(sheet.headings)
    survey = survey_of(sheet, mapping)
    digest = digest_of(opener)
    source = line_of_text(source) or _source_when_nobody_says(organisation, sheet.headings, file_name, digest)
    run = ImportRun(
        organisation=organisation,
        by=by.person,
        file_name=file_name,
        digest=digest,
        encoding=encoding,
        source=source,
        group_name=group_name.strip() or source,
        mapping=mapping,
        survey=asdict(survey),
        started_at=at,
    )
    refuse_invalid(run, "source", "group_name")
    run.save()
    if isinstance(content, Path):
        run.path = content
    else:
        with closing(opener()) as file:
            run.keep_file(file)
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
    bad_rows: str = "",
    meeting: str = "",
) -> ImportRun:
    """Say how the file is to be read. What was tried out before no longer counts.

    ``seen`` is the version that the person had before them; ``Stale`` if it has moved on.
    """
    require(Permission.FACILITATE, by, run.organisation)
    _lock_import_run(run)
    _must_not_have_begun(run)
    if run.version != seen:
        raise Stale("How this file is read was changed meanwhile. Look at it again.")
    known = {heading: name for heading, name in mapping.items() if name in FIELDS}
    _check_mapping(known)
    survey = survey_of(sheet_in(run.opener, file_name=run.file_name, encoding=encoding), known)
    run.source, run.encoding, run.mapping, run.survey = source.strip(), encoding, known, asdict(survey)
    run.bad_rows, run.meeting = bad_rows or run.bad_rows, meeting or run.meeting
    run.group_name = group_name.strip() or run.source
    refuse_invalid(run, "source", "group_name", "bad_rows", "meeting")
    run.state, run.counts, run.job = ImportRun.State.UPLOADED, {}, None
    run.version += 1
    run.save(update_fields=[*_SETTLED, "state", "counts", "job", "version"])
    _forget_trial(run)
    return run


@transaction.atomic
def choose_differences(
    run: ImportRun, *, by: Membership, at: datetime, choices: Mapping[int, str], for_all: str = ""
) -> None:
    """Say which of two values stands: for the differences of these keys that they may read, or for all that were
    found, whatever is ticked beside it. Idempotent."""
    require(Permission.FACILITATE, by, run.organisation)
    _lock_import_run(run)
    _must_not_have_begun(run)
    if for_all in ImportDifference.Choice.values:
        run.differences.update(choice=for_all)
        return
    readable = run.differences.visible_to(by)
    for choice in ImportDifference.Choice.values:
        keys = [key for key, said in choices.items() if said == choice]
        readable.filter(pk__in=keys).update(choice=choice)


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
    if run.state in policies.BEGUN and run.job is not None:
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
    _refuse_bad_rows(run)
    run.problems.all().delete()
    run.state, run.counts, run.rows_done = ImportRun.State.RUNNING, {}, 0
    run.save(update_fields=["state", "counts", "rows_done"])


def try_import(run: ImportRun, *, report: Report | None = None) -> Counts:
    """Read everything and say what would become of it; only the counts and problems are kept.

    Called by the worker and the command: nobody’s permission is asked here.
    """
    counts, pretended, version = Counts(), PretendedStandings(run), run.version
    with transaction.atomic():
        _lock_import_run(run)
        _must_not_have_begun(run)
        _forget_trial(run)
    for rows in _batches_of(reader_of(run).read_rows()):
        lessons, known = pretended.known_to(rows)
        decisions = decide_rows(rows, known, rule_of(run, rows))
        pretended.remember(decisions)
        counts.count_in(decisions)
        _keep_trial(run, version, problems_of(run, decisions), differences_of(run, decisions, lessons))
        if report:
            report(counts.read)
    with transaction.atomic():
        _lock_trial(run, version)
        run.state, run.counts = ImportRun.State.TRIED, asdict(counts)
        run.save(update_fields=["state", "counts"])
    return counts


@transaction.atomic
def _keep_trial(
    run: ImportRun, version: int, problems: list[ImportProblem], differences: list[ImportDifference]
) -> None:
    _lock_trial(run, version)
    ImportProblem.objects.bulk_create(problems, batch_size=500)
    ImportDifference.objects.bulk_create(differences, batch_size=200, ignore_conflicts=True)


def _lock_trial(run: ImportRun, version: int) -> None:
    _lock_import_run(run)
    _must_not_have_begun(run)
    if run.version != version:
        raise Stale("Somebody changed how this file is read. Try it out again.")


def _forget_trial(run: ImportRun) -> None:
    run.problems.all().delete()
    run.differences.all().delete()


def run_import(run: ImportRun, *, at: datetime, report: Report | None = None) -> Counts:
    """Write the lessons, batch after batch, from where the run stands. To be called after ``begin_import``.

    Idempotent: what was written is not written again. Called by the worker and the command: nobody’s permission is
    asked here.
    """
    while run.state == ImportRun.State.RUNNING:
        _write_the_rest(run, at, report)
    return Counts(**run.counts)


def find_unfinished(organisation: Organisation, path: Path, *, by: Membership) -> ImportRun | None:
    """A run of this very file that the command began and that was broken off, to go on with.

    Called by the command: run by somebody else, it begins again, and finds what is there.
    """
    digest = digest_of(opener_of_upload(path))
    runs = ImportRun.objects.filter(organisation=organisation, digest=digest, by=by.person, job=None)
    run = runs.filter(state=ImportRun.State.RUNNING).select_related("organisation", "by").last()
    if run is not None:
        run.path = path
    return run


def tidy_imports(at: datetime) -> None:
    """Forget files after a month, and what of them was compared. What was brought in stays, and so does how it went;
    what was only looked at goes.

    Called by the timetable.
    """
    State, old = ImportRun.State, at - KEEP_FILES
    over = [State.DONE, State.UNDOING, State.UNDONE]
    ImportPiece.objects.filter(run__state__in=over, run__finished_at__lt=old).delete()
    ImportDifference.objects.filter(run__state__in=over, run__finished_at__lt=old).delete()
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
    ImportProblem.objects.bulk_create(problems_of(run, decisions))
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


def _source_when_nobody_says(organisation: Organisation, headings: Sequence[str], file_name: str, digest: str) -> str:
    """The known system, or the file’s name: once. Another file of that name may come from anywhere, and its numbers
    would lead to the lessons of the first; so somebody has to say."""
    source = name_of_source(headings, file_name)
    if comes_from_nasa(headings) or not Lesson.objects.filter(organisation=organisation, source=source).exists():
        return source
    if ImportRun.objects.filter(organisation=organisation, source=source, digest=digest).exists():
        return source
    raise Refusal(
        f"{worded('Lessons')} from “{source}” are here already. Say what the source of this file is called: the same "
        f"if it comes from the same place and its numbers mean the same {worded('lessons')}, another name if not."
    )


# --- What they share -------------------------------------------------------------------------------------------------


def _batches_of(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _refuse_bad_rows(run: ImportRun) -> None:
    """All or nothing: every row is looked at before the first is written."""
    if run.bad_rows != ImportRun.BadRows.STOP:
        return
    bad = sum(bool(row.refusal) for row in reader_of(run).read_rows())
    if bad:
        rows = "1 row cannot" if bad == 1 else f"{bad:,} rows cannot"
        raise Refusal(
            f"{rows} come in, so nothing was brought in. Mend the file and choose it again, or leave such rows out."
        )


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
    """Row lock: bring ``run`` up to what stands there."""
    fields = [field.name for field in ImportRun._meta.concrete_fields]
    run.refresh_from_db(fields=fields, from_queryset=ImportRun.objects.select_for_update())


def _must_not_have_begun(run: ImportRun) -> None:
    if run.state in policies.BEGUN:
        raise Refusal("This file is being brought in, or has been. To do it again, upload it again.")


def _check_mapping(mapping: Mapping[str, str]) -> None:
    if not leads_to_words(mapping):
        raise Refusal("No column gives a title or a text. Say which one does.")
    names = [name for name in mapping.values() if name != "tags"]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise Refusal(f"Two headings lead to “{FIELDS[twice][0]}”. Choose one of them.")
