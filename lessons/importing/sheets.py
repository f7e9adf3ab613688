"""The file of one import run: its table, its first rows as lessons, and the file of what is to be said about rows."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice

from django.utils import timezone

from kmportal.lib.importing import Opener, Sheet, check_kind, lines_in, read, read_cells, rows_of_workbook
from kmportal.lib.importing.reports import read_report
from lessons.importing.rows import Row, RowReader, Survey, knows_heading, survey_of
from lessons.models import ImportRun

# The file of problems, as a download and from the command.
PROBLEM_COLUMNS = ("Row", "Number in the source", "What happened", "Sentence")


def sheet_in(opener: Opener, *, file_name: str, encoding: str = "") -> Sheet:
    """The table in a file, whichever kind it is. Refuses with a sentence what is none."""
    with closing(opener()) as file:
        kind = check_kind(file.read(8192), opener)
    if kind == "xlsx":
        return read_cells(lambda: rows_of_workbook(opener), knows=knows_heading)
    if file_name.lower().endswith((".md", ".markdown")):
        return read_report(lines_in(opener, encoding))
    return read(lines_in(opener, encoding), knows=knows_heading)


def sheet_of(run: ImportRun) -> Sheet:
    """The table in the file, as it is to be read."""
    return sheet_in(run.opener, file_name=run.file_name, encoding=run.encoding)


def survey_of_run(run: ImportRun) -> Survey:
    """What is known of the whole file; read again if nobody has yet."""
    if not run.survey:
        return survey_of(sheet_of(run), run.mapping)
    kept = run.survey
    left_out = tuple((heading, count) for heading, count in kept["left_out"])
    return Survey(kept["rows"], kept["month_first"], tuple(kept["shared"]), left_out)


def reader_of(run: ImportRun) -> RowReader:
    """Reads the file’s rows as lessons."""
    return RowReader(sheet_of(run), run.mapping, on=timezone.localdate(run.started_at), survey=survey_of_run(run))


def first_rows(run: ImportRun, most: int) -> list[Row]:
    """The first rows as the lessons that they would become."""
    return list(islice(reader_of(run).read_rows(), most))


def problem_rows(run: ImportRun) -> Iterator[Sequence[object]]:
    """The lines of the file of problems, under ``PROBLEM_COLUMNS``."""
    for problem in run.problems.iterator(2_000):
        yield (problem.row, problem.external_id, "refused" if problem.is_refusal else "brought in", problem.sentence)
