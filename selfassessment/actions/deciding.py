"""What is decided about a suggestion of a closed round, and what becomes of it.

Whoever runs rounds may decide; putting something on the roadmap asks for the permission to plan as well. Each action
asks its permission first and is told once, as an event.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

import actionplan.actions
import roadmap.actions
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership, Person
from organisations.policies import require_that
from roadmap.models import Intervention, Step
from selfassessment import policies
from selfassessment.events import Event
from selfassessment.models import Assessment, Decision
from selfassessment.reports import Offer
from selfassessment.workflow import programme_for, require_published

HANGS_ON_IT = "Something has happened with “{title}” since then, so the decision stays. Drop it on its own page."
Verdict = Decision.Verdict


@transaction.atomic
def accept_as_intervention(
    assessment: Assessment,
    *,
    by: Membership,
    at: datetime,
    offer: Offer,
    words: str = "",
    owner: Person | None = None,
    ends_on: date | None = None,
    step: int | None = None,
) -> Decision:
    """Put the suggestion on the roadmap as an intervention. Other ``words`` than its own make it *changed*."""
    require_that(policies.may_plan(by, assessment))
    programme = programme_for(assessment)
    if programme is None:
        raise Refusal(worded("There is no programme to plan it in yet. Begin one, or accept this as an action."))
    words = words.strip() or offer.suggestion.title
    decision = _decide_once(assessment, offer, by=by, at=at, verdict=_verdict_on(words, offer), words=words)
    entry = offer.entry
    decision.intervention = roadmap.actions.plan_intervention(
        programme,
        by=by,
        at=at,
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
    by: Membership,
    at: datetime,
    offer: Offer,
    words: str = "",
    owner: Person | None = None,
    due_on: date | None = None,
) -> Decision:
    """Make the suggestion an action of somebody. Other ``words`` than its own make it *changed*."""
    require_that(policies.may_decide(by, assessment))
    words = words.strip() or offer.suggestion.title
    decision = _decide_once(assessment, offer, by=by, at=at, verdict=_verdict_on(words, offer), words=words)
    decision.action = actionplan.actions.add_action(
        assessment.organisation,
        by=by,
        at=at,
        source=decision,
        title=words,
        detail=offer.suggestion.text,
        owner=owner,
        due_on=due_on,
        told_when_late=assessment.facilitator,
    )
    decision.save(update_fields=["action"])
    return decision


@transaction.atomic
def reject_suggestion(assessment: Assessment, *, by: Membership, at: datetime, offer: Offer, reason: str) -> Decision:
    """Leave the suggestion be, and say why."""
    require_that(policies.may_decide(by, assessment))
    reason = reason.strip()
    if not reason:
        raise Refusal("Say why it is rejected.")
    return _decide_once(assessment, offer, by=by, at=at, verdict=Verdict.REJECTED, reason=reason)


@transaction.atomic
def undo_decision(decision: Decision, *, by: Membership, at: datetime) -> None:
    """Take a decision back, with what it became, as long as nothing has happened to that since. Idempotent."""
    require_that(policies.may_take_back(by, decision))
    fresh = _lock_decision(decision)
    if fresh is None:
        return
    intervention, action = fresh.intervention, fresh.action
    if not policies.may_undo(by, fresh):
        raise Refusal(HANGS_ON_IT.format(title=intervention or action))
    events.record(Event.DECISION_UNDONE, fresh, by=by, at=at, criterion=fresh.criterion.code, verdict=fresh.verdict)
    fresh.delete()
    if intervention:
        roadmap.actions.delete_untouched_intervention(intervention, by=by, at=at)
    if action:
        actionplan.actions.delete_untouched_action(action, by=by, at=at)


def _lock_decision(decision: Decision) -> Decision | None:
    """The row as it stands, held together with what it became, so that nothing comes to hang on that meanwhile."""
    rows = Decision.objects.select_for_update(of=("self",)).select_related(
        "criterion", "assessment__organisation", "action__organisation", "intervention__programme__organisation"
    )
    fresh = rows.filter(pk=decision.pk).first()
    if fresh is not None and fresh.intervention_id:
        Intervention.objects.select_for_update().get(pk=fresh.intervention_id)
    return fresh


def _decide_once(assessment: Assessment, offer: Offer, *, by: Membership, at: datetime, **fields: Any) -> Decision:
    """The row of the decision. The database lets a criterion be decided once; who comes second hears who was first."""
    require_published(assessment)
    figures, criterion = offer.result.figures, offer.suggestion.criterion
    decision = Decision(
        assessment=assessment,
        criterion=criterion,
        suggestion=offer.suggestion,
        now=_as_decimal(figures.now),
        wanted=_as_decimal(figures.wanted),
        by=by.person,
        at=at,
        **fields,
    )
    refuse_invalid(decision, "words", "reason")
    try:
        with transaction.atomic():
            decision.save(force_insert=True)
    except IntegrityError:
        first = Decision.objects.filter(assessment=assessment, criterion=criterion).select_related("by").first()
        who = first.by if first and first.by else "Somebody"
        raise Refusal(f"{who} has already decided this. Read the report again.") from None
    events.record(Event.SUGGESTION_DECIDED, decision, by=by, at=at, criterion=criterion.code, verdict=decision.verdict)
    return decision


def _verdict_on(words: str, offer: Offer) -> str:
    return Verdict.ACCEPTED if words == offer.suggestion.title else Verdict.CHANGED


def _as_decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
