"""The tables of a café: planned by whoever leads, and planned anew for the rounds to come when somebody comes late."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.exceptions import Refusal
from kmportal.lib.unlinking import shuffle
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies, room_log, rota
from techniques.events import Event
from techniques.models import Participant, RoomEvent, Rota, Session, Stage
from techniques.preconditions import find_step_taking, lock_open_room
from techniques.seating import HELPER, rounds_begun, rounds_of, save_rounds


@transaction.atomic
def plan_tables(session: Session, *, by: Membership, at: datetime, stage: Stage, tables: int) -> Rota:
    """Give everybody who is here a table in each round, as nobody could foretell. Again before the first round: anew.

    Refuses when a round has begun: who sits somewhere stays seated, and who comes late is given a place by itself.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    found = find_step_taking(session, stage, HELPER)
    rounds = len(rounds_of(session))
    if rounds_begun(session):
        raise Refusal("People sit at their tables, so these stay as they are. Who comes late is given a place.")
    here = list(Participant.objects.here().filter(session=session).values_list("pk", flat=True))
    offered = {offer.tables for offer in rota.offers(len(here), rounds)}
    if not offered:
        raise Refusal(f"Tables make sense from {rota.FEWEST} people on.")
    if tables not in offered:
        raise Refusal("Somebody has come or gone since. Look at the choices again.")
    shuffle(here)
    seated = rota.plan(tuple(here), tables, rounds)
    Rota.objects.filter(session=session).delete()
    made = Rota.objects.create(session=session, tables=tables, rounds=rounds, made_at=at)
    save_rounds(made, seated)
    for one in session.stages.filter(takes=HELPER):
        room_log.append_event(session, RoomEvent.Kind.HELPER, one.pk, at=at)
    events.record(Event.SEATS_PLANNED, session, by=by, at=at, stage=found.key, tables=tables)
    return made
