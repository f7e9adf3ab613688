"""The summary of a session on paper."""

from datetime import datetime

from django.db import transaction

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.sentences import quoted
from lessons.models import Quote
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require
from techniques.models import Session


@transaction.atomic
def request_summary_pdf(session: Session, *, by: Membership, at: datetime) -> Job:
    """Have the worker draw what came out of a session. Idempotent: once for each person and state of it, and of the
    quotes here: who takes one back takes every paper along that may show it."""
    require(Permission.READ, by, session.organisation)
    if not session.is_closed:
        raise Refusal(worded("This session is not closed yet, so there is no summary."))
    said = Quote.objects.filter(organisation=session.organisation_id).last_answer()
    return enqueue(
        "lessons.tasks.summary_pdf",
        {"session_id": session.pk},
        title=f"Summary of {quoted(session.title)} as a PDF",
        key=f"summary {session.pk} {session.version} {by.person_id} {at:%Y-%m-%d-%H} {said or ''}",
        by=by,
        organisation=by.organisation,
        at=at,
        back_url=session.get_absolute_url(),
    )
