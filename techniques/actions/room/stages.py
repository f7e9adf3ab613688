"""Moving a room from stage to stage, its clock, and showing what was hidden."""

from datetime import datetime, timedelta

from django.db import transaction

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import helper_registry, pacing, policies, room_log
from techniques.events import Event
from techniques.models import RoomEvent, Session, Stage
from techniques.preconditions import lock_open_room

# The longest a clock can be set to by hand.
MOST_MINUTES = 480


@transaction.atomic
def go_to_stage(session: Session, *, by: Membership, at: datetime, stage: Stage) -> None:
    """Move the room to a stage, forwards or back. A stage that was left goes on with what its clock had left.

    What stood alone on the big screen is taken off with the stage.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    if session.stage_id == stage.pk:
        return
    wanted = session.stages.filter(pk=stage.pk).first()
    if wanted is None:
        raise Refusal(worded("This step is not part of the session. Reload the page."))
    if session.stage_id:
        Stage.objects.filter(pk=session.stage_id).update(seconds_left=session.seconds_left(at), **Stage.NOTHING_ALONE)
    session.enter_stage(wanted, at)
    wanted.save(update_fields=["started_at"])
    session.save(update_fields=["stage", "paused_seconds", "ends_at"])
    room_log.append_event(session, RoomEvent.Kind.STAGE, at=at)
    helper_registry.tell_move(session, wanted, at)


@transaction.atomic
def extend_stage(
    session: Session, *, by: Membership, at: datetime, stage: Stage, minutes: int, seen_minutes: int
) -> None:
    """Give the current stage more minutes; the later ones give theirs.

    ``seen_minutes`` is what the stage had when the button was drawn: a second press that arrives after the first, or
    after the room has moved on, changes nothing.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    stage = Stage.objects.get(pk=stage.pk)
    if session.stage_id != stage.pk or stage.minutes != seen_minutes:
        return
    later = list(session.stages.filter(position__gt=stage.position, started_at=None).order_by("position"))
    for one, left in zip(later, pacing.take_minutes([one.minutes for one in later], minutes), strict=True):
        one.minutes = left
        one.save(update_fields=["minutes"])
    stage.minutes += minutes
    stage.save(update_fields=["minutes"])
    if session.paused_seconds is not None:
        session.paused_seconds = max(session.paused_seconds, 0) + minutes * 60
    else:
        session.ends_at = max(session.ends_at or at, at) + timedelta(minutes=minutes)
    session.save(update_fields=["paused_seconds", "ends_at"])
    room_log.append_event(session, RoomEvent.Kind.TIMER, at=at)


@transaction.atomic
def shorten_stage(
    session: Session, *, by: Membership, at: datetime, stage: Stage, minutes: int, seen_minutes: int
) -> None:
    """Take minutes from the current stage, down to none left; what it gives up is spare.

    As ``extend_stage``, a second press that arrives after the first changes nothing, and neither does one when the
    time is over.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    stage = Stage.objects.get(pk=stage.pk)
    if session.stage_id != stage.pk or stage.minutes != seen_minutes:
        return
    left = session.seconds_left(at) or 0
    if left <= 0:
        return
    _set_clock(session, stage, seconds=max(left - minutes * 60, 0), minutes=max(stage.minutes - minutes, 1), at=at)


@transaction.atomic
def set_minutes_left(session: Session, *, by: Membership, at: datetime, stage: Stage, minutes: int) -> None:
    """Let the clock of the current stage show so many minutes from now on. Refuses none, and more than a day has.

    The stage has then what it has used and those minutes.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    _refuse_other_stage(session, stage)
    if not 1 <= minutes <= MOST_MINUTES:
        raise Refusal(f"Choose between 1 and {MOST_MINUTES} minutes.")
    stage = Stage.objects.get(pk=stage.pk)
    used = max(stage.minutes * 60 - (session.seconds_left(at) or 0), 0)
    _set_clock(session, stage, seconds=minutes * 60, minutes=minutes + used // 60, at=at)


@transaction.atomic
def restart_stage(session: Session, *, by: Membership, at: datetime, stage: Stage) -> None:
    """Let the clock of the current stage begin anew, with all its minutes. What was written stays."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    _refuse_other_stage(session, stage)
    stage = Stage.objects.get(pk=stage.pk)
    _set_clock(session, stage, seconds=stage.minutes * 60, minutes=stage.minutes, at=at)


def _refuse_other_stage(session: Session, stage: Stage) -> None:
    if session.stage_id != stage.pk:
        raise Refusal("The room is at another step by now. Look at its clock, then press again.")


def _set_clock(session: Session, stage: Stage, *, seconds: int, minutes: int, at: datetime) -> None:
    """Paused it stays paused."""
    stage.minutes = minutes
    stage.save(update_fields=["minutes"])
    if session.paused_seconds is not None:
        session.paused_seconds = seconds
    else:
        session.ends_at = at + timedelta(seconds=seconds)
    session.save(update_fields=["paused_seconds", "ends_at"])
    room_log.append_event(session, RoomEvent.Kind.TIMER, at=at)


@transaction.atomic
def pause_clock(session: Session, *, by: Membership, at: datetime) -> None:
    """Stop the clock. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    if session.ends_at is None:
        return
    session.paused_seconds, session.ends_at = session.seconds_left(at), None
    session.save(update_fields=["paused_seconds", "ends_at"])
    room_log.append_event(session, RoomEvent.Kind.TIMER, at=at)


@transaction.atomic
def resume_clock(session: Session, *, by: Membership, at: datetime) -> None:
    """Let the clock go on with what it had left. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    if session.paused_seconds is None:
        return
    session.ends_at, session.paused_seconds = at + timedelta(seconds=session.paused_seconds), None
    session.save(update_fields=["paused_seconds", "ends_at"])
    room_log.append_event(session, RoomEvent.Kind.TIMER, at=at)


@transaction.atomic
def reveal_notes(session: Session, *, by: Membership, at: datetime, stage: Stage) -> None:
    """Show all notes of a stage to everybody at once. It cannot be taken back. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    shown = Stage.objects.filter(pk=stage.pk, session=session, reveal=Stage.Reveal.HIDDEN, revealed_at=None)
    if shown.update(revealed_at=at):
        room_log.append_event(session, RoomEvent.Kind.REVEAL, stage.pk, at=at)
        helper_registry.tell_written(session, Stage.objects.get(pk=stage.pk), at)
        events.record(Event.NOTES_REVEALED, session, by=by, at=at, stage=stage.key)
