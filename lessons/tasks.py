"""What jobs of lessons call. Each takes ids and is safe to repeat."""

from typing import Any

from django.utils import timezone

from jobs.runner import Assignment
from lessons.actions import importing
from lessons.actions.importing import Report
from lessons.importing.sheets import count_rows, sheet_of
from lessons.models import ImportRun


def try_out(work: Assignment, run_id: int) -> dict[str, Any]:
    """Read a file without writing its lessons."""
    run = ImportRun.objects.select_related("organisation").get(pk=run_id)
    importing.try_import(run, report=_progress_of(work, run))
    return {"url": run.get_absolute_url()}


def bring_in(work: Assignment, run_id: int) -> dict[str, Any]:
    """Write the lessons of a file, from where the run stands."""
    run = ImportRun.objects.select_related("organisation", "by").get(pk=run_id)
    importing.run_import(run, at=timezone.now(), report=_progress_of(work, run))
    return {"url": run.get_absolute_url()}


def _progress_of(work: Assignment, run: ImportRun) -> Report:
    total = count_rows(sheet_of(run))
    return lambda done: work.progress(100 * done / total, f"{done:,} of {total:,} rows")
