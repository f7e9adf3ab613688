"""Opening a room, joining, leaving, and whether anybody else is admitted."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership
from organisations.policies import belongs, require_that
from techniques import guest_cookies, helper_registry, participant_lookup, policies, room_log
from techniques.events import Event
from techniques.models import Participant, RoomEvent, Session, Side
from techniques.preconditions import lock_unless_over
from techniques.transitions import end_presence

# Far above any session that can be led; it keeps a stuck or hostile browser from filling the database.
PEOPLE_LIMIT = 500
NAME_LIMIT = 60


@transaction.atomic
def open_room(session: Session, *, by: Membership, at: datetime) -> Session:
    """Begin: the first stage is on and its clock runs. Idempotent: opening an open room changes nothing."""
    require_that(policies.may_facilitate(by, session))
    session = lock_unless_over(session)
    if session.is_live:
        return session
    first = session.stages.order_by("position").first()
    if first is None:
        raise Refusal(worded("This session has no steps."))
    session.state, session.opened_at = Session.State.LIVE, at
    session.enter_stage(first, at)
    first.save(update_fields=["started_at"])
    session.save(update_fields=["state", "opened_at", "stage", "paused_seconds", "ends_at"])
    room_log.append_event(session, RoomEvent.Kind.OPENED, at=at)
    events.record(Event.ROOM_OPENED, session, by=by, at=at)
    return session


@transaction.atomic
def join_room(
    session: Session, *, by: Membership | None, at: datetime, name: str, key: str, side: str = "", key_before: str = ""
) -> Participant:
    """Let somebody in, before the room opens or while it is open. Idempotent for the same account or ``key``.

    The code that opened the page is the permission. ``by`` makes a member of the session’s organisation known by their
    account; everybody else, members of other organisations too, is a guest with a ``name`` and the ``key`` of their
    browser, and so is everybody where people choose a name for the room. While admission is stopped, whoever is in
    finds back and nobody else comes in.
    To a meeting of a set nobody but its members comes. ``side`` is what they say at the door, where it is asked.
    ``key_before`` is that of whoever went with the same browser: what they have claimed counts, or nothing would limit
    how many numbers are read on one phone. Their notes and their address stay theirs.
    """
    session = lock_unless_over(session)
    if session.learning_set is not None and not policies.is_member_of_set(by, session.learning_set):
        raise Refusal("Only the members of this set come in. Sign in first if you are one of them.")
    person = by.person if by and belongs(by, session.organisation) and not session.takes_alias else None
    fingerprint = guest_cookies.fingerprint(key)
    named = Participant(session=session, name=line_of_text(name)[:NAME_LIMIT])
    refuse_invalid(named, "name")
    mine = {"person": person} if person else {"person": None, "key": fingerprint}
    found = Participant.objects.filter(session=session, **mine).first()
    if found and found.joined_at:
        return found
    if session.admission_stopped_at:
        raise Refusal(worded("Nobody else can come in just now. Ask whoever leads the session to let you in."))
    if Participant.objects.filter(session=session).count() >= PEOPLE_LIMIT:
        raise Refusal(f"This room is full: {PEOPLE_LIMIT} people have joined.")
    if found is None:
        found = Participant(session=session, person=person, key=fingerprint)
    found.name, found.joined_at = named.name, at
    found.side = side if side in Side.values else ""
    if key_before:
        found.claims_made = max(found.claims_made, participant_lookup.claims_made_with(session, key_before))
    found.save()
    room_log.append_event(session, RoomEvent.Kind.PEOPLE, at=at)
    helper_registry.tell_arrival(session, found, at)
    return found


@transaction.atomic
def leave_room(session: Session, *, by: Participant, at: datetime) -> None:
    """Take oneself off the list of who is here; one’s notes stay. The browser opens nothing from now on. Idempotent."""
    require_that(by.session_id == session.pk)
    session = room_log.lock_session(session)
    end_presence(session, by, at)


@transaction.atomic
def stop_admission(session: Session, *, by: Membership, at: datetime) -> None:
    """Let nobody else in from now on. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    _stop_admission(lock_unless_over(session), by, at)


@transaction.atomic
def resume_admission(session: Session, *, by: Membership, at: datetime) -> None:
    """Let people in again. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_unless_over(session)
    if session.admission_stopped_at is None:
        return
    session.admission_stopped_at = None
    session.save(update_fields=["admission_stopped_at"])
    room_log.append_event(session, RoomEvent.Kind.PEOPLE, at=at)
    events.record(Event.ADMISSION_RESUMED, session, by=by, at=at)


@transaction.atomic
def remove_participant(session: Session, *, by: Membership, at: datetime, participant: Participant) -> None:
    """Take somebody out who should not be here, and stop admission: with the code they would be back at once.

    Their notes stay; a note that is shown can be taken away. They are not sent the summary. Idempotent.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_unless_over(session)
    Participant.objects.filter(session=session, pk=participant.pk).update(email="")
    if end_presence(session, participant, at):
        events.record(Event.PARTICIPANT_REMOVED, session, by=by, at=at)
    _stop_admission(session, by, at)


def _stop_admission(session: Session, by: Membership, at: datetime) -> None:
    if session.admission_stopped_at is not None:
        return
    session.admission_stopped_at = at
    session.save(update_fields=["admission_stopped_at"])
    room_log.append_event(session, RoomEvent.Kind.PEOPLE, at=at)
    events.record(Event.ADMISSION_STOPPED, session, by=by, at=at)
