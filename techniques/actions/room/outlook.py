"""Looking back opens with what was expected and feared: whoever leads shows it, and marks which fears came true."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.exceptions import Refusal
from organisations.models import Membership
from organisations.policies import require_that
from techniques import outlooks, policies, room_log
from techniques.models import Outlook, RoomEvent, Session, Stage
from techniques.preconditions import find_step_taking, lock_open_room

HELPER = "outlook"


@transaction.atomic
def show_outlook(session: Session, *, by: Membership, at: datetime, stage: Stage) -> None:
    """Copy into the room what the team said before it began. Idempotent.

    It is a press, because guests are here, too, who were not there then.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    found = find_step_taking(session, stage, HELPER)
    if found.outlook.exists():
        return
    before = outlooks.find_before(session)
    lines = outlooks.lines_of(before) if before else []
    if not lines:
        raise Refusal("Nothing was written down before this work that could be shown here.")
    Outlook.objects.bulk_create(Outlook(stage=found, kind=kind, text=text) for kind, text in lines)
    room_log.append_event(session, RoomEvent.Kind.HELPER, found.pk, at=at)


@transaction.atomic
def mark_fear(session: Session, *, by: Membership, at: datetime, stage: Stage, number: int, came: str) -> None:
    """Say whether a fear came true, partly or not; an empty mark takes it back. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    found = find_step_taking(session, stage, HELPER)
    if came not in {"", *Outlook.Came.values}:
        raise Refusal("Choose whether it came true.")
    fears = Outlook.objects.filter(stage=found, pk=number, kind=Outlook.Kind.FEARED)
    if not fears.exists():
        raise Refusal("This is not here any more. Load the page again.")
    if fears.exclude(came=came).update(came=came):
        room_log.append_event(session, RoomEvent.Kind.HELPER, found.pk, at=at)
