"""The tables of a café: each phone says which is one’s own, and nobody meets twice where arithmetic allows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from techniques import room_log, rota, seating
from techniques.actions.room.rota import plan_tables
from techniques.helper_registry import Act, Helper, Viewer, take_number
from techniques.models import Participant, RoomEvent, Rota, Seat, Session, Stage


@dataclass(frozen=True)
class _State:
    """All seats of one round by person: (table, stays). ``number`` is 0 in the step before the first round. ``is_on``:
    this round has begun, so that its tables stay as they are."""

    rota: Rota | None
    number: int
    rounds: int
    has_begun: bool
    seats: dict[int, tuple[int, bool]]
    is_on: bool = True


@dataclass(frozen=True)
class SeenTable:
    """One table in one round. Names only whoever leads is told."""

    number: int
    people: int
    names: tuple[str, ...] = ()

    @property
    def is_small(self) -> bool:
        return self.people < rota.SMALLEST


@dataclass(frozen=True)
class SeenOffer:
    """A choice for whoever leads."""

    tables: int
    words: str


@dataclass(frozen=True)
class SeenRota:
    """The tables of one round. ``mine`` is the viewer’s own; ``is_alone``: nobody else sits there."""

    is_planned: bool
    number: int
    rounds: int
    has_begun: bool
    again: str
    tables: tuple[SeenTable, ...] = ()
    offers: tuple[SeenOffer, ...] = ()
    mine: int | None = None
    is_alone: bool = False
    is_on: bool = True
    stays: bool = False
    fewest: int = rota.FEWEST

    @property
    def small(self) -> tuple[SeenTable, ...]:
        return tuple(table for table in self.tables if table.people and table.is_small)

    @property
    def sitting(self) -> tuple[SeenTable, ...]:
        return tuple(table for table in self.tables if table.people)


def read(stages: Sequence[Stage]) -> dict[int, _State]:
    sessions = {stage.session_id for stage in stages}
    order: dict[int, list[Stage]] = {}
    for stage in Stage.objects.filter(session__in=sessions, takes=seating.HELPER).order_by("position"):
        order.setdefault(stage.session_id, []).append(stage)
    found = {one.session_id: one for one in Rota.objects.filter(session__in=sessions)}
    seats: dict[tuple[int, int], dict[int, tuple[int, bool]]] = {}
    for seat in Seat.objects.filter(rota__in=found.values()):
        seats.setdefault((seat.rota_id, seat.round), {})[seat.participant_id] = seat.table, seat.stays
    states = {}
    for stage in stages:
        steps = order[stage.session_id]
        number = next((place for place, one in enumerate(steps) if one.pk == stage.pk), 0)
        plan = found.get(stage.session_id)
        has_begun = any(one.started_at for one in steps[1:])
        sitting = seats.get((plan.pk, max(number, 1)), {}) if plan else {}
        is_on = number == 0 or stage.started_at is not None
        states[stage.pk] = _State(plan, number, len(steps) - 1, has_begun, sitting, is_on)
    return states


def see(state: _State, viewer: Viewer) -> SeenRota:
    """Everybody is told of tables and their sizes, each person of their own once the round begins (until then it may
    change with everybody who comes), and whoever leads who sits where."""
    plan = state.rota
    names = {person.pk: person.name for person in viewer.here} if viewer.leads else {}
    mine, stays = state.seats.get(viewer.participant or 0, (None, False)) if state.is_on else (None, False)
    tables = []
    for number in range(1, plan.tables + 1) if plan else ():
        sitting = [person for person, (table, _) in state.seats.items() if table == number]
        tables.append(SeenTable(number, len(sitting), tuple(sorted(names[one] for one in sitting if one in names))))
    choices = rota.offers(len(viewer.here), state.rounds) if viewer.leads and not state.has_begun else ()
    return SeenRota(
        is_planned=plan is not None,
        number=state.number,
        rounds=state.rounds,
        has_begun=state.has_begun,
        again=again_in_words(plan.again) if plan else "",
        tables=tuple(tables),
        offers=tuple(SeenOffer(one.tables, offer_in_words(one)) for one in choices),
        mine=mine,
        is_alone=bool(mine) and sum(table == mine for table, _ in state.seats.values()) == 1,
        stays=stays,
        is_on=state.is_on,
    )


def again_in_words(again: int) -> str:
    if not again:
        return "Nobody meets twice."
    return ngettext(
        "Once two people meet who have met before.", f"{again} times two people meet who have met before.", again
    )


def offer_in_words(offer: rota.Offer) -> str:
    """“5 tables of 4. Nobody meets twice.”, “3 tables of 4, 1 of 3. …”"""
    sizes = sorted(set(offer.sizes), reverse=True)
    counts = [(offer.sizes.count(size), size) for size in sizes]
    first, *rest = [f"{count} of {size}" for count, size in counts]
    count, size = counts[0]
    first = f"{ngettext('1 table', f'{count} tables', count)} of {size}"
    return f"{', '.join([first, *rest])}. {again_in_words(offer.again)}"


def arrive(session: Session, *, by: Participant, at: datetime) -> None:
    """Who comes late gets a place at the smallest table; nobody moves before the next round."""
    found = Rota.objects.filter(session=session).first()
    if found:
        seating.seat_newcomer(found, session, by)
    _tell_desk(session, at)


def leave(session: Session, *, by: Participant, at: datetime) -> None:
    found = Rota.objects.filter(session=session).first()
    if found:
        seating.unseat(found, session, by)
    _tell_desk(session, at)


def _tell_desk(session: Session, at: datetime) -> None:
    """Nobody who is here has another table now: phones ask when the next round begins, and not for each who comes."""
    for stage in session.stages.filter(takes=seating.HELPER):
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, stage.pk, at=at)


def move(session: Session, *, stage: Stage, at: datetime) -> None:
    """A round begins: each phone asks for its table."""
    if stage.takes == seating.HELPER:
        room_log.append_event(session, RoomEvent.Kind.HELPER, stage.pk, at=at)


def close(stage: Stage, at: datetime) -> None:
    """Who sat with whom is kept by nobody."""
    Rota.objects.filter(session=stage.session_id).delete()


ROTA = Helper(
    key=seating.HELPER,
    read=read,
    see=see,
    drawing="techniques/helpers/rota.html",
    own="techniques/helpers/rota_own.html",
    acts={"plan": Act(plan_tables, take_number("tables"), leads=True)},
    arrive=arrive,
    leave=leave,
    move=move,
    close=close,
)
