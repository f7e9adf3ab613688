"""Having the report of a closed round made as a file."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.sentences import quoted
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require
from selfassessment import reports
from selfassessment.models import Assessment


@transaction.atomic
def request_report_pdf(assessment: Assessment, *, by: Membership, at: datetime) -> Job:
    """Have the worker draw the report. Idempotent: once for each person and state of the report.

    The worker reads it with the rights that ``by`` has then.
    """
    require(Permission.READ, by, assessment.organisation)
    if not assessment.is_published:
        raise Refusal(worded("This round is not published yet, so it has no report."))
    report = reports.build(assessment)
    return enqueue(
        "selfassessment.tasks.gap_report_pdf",
        {"assessment_id": assessment.pk},
        title=f"{worded('Gap report')} {quoted(assessment)} as a PDF",
        key=f"gap report {assessment.pk} {report.fingerprint} {by.person_id}",
        by=by,
        organisation=assessment.organisation,
        at=at,
        back_url=reverse("gap_report", args=[assessment.organisation.slug, assessment.pk]),
    )
