"""One question of consent: each person answers for themself, and the room hears only whether all agree."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.exceptions import Refusal
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies, room_log
from techniques.events import Event
from techniques.models import Consent, ConsentAsked, Participant, RoomEvent, Session, Stage
from techniques.preconditions import find_step_taking, lock_open_room
from techniques.unlinking import remove_traces

HELPER = "consent"
# Of fewer answers, each person could work out what another said.
FEWEST = 3


@transaction.atomic
def answer_consent(session: Session, *, by: Participant, at: datetime, stage: Stage, agrees: bool) -> None:
    """Let one’s answer be this one from now on, so that a press that arrives twice is one. Refuses once counted."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    found = find_step_taking(session, stage, HELPER)
    if ConsentAsked.objects.filter(stage=found).exists():
        raise Refusal("The answers are counted already, so yours can no longer be changed.")
    _, is_new = Consent.objects.update_or_create(stage=found, participant=by, defaults={"agrees": agrees})
    if is_new:
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, found.pk, at=at)


@transaction.atomic
def count_consent(session: Session, *, by: Membership, at: datetime, stage: Stage) -> ConsentAsked:
    """Tell everybody whether all agree. Who has not answered does not agree. The answers are deleted. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    found = find_step_taking(session, stage, HELPER)
    if counted := ConsentAsked.objects.filter(stage=found).first():
        return counted
    agreed = dict(Consent.objects.filter(stage=found).values_list("participant", "agrees"))
    if len(agreed) < FEWEST:
        raise Refusal(f"Wait for {FEWEST} answers at least, so that nobody can work out whose is which.")
    here = set(Participant.objects.here().filter(session=session).values_list("pk", flat=True))
    everybody = all(agreed.values()) and here <= set(agreed)
    counted = ConsentAsked.objects.create(stage=found, everybody=everybody, counted_at=at)
    Consent.objects.filter(stage=found).delete()
    transaction.on_commit(remove_traces, robust=True)
    room_log.append_event(session, RoomEvent.Kind.HELPER, found.pk, at=at)
    events.record(Event.CONSENT_COUNTED, session, by=by, at=at, stage=found.key)
    return counted
