"""What is decided about a suggestion of a closed round, and what becomes of it.

Whoever runs rounds may decide; putting something on the roadmap asks for the permission to plan.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

import actionplan.actions
import roadmap.actions
from actionplan.models import Action, ActionChange
from kmportal.lib.exceptions import Refusal
from kmportal.lib.sentences import quoted
from lessons.models import Lesson
from organisations import audit
from organisations.models import Membership, Person
from organisations.permissions import Permission
from roadmap.models import Intervention, Programme, Step
from search import index
from selfassessment.models import Assessment, Decision
from selfassessment.reports import Offer
from techniques.models import Session

ONLY_A_LEAD_PLANS = "Only somebody who plans the programme can put this on the roadmap. Accept it as an action instead."
HANGS_ON_IT = "Something has happened with “{title}” since then, so the decision stays. Drop it on its own page."
Verdict = Decision.Verdict


def programme_of(assessment: Assessment) -> Programme | None:
    """The programme that an accepted suggestion goes to: the round’s own, else the current one."""
    own = assessment.programme
    return own or Programme.objects.filter(organisation=assessment.organisation_id).current().first()


@transaction.atomic
def accept_as_intervention(
    assessment: Assessment,
    *,
    offer: Offer,
    by: Person,
    words: str = "",
    owner: Person | None = None,
    ends_on: date | None = None,
    step: int | None = None,
    at: datetime | None = None,
) -> Decision:
    """Put the suggestion on the roadmap as an intervention. Other ``words`` than its own make it *changed*."""
    if not _may(by, assessment, Permission.PLAN):
        raise Refusal(ONLY_A_LEAD_PLANS)
    programme = programme_of(assessment)
    if programme is None:
        raise Refusal("There is no programme to plan it in yet. Begin one, or accept this as an action.")
    words = words.strip() or offer.suggestion.title
    decision = _decide(assessment, offer, by=by, verdict=_verdict(words, offer), words=words, at=at)
    entry = offer.entry
    decision.intervention = roadmap.actions.plan(
        programme,
        by=by,
        title=words,
        step=step or (entry.step if entry else Step.IMPLEMENT),
        entry=entry,
        owner=owner,
        ends_on=ends_on,
        summary=offer.suggestion.text,
        effort=offer.suggestion.effort,
    )
    decision.save(update_fields=["intervention"])
    return decision


@transaction.atomic
def accept_as_action(
    assessment: Assessment,
    *,
    offer: Offer,
    by: Person,
    words: str = "",
    owner: Person | None = None,
    due_on: date | None = None,
    at: datetime | None = None,
) -> Decision:
    """Make the suggestion an action of somebody. Other ``words`` than its own make it *changed*."""
    words = words.strip() or offer.suggestion.title
    decision = _decide(assessment, offer, by=by, verdict=_verdict(words, offer), words=words, at=at)
    decision.action = actionplan.actions.promise(
        assessment.organisation,
        by=by,
        title=words,
        detail=offer.suggestion.text,
        owner=owner,
        due_on=due_on,
        source=f"Gap report {quoted(assessment)}, {offer.result.label}",
        source_url_name="gap_report",
        source_url_args=[assessment.organisation.slug, assessment.pk],
        told_when_late=assessment.facilitator,
    )
    decision.save(update_fields=["action"])
    return decision


@transaction.atomic
def reject(assessment: Assessment, *, offer: Offer, by: Person, reason: str, at: datetime | None = None) -> Decision:
    """Leave the suggestion be, and say why."""
    reason = reason.strip()
    if not reason:
        raise Refusal("Say why it is rejected.")
    return _decide(assessment, offer, by=by, verdict=Verdict.REJECTED, reason=reason, at=at)


@transaction.atomic
def undo(decision: Decision, *, by: Person) -> None:
    """Take a decision back, with what it became, as long as nothing has happened to that since."""
    assessment = decision.assessment
    if not _may(by, assessment, Permission.FACILITATE):
        raise Refusal("Only somebody who runs assessments can undo this.")
    if decision.intervention and not _may(by, assessment, Permission.PLAN):
        raise Refusal("Only somebody who plans the programme can take this off the roadmap.")
    intervention, action = decision.intervention, decision.action
    if intervention and _has_moved(intervention):
        raise Refusal(HANGS_ON_IT.format(title=intervention))
    if action and _is_touched(action):
        raise Refusal(HANGS_ON_IT.format(title=action))
    audit.record(
        assessment.organisation, "undid", decision, by=by, criterion=decision.criterion.code, verdict=decision.verdict
    )
    decision.delete()
    if intervention:
        audit.record(assessment.organisation, "took out", intervention, by=by)
        index.drop("intervention", intervention.pk)
        intervention.delete()
    if action:
        audit.record(assessment.organisation, "took out", action, by=by)
        index.drop("action", action.pk)
        action.delete()


def _decide(assessment: Assessment, offer: Offer, *, by: Person, at: datetime | None, **fields: Any) -> Decision:
    """The row of the decision. The database lets a criterion be decided once; who comes second hears who was first."""
    if not assessment.is_closed:
        raise Refusal("Close the round before you decide what to do about it.")
    if not _may(by, assessment, Permission.FACILITATE):
        raise Refusal("Only somebody who runs assessments can decide this.")
    figures, criterion = offer.result.figures, offer.suggestion.criterion
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                assessment=assessment,
                criterion=criterion,
                suggestion=offer.suggestion,
                now=_decimal(figures.now),
                wanted=_decimal(figures.wanted),
                by=by,
                at=at or timezone.now(),
                **fields,
            )
    except IntegrityError:
        first = Decision.objects.filter(assessment=assessment, criterion=criterion).select_related("by").first()
        who = first.by if first and first.by else "Somebody"
        raise Refusal(f"{who} has already decided this. Read the report again.") from None
    audit.record(
        assessment.organisation, "decided", decision, by=by, criterion=criterion.code, verdict=decision.verdict
    )
    return decision


def _verdict(words: str, offer: Offer) -> str:
    return Verdict.ACCEPTED if words == offer.suggestion.title else Verdict.CHANGED


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _may(person: Person, assessment: Assessment, permission: Permission) -> bool:
    rows = Membership.objects.current().filter(organisation=assessment.organisation_id, person=person)
    member = rows.first()
    return member is not None and member.can(permission)


def _has_moved(intervention: Intervention) -> bool:
    """Whether anything was changed about it or hangs on it since it was planned."""
    return (
        intervention.version > 1
        or intervention.state != Intervention.State.PLANNED
        or intervention.changes.exists()
        or InterventionAction.objects.filter(intervention=intervention).exists()
        or Session.objects.filter(intervention=intervention).exists()
        or Lesson.objects.filter(intervention=intervention).exists()
    )


def _is_touched(action: Action) -> bool:
    """Whether anything happened to it since it was promised."""
    return action.version > 1 or action.changes.exclude(kind=ActionChange.Kind.MADE).exists()
