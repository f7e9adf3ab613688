"""What jobs of lessons call. Each takes ids and is safe to repeat."""

from typing import Any

from django.utils import timezone

from jobs.runner import Assignment
from lessons.actions import importing
from lessons.models import ImportRun


def try_out(work: Assignment, run_id: int) -> dict[str, Any]:
    """Read a file without writing its lessons."""
    run = ImportRun.objects.select_related("organisation").get(pk=run_id)
    with timezone.override(run.organisation.time_zone):
        total = importing.total_rows(run)
        importing.try_out(run, report=lambda done: work.progress(100 * done / total, f"{done:,} of {total:,} rows"))
    return {"url": run.get_absolute_url()}


def bring_in(work: Assignment, run_id: int) -> dict[str, Any]:
    """Write the lessons of a file, from where the run stands."""
    run = ImportRun.objects.select_related("organisation", "by").get(pk=run_id)
    with timezone.override(run.organisation.time_zone):
        total = importing.total_rows(run)
        importing.work_through(
            run,
            at=timezone.now(),
            report=lambda done: work.progress(100 * done / total, f"{done:,} of {total:,} rows"),
        )
    return {"url": run.get_absolute_url()}
