"""Reuse: somebody says what came of a lesson, says more or takes it back; a second person decides what is large.

One press is enough. What is written afterwards is theirs alone to change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.models import IN_NUMBERS, Lesson, Measure, Reuse, Saving, Sureness
from organisations import events
from organisations.models import Group, GroupMembership, Membership
from organisations.policies import require_that


@dataclass(frozen=True)
class Saved:
    """What somebody says was saved of one measure: so much, or in words."""

    amount: Decimal | None = None
    words: str = ""
    sureness: str = Sureness.TOLD


@transaction.atomic
def say_reuse(lesson: Lesson, *, by: Membership, at: datetime, kind: str) -> Reuse:
    """Say that a lesson helped, that the same happened, or the opposite. Idempotent: once for person, lesson, kind."""
    require_that(policies.may_say_reuse(by, lesson))
    row = Reuse(organisation=by.organisation, lesson=lesson, person=by.person, kind=kind, at=at)
    refuse_invalid(row, "kind")
    key = {"organisation": by.organisation, "lesson": lesson, "person": by.person, "kind": kind}
    reuse, made = Reuse.objects.get_or_create(**key, defaults={"at": at})
    if made:
        events.record(Event.REUSE_SAID, reuse, by=by, at=at, kind=kind, lesson=lesson)
    return reuse


@transaction.atomic
def describe_reuse(
    reuse: Reuse,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    group: Group | None = None,
    place: str = "",
    changed: str = "",
    saved: Mapping[str, Saved] | None = None,
) -> Reuse:
    """Say where it was, what changed and what it saved; all of it may be left out, and what is left out goes.

    ``Stale`` when it was changed since ``seen``, in another window. What a second person said was said of the number
    with the words beside it: when either is written anew, it is looked at anew.
    """
    require_that(policies.may_change_reuse(by, reuse))
    _lock_reuse(reuse)
    if reuse.version != seen:
        raise Stale
    if not reuse.may_save and any(one.amount is not None or one.words for one in (saved or {}).values()):
        raise Refusal(worded("Where the opposite happened, the lesson saved nothing. Say in words what changed."))
    if group != reuse.group:
        _refuse_other_group(group, by)
    before = (reuse.group, reuse.place, reuse.changed)
    reuse.group, reuse.place, reuse.changed = group, line_of_text(place), clean_text(changed).strip()
    refuse_invalid(reuse, "place", "changed")
    reuse.version += 1
    reuse.save(update_fields=["group", "place", "changed", "version"])
    wanted, is_reworded = saved or {}, before != (reuse.group, reuse.place, reuse.changed)
    for measure in Measure.values:
        _write_saving(reuse, measure, wanted.get(measure, Saved()), at=at, is_reworded=is_reworded)
    events.record(Event.REUSE_CHANGED, reuse, by=by, at=at)
    return reuse


@transaction.atomic
def take_reuse_back(reuse: Reuse, *, by: Membership, at: datetime, seen: int | None = None) -> None:
    """It was a mistake: it is gone, with what it saved.

    ``Stale`` when words or savings would go with it, and they were not the ones ``seen`` by whoever says so.
    """
    require_that(policies.may_change_reuse(by, reuse))
    _lock_reuse(reuse)
    if reuse.is_described and reuse.version != seen:
        raise Stale
    events.record(Event.REUSE_DELETED, reuse, by=by, at=at)
    reuse.delete()


@transaction.atomic
def confirm_saving(saving: Saving, *, by: Membership, at: datetime, seen: int) -> Saving:
    """Four-eyes check: a second person says that a large saving is so. Of two who decide at once, the first does."""
    require_that(policies.may_confirm_benefits(by, saving.reuse.organisation))
    return _decide(saving, Saving.State.CONFIRMED, by=by, at=at, seen=seen, reason="")


@transaction.atomic
def decline_saving(saving: Saving, *, by: Membership, at: datetime, seen: int, reason: str) -> Saving:
    """A second person does not confirm it, and says why. It stays to be read, never added to what is confirmed."""
    require_that(policies.may_confirm_benefits(by, saving.reuse.organisation))
    return _decide(saving, Saving.State.DECLINED, by=by, at=at, seen=seen, reason=clean_text(reason).strip())


# --- What they share -------------------------------------------------------------------------------------------------


def _lock_reuse(reuse: Reuse) -> None:
    """Row lock: hold the row, and bring ``reuse`` up to what stands there now. One that is gone is refused."""
    rows = Reuse.objects.select_for_update(of=("self",)).select_related("organisation", "lesson", "group")
    try:
        reuse.refresh_from_db(from_queryset=rows)
    except Reuse.DoesNotExist:
        raise Refusal("You have taken this back in another window.") from None


def _refuse_other_group(group: Group | None, by: Membership) -> None:
    if group is not None and not GroupMembership.objects.in_force(by).filter(group=group).exists():
        raise Refusal(worded("Choose a group that you belong to."))


def _write_saving(reuse: Reuse, measure: str, wanted: Saved, *, at: datetime, is_reworded: bool) -> None:
    row = reuse.savings.select_for_update().filter(measure=measure).first()
    fresh: dict[str, Any] = {"amount": None, "words": "", "sureness": wanted.sureness}
    if measure in IN_NUMBERS:
        fresh["amount"] = wanted.amount
    else:
        fresh["words"] = clean_text(wanted.words).strip()
    if fresh["amount"] is None and not fresh["words"]:
        if row is not None:
            row.delete()
        return
    is_same = row is not None and all(getattr(row, name) == value for name, value in fresh.items())
    if is_same and not is_reworded:
        return
    row = row or Saving(reuse=reuse, measure=measure, version=0)
    for name, value in fresh.items():
        setattr(row, name, value)
    refuse_invalid(row, "amount", "words", "sureness")
    row.state = Saving.State.CLAIMED if row.is_large else Saving.State.TAKEN
    row.decided_by, row.decided_at, row.reason = None, None, ""
    row.at = row.at if is_same else at
    row.version += 1
    row.save()


def _decide(saving: Saving, state: str, *, by: Membership, at: datetime, seen: int, reason: str) -> Saving:
    """The same again changes nothing; other words than were read are ``Stale``."""
    require_that(Reuse.objects.visible_to(by).filter(pk=saving.reuse_id).exists())
    rows = Saving.objects.select_for_update(of=("self",)).select_related(
        "reuse__organisation", "reuse__lesson", "decided_by"
    )
    try:
        saving.refresh_from_db(from_queryset=rows)
    except Saving.DoesNotExist:
        raise Refusal("Whoever said it has taken it back.") from None
    if not policies.may_decide_saving(by, saving):
        raise Refusal("You said it yourself. Somebody else must confirm it.")
    if saving.state == state and saving.decided_by_id == by.person_id:
        return saving
    if saving.version != seen:
        raise Stale("It was changed while you read. Read it again.")
    if saving.state != Saving.State.CLAIMED:
        who = saving.decided_by or "Somebody who has left"
        raise Refusal(f"{who} has decided it already." if saving.decided_at else "Nobody has to confirm it.")
    if state == Saving.State.DECLINED and not reason:
        raise Refusal("Say why it cannot be confirmed, so that whoever said it understands.")
    saving.state, saving.decided_by, saving.decided_at, saving.reason = state, by.person, at, reason
    refuse_invalid(saving, "reason")
    saving.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    event = Event.REUSE_CONFIRMED if state == Saving.State.CONFIRMED else Event.REUSE_DECLINED
    events.record(event, saving.reuse, by=by, at=at, note=reason, measure=saving.measure)
    return saving
