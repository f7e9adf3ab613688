"""What is read of the rooms of action learning sets for a step: for many rooms with the queries of one.

It holds what is for one person’s eyes; ``techniques.helpers.learning`` makes of it what a viewer may know.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from techniques import learning, policies
from techniques.learning import BIDS, LOOK_BACK, REPORT, REST, TURNS
from techniques.models import Backing, Bid, Gift, OwnAction, Participant, Question, Reported, Session, Stage, Turn


@dataclass(frozen=True)
class State:
    """All of one room at one of its steps; ``after`` is what the next one is called. Never for a template."""

    session: Session
    stage: Stage
    leads_itself: bool
    after: str
    reported: frozenset[int] = frozenset()
    bids: tuple[Bid, ...] = ()
    backings: Mapping[int, frozenset[int]] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    questions: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    gifts: Mapping[int, tuple[tuple[int | None, str], ...]] = field(default_factory=dict)
    own: Mapping[int, tuple[OwnAction, ...]] = field(default_factory=dict)
    minutes: int = 0
    takes_another: bool = False


# Of rooms that are open, with the steps of each: key of the session → what a state has of it.
Read = Callable[[Sequence[Session], Mapping[int, Sequence[Stage]]], Mapping[int, dict[str, Any]]]


def read(stages: Sequence[Stage]) -> dict[int, State]:
    """The state of each of these steps, which have one helper."""
    rows = Session.objects.select_related("technique", "learning_set")
    sessions = rows.in_bulk({stage.session_id for stage in stages})
    steps: dict[int, list[Stage]] = defaultdict(list)
    for step in Stage.objects.filter(session__in=sessions).order_by("position"):
        steps[step.session_id].append(step)
    themselves = policies.leading_themselves(one.learning_set for one in sessions.values() if one.learning_set)
    live = [session for session in sessions.values() if session.is_live]
    known = READS[stages[0].takes](live, steps) if live else {}
    found = {}
    for stage in stages:
        session = sessions[stage.session_id]
        itself = session.learning_set_id is None or session.learning_set_id in themselves
        after = next((one.name for one in steps[session.pk] if one.position > stage.position), "")
        found[stage.pk] = State(session, stage, itself, after, **known.get(session.pk, {}))
    return found


def _read_reports(live: Sequence[Session], steps: Mapping[int, Sequence[Stage]]) -> dict[int, dict[str, Any]]:
    told, own = defaultdict(set), _own_of(live)
    for session, participant in Reported.objects.filter(session__in=live).values_list("session", "participant"):
        told[session].add(participant)
    return {one.pk: {"reported": frozenset(told[one.pk]), "own": own[one.pk]} for one in live}


def _own_of(live: Sequence[Session]) -> Mapping[int, Mapping[int, tuple[OwnAction, ...]]]:
    """Room → who is here → what they mean to do, from all meetings of their set."""
    here = Participant.objects.here().filter(session__in=live).exclude(person=None)
    seats: dict[tuple[int | None, int], list[tuple[int, int]]] = defaultdict(list)
    sets = {one.pk: one.learning_set_id for one in live}
    for session, person, participant in here.values_list("session", "person", "pk"):
        seats[sets[session], person].append((session, participant))
    people = {person for _, person in seats}
    rows: dict[int, dict[int, tuple[OwnAction, ...]]] = defaultdict(dict)
    for action in OwnAction.objects.filter(learning_set__in=_known(sets), person__in=people):
        for session, participant in seats.get((action.learning_set_id, action.person_id), ()):
            rows[session][participant] = (*rows[session].get(participant, ()), action)
    return rows


def _known(sets: Mapping[int, int | None]) -> list[int]:
    return [pk for pk in sets.values() if pk is not None]


def _turns_of(live: Sequence[Session]) -> Mapping[int, tuple[Turn, ...]]:
    rows: dict[int, tuple[Turn, ...]] = defaultdict(tuple)
    for turn in Turn.objects.filter(session__in=live).select_related("participant"):
        rows[turn.session_id] += (turn,)
    return rows


def _read_bids(live: Sequence[Session], steps: Mapping[int, Sequence[Stage]]) -> dict[int, dict[str, Any]]:
    backings: dict[int, set[int]] = defaultdict(set)
    for bid, participant in Backing.objects.filter(bid__session__in=live).values_list("bid", "participant"):
        backings[bid].add(participant)
    order = learning.weigh_all(live, Bid.objects.filter(session__in=live).select_related("participant"))
    turns, found = _turns_of(live), {}
    for one in live:
        step = next((stage for stage in steps[one.pk] if stage.takes == TURNS), None)
        found[one.pk] = {
            "bids": tuple(order[one.pk]),
            "backings": {bid.pk: frozenset(backings[bid.pk]) for bid in order[one.pk]},
            "turns": turns[one.pk],
            "minutes": step.minutes if step else 0,
            "takes_another": learning.takes_another(step, turns[one.pk]),
        }
    return found


def _read_turns(live: Sequence[Session], steps: Mapping[int, Sequence[Stage]]) -> dict[int, dict[str, Any]]:
    turns, own = _turns_of(live), _own_of(live)
    questions: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for turn, text in Question.objects.filter(turn__session__in=live).values_list("turn", "text"):
        questions[turn] += (text,)
    gifts: dict[int, tuple[tuple[int | None, str], ...]] = defaultdict(tuple)
    rows = Gift.objects.filter(turn__session__in=live)
    for turn, participant, text in rows.values_list("turn", "participant", "text"):
        gifts[turn] += ((participant, text),)
    return {
        one.pk: {
            "turns": turns[one.pk],
            "questions": {turn.pk: questions[turn.pk] for turn in turns[one.pk]},
            "gifts": {turn.pk: gifts[turn.pk] for turn in turns[one.pk]},
            "own": own[one.pk],
        }
        for one in live
    }


def _read_own(live: Sequence[Session], steps: Mapping[int, Sequence[Stage]]) -> dict[int, dict[str, Any]]:
    own = _own_of(live)
    return {one.pk: {"own": own[one.pk]} for one in live}


READS: Mapping[str, Read] = {
    REPORT: _read_reports,
    BIDS: _read_bids,
    TURNS: _read_turns,
    REST: lambda live, steps: {},
    LOOK_BACK: _read_own,
}
