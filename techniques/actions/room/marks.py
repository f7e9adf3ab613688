"""Marks out of ten: each person gives one for themself, whoever leads shows the average, and single marks go."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.exceptions import Refusal
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies, room_log
from techniques.events import Event
from techniques.models import Mark, Marking, Participant, RoomEvent, Session, Stage
from techniques.preconditions import find_step_taking, lock_open_room
from techniques.scoring import FEWEST, MARKS
from techniques.transitions import sum_marks_up

HELPER = "marks"


@transaction.atomic
def give_mark(session: Session, *, by: Participant, at: datetime, stage: Stage, value: int) -> None:
    """Let one’s mark be ``value`` from now on: a press that arrives twice is one mark. Refuses once all are shown."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    found = _find_open(session, stage)
    if value not in MARKS:
        raise Refusal(f"A mark is a number from {MARKS[0]} to {MARKS[-1]}.")
    _, is_new = Mark.objects.update_or_create(stage=found, participant=by, defaults={"value": value})
    if is_new:
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, found.pk, at=at)


@transaction.atomic
def take_mark_back(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Give no mark after all. Idempotent. Refuses once all are shown."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    found = _find_open(session, stage)
    if Mark.objects.filter(stage=found, participant=by).delete()[0]:
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, found.pk, at=at)


@transaction.atomic
def show_marks(session: Session, *, by: Membership, at: datetime, stage: Stage) -> Marking:
    """Show average and spread to everybody. From then on nobody can find out who gave which mark. Idempotent.

    Refuses before there are enough marks: of fewer, each person could work out what another gave.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    found = find_step_taking(session, stage, HELPER)
    if shown := Marking.objects.filter(stage=found).first():
        return shown
    marking = sum_marks_up(found, at)
    if marking is None:
        raise Refusal(f"The average is shown from {FEWEST} marks on, so that nobody can work out whose is which.")
    room_log.append_event(session, RoomEvent.Kind.HELPER, found.pk, at=at)
    events.record(Event.MARKS_SHOWN, session, by=by, at=at, stage=found.key)
    return marking


def _find_open(session: Session, stage: Stage) -> Stage:
    found = find_step_taking(session, stage, HELPER)
    if Marking.objects.filter(stage=found).exists():
        raise Refusal("The average is shown already, so marks can no longer be given or changed.")
    return found
