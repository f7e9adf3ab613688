"""What the worker does for assessments. Each is called with the assignment and ids, and is safe to repeat."""

from datetime import date

from django.utils import timezone

from jobs.models import JobFile
from jobs.runner import Assignment
from kmportal.lib.exceptions import Refusal
from organisations.models import Membership
from selfassessment import policies, reports
from selfassessment.actions import publishing, rounds
from selfassessment.models import Assessment


def tell_closing(work: Assignment, *, assessment_id: int, day: str) -> None:
    """On the closing date: tell the facilitator, if the round is still there, open, and closes on that day."""
    assessment = Assessment.objects.filter(pk=assessment_id).first()
    if assessment:
        rounds.tell_closing_date(assessment, at=timezone.now(), day=date.fromisoformat(day))


def publish_figures(work: Assignment, *, assessment_id: int) -> None:
    """A week after the close: publish the figures, if nobody has read the comments and published the report."""
    assessment = Assessment.objects.filter(pk=assessment_id).first()
    if assessment:
        publishing.publish_figures(assessment, at=timezone.now())


def gap_report_pdf(work: Assignment, *, assessment_id: int) -> None:
    """Make the report of a closed round as a PDF and keep it with the job. Read with the rights of who asked for it."""
    report = reports.build(_find_readable(work, assessment_id))
    work.progress(30, "Drawing the pages")
    content = reports.as_pdf(report)
    work.finish(file=JobFile(name=f"{reports.file_name(report)}.pdf", content_type="application/pdf", content=content))


def _find_readable(work: Assignment, assessment_id: int) -> Assessment:
    """The round, if whoever asked may still read its report. Refuses otherwise."""
    members = Membership.objects.current().select_related("organisation", "person")
    member = members.filter(organisation=work.job.organisation_id, person=work.job.requested_by_id).first()
    if member is not None:
        rows = Assessment.objects.visible_to(member).select_related("organisation", "framework", "facilitator")
        assessment = rows.filter(pk=assessment_id).first()
        if assessment is not None and policies.may_read_report(member, assessment):
            return assessment
    raise Refusal("You may not read this report any more.")
