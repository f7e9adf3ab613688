"""A round from its preparation to its close.

Each action asks its permission first and is told once, as an event: trail, notices and search follow from there.
"""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from jobs.actions import enqueue
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.locking import save_over
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import require_that
from roadmap.models import Programme
from selfassessment import policies, unlinking
from selfassessment.actions import meeting
from selfassessment.actions.publishing import publish_or_wait
from selfassessment.events import Event
from selfassessment.models import Assessment, Framework, Response
from selfassessment.workflow import lock_assessment

State = Assessment.State
FIXED_ONCE_OPEN = {"anonymous", "framework", "capacity", "months_ahead"}
# What people type or choose about a round, with the rules on the model’s fields.
TYPED = ("title", "capacity", "scope", "results_place")
TELL_AT = time(8)


@transaction.atomic
def prepare_assessment(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    title: str,
    closes_on: date,
    framework: Framework | None = None,
    capacity: str = Assessment.Capacity.ORGANISATION,
    scope: str = "",
    programme: Programme | None = None,
    facilitator: Person | None = None,
    anonymous: bool = True,
    results_at: datetime | None = None,
    results_place: str = "",
    once: UUID | None = None,
) -> Assessment:
    """Write a round down. Nobody is asked and nothing can be answered until it is opened.

    Without a framework it takes the one that the organisation may use; ``by`` facilitates unless somebody else does.
    Idempotent: the same ``once`` a second time answers what it made the first time.
    """
    require_that(policies.may_prepare(by, organisation))
    framework = framework or Framework.objects.usable_by(organisation).first()
    if framework is None:
        raise Refusal("There is no set of questions yet. Ask your administrator to load the content.")
    round_as_said: dict[str, Any] = {
        "framework": framework,
        "programme": programme,
        "title": title.strip(),
        "capacity": capacity,
        "scope": scope.strip(),
        "facilitator": facilitator or by.person,
        "results_place": results_place.strip(),
    }
    _check_fields(organisation, round_as_said)
    assessment, made = Assessment.objects.get_or_create(
        organisation=organisation,
        once=once or uuid4(),
        defaults={
            **round_as_said,
            "anonymous": anonymous,
            "months_ahead": framework.months_ahead,
            "closes_on": closes_on,
            "results_at": results_at,
            "created_at": at,
            "created_by": by.person,
        },
    )
    if made:
        events.record(Event.ASSESSMENT_PREPARED, assessment, by=by, at=at, anonymous=anonymous, closes_on=closes_on)
        meeting.follow_booking(assessment, by=by, at=at)
    return assessment


@transaction.atomic
def edit_assessment(assessment: Assessment, *, by: Membership, at: datetime, seen: int, **fields: Any) -> Assessment:
    """Change what the round says about itself. Raises ``Stale`` when somebody else was first.

    Once it is open, what people were told before they answered stands: names, questions, for whom.
    """
    require_that(policies.may_run(by, assessment))
    fields = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    fresh = lock_assessment(assessment)
    changed = {name: value for name, value in fields.items() if getattr(fresh, name) != value}
    if fresh.is_closed:
        raise Refusal(worded("This round is closed and can no longer be changed."))
    if fresh.is_open and FIXED_ONCE_OPEN & set(changed):
        raise Refusal(
            worded(
                "People have been told how this round works. "
                "You can no longer change the questions, who people answer for or whether names are kept."
            )
        )
    _check_fields(fresh.organisation, changed)
    save_over(assessment, seen=seen, **fields)
    assessment.state = fresh.state
    events.record(Event.ASSESSMENT_CHANGED, assessment, by=by, at=at, fields=", ".join(sorted(changed)))
    if {"results_at", "results_place"} & set(changed):
        meeting.follow_booking(assessment, by=by, at=at)
    if assessment.is_open and "closes_on" in changed:
        _enqueue_closing_date(assessment, at=at)
    return assessment


@transaction.atomic
def pass_on_assessment(assessment: Assessment, *, by: Membership, at: datetime, to: Person | None) -> Assessment:
    """Have somebody else run the round, or nobody for now. Idempotent."""
    require_that(policies.may_pass_on(by, assessment))
    fresh = lock_assessment(assessment)
    if fresh.facilitator == to:
        return assessment
    _check_fields(fresh.organisation, {"facilitator": to})
    save_over(assessment, seen=fresh.version, facilitator=to)
    events.record(Event.ASSESSMENT_CHANGED, assessment, by=by, at=at, fields="facilitator")
    return assessment


@transaction.atomic
def discard_assessment(assessment: Assessment, *, by: Membership, at: datetime) -> None:
    """Throw away a round that was never opened."""
    require_that(policies.may_run(by, assessment))
    if not lock_assessment(assessment).is_draft:
        raise Refusal(worded("People have already been asked. Close the round instead."))
    events.record(Event.ASSESSMENT_DELETED, assessment, by=by, at=at)
    assessment.delete()


@transaction.atomic
def open_assessment(assessment: Assessment, *, by: Membership, at: datetime) -> Assessment:
    """Let people answer. From now on the database refuses to change what was said about names. Idempotent."""
    require_that(policies.may_run(by, assessment))
    fresh = lock_assessment(assessment)
    if fresh.is_closed:
        raise Refusal(worded("This round is closed. Prepare a new one."))
    if fresh.is_draft:
        if fresh.closes_on < _local_day_of(fresh, at):
            raise Refusal("The closing date has passed. Choose a later one first.")
        assessment.state, assessment.opened_at = State.OPEN, at
        assessment.save(update_fields=["state", "opened_at"])
        events.record(Event.ASSESSMENT_OPENED, assessment, by=by, at=at, anonymous=assessment.anonymous)
        _enqueue_closing_date(assessment, at=at)
    return assessment


@transaction.atomic
def close_assessment(assessment: Assessment, *, by: Membership, at: datetime, not_heard: str = "") -> Assessment:
    """End the answering, before or after the closing date. What was said until now is the report, which is published
    once somebody has read the comments; at once where there are none. Idempotent."""
    require_that(policies.may_run(by, assessment))
    fresh = lock_assessment(assessment)
    if fresh.is_draft:
        raise Refusal(worded("This round was never opened, so there is nothing to close."))
    if fresh.is_open:
        assessment.state, assessment.closed_at = State.CLOSED, at
        assessment.not_heard = not_heard.strip().rstrip(".")
        refuse_invalid(assessment, "not_heard")
        assessment.save(update_fields=["state", "closed_at", "not_heard"])
        unlinking.forget_who_answered(fresh)
        answered = Response.objects.filter(assessment=assessment).counted().count()
        events.record(Event.ASSESSMENT_CLOSED, assessment, by=by, at=at, answered=answered)
        publish_or_wait(assessment, by=by, at=at)
    return assessment


@transaction.atomic
def tell_closing_date(assessment: Assessment, *, at: datetime, day: date) -> None:
    """Say that an open round has reached its closing date, on it or later if nothing ran on it.

    Called by the timetable alone, so nobody acts. Idempotent: once for each closing date, and not when the round is
    closed already or was prolonged.
    """
    fresh = lock_assessment(assessment)
    if not fresh.is_open or fresh.closes_on != day or fresh.told_closing_on == day:
        return
    fresh.told_closing_on = day
    fresh.save(update_fields=["told_closing_on"])
    events.record(Event.CLOSING_DATE_REACHED, fresh, by=None, at=at, closes_on=day)


# --- What they share -------------------------------------------------------------------------------------------------


def _check_fields(organisation: Organisation, fields: dict[str, Any]) -> None:
    """Refuse what is too long or empty, what is not of this organisation, and a facilitator who may not run rounds."""
    programme, framework, facilitator = (fields.get(name) for name in ("programme", "framework", "facilitator"))
    require_that(programme is None or programme.organisation_id == organisation.pk)
    require_that(framework is None or framework.organisation_id in (None, organisation.pk))
    typed = {name: fields[name] for name in TYPED if name in fields}
    refuse_invalid(Assessment(**typed), *typed)
    may_facilitate = Membership.objects.current().may(Permission.FACILITATE).filter(organisation=organisation)
    if facilitator and not may_facilitate.filter(person=facilitator).exists():
        raise Refusal(f"{facilitator} does not run {worded('assessments')} here. Choose somebody whose role allows it.")


def _local_day_of(assessment: Assessment, at: datetime) -> date:
    """The day of a moment where the organisation is."""
    return timezone.localdate(at, ZoneInfo(assessment.organisation.time_zone))


def _enqueue_closing_date(assessment: Assessment, *, at: datetime) -> None:
    """A job for the morning of the closing date. One written for a day that was moved since finds nothing to do."""
    morning = datetime.combine(assessment.closes_on, TELL_AT, tzinfo=ZoneInfo(assessment.organisation.time_zone))
    enqueue(
        "selfassessment.tasks.tell_closing",
        {"assessment_id": assessment.pk, "day": assessment.closes_on.isoformat()},
        title=worded("Tell that a round of assessment reaches its closing date"),
        key=f"assessment {assessment.pk} closing {assessment.closes_on}",
        organisation=assessment.organisation,
        at=at,
        due_at=morning,
    )
