"""What a story claims, decided by a second person: it is so, or it cannot be confirmed and why."""

from datetime import datetime

from django.db import transaction

from communities import policies
from communities.events import Event
from communities.models import ClaimedBenefit
from kmportal.lib.cleaning import clean_text
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that


@transaction.atomic
def confirm_benefit(benefit: ClaimedBenefit, *, by: Membership, at: datetime, seen: int) -> ClaimedBenefit:
    """Four-eyes check: a second person says that it is so. Of two who decide at once, the first does."""
    require_that(policies.may_decide_benefit(by, benefit))
    return _decide(benefit, ClaimedBenefit.State.CONFIRMED, by=by, at=at, seen=seen, reason="")


@transaction.atomic
def decline_benefit(benefit: ClaimedBenefit, *, by: Membership, at: datetime, seen: int, reason: str) -> ClaimedBenefit:
    """A second person does not confirm it, and says why. It stays to be read, never added to what is confirmed."""
    require_that(policies.may_decide_benefit(by, benefit))
    return _decide(benefit, ClaimedBenefit.State.DECLINED, by=by, at=at, seen=seen, reason=clean_text(reason).strip())


def _decide(
    benefit: ClaimedBenefit, state: str, *, by: Membership, at: datetime, seen: int, reason: str
) -> ClaimedBenefit:
    """The same again changes nothing; other words than were read are ``Stale``."""
    rows = ClaimedBenefit.objects.select_for_update(of=("self",)).select_related("story__organisation", "decided_by")
    try:
        benefit.refresh_from_db(from_queryset=rows.order_by())
    except ClaimedBenefit.DoesNotExist:
        raise Refusal("Whoever told it has taken it back.") from None
    if benefit.state == state and benefit.decided_by_id == by.person_id:
        return benefit
    if benefit.version != seen:
        raise Stale("It was changed while you read. Read it again.")
    if benefit.state != ClaimedBenefit.State.CLAIMED:
        raise Refusal(f"{benefit.decided_by or 'Somebody who has left'} has decided it already.")
    if state == ClaimedBenefit.State.DECLINED and not reason:
        raise Refusal("Say why it cannot be confirmed, so that whoever told it understands.")
    benefit.state, benefit.decided_by, benefit.decided_at, benefit.reason = state, by.person, at, reason
    refuse_invalid(benefit, "reason")
    benefit.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    is_confirmed = state == ClaimedBenefit.State.CONFIRMED
    event = Event.STORY_BENEFIT_CONFIRMED if is_confirmed else Event.STORY_BENEFIT_DECLINED
    events.record(event, benefit.story, by=by, at=at, note=reason)
    return benefit
