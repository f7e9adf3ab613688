"""The tables of a session as rows: steps that planning, coming late and going share. Under the room’s lock."""

from collections.abc import Iterable, Sequence

from techniques import rota
from techniques.models import Participant, Rota, Seat, Session, Stage

HELPER = "rota"


def rounds_of(session: Session) -> list[Stage]:
    """The steps that are rounds, in their order. The first step with tables says where to begin and is none."""
    return list(session.stages.filter(takes=HELPER).order_by("position"))[1:]


def rounds_begun(session: Session) -> int:
    """How many rounds have begun: up to the last to which the room ever went."""
    begun = [number for number, stage in enumerate(rounds_of(session), start=1) if stage.started_at]
    return begun[-1] if begun else 0


def read_rounds(found: Rota) -> list[rota.Round]:
    """Who sits where, whoever stays first."""
    seats = list(Seat.objects.filter(rota=found).order_by("round", "table", "-stays", "pk"))
    return [
        tuple(
            tuple(seat.participant_id for seat in seats if (seat.round, seat.table) == (number, table))
            for table in range(1, found.tables + 1)
        )
        for number in range(1, found.rounds + 1)
    ]


def save_rounds(found: Rota, rounds: Sequence[rota.Round]) -> None:
    """Keep these rounds in place of what there was. Whoever sits first at a table in all of them stays there."""
    stay = _who_stays(rounds)
    Seat.objects.filter(rota=found).delete()
    Seat.objects.bulk_create(
        Seat(
            rota=found,
            participant_id=person,  # type: ignore[misc]
            round=number,
            table=place,
            tables=found.tables,
            stays=(place, person) in stay and table[0] == person,
        )
        for number, one in enumerate(rounds, start=1)
        for place, table in enumerate(one, start=1)
        for person in table
    )
    found.again = rota.meetings_again(rounds)
    found.save(update_fields=["again"])


def _who_stays(rounds: Iterable[rota.Round]) -> set[tuple[int, object]]:
    """Who keeps which table, in the last round: in it everybody knows where they stay."""
    last = list(rounds)[-1:]
    return {(place, table[0]) for one in last for place, table in enumerate(one, start=1) if table}


def seat_newcomer(found: Rota, session: Session, participant: Participant) -> None:
    """A place at the smallest table of the round under way; the rounds to come are planned anew."""
    rounds = read_rounds(found)
    held = rounds[: max(rounds_begun(session), 1)]  # people look for their first table before the first round
    held[-1] = rota.seat_late(held[-1], participant.pk)
    _plan_rest(found, held, _people_of(rounds) | {participant.pk})


def unseat(found: Rota, session: Session, participant: Participant) -> None:
    """Their chair stays empty in the round under way; the rounds to come are planned anew without them."""
    rounds = read_rounds(found)
    held = rounds[: max(rounds_begun(session), 1)]  # people look for their first table before the first round
    held[-1] = rota.take_out(held[-1], participant.pk)
    _plan_rest(found, held, _people_of(rounds) - {participant.pk})


def _people_of(rounds: Iterable[rota.Round]) -> set[int]:
    return {person for one in list(rounds)[-1:] for table in one for person in table}  # type: ignore[misc]


def _plan_rest(found: Rota, held: list[rota.Round], people: set[int]) -> None:
    """Tables stay as they stand in the room; those that would be empty in the rounds to come are the last ones."""
    left = found.rounds - len(held)
    tables = rota.tables_for(len(people), found.tables)
    to_come = rota.replan(held, sorted(people), tables, left, seed=found.pk)
    empty = tuple(() for _ in range(found.tables - tables))
    save_rounds(found, [*held, *((*one, *empty) for one in to_come)])
