"""The room of an action learning set: reporting in, bids, turns, questions and gifts.

Whoever leads runs it from the desk; where a set leads itself, every member who is here does from their phone.
"""

from datetime import date, datetime, timedelta

from django.db import transaction

from kmportal.lib import days
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations.policies import require_that
from techniques import learning, participant_lookup, policies, room_log
from techniques.actions import learning_sets
from techniques.actions.room import stages
from techniques.asking import hint_of
from techniques.learning import BIDS, LOOK_BACK, OF_A_SET, REPORT, TURNS
from techniques.models import (
    READ_FOR,
    Backing,
    Bid,
    Gift,
    OwnAction,
    Participant,
    Question,
    Reported,
    RoomEvent,
    Session,
    Stage,
    Turn,
)
from techniques.policies import Writer
from techniques.preconditions import find_step_taking, lock_open_room
from techniques.sharing import most_turns

# Far more than anybody asks in one turn; it keeps a stuck browser from filling the database.
MOST_QUESTIONS = 200
NO_TURN = "Nobody is presenting just now."


@transaction.atomic
def report_in(session: Session, *, by: Participant, at: datetime, stage: Stage, has_told: bool = True) -> None:
    """Say that one has told the set what became of what one wanted to do, or not yet. Idempotent."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, REPORT)
    if has_told:
        changed = Reported.objects.get_or_create(participant=by, defaults={"session": session})[1]
    else:
        changed = bool(Reported.objects.filter(participant=by).delete()[0])
    if changed:
        learning.tell(session, at, REPORT)


@transaction.atomic
def say_done(session: Session, *, by: Participant, at: datetime, stage: Stage, action: int) -> None:
    """Say of one of one’s own actions that it is done, or not after all. Nobody hears of it."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, *OF_A_SET)
    own = OwnAction.objects.select_for_update().filter(person=by.person, learning_set=session.learning_set)
    row = own.filter(pk=action).first()
    if row is None or by.person_id is None:
        raise Refusal("This was deleted meanwhile.")
    row.done_at = None if row.done_at else at
    row.save(update_fields=["done_at"])
    room_log.append_event(session, RoomEvent.Kind.PERSONAL, at=at)


# --- Bids ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def place_bid(session: Session, *, by: Participant, at: datetime, stage: Stage, about: str) -> Bid:
    """Ask for time, in one sentence. Idempotent; whoever thinks again words it anew."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, BIDS)
    bid = Bid.objects.filter(participant=by).first() or Bid(session=session, participant=by)
    before, bid.about = bid.about, line_of_text(about)
    refuse_invalid(bid, "about")
    if bid.about != before:
        bid.save()
        learning.tell(session, at, BIDS)
    return bid


@transaction.atomic
def say_need(session: Session, *, by: Participant, at: datetime, stage: Stage, need: int) -> None:
    """Say how much one needs the time today. Idempotent."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, BIDS)
    if need not in Bid.Need.values:
        raise Refusal("Choose one of the five.")
    if not Bid.objects.filter(participant=by).exists():
        raise Refusal("Say first in one sentence what your issue is.")
    if Bid.objects.filter(participant=by).exclude(need=need).update(need=need):
        learning.tell(session, at, BIDS)


@transaction.atomic
def withdraw_bid(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Ask for no time today. A turn that has not begun goes, too, and its minutes to the others. Idempotent."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, BIDS)
    if not Bid.objects.filter(participant=by).delete()[0]:
        return
    if session.turns.filter(participant=by, part=0).delete()[0]:
        learning.share_minutes(session)
    learning.tell(session, at, BIDS, TURNS)


@transaction.atomic
def back_bid(session: Session, *, by: Participant, at: datetime, stage: Stage, bid: int, backs: bool = True) -> None:
    """Say that this issue should have time today, or no longer. Not of one’s own. Idempotent."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, BIDS)
    row = session.bids.filter(pk=bid).first()
    if row is None:
        raise Refusal("This was taken back meanwhile.")
    if row.participant_id == by.pk:
        raise Refusal("This is your own. The others say whether it comes today.")
    if backs:
        changed = Backing.objects.get_or_create(bid=row, participant=by)[1]
    else:
        changed = bool(Backing.objects.filter(bid=row, participant=by).delete()[0])
    if changed:
        learning.tell(session, at, BIDS)


@transaction.atomic
def share_out(session: Session, *, by: Writer, at: datetime, stage: Stage, presenters: int) -> list[Turn]:
    """Give so many turns to those whom most of the set wants to hear; the minutes add up. Until the first begins."""
    require_that(policies.may_run_room(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, BIDS)
    step = learning.turns_step(session)
    if session.turns.exclude(part=0).exists():
        raise Refusal("The first turn has begun. Give or take single turns instead.")
    order = learning.weigh(session, session.bids.select_related("participant"))
    most = min(len(order), most_turns(step.minutes if step else 0))
    if not 1 <= presenters <= most:
        raise Refusal(f"Choose between 1 and {most} turns." if most else "Nobody has asked for time yet.")
    session.turns.all().delete()
    for place, bid in enumerate(order[:presenters]):
        Turn.objects.create(session=session, participant=bid.participant, position=place, minutes=1)
    learning.share_minutes(session)
    learning.tell(session, at, BIDS, TURNS)
    return list(session.turns.all())


@transaction.atomic
def give_turn(session: Session, *, by: Writer, at: datetime, stage: Stage, bid: int) -> None:
    """Give a turn to whoever made this bid, behind the others. Idempotent."""
    require_that(policies.may_run_room(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, BIDS)
    row = session.bids.select_related("participant").filter(pk=bid).first()
    if row is None:
        raise Refusal("This was taken back meanwhile.")
    if session.turns.filter(participant=row.participant).exists():
        return
    if not learning.takes_another(learning.turns_step(session), session.turns.all()):
        raise Refusal("There is no time for another turn without hurrying everybody.")
    last = session.turns.order_by("-position").values_list("position", flat=True).first()
    Turn.objects.create(
        session=session, participant=row.participant, position=0 if last is None else last + 1, minutes=1
    )
    learning.share_minutes(session)
    learning.tell(session, at, BIDS, TURNS)


@transaction.atomic
def take_turn(session: Session, *, by: Writer, at: datetime, stage: Stage, turn: int) -> None:
    """Take away a turn that has not begun; its minutes go to the others that have not. Idempotent."""
    require_that(policies.may_run_room(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, BIDS)
    if session.turns.filter(pk=turn, part=0).delete()[0]:
        learning.share_minutes(session)
        learning.tell(session, at, BIDS, TURNS)


# --- Turns ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def go_on(session: Session, *, by: Writer, at: datetime, stage: Stage, seen: str) -> None:
    """The next part of a turn, or the next turn: the clock shows its minutes from now on.

    ``seen`` is where the turns stood when the press was drawn: a second press that arrives after the first changes
    nothing. The gift round comes only if the presenter wishes for it.
    """
    require_that(policies.may_run_room(by, session))
    session = lock_open_room(session)
    step = find_step_taking(session, stage, TURNS)
    if session.stage_id != step.pk:
        raise Refusal("The room is at another step by now. Go there first, then press again.")
    turns = list(session.turns.all())
    now = learning.current_turn(turns)
    if seen != learning.where(now):
        return
    if now is None:
        now = learning.next_turn(turns)
        if now is None:
            raise Refusal("Everybody who has a turn today has had it.")
    parts = learning.parts_of(session, step, now)
    now.part += 1
    if now.part > len(parts) or (now.part == len(parts) and not now.wants_gifts and len(parts) > 1):
        now.part, now.is_over = len(parts) or 1, True
    now.save(update_fields=["part", "is_over"])
    minutes = 0 if now.is_over or not parts else parts[now.part - 1].minutes
    session.ends_at, session.paused_seconds = (at + timedelta(minutes=minutes), None) if minutes else (None, 0)
    session.save(update_fields=["ends_at", "paused_seconds"])
    room_log.append_event(session, RoomEvent.Kind.TIMER, at=at)
    learning.tell(session, at, TURNS)


@transaction.atomic
def read_questions(session: Session, *, by: Participant, at: datetime, stage: Stage, reads: bool) -> None:
    """Have the written questions to oneself before one’s eyes while one presents, or not. Idempotent."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, TURNS)
    if session.turns.filter(participant=by).exclude(reads_questions=reads).update(reads_questions=reads):
        room_log.append_event(session, RoomEvent.Kind.PERSONAL, at=at)


@transaction.atomic
def wish_for_gifts(session: Session, *, by: Participant, at: datetime, stage: Stage, wishes: bool) -> None:
    """Wish for a gift round at the end of one’s turn, or not. Idempotent."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, TURNS)
    if session.turns.filter(participant=by, is_over=False).exclude(wants_gifts=wishes).update(wants_gifts=wishes):
        learning.tell(session, at, TURNS)


@transaction.atomic
def ask_question(
    session: Session, *, by: Participant, at: datetime, stage: Stage, text: str, is_sure: bool = False
) -> Question:
    """Ask whoever presents, in writing. Only they read it, and nobody ever knows whose it is.

    What does not read as an open question is refused once with a hint; whoever ``is_sure`` sends it as it is. The same
    question twice stands there once.
    """
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, TURNS)
    turn = _turn_of_somebody_else(session, by)
    question = Question(turn=turn, text=line_of_text(text))
    refuse_invalid(question, "text")
    if not is_sure and (hint := hint_of(question.text)):
        raise Hint(hint)
    if found := turn.questions.filter(text=question.text).first():
        return found
    if turn.questions.count() >= MOST_QUESTIONS:
        raise Refusal("There are enough questions in writing. Ask yours aloud.")
    question.save()
    room_log.append_event(session, RoomEvent.Kind.PERSONAL, at=at)
    return question


class Hint(Refusal):
    """A refusal that its writer may overrule: it only asks them to think once more."""


@transaction.atomic
def give_gift(session: Session, *, by: Participant, at: datetime, stage: Stage, gift: str) -> Gift:
    """Leave one line for whoever presents. Only they read it. Whoever thinks again words it anew."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, TURNS)
    turn = _turn_of_somebody_else(session, by)
    if not turn.wants_gifts:
        raise Refusal("The gift round comes when the presenter asks for it.")
    row = Gift.objects.filter(turn=turn, participant=by).first() or Gift(turn=turn, participant=by)
    row.text = line_of_text(gift)
    refuse_invalid(row, "text")
    row.save()
    room_log.append_event(session, RoomEvent.Kind.PERSONAL, at=at)
    return row


def _turn_of_somebody_else(session: Session, by: Participant) -> Turn:
    turn = learning.current_turn(session.turns.all())
    if turn is None:
        raise Refusal(NO_TURN)
    if turn.participant_id == by.pk:
        raise Refusal("It is your own turn. The others ask, and you think.")
    return turn


@transaction.atomic
def promise_oneself(
    session: Session, *, by: Participant, at: datetime, stage: Stage, text: str, due: str = ""
) -> OwnAction:
    """Write down what one means to do. It is one’s own: nobody else hears of it or reads it."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    find_step_taking(session, stage, TURNS, LOOK_BACK)
    membership = participant_lookup.membership_in(session, by.person)
    if membership is None or session.learning_set is None:
        raise Refusal("Sign in again, then write it down.")
    action = learning_sets.write_own_action(
        session.learning_set, by=membership, at=at, text=text, due_on=_read_day(due)
    )
    room_log.append_event(session, RoomEvent.Kind.PERSONAL, at=at)
    return action


def _read_day(typed: str) -> date | None:
    try:
        return days.read_day(typed.strip()) if typed.strip() else None
    except days.NotADay as problem:
        raise Refusal(str(problem)) from None


@transaction.atomic
def move_on(session: Session, *, by: Participant, at: datetime, stage: Stage) -> None:
    """Go on to the next step, in a set that leads itself. ``stage`` is where the press was drawn, so that a second
    press changes nothing."""
    require_that(policies.may_run_room(by, session))
    session = lock_open_room(session)
    membership = participant_lookup.membership_in(session, by.person)
    wanted = session.stages.filter(position__gt=stage.position).order_by("position").first()
    if membership is None or wanted is None or session.stage_id != stage.pk:
        return
    stages.go_to_stage(session, by=membership, at=at, stage=wanted)


# --- Later ---------------------------------------------------------------------------------------------------------


def forget_sets(at: datetime) -> int:
    """Delete questions and gifts a week after their meeting, and what lies in a room that nobody has ever ended.

    Called by the timetable. Idempotent; answers for how many meetings.
    """
    before = at - READ_FOR
    of_sets = Session.objects.exclude(learning_set=None)
    due = {
        *of_sets.filter(closed_at__lt=before, turns__questions__isnull=False).values_list("pk", flat=True),
        *of_sets.filter(closed_at__lt=before, turns__gifts__isnull=False).values_list("pk", flat=True),
        *of_sets.filter(closed_at=None, opened_at__lt=before, turns__isnull=False).values_list("pk", flat=True),
        *of_sets.filter(closed_at=None, opened_at__lt=before, bids__isnull=False).values_list("pk", flat=True),
        *of_sets.filter(closed_at=None, opened_at__lt=before, reported__isnull=False).values_list("pk", flat=True),
    }
    for pk in sorted(due):
        _forget(pk)
    return len(due)


@transaction.atomic
def _forget(pk: int) -> None:
    session = room_log.lock_session(Session(pk=pk))
    Question.objects.filter(turn__session=session).delete()
    Gift.objects.filter(turn__session=session).delete()
    if not session.is_closed:
        Bid.objects.filter(session=session).delete()
        Reported.objects.filter(session=session).delete()
        session.turns.all().delete()
    Session.objects.filter(pk=pk).update(keeps_traces=True)
