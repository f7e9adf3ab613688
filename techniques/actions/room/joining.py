"""Opening a room, coming in, going, and the door."""

from datetime import datetime

from django.db import transaction

from kmportal.lib.exceptions import Refusal
from organisations import audit
from organisations.models import Person
from search import index
from techniques import guest_cookies, room_log
from techniques.actions.room.checks import require_not_over
from techniques.actions.room.stages import enter_stage
from techniques.actions.room.text import clean_text
from techniques.models import Participant, RoomEvent, Session
from techniques.search_documents import session_documents

# Far above any session that can be led; it keeps a stuck or hostile browser from filling the database.
PEOPLE_LIMIT = 500
NAME_LIMIT = 60


@transaction.atomic
def open_room(session: Session, *, by: Person, at: datetime) -> Session:
    """Begin: the first stage is on and its clock runs. Opening an open room changes nothing."""
    session = room_log.hold(session)
    require_not_over(session)
    if session.is_live:
        return session
    session.state, session.opened_at = Session.State.LIVE, at
    first = session.stages.order_by("position").first()
    if first is None:
        raise Refusal("This session has no steps.")
    enter_stage(session, first, at)
    session.save(update_fields=["state", "opened_at"])
    room_log.add(session, RoomEvent.Kind.OPENED, at=at)
    audit.record(session.organisation, "opened", session, by=by)
    index.put_many([of_session(session)])
    return session


@transaction.atomic
def join(session: Session, *, name: str, key: str, person: Person | None = None, at: datetime) -> Participant:
    """Let somebody in, before the room opens or while it is open. With the same key or account they are the same.

    While the door is shut, whoever is in finds back and nobody else comes in.

    ``person`` only for a member of the session’s organisation; everybody else is a guest with a name.
    """
    session = room_log.hold(session)
    require_not_over(session)
    name = " ".join(clean_text(name).split())[:NAME_LIMIT]
    if not name:
        raise Refusal("Enter your name, so that the facilitator knows who is here.")
    mine = {"person": person} if person else {"person": None, "key": guest_cookies.fingerprint(key)}
    found = Participant.objects.filter(session=session, **mine).first()
    if found and found.joined_at:
        return found
    if session.door_shut_at:
        raise Refusal("Nobody else can come in just now. Ask whoever leads the session to let you in.")
    if Participant.objects.filter(session=session).count() >= PEOPLE_LIMIT:
        raise Refusal(f"This room is full: {PEOPLE_LIMIT} people have joined.")
    if found is None:
        found = Participant(session=session, person=person, key=guest_cookies.fingerprint(key))
    found.name, found.joined_at = name, at
    found.save()
    room_log.add(session, RoomEvent.Kind.PEOPLE, at=at)
    return found


@transaction.atomic
def leave(participant: Participant, *, at: datetime) -> None:
    """Take somebody off the list of who is here; their notes stay. Their browser is unknown from now on."""
    session = room_log.hold(participant.session)
    _go(session, participant.pk, at)


@transaction.atomic
def shut_door(session: Session, *, by: Person, at: datetime) -> None:
    """Let nobody else in from now on. Twice is the same as once."""
    session = room_log.hold(session)
    require_not_over(session)
    _shut(session, by, at)


@transaction.atomic
def open_door(session: Session, *, by: Person, at: datetime) -> None:
    """Let people in again. Twice is the same as once."""
    session = room_log.hold(session)
    require_not_over(session)
    if session.door_shut_at is None:
        return
    session.door_shut_at = None
    session.save(update_fields=["door_shut_at"])
    room_log.add(session, RoomEvent.Kind.PEOPLE, at=at)
    audit.record(session.organisation, "opened the door of", session, by=by)


@transaction.atomic
def take_out(session: Session, *, participant: Participant, by: Person, at: datetime) -> None:
    """Take somebody out who should not be here, and shut the door behind them: with the code they would be back at
    once. Their notes stay; a note that is shown can be taken away. Twice is the same as once."""
    session = room_log.hold(session)
    require_not_over(session)
    if _go(session, participant.pk, at):
        audit.record(session.organisation, "took somebody out of", session, by=by)
    _shut(session, by, at)


def _go(session: Session, participant: int, at: datetime) -> bool:
    here = Participant.objects.filter(session=session, pk=participant, joined_at__isnull=False)
    if not here.update(joined_at=None):
        return False
    room_log.add(session, RoomEvent.Kind.AWAY, at=at)
    return True


def _shut(session: Session, by: Person, at: datetime) -> None:
    if session.door_shut_at is not None:
        return
    session.door_shut_at = at
    session.save(update_fields=["door_shut_at"])
    room_log.add(session, RoomEvent.Kind.PEOPLE, at=at)
    audit.record(session.organisation, "shut the door of", session, by=by)


def lead(session: Session, person: Person) -> Participant:
    """The row under which whoever leads the room types; it is not counted among those who are here."""
    values = {"name": str(person)[:NAME_LIMIT], "key": guest_cookies.fingerprint(guest_cookies.new_key())}
    return Participant.objects.get_or_create(session=session, person=person, defaults=values)[0]
