"""Fishbowl: chairs, who waits, who speaks, and what the inner circle says to the notes of the outer one."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from organisations.models import Membership
from organisations.policies import require_that
from techniques import bowls, policies, room_log
from techniques.actions.room.stages import reveal_notes
from techniques.bowls import FISHBOWL, PLAYBACK, change_circle
from techniques.circling import FEWEST_CHAIRS, MOST_CHAIRS, Circle, Who
from techniques.models import Answered, Bowl, Chair, Participant, RoomEvent, Session, Spoken, Stage
from techniques.policies import Writer
from techniques.preconditions import find_step_taking, lock_open_room, lock_unless_over

NAME_LIMIT = 60
# So long after it was opened nothing is known any more of the talk in a room that nobody has closed.
FORGOTTEN_AFTER = timedelta(days=2)


@transaction.atomic
def choose_form(session: Session, *, by: Membership, at: datetime, kind: str, chairs: int) -> Bowl:
    """The form and how many chairs there are: at planning, or in the room as long as all who sit keep theirs.
    Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_unless_over(session)
    if kind not in Bowl.Kind.values:
        raise Refusal("Choose open, closed or online.")
    if not FEWEST_CHAIRS <= chairs <= MOST_CHAIRS:
        raise Refusal(f"Choose between {FEWEST_CHAIRS} and {MOST_CHAIRS} chairs.")
    bowl = Bowl.objects.get_or_create(session=session)[0]
    if (bowl.kind, bowl.chairs) == (kind, chairs):
        return bowl
    if bowl.taken.filter(number__gt=chairs).exists():
        raise Refusal("Somebody sits in a chair that would be taken away. They have to leave it first.")
    bowl.kind, bowl.chairs = kind, chairs
    bowl.save(update_fields=["kind", "chairs"])
    bowl.taken.update(chairs=chairs)
    if session.is_live:
        bowls.tell_circle(session, at)
    return bowl


# --- Whoever takes part ----------------------------------------------------------------------------------------------


@transaction.atomic
def take_chair(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Take the empty chair, if nobody asked before. Idempotent."""
    require_that(policies.may_write(by, session))
    session = _lock(session, stage)
    change_circle(session, lambda circle: circle.take(by.pk, at, is_on=bowls.is_on(session)), at, stage)


@transaction.atomic
def ask_to_speak(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Wait for a chair, behind all who asked before. Idempotent."""
    require_that(policies.may_write(by, session))
    change_circle(_lock(session, stage), lambda circle: circle.ask(by.pk, at), at, stage)


@transaction.atomic
def stop_asking(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Wait no longer. Idempotent."""
    require_that(policies.may_write(by, session))
    change_circle(_lock(session, stage), lambda circle: circle.withdraw(by.pk, at), at, stage)


@transaction.atomic
def leave_chair(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Go back to the outer circle. Idempotent."""
    require_that(policies.may_write(by, session))
    change_circle(_lock(session, stage), lambda circle: circle.rise(by.pk, at), at, stage)


@transaction.atomic
def begin_turn(session: Session, *, by: Writer, at: datetime, stage: Stage, number: int = 0) -> None:
    """Speak from now on. Whoever leads presses it for the chair of that ``number``, and passes the word on at any time.

    Idempotent: whoever speaks already goes on.
    """
    require_that(policies.may_write(by, session))
    session = _lock(session, stage)

    def change(circle: Circle) -> Circle:
        if isinstance(by, Participant):
            return circle.speak(by.pk, at)
        return circle.speak(_in_chair(circle, number), at, is_led=True)

    change_circle(session, change, at, stage)


@transaction.atomic
def end_turn(session: Session, *, by: Writer, at: datetime, stage: Stage) -> None:
    """Have spoken: oneself, or whoever speaks, where whoever leads presses it. Idempotent."""
    require_that(policies.may_write(by, session))
    session = _lock(session, stage)

    def change(circle: Circle) -> Circle:
        who = by.pk if isinstance(by, Participant) else circle.speaker
        return circle.hush(who, at) if who is not None else circle

    change_circle(session, change, at, stage)


# --- Whoever leads ---------------------------------------------------------------------------------------------------


@transaction.atomic
def seat_person(session: Session, *, by: Membership, at: datetime, stage: Stage, who: str) -> None:
    """Put somebody who has joined into a chair, by their key. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = _lock(session, stage)
    here = Participant.objects.here().filter(session=session)
    person = here.filter(pk=int(who)).first() if who.isascii() and who.isdigit() and len(who) < 19 else None
    if person is None:
        raise Refusal("Choose somebody who is here.")
    change_circle(session, lambda circle: circle.seat(person.pk, at), at, stage)


@transaction.atomic
def seat_guest(session: Session, *, by: Membership, at: datetime, stage: Stage, name: str) -> None:
    """Put somebody without a phone into a chair. Idempotent for the same name."""
    require_that(policies.may_facilitate(by, session))
    session, who = _lock(session, stage), _name(name)
    change_circle(session, lambda circle: circle.seat(who, at), at, stage)


@transaction.atomic
def ask_for_guest(session: Session, *, by: Membership, at: datetime, stage: Stage, name: str) -> None:
    """Let somebody without a phone wait, behind all who asked before. Idempotent for the same name."""
    require_that(policies.may_facilitate(by, session))
    session, who = _lock(session, stage), _name(name)
    change_circle(session, lambda circle: circle.ask(who, at), at, stage)


@transaction.atomic
def call_next(session: Session, *, by: Membership, at: datetime, stage: Stage) -> None:
    """Let in whoever asked first. Refuses when all chairs are taken."""
    require_that(policies.may_facilitate(by, session))
    change_circle(_lock(session, stage), lambda circle: circle.call(at), at, stage)


@transaction.atomic
def take_off_list(session: Session, *, by: Membership, at: datetime, stage: Stage, number: int) -> None:
    """Take the first, second … of those who wait off the list, as when they have gone out."""
    require_that(policies.may_facilitate(by, session))
    session = _lock(session, stage)

    def change(circle: Circle) -> Circle:
        if not 1 <= number <= len(circle.queue):
            raise Refusal("The list has changed. Look at it again.")
        return circle.withdraw(circle.queue[number - 1], at)

    change_circle(session, change, at, stage)


@transaction.atomic
def ask_out(session: Session, *, by: Membership, at: datetime, stage: Stage, number: int) -> None:
    """Ask whoever sits in this chair to leave it: their phone says so. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    change_circle(_lock(session, stage), lambda circle: circle.ask_out(number, at), at, stage)


@transaction.atomic
def free_chair(session: Session, *, by: Membership, at: datetime, stage: Stage, number: int) -> None:
    """Whoever sat in this chair has left it, or their phone sleeps. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = _lock(session, stage)

    def change(circle: Circle) -> Circle:
        seat = next((one for one in circle.seats if one.number == number), None)
        return circle.rise(seat.who, at) if seat else circle

    change_circle(session, change, at, stage)


@transaction.atomic
def swap_circles(session: Session, *, by: Membership, at: datetime, stage: Stage) -> None:
    """The closed circle goes out, and those who asked come in."""
    require_that(policies.may_facilitate(by, session))
    change_circle(_lock(session, stage), lambda circle: circle.swap(at), at, stage)


# --- Play-back -------------------------------------------------------------------------------------------------------


@transaction.atomic
def play_back(session: Session, *, by: Membership, at: datetime, stage: Stage) -> None:
    """Show what the outer circle has written. It cannot be taken back. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    found = find_step_taking(session, stage, PLAYBACK)
    for watched in bowls.steps_watched(found):
        reveal_notes(session, by=by, at=at, stage=watched)


@transaction.atomic
def mark_answered(
    session: Session, *, by: Membership, at: datetime, stage: Stage, handle: UUID, answered: bool
) -> None:
    """Say that the inner circle has said something to this note, or take it back. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    found = find_step_taking(session, stage, PLAYBACK)
    note = next((one for one in bowls.notes_watched(found) if one.client_id == handle), None)
    if note is None:
        raise Refusal("This note was taken away meanwhile.")
    there = Answered.objects.filter(note=note)
    if there.exists() == answered:
        return
    if answered:
        Answered.objects.create(note=note)
    else:
        there.delete()
    room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, found.pk, at=at)


# --- Afterwards ------------------------------------------------------------------------------------------------------


def forget_left_open(at: datetime) -> int:
    """Forget who spoke in rooms that nobody has closed. Called by the timetable. Idempotent; answers of how many."""
    left = Session.objects.filter(opened_at__lt=at - FORGOTTEN_AFTER)
    talked = (Chair.objects.filter(bowl__session__in=left), Spoken.objects.filter(bowl__session__in=left))
    found = {pk for rows in talked for pk in rows.values_list("bowl__session", flat=True)}
    for pk in sorted(found):
        with transaction.atomic():
            room_log.lock_session(Session(pk=pk))
            bowls.forget_talk(pk)
            Session.objects.filter(pk=pk).update(keeps_traces=True)
    return len(found)


# --- What they share -------------------------------------------------------------------------------------------------


def _lock(session: Session, stage: Stage) -> Session:
    locked = lock_open_room(session)
    find_step_taking(locked, stage, FISHBOWL)
    return locked


def _name(typed: str) -> str:
    name = line_of_text(typed)[:NAME_LIMIT].strip()
    if not name:
        raise Refusal("Enter a name, so that everybody knows who it is.")
    return name


def _in_chair(circle: Circle, number: int) -> Who:
    seat = next((one for one in circle.seats if one.number == number), None)
    if seat is None:
        raise Refusal("Nobody sits in this chair any more.")
    return seat.who
