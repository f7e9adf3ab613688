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
from techniques.bowls import FISHBOWL, PLAYBACK, change_circle, of_handle, phase_in
from techniques.circling import FEWEST_CHAIRS, MOST_CHAIRS, Circle
from techniques.models import Answered, Bowl, Chair, Participant, RoomEvent, Session, Spoken, Stage, Waiting
from techniques.policies import Writer
from techniques.preconditions import find_step_taking, lock_open_room, lock_unless_over

NAME_LIMIT = 60
# So long after it was opened nothing is known any more of the talk in a room that nobody has closed.
FORGOTTEN_AFTER = timedelta(days=2)


@transaction.atomic
def choose_form(session: Session, *, by: Membership, at: datetime, kind: str, chairs: int) -> Bowl:
    """The form and how many chairs there are: at planning, or in the first step as long as all who sit keep theirs.
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
    if not bowls.may_change_form(session.stage, bowls.steps_with_chairs(session)):
        raise Refusal("The talk has begun, so the form and the chairs stay as they are.")
    circle = bowls.read_bowls([session.pk])[session.pk].circle.reshape(kind, chairs, at)
    bowl.kind, bowl.chairs, bowl.offered_at = kind, chairs, circle.offered_at
    bowl.save(update_fields=["kind", "chairs", "offered_at"])
    bowl.taken.update(chairs=chairs)
    if session.is_live:
        bowls.tell_circle(session, at)
    return bowl


# --- Whoever takes part ----------------------------------------------------------------------------------------------


@transaction.atomic
def take_chair(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Take the empty chair, if nobody asked before. Idempotent."""
    require_that(policies.may_write(by, session))
    session = _lock(session, stage, by)
    change_circle(session, lambda circle: circle.take(by.pk, at, phase=phase_in(session)), at, stage)


@transaction.atomic
def ask_to_speak(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Wait for a chair, behind all who asked before. Idempotent."""
    require_that(policies.may_write(by, session))
    session = _lock(session, stage, by)
    change_circle(session, lambda circle: circle.ask(by.pk, at, phase=phase_in(session)), at, stage)


@transaction.atomic
def stop_asking(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Wait no longer. Idempotent."""
    require_that(policies.may_write(by, session))
    change_circle(_lock(session, stage, by), lambda circle: circle.withdraw(by.pk, at), at, stage)


@transaction.atomic
def leave_chair(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Go back to the outer circle. Idempotent."""
    require_that(policies.may_write(by, session))
    change_circle(_lock(session, stage, by), lambda circle: circle.rise(by.pk, at), at, stage)


@transaction.atomic
def begin_turn(session: Session, *, by: Writer, at: datetime, stage: Stage, whom: str = "") -> None:
    """Speak from now on. Whoever leads presses it for whom they mean, and passes the word on at any time.

    Idempotent: whoever speaks already goes on.
    """
    require_that(policies.may_write(by, session))
    session = _lock(session, stage, by)

    def change(circle: Circle) -> Circle:
        if isinstance(by, Participant):
            return circle.speak(by.pk, at)
        who = of_handle(whom)
        if not circle.seat_of(who):
            raise Refusal("They have no chair any more.")
        return circle.speak(who, at, is_led=True)

    change_circle(session, change, at, stage)


@transaction.atomic
def end_turn(session: Session, *, by: Writer, at: datetime, stage: Stage, whom: str = "") -> None:
    """Have spoken: oneself, or whom whoever leads means. Idempotent: whoever speaks by now goes on."""
    require_that(policies.may_write(by, session))
    session = _lock(session, stage, by)
    who = by.pk if isinstance(by, Participant) else of_handle(whom)
    change_circle(session, lambda circle: circle.hush(who, at), at, stage)


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
    change_circle(session, lambda circle: circle.ask(who, at, phase=phase_in(session)), at, stage)


@transaction.atomic
def call_next(session: Session, *, by: Membership, at: datetime, stage: Stage, whom: str) -> None:
    """Let in whoever asked first. Refuses when all chairs are taken, or somebody else is first by now. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session, who = _lock(session, stage), of_handle(whom)
    change_circle(session, lambda circle: circle.call(who, at, phase=phase_in(session)), at, stage)


@transaction.atomic
def take_off_list(session: Session, *, by: Membership, at: datetime, stage: Stage, whom: str) -> None:
    """Take one of those who wait off the list, as when they have gone out. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session, who = _lock(session, stage), of_handle(whom)
    change_circle(session, lambda circle: circle.withdraw(who, at), at, stage)


@transaction.atomic
def ask_out(session: Session, *, by: Membership, at: datetime, stage: Stage, whom: str) -> None:
    """Ask one of the circle to leave it: their phone says so. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session, who = _lock(session, stage), of_handle(whom)
    change_circle(session, lambda circle: circle.ask_out(who, at), at, stage)


@transaction.atomic
def free_chair(session: Session, *, by: Membership, at: datetime, stage: Stage, whom: str) -> None:
    """One of the circle has left it. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session, who = _lock(session, stage), of_handle(whom)
    change_circle(session, lambda circle: circle.rise(who, at), at, stage)


@transaction.atomic
def swap_circles(session: Session, *, by: Membership, at: datetime, stage: Stage, whom: str) -> None:
    """The closed circle goes out, and those who asked come in. ``whom`` is the first of them. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session, who = _lock(session, stage), of_handle(whom)
    change_circle(session, lambda circle: circle.swap(who, at), at, stage)


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
    """Forget who spoke or waited in rooms that nobody has closed. Called by the timetable. Idempotent; answers of how
    many."""
    left = Session.objects.filter(opened_at__lt=at - FORGOTTEN_AFTER)
    talked = [model.objects.filter(bowl__session__in=left) for model in (Chair, Waiting, Spoken)]
    found = {pk for rows in talked for pk in rows.values_list("bowl__session", flat=True)}
    for pk in sorted(found):
        with transaction.atomic():
            session = room_log.lock_session(Session(pk=pk))
            bowls.forget_talk(pk)
            if session.is_live:
                bowls.tell_circle(session, at)
            Session.objects.filter(pk=pk).update(keeps_traces=True)
    return len(found)


# --- What they share -------------------------------------------------------------------------------------------------


def _lock(session: Session, stage: Stage, by: Writer | None = None) -> Session:
    """Whoever has left meanwhile takes no chair: it would be theirs for ever."""
    locked = lock_open_room(session)
    find_step_taking(locked, stage, FISHBOWL)
    if isinstance(by, Participant):
        require_that(Participant.objects.here().filter(pk=by.pk, session=locked).exists())
    return locked


def _name(typed: str) -> str:
    name = line_of_text(typed)[:NAME_LIMIT].strip()
    if not name:
        raise Refusal("Enter a name, so that everybody knows who it is.")
    return name
