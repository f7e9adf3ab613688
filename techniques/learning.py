"""The room of an action learning set: what its steps share. Called under the room’s lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kmportal.lib.unlinking import rewrite_in_random_order
from techniques import room_log, sharing
from techniques.models import (
    Backing,
    Bid,
    Gift,
    Participant,
    Question,
    Reported,
    RoomEvent,
    Session,
    SetVisit,
    Stage,
    Turn,
)
from techniques.sharing import Asked, fit_parts, in_order, share_out

REPORT, BIDS, TURNS, REST, LOOK_BACK = "report-in", "bids", "turns", "rest", "look-back"
OF_A_SET = (REPORT, BIDS, TURNS, REST, LOOK_BACK)


@dataclass(frozen=True)
class Part:
    """A part of a turn: what it is called, what is asked, and how long it takes."""

    name: str
    prompts: tuple[str, ...]
    minutes: int


def parts_of(session: Session, stage: Stage, turn: Turn) -> list[Part]:
    """The parts of this turn, with minutes that add up to it. The last is the gift round: only if it is wished for."""
    script = next((one for one in session.technique.stages if one.key == stage.key), None)
    parts = script.parts if script else ()
    minutes = fit_parts(turn.minutes, [part.minutes.of(session.length) for part in parts])
    return [Part(part.name, tuple(part.prompts), each) for part, each in zip(parts, minutes, strict=True)]


def turns_step(session: Session) -> Stage | None:
    return session.stages.filter(takes=TURNS).order_by("position").first()


def current_turn(turns: Iterable[Turn]) -> Turn | None:
    """Whose turn it is."""
    return next((turn for turn in turns if turn.is_on), None)


def where(turn: Turn | None) -> str:
    """Where the turns stand, for a press that must not count twice."""
    return f"{turn.pk}.{turn.part}" if turn else "0.0"


def next_turn(turns: Iterable[Turn]) -> Turn | None:
    """Who comes next."""
    return next((turn for turn in turns if turn.part == 0 and not turn.is_over), None)


def weigh(session: Session, bids: Iterable[Bid]) -> list[Bid]:
    """The bids in the order in which they would have their turn."""
    return weigh_all([session], bids)[session.pk]


def weigh_all(sessions: Sequence[Session], bids: Iterable[Bid]) -> dict[int, list[Bid]]:
    """The same for many rooms with the queries of one: key of the session → its bids."""
    rows, sets = {bid.pk: bid for bid in bids}, {one.pk: one.learning_set_id for one in sessions}
    backed = dict.fromkeys(rows, 0)
    for pk in Backing.objects.filter(bid__in=rows).values_list("bid", flat=True):
        backed[pk] += 1
    known = [pk for pk in sets.values() if pk is not None]
    held = Turn.objects.held().filter(session__learning_set__in=known).exclude(person=None)
    fields = ("session__learning_set", "person", "session__starts_at")
    last: dict[tuple[int | None, int | None], datetime] = {}
    for of, person, at in held.order_by("session__starts_at").values_list(*fields):
        last[of, person] = at
    asked: dict[int, list[Asked]] = {pk: [] for pk in sets}
    for bid in rows.values():
        last_at = last.get((sets[bid.session_id], bid.participant.person_id))
        asked[bid.session_id].append(Asked(bid.pk, backed[bid.pk], bid.need, last_at))
    return {pk: [rows[one.key] for one in in_order(ones)] for pk, ones in asked.items()}


def takes_another(step: Stage | None, turns: Iterable[Turn]) -> bool:
    """Whether there is time for one more turn."""
    rows = list(turns)
    begun, waiting = sum(turn.minutes for turn in rows if turn.part), sum(1 for turn in rows if not turn.part)
    return sharing.takes_another(step.minutes if step else 0, begun, waiting)


def share_minutes(session: Session) -> None:
    """Share what the step has among the turns that have not begun, so that together all turns take all of it."""
    step = turns_step(session)
    turns = list(session.turns.all())
    waiting = [turn for turn in turns if turn.part == 0]
    used = sum(turn.minutes for turn in turns if turn.part)
    left = max((step.minutes if step else 0) - used, len(waiting))
    for place, (turn, minutes) in enumerate(zip(waiting, share_out(left, len(waiting)), strict=True)):
        turn.minutes, turn.position = minutes, len(turns) - len(waiting) + place
        turn.save(update_fields=["minutes", "position"])


def tell(session: Session, at: datetime, *takes: str) -> None:
    """These steps have something new for everybody, and perhaps for somebody alone."""
    for stage in session.stages.filter(takes__in=takes):
        room_log.append_event(session, RoomEvent.Kind.HELPER, stage.pk, at=at)


def forget_room(session: Session) -> None:
    """At the close: who came and who presented stays, for the members alone; questions and gifts stay for the
    presenter, without anybody. All else goes."""
    here = Participant.objects.here().filter(session=session).exclude(person=None)
    inside = set(session.learning_set.members.values_list("person", flat=True)) if session.learning_set else set()
    SetVisit.objects.bulk_create(
        SetVisit(session=session, person_id=pk) for pk in here.values_list("person", flat=True) if pk in inside
    )
    Bid.objects.filter(session=session).delete()
    Reported.objects.filter(session=session).delete()
    session.turns.filter(part=0).delete()
    for turn in session.turns.select_related("participant"):
        turn.person_id = turn.participant.person_id if turn.participant else None
        turn.participant, turn.is_over = None, True
        turn.save(update_fields=["person", "participant", "is_over"])
    Gift.objects.filter(turn__session=session).update(participant=None)
    session.turns.filter(person=None).delete()
    rewrite_in_random_order(Gift.objects.filter(turn__session=session), renumber=True)
    rewrite_in_random_order(Question.objects.filter(turn__session=session), renumber=True)
