"""The file of one import run: its table, its first rows as lessons, and the file of what is to be said about rows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from django.utils import timezone

from kmportal.lib.importing import Sheet, decode, read
from lessons.importing.rows import Row, RowReader, knows_heading
from lessons.models import ImportRun

# The file of problems, as a download and from the command.
PROBLEM_COLUMNS = ("Row", "Number in the source", "What happened", "Sentence")


def sheet_of(run: ImportRun) -> Sheet:
    """The table in the file, as it is to be read."""
    return read(decode(bytes(run.content), run.encoding).text, knows=knows_heading)


def reader_of(run: ImportRun) -> RowReader:
    """Reads the file’s rows as lessons."""
    return RowReader(sheet_of(run), run.mapping, on=timezone.localdate(run.started_at))


def count_rows(sheet: Sheet) -> int:
    """How many rows it has. Reads the whole table, so that one that breaks off in the middle is refused."""
    return sum(1 for _ in sheet.records())


def columns_left_out(sheet: Sheet, mapping: Mapping[str, str]) -> list[tuple[str, int]]:
    """The headings under which something stands that is not brought in, with the number of filled cells."""
    filled = Counter(
        heading
        for record in sheet.records()
        for heading, cell in record.cells.items()
        if heading not in mapping and (any(cell) if isinstance(cell, list) else cell.strip())
    )
    return [(heading, filled[heading]) for heading in sheet.headings if filled[heading]]


def first_rows(run: ImportRun, most: int) -> list[Row]:
    """The first rows as the lessons that they would become."""
    return list(islice(reader_of(run).read_rows(), most))


def problem_rows(run: ImportRun) -> Iterator[Sequence[object]]:
    """The lines of the file of problems, under ``PROBLEM_COLUMNS``."""
    for problem in run.problems.all():
        yield (problem.row, problem.external_id, "refused" if problem.is_refusal else "brought in", problem.sentence)
