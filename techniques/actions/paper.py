"""What is printed for a room: the sheet of wants and offers."""

from datetime import datetime

from django.db import transaction

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.sentences import quoted
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies
from techniques.models import Session


@transaction.atomic
def request_sheet_pdf(session: Session, *, by: Membership, at: datetime) -> Job:
    """Have the worker draw the sheet that each person fills in without a phone. Idempotent within the hour."""
    require_that(policies.may_facilitate(by, session))
    if not session.has_claims or session.is_over:
        raise Refusal(worded("This session needs no sheet."))
    return enqueue(
        "techniques.tasks.sheet_pdf",
        {"session_id": session.pk},
        title=f"Sheet for {quoted(session.title)} as a PDF",
        key=f"sheet {session.pk} {by.person_id} {at:%Y-%m-%d-%H}",
        by=by,
        organisation=by.organisation,
        at=at,
        back_url=session.get_absolute_url(),
    )
