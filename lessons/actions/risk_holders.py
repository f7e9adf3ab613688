"""Who knows about a topic at risk, and when they leave.

When somebody leaves is one day, wherever they stand in the register: a new day is theirs on all its topics.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.models import Risk, RiskHolder
from lessons.transitions import keep_warning, lock_risk, lock_risks_of
from organisations import events
from organisations.models import Membership, Person
from organisations.policies import require_that

MOST_HOLDERS = 20


@transaction.atomic
def name_holder(
    risk: Risk,
    *,
    by: Membership,
    at: datetime,
    person: Person | None = None,
    name: str = "",
    leaves_on: date | None = None,
) -> RiskHolder:
    """Say who knows about it: a member, who is told, or somebody in words. Idempotent: who stands there with this day,
    or is named without one, is answered. Of a member whose day is known elsewhere in the register it is taken from
    there where none is given; so whoever may not read it there may not name them."""
    require_that(policies.may_write_risk(by, risk))
    _lock(risk, person)
    holder = RiskHolder(risk=risk, person=person, name=line_of_text(name), leaves_on=leaves_on, at=at)
    if (holder.person is None) == (not holder.name):
        raise Refusal("Choose who knows it, or write who it is. One of the two.")
    refuse_invalid(holder, "name")
    if found := risk.holders.filter(person=person, name=holder.name).first():
        if leaves_on not in (None, found.leaves_on):
            raise Refusal("They stand there already. Choose “When they leave” beside their name to change the day.")
        return found
    if risk.holders.count() >= MOST_HOLDERS:
        raise Refusal(f"More than {MOST_HOLDERS} people know about it. It is not at risk.")
    if person is not None:
        here = Membership.objects.current().filter(organisation=risk.organisation, person=person)
        if not here.exists():
            raise Refusal("Choose somebody who is here.")
        if not policies.may_set_leaving(by, risk.organisation, person):
            raise Refusal(worded("You cannot add them yourself. Ask the KM lead or a facilitator to add them."))
        if leaves_on is None:
            holder.leaves_on = _rows_of(risk, person).values_list("leaves_on", flat=True).first()
    holder.save()
    _count_up(risk)
    _spread(holder, by=by, at=at)
    events.record(Event.RISK_HOLDER_NAMED, risk, by=by, at=at, texts=_named(person))
    return holder


@transaction.atomic
def change_holder(
    holder: RiskHolder, *, by: Membership, at: datetime, seen: int, leaves_on: date | None, name: str = ""
) -> RiskHolder:
    """Say when they leave, and of somebody in words who it is. ``Stale`` when the topic has moved on since ``seen``,
    unless the same stands there already."""
    require_that(policies.may_write_risk(by, holder.risk))
    risk = holder.risk
    _lock(risk, holder.person)
    found = RiskHolder.objects.select_related("person").filter(pk=holder.pk).first()
    if found is None:
        raise Refusal("Somebody has taken them out in the meantime.")
    holder = found
    holder.risk = risk
    wanted = line_of_text(name) if holder.person_id is None else ""
    if (holder.leaves_on, holder.name) == (leaves_on, wanted):
        return holder
    is_known = holder.leaves_on is not None  # a first day takes nothing from anybody
    if holder.person is not None and is_known and not policies.may_set_leaving(by, risk.organisation, holder.person):
        raise Refusal(worded("You cannot change this day yourself. Ask the KM lead or a facilitator to change it."))
    if risk.version != seen:
        raise Stale
    if holder.person_id is None and not wanted:
        raise Refusal("Write who it is.")
    if risk.holders.exclude(pk=holder.pk).exclude(name="").filter(name=wanted).exists():
        raise Refusal("This name stands there already.")
    holder.leaves_on, holder.name = leaves_on, wanted
    refuse_invalid(holder, "name")
    holder.save(update_fields=["leaves_on", "name"])
    _count_up(risk)
    _spread(holder, by=by, at=at)
    events.record(Event.RISK_HOLDER_CHANGED, risk, by=by, at=at)
    return holder


@transaction.atomic
def take_holder_out(holder: RiskHolder, *, by: Membership, at: datetime) -> None:
    """They do not know about it, or no longer count: nothing of them stays. Idempotent."""
    require_that(policies.may_write_risk(by, holder.risk))
    risk = holder.risk
    lock_risk(risk)
    if not RiskHolder.objects.filter(pk=holder.pk).delete()[0]:
        return
    _count_up(risk)
    keep_warning(risk)
    events.record(Event.RISK_HOLDER_TAKEN_OUT, risk, by=by, at=at, texts=_named(holder.person))


@transaction.atomic
def note_leaver(membership: Membership, *, at: datetime) -> None:
    """Somebody was removed: on every topic that they know about they have left today, or on the earlier day that stands
    there. The portal’s own, when somebody goes."""
    today = timezone.localdate(at)
    known = Risk.objects.filter(organisation=membership.organisation_id, holders__person=membership.person_id)
    for risk in known.select_for_update(of=("self",)).select_related("organisation", "owner").order_by("pk"):
        holder = risk.holders.filter(person=membership.person_id).first()
        if holder is None:
            continue  # taken out in the meantime
        if holder.leaves_on is None or holder.leaves_on > today:
            holder.leaves_on = today
            holder.save(update_fields=["leaves_on"])
            _count_up(risk)
        keep_warning(risk)
        if not risk.is_settled:
            events.record(Event.RISK_HOLDER_LEFT, risk, by=None, at=at, texts=_named(membership.person))


@transaction.atomic
def note_return(membership: Membership, *, at: datetime) -> None:
    """Somebody is here again: on no topic have they left, and no day is known on which they will. The portal’s own,
    when somebody comes. A day that is still to come stays. Idempotent."""
    rows = RiskHolder.objects.filter(person=membership.person_id, leaves_on__lte=timezone.localdate(at))
    known = Risk.objects.filter(organisation=membership.organisation_id, pk__in=rows.values("risk"))
    for risk in known.select_for_update(of=("self",)).select_related("organisation").order_by("pk"):
        if not rows.filter(risk=risk).update(leaves_on=None):
            continue  # changed in the meantime
        _count_up(risk)
        keep_warning(risk)
        events.record(Event.RISK_HOLDER_CHANGED, risk, by=None, at=at)


# --- What they share -------------------------------------------------------------------------------------------------


def _lock(risk: Risk, person: Person | None) -> None:
    """The topic; of a member before it their membership, which whoever removes them holds first, too, and all topics on
    which they stand: nobody waits in a circle, and nobody puts another day on another topic meanwhile."""
    if person is not None:
        theirs = Membership.objects.filter(organisation=risk.organisation_id, person=person)
        list(theirs.select_for_update(of=("self",), no_key=True).order_by("pk"))
    lock_risks_of(person, risk)


def _rows_of(risk: Risk, person: Person) -> QuerySet[RiskHolder]:
    return RiskHolder.objects.filter(risk__organisation=risk.organisation_id, person=person)


def _spread(holder: RiskHolder, *, by: Membership, at: datetime) -> None:
    """The day of a member on all topics of the organisation, and from when on each cannot wait."""
    keep_warning(holder.risk)
    if holder.person is None:
        return
    others = _rows_of(holder.risk, holder.person).exclude(pk=holder.pk).exclude(leaves_on=holder.leaves_on)
    for other in others.select_related("risk__organisation").order_by("risk_id"):
        other.leaves_on = holder.leaves_on
        other.save(update_fields=["leaves_on"])
        _count_up(other.risk)
        keep_warning(other.risk)
        events.record(Event.RISK_HOLDER_CHANGED, other.risk, by=by, at=at)


def _named(person: Person | None) -> dict[str, str]:
    """Who it is about, for the subscribers alone: the trail is read by people who may not read the register."""
    return {"named": str(person.pk)} if person else {}


def _count_up(risk: Risk) -> None:
    risk.version += 1
    risk.save(update_fields=["version"])
