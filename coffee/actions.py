"""What is done with coffee trials: planned, joined, drawn, met, ended, told.

Each asks its permission first and is told once, as an event: trail, notices and mails follow from there. Every write
that changes who meets whom holds the row of the trial.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from coffee import drawing, policies
from coffee.drawing import lock_trial
from coffee.events import Event
from coffee.models import KEPT, Joiner, Pairing, Remark, Seat, Trial
from coffee.unlinking import remove_traces
from kmportal.lib import things
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.locking import save_over
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.unlinking import rewrite_in_random_order
from notifications.actions import withdraw_notices
from organisations import events
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import require, require_that

FEWEST = 4
MORNING = 7
State = Trial.State
PLANNED = ("title", "rule", "weeks", "pairs_on", "coordinator", "first_joiners", "place")
# The rule was published, and the day is over.
FIXED_BY_PAIRS = ("rule", "pairs_on")


@transaction.atomic
def plan_trial(
    organisation: Organisation, *, by: Membership, at: datetime, once: UUID | None = None, **wanted: Any
) -> Trial:
    """Plan a trial: from now on everybody here can join. Idempotent: the same ``once`` makes one."""
    require(Permission.FACILITATE, by, organisation)
    made = Trial.objects.filter(organisation=organisation, once=once).first() if once else None
    if made is not None:
        return made
    trial = Trial(organisation=organisation, created_at=at, once=once, **wanted)
    _refuse_odd_plan(trial, at)
    trial.save()
    events.record(Event.TRIAL_PLANNED, trial, by=by, at=at, pairs_on=trial.pairs_on)
    return trial


@transaction.atomic
def change_trial(trial: Trial, *, by: Membership, at: datetime, seen: int, **wanted: Any) -> Trial:
    """Change the plan. Once pairs are made their rule and day stand. Raises ``Stale`` when it has moved on."""
    require_that(policies.may_coordinate(by, trial))
    trial = lock_trial(trial)
    if not trial.is_open:
        raise Refusal("It is over. Plan another one.")
    if trial.state == State.RUNNING:
        wanted = {name: value for name, value in wanted.items() if name not in FIXED_BY_PAIRS}
    elif wanted.get("rule", trial.rule) != trial.rule and trial.joiners.exists():
        raise Refusal("Somebody has joined under the rule that stands. Call it off, and plan another one.")
    if wanted.get("pairs_on", trial.pairs_on) != trial.pairs_on:
        wanted["few_told_at"] = None  # of the new day it is told anew
    for name, value in wanted.items():
        setattr(trial, name, value)
    _refuse_odd_plan(trial, at)
    save_over(trial, seen=seen, **wanted)
    events.record(Event.TRIAL_CHANGED, trial, by=by, at=at, pairs_on=trial.pairs_on)
    return trial


def _refuse_odd_plan(trial: Trial, at: datetime) -> None:
    refuse_invalid(trial, *PLANNED)
    if trial.state == State.INVITING and trial.pairs_on <= timezone.localdate(at):
        raise Refusal("Choose tomorrow or a later day on which the pairs are made.")


@transaction.atomic
def cancel_trial(trial: Trial, *, by: Membership, at: datetime) -> Trial:
    """Call it off before pairs are made; who has joined is told. Idempotent."""
    require_that(policies.may_coordinate(by, trial))
    trial = lock_trial(trial)
    if trial.state == State.CANCELLED:
        return trial
    if trial.state != State.INVITING:
        raise Refusal("The pairs are made already. End it instead.")
    trial.state = State.CANCELLED
    trial.save(update_fields=["state"])
    for joiner in trial.joiners.all():
        _forget_wishes(joiner)
    events.record(Event.TRIAL_CANCELLED, trial, by=by, at=at)
    return trial


@transaction.atomic
def pass_on_trial(trial: Trial, *, by: Membership, at: datetime, to: Person | None) -> None:
    """Give the trial to another co-ordinator, or to nobody for now. Idempotent."""
    require_that(policies.may_pass_on(by, trial))
    trial = lock_trial(trial)
    if trial.coordinator == to:
        return
    trial.coordinator = to
    trial.save(update_fields=["coordinator"])
    events.record(Event.TRIAL_CHANGED, trial, by=by, at=at, coordinator=to.pk if to else None)


# --- Taking part ------------------------------------------------------------------------------------------------------


@transaction.atomic
def join_trial(
    trial: Trial, *, by: Membership, at: datetime, avoided: Sequence[Membership] = (), **wanted: Any
) -> Joiner:
    """Join, or change what one has said. Who had left takes part again. Idempotent."""
    require_that(policies.may_join(by, trial))
    trial = lock_trial(trial)
    if not trial.is_open:
        raise Refusal("It is over. Join the next one.")
    if any(other.organisation_id != trial.organisation_id or other.pk == by.pk for other in avoided):
        raise Refusal("Choose colleagues of yours.")
    joiner = Joiner.objects.filter(trial=trial, membership=by).first() or Joiner(
        trial=trial, membership=by, joined_at=at
    )
    is_new = joiner.pk is None or joiner.left_at is not None
    lines = {name: line_of_text(wanted.get(name, "")) for name in ("team", "site", "needs")}
    for name, value in {**wanted, **lines, "left_at": None}.items():
        setattr(joiner, name, value)
    refuse_invalid(joiner, *wanted, *lines)
    joiner.team_key, joiner.site_key = key_of_name(joiner.team), key_of_name(joiner.site)
    joiner.save()
    joiner.avoided.set(avoided)
    if is_new:
        events.record(Event.TRIAL_JOINED, trial, by=by, at=at)
    return joiner


@transaction.atomic
def leave_trial(joiner: Joiner, *, by: Membership, at: datetime) -> None:
    """Leave, whenever one likes. Whoever was to meet this person gets somebody else. Idempotent."""
    require_that(policies.is_oneself(by, joiner))
    if not lock_trial(joiner.trial).is_open:
        raise Refusal("It is over. There is nothing left to leave.")
    _leave(joiner, by=by, at=at)


def _leave(joiner: Joiner, *, by: Membership | None, at: datetime) -> None:
    trial = lock_trial(joiner.trial)
    if not Joiner.objects.filter(pk=joiner.pk, left_at=None).update(left_at=at):
        return
    _forget_wishes(joiner)
    for pairing in Pairing.objects.standing().filter(trial=trial, seats__joiner=joiner):
        _let_go(joiner, pairing, at=at)
    events.record(Event.TRIAL_LEFT, trial, by=by, at=at)


def _forget_wishes(joiner: Joiner) -> None:
    """Whom somebody would rather not meet and what they need is known for as long as somebody is to be found."""
    joiner.avoided.clear()
    Joiner.objects.filter(pk=joiner.pk).update(needs="")


@transaction.atomic
def release_leaver(membership: Membership, *, at: datetime) -> None:
    """Somebody leaves the organisation, and so every trial. Part of the deed that ends the membership."""
    rows = Joiner.objects.filter(membership=membership, left_at=None, trial__state__in=[State.INVITING, State.RUNNING])
    for joiner in rows.select_related("trial__organisation"):
        _leave(joiner, by=None, at=at)


@transaction.atomic
def ask_for_another(pairing: Pairing, *, by: Membership, at: datetime) -> None:
    """Say that one will not meet: of two each is drawn again, the next morning; of three the others stay.

    Idempotent.
    """
    require_that(policies.sits_in(by, pairing))
    trial = lock_trial(pairing.trial)
    pairing = Pairing.objects.get(pk=pairing.pk)
    if pairing.dissolved_at is not None:
        return
    if trial.state != State.RUNNING:
        raise Refusal("It is over. Join the next one.")
    if pairing.seats.filter(has_met=True).exists():
        raise Refusal("One of you has said that you met.")
    seat = pairing.seats.select_related("joiner").filter(joiner__membership=by).first()
    if seat is not None:
        _let_go(seat.joiner, pairing, at=at)


def _let_go(joiner: Joiner, pairing: Pairing, *, at: datetime) -> None:
    """Somebody goes out of a pair that has not met: two are no pair any more, of three the others stay one."""
    if pairing.seats.filter(has_met=True).exists():
        return
    if pairing.seats.count() > 2:
        pairing.seats.filter(joiner=joiner).delete()
    else:
        Pairing.objects.filter(pk=pairing.pk, dissolved_at=None).update(dissolved_at=at)


@transaction.atomic
def say_met(pairing: Pairing, *, by: Membership, at: datetime, has_met: bool) -> Seat:
    """Say whether one has met. It may be changed until the trial is over. Idempotent."""
    require_that(policies.sits_in(by, pairing))
    trial = lock_trial(pairing.trial)
    if trial.state not in (State.RUNNING, State.ENDED) or trial.shared_at is not None:
        raise Refusal("What came of it has been told already.")
    seat = Seat.objects.filter(pairing=pairing, pairing__dissolved_at=None, joiner__membership=by).first()
    if seat is None:
        raise Refusal("You are not together any more. Open the page again to see whom you meet.")
    seat.has_met = has_met
    seat.save(update_fields=["has_met"])
    return seat


@transaction.atomic
def answer_trial(joiner: Joiner, *, by: Membership, at: datetime, would_again: bool | None, line: str = "") -> None:
    """The second question at the end, and one line that is kept without its writer. Each writes one line.

    All lines of the trial are written anew in an order that says nothing, and what stood there before is removed: no
    row tells by its place or its transaction who wrote which (docs/decisions/0024).
    """
    require_that(policies.is_oneself(by, joiner))
    trial = lock_trial(joiner.trial)
    if trial.state != State.ENDED or trial.shared_at is not None:
        raise Refusal("You are asked when the trial is over, until what came of it has been told.")
    joiner, line = Joiner.objects.get(pk=joiner.pk), line_of_text(line)
    joiner.would_again = would_again
    if line and joiner.has_written:
        raise Refusal("You have written one line already. Nobody knows which one, so it cannot be changed.")
    if line:
        remark = Remark(trial=trial, text=line)
        refuse_invalid(remark, "text")
        remark.save(force_insert=True)
        rewrite_in_random_order(trial.remarks.all())
        joiner.has_written = True
        Trial.objects.filter(pk=trial.pk).update(keeps_traces=True)
        # After the whole request, and again by the timetable: inside a transaction nothing is removed.
        transaction.on_commit(remove_traces, robust=True)
    joiner.save(update_fields=["would_again", "has_written"])


# --- Drawing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_pairs(trial: Trial, *, by: Membership, at: datetime) -> Trial:
    """Make the pairs and tell everybody, today. Idempotent."""
    require_that(policies.may_coordinate(by, trial))
    trial = lock_trial(trial)
    if trial.state == State.RUNNING:
        return trial
    if trial.state != State.INVITING:
        raise Refusal("It is over.")
    number = trial.joiners.to_draw(timezone.localdate(at)).count()
    if number < FEWEST:
        raise Refusal(f"Pairs can be made once {FEWEST} people have joined.")
    return _make_pairs(trial, by=by, at=at)


@transaction.atomic
def make_due_pairs(trial: Trial, *, at: datetime) -> Trial:
    """The same on its day, by the portal. Too few: whoever co-ordinates is told, once. Idempotent."""
    trial = lock_trial(trial)
    today = timezone.localdate(at)
    if trial.state != State.INVITING or trial.pairs_on > today:
        return trial
    if trial.joiners.to_draw(today).count() >= FEWEST:
        return _make_pairs(trial, by=None, at=at)
    if trial.few_told_at is None:
        trial.few_told_at = at
        trial.save(update_fields=["few_told_at"])
        events.record(Event.TRIAL_TOO_FEW, trial, by=None, at=at)
    return trial


def _make_pairs(trial: Trial, *, by: Membership | None, at: datetime) -> Trial:
    trial.state, trial.paired_at, trial.seed = State.RUNNING, at, secrets.randbelow(2**62)
    trial.save(update_fields=["state", "paired_at", "seed"])
    made = drawing.draw_waiting(trial, seed=trial.seed, at=at)
    events.record(Event.TRIAL_PAIRED, trial, by=by, at=at, pairs=len(made))
    return trial


@transaction.atomic
def pair_waiting(trial: Trial, *, at: datetime) -> list[Pairing]:
    """Find somebody for everybody who has nobody to meet: who came late, or lost a partner. Each morning, so within
    three working days. Answers the pairs that are new or have grown."""
    trial = lock_trial(trial)
    if trial.state != State.RUNNING or timezone.localdate(at) > trial.ends_on:
        return []
    made = drawing.draw_waiting(trial, seed=secrets.randbelow(2**62), at=at)
    if made:
        events.record(Event.TRIAL_PAIRED_ANEW, trial, by=None, at=at, pairs=len(made))
    return made


# --- The end ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def remind_at_half_time(trial: Trial, *, at: datetime) -> bool:
    """Half of the time is gone: everybody who has not said that they met is asked. Once."""
    trial = lock_trial(trial)
    if trial.state != State.RUNNING or trial.half_told_at is not None or timezone.localdate(at) < trial.half_on:
        return False
    trial.half_told_at = at
    trial.save(update_fields=["half_told_at"])
    events.record(Event.TRIAL_HALF, trial, by=None, at=at)
    return True


@transaction.atomic
def end_trial(trial: Trial, *, by: Membership, at: datetime) -> Trial:
    """End it before its last day: everybody is asked two questions. Idempotent."""
    require_that(policies.may_coordinate(by, trial))
    trial = lock_trial(trial)
    if trial.state == State.INVITING:
        raise Refusal("No pairs are made yet. Call it off instead.")
    return _end(trial, by=by, at=at)


@transaction.atomic
def end_due_trial(trial: Trial, *, at: datetime) -> Trial:
    """The same on the morning after its last day, by the portal. Idempotent."""
    trial = lock_trial(trial)
    return _end(trial, by=None, at=at) if timezone.localdate(at) > trial.ends_on else trial


def _end(trial: Trial, *, by: Membership | None, at: datetime) -> Trial:
    if trial.state == State.RUNNING:
        trial.state, trial.ended_at = State.ENDED, at
        trial.save(update_fields=["state", "ended_at"])
        events.record(Event.TRIAL_ENDED, trial, by=by, at=at)
    return trial


@transaction.atomic
def share_outcome(trial: Trial, *, by: Membership, at: datetime, outcome: str) -> Trial:
    """Tell everybody who took part what came of it. From then on the answers stand. Idempotent."""
    require_that(policies.may_coordinate(by, trial))
    trial = lock_trial(trial)
    if trial.state != State.ENDED:
        raise Refusal("It is not over yet.")
    trial.outcome = outcome.strip()
    refuse_invalid(trial, "outcome")
    is_first, trial.shared_at = trial.shared_at is None, trial.shared_at or at
    _count_for_good(trial)
    trial.save()
    if is_first:
        events.record(Event.TRIAL_SHARED, trial, by=by, at=at)
    return trial


def _count_for_good(trial: Trial) -> None:
    """Keep the figures, which stay when the pairs are deleted."""
    if trial.forgotten_at is None:
        trial.pairs_made, trial.pairs_met, trial.new_ties = drawing.count_pairs(trial)


@transaction.atomic
def forget_pairs(trial: Trial, *, at: datetime) -> bool:
    """A year after its end: delete who was to meet whom, and whether they did. The figures stay. Once."""
    trial = lock_trial(trial)
    if trial.ended_at is None or trial.ended_at + KEPT > at or trial.forgotten_at is not None:
        return False
    _count_for_good(trial)
    trial.forgotten_at = at
    trial.save()
    trial.pairings.all().delete()
    for joiner in trial.joiners.all():
        _forget_wishes(joiner)
    withdraw_notices(things.ref_of(trial))  # they name who was to meet whom
    return True


def move_trials_on(*, at: datetime) -> int:
    """Everything that is due today, once in the morning of each organisation, each trial in transactions of its own.
    Answers how many trials were looked at."""
    trials = Trial.objects.filter(forgotten_at=None).exclude(state=State.CANCELLED)
    done = 0
    for trial in trials.select_related("organisation"):
        with trial.organisation.at_home():
            now = timezone.localtime(at)
            if now.hour < MORNING or trial.moved_on == now.date():
                continue
            make_due_pairs(trial, at=at)
            pair_waiting(trial, at=at)
            remind_at_half_time(trial, at=at)
            end_due_trial(trial, at=at)
            forget_pairs(trial, at=at)
            # At last: what was broken off is done again, and each of these does nothing twice.
            Trial.objects.filter(pk=trial.pk).update(moved_on=now.date())
            done += 1
    return done
