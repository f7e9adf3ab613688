"""What the worker does for assessments. Each is called with the assignment and ids, and is safe to repeat."""

from datetime import date

from jobs.models import JobFile
from jobs.runner import Assignment
from selfassessment import actions, reports
from selfassessment.models import Assessment


def tell_closing(work: Assignment, *, assessment_id: int, day: str) -> None:
    """On the closing date: tell the facilitator, if the round is still there, open, and closes on that day."""
    assessment = Assessment.objects.filter(pk=assessment_id).first()
    if assessment:
        actions.tell_closing(assessment, day=date.fromisoformat(day))


def gap_report_pdf(work: Assignment, *, assessment_id: int) -> None:
    """Make the report of a closed round as a PDF and keep it with the job."""
    rows = Assessment.objects.select_related("organisation", "framework", "facilitator")
    report = reports.build(rows.get(pk=assessment_id))
    work.progress(30, "Drawing the pages")
    content = reports.as_pdf(report)
    work.finish(file=JobFile(name=f"{reports.file_name(report)}.pdf", content_type="application/pdf", content=content))
