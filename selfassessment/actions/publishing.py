"""From the close of a round to its report: what people wrote is read by somebody before everybody can read it.

The writer’s words are never changed. A comment that is withheld stays where it is, with the reason beside it, and
leaves the server in no report, file, mail or search: docs/decisions/0037.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from selfassessment import policies, reports
from selfassessment.events import Event
from selfassessment.models import DAYS_TO_READ, Answer, AnswerQuerySet, Assessment, Withholding
from selfassessment.reports import Remark
from selfassessment.workflow import lock_assessment, require_closed

PUBLISH_AT = time(8)
GONE = "This comment is not in the report any more. Somebody else may have withheld it."


@transaction.atomic
def publish_report(assessment: Assessment, *, by: Membership, at: datetime) -> Assessment:
    """Let everybody read the report, with the comments that are not withheld. Whoever does it has read them.
    Idempotent."""
    require_that(policies.may_run(by, assessment))
    fresh = lock_assessment(assessment)
    require_closed(fresh)
    if fresh.comments_read_at is None:
        _publish(fresh, by=by, at=at, with_comments=True)
    assessment.published_at, assessment.comments_read_at = fresh.published_at, fresh.comments_read_at
    return assessment


@transaction.atomic
def publish_figures(assessment: Assessment, *, at: datetime) -> None:
    """A week after the close: the report without what people wrote, if nobody has read that yet.

    Called by the timetable alone, so nobody acts. Idempotent.
    """
    fresh = lock_assessment(assessment)
    if fresh.is_closed and not fresh.is_published:
        _publish(fresh, by=None, at=at, with_comments=False)


@transaction.atomic
def withhold_remark(assessment: Assessment, *, by: Membership, at: datetime, remark: Remark, reason: str) -> None:
    """Keep a comment, or a piece of evidence, out of the report. It is counted there, and the reason is said.

    Files made of the report before are deleted: they hold the words. The trail has neither words nor writer.
    """
    require_that(policies.may_run(by, assessment))
    fresh = lock_assessment(assessment)
    require_closed(fresh)
    if reason not in Withholding.values:
        raise Refusal("Choose why it is withheld.")
    if (
        not _rows_of(fresh, remark)
        .filter(**{f"{remark.kind}_withheld": ""})
        .update(**{f"{remark.kind}_withheld": reason})
    ):
        raise Refusal(GONE)
    Job.objects.filter(
        function="selfassessment.tasks.gap_report_pdf", key__startswith=f"gap report {fresh.pk} "
    ).delete()
    events.record(Event.COMMENT_WITHHELD, fresh, by=by, at=at, reason=reason)


@transaction.atomic
def show_remark_again(assessment: Assessment, *, by: Membership, at: datetime, remark: Remark) -> None:
    """Let what was withheld back into the report: until the comments are published, and not afterwards. Idempotent."""
    require_that(policies.may_run(by, assessment))
    fresh = lock_assessment(assessment)
    require_closed(fresh)
    if fresh.comments_read_at is not None:
        raise Refusal("The report is published. What was withheld from it stays withheld.")
    field = f"{remark.kind}_withheld"
    if _rows_of(fresh, remark).exclude(**{field: ""}).update(**{field: ""}):
        events.record(Event.COMMENT_SHOWN_AGAIN, fresh, by=by, at=at)


def publish_or_wait(assessment: Assessment, *, by: Membership, at: datetime) -> None:
    """What follows from a close, as part of it: where nobody wrote anything that the report would show, the report is
    published at once; otherwise the day is set on which its figures are."""
    if not reports.remarks_to_read(assessment):
        _publish(assessment, by=by, at=at, with_comments=True)
        return
    zone = ZoneInfo(assessment.organisation.time_zone)
    day = at.astimezone(zone).date() + timedelta(days=DAYS_TO_READ)
    enqueue(
        "selfassessment.tasks.publish_figures",
        {"assessment_id": assessment.pk},
        title=worded("Publish the figures of a round of assessment"),
        key=f"assessment {assessment.pk} publish",
        organisation=assessment.organisation,
        at=at,
        due_at=datetime.combine(day, PUBLISH_AT, tzinfo=zone),
    )


def _publish(assessment: Assessment, *, by: Membership | None, at: datetime, with_comments: bool) -> None:
    first = not assessment.is_published
    assessment.published_at = assessment.published_at or at
    assessment.comments_read_at = at if with_comments else None
    assessment.save(update_fields=["published_at", "comments_read_at"])
    event = Event.REPORT_PUBLISHED if first else Event.COMMENTS_PUBLISHED
    events.record(event, assessment, by=by, at=at)


def _rows_of(assessment: Assessment, remark: Remark) -> AnswerQuerySet:
    """Every answer of the report that says just this: two people may have written the same."""
    shown = reports.turnout(assessment).shown_ways
    return Answer.objects.filter(
        response__assessment=assessment,
        response__way__in=shown,
        criterion__code=remark.code,
        **{remark.kind: remark.words},
    )
