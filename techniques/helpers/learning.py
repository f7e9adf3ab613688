"""The steps of an action learning set: who has reported, bids, turns with questions and gifts, the look back.

The desk and the members read bids; questions, gifts and what somebody means to do are read by that person alone. The
big screen has names, parts and minutes, and nothing that anybody has written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from techniques import learning
from techniques.actions.room import learning as acts
from techniques.helper_registry import Act, Helper, Viewer, take_number
from techniques.helpers.learning_state import State, read
from techniques.learning import BIDS, LOOK_BACK, REPORT, REST, TURNS, Part
from techniques.models import (
    Backing,
    Bid,
    Gift,
    OwnAction,
    Question,
    Reported,
    Session,
    Stage,
    Turn,
)
from techniques.sharing import most_turns


@dataclass(frozen=True)
class SeenBid:
    """A bid as desk and members read it. ``is_backed``: by the viewer."""

    pk: int
    name: str
    about: str
    need: str
    backed: int
    is_mine: bool
    is_backed: bool
    has_turn: bool

    @property
    def key(self) -> str:
        return str(self.pk)


@dataclass(frozen=True)
class SeenTurn:
    """A turn: whose it is, and how long."""

    pk: int
    name: str
    minutes: int
    is_mine: bool
    is_on: bool
    is_over: bool

    @property
    def waits(self) -> bool:
        return not (self.is_on or self.is_over)


@dataclass(frozen=True)
class SeenSet:
    """What one viewer may know of a step. ``runs``: whether they move the room on from where they are.

    ``own``, ``questions`` and ``gifts`` are the viewer’s alone, and nobody else is told how many there are.
    """

    runs: bool
    is_on: bool
    after: str = ""
    reported: tuple[str, ...] = ()
    people: int = 0
    has_reported: bool = False
    own: tuple[OwnAction, ...] = ()
    bids: tuple[SeenBid, ...] = ()
    mine: SeenBid | None = None
    need: int = 0
    needs: Sequence[tuple[int, str]] = tuple(Bid.Need.choices)
    turns: tuple[SeenTurn, ...] = ()
    shares: tuple[int, ...] = ()
    minutes: int = 0
    takes_another: bool = False
    part: Part | None = None
    part_number: int = 0
    parts: tuple[Part, ...] = ()
    where: str = ""
    press: str = ""
    reads_questions: bool = False
    questions: tuple[str, ...] = ()
    wants_gifts: bool = False
    is_gift_round: bool = False
    gifts: tuple[str, ...] = ()
    my_gift: str = ""
    waits_for_turn: bool = False

    @property
    def now(self) -> SeenTurn | None:
        return next((turn for turn in self.turns if turn.is_on), None)

    @property
    def next(self) -> SeenTurn | None:
        return next((turn for turn in self.turns if turn.waits), None)

    @property
    def is_presenting(self) -> bool:
        return self.now is not None and self.now.is_mine

    @property
    def has_presented(self) -> bool:
        """Whether the viewer presents now, or has."""
        return any(turn.is_mine and not turn.waits for turn in self.turns)

    @property
    def has_begun(self) -> bool:
        return any(not turn.waits for turn in self.turns)

    @property
    def takes_questions(self) -> bool:
        """From the second part of a turn to the last but two."""
        return self.part is not None and 1 < self.part_number <= max(len(self.parts) - 2, 2)


def see(state: State, viewer: Viewer) -> SeenSet:
    mine = viewer.participant
    here = {person.pk for person in viewer.here}
    names = {person.pk: person.name for person in viewer.here}
    runs = viewer.leads or (mine is not None and state.leads_itself)
    seen: dict[str, Any] = {
        "runs": runs,
        "is_on": state.session.stage_id == state.stage.pk,
        "after": state.after,
        "people": len(here),
        "reported": tuple(sorted(names[pk] for pk in state.reported if pk in here)),
        "has_reported": mine in state.reported,
        "own": state.own.get(mine, ()) if mine else (),
        "minutes": state.minutes,
        "takes_another": state.takes_another,
    }
    turns = tuple(_see_turn(turn, mine) for turn in state.turns)
    seen["turns"] = turns
    if viewer.audience != "screen":
        seen["bids"] = tuple(_see_bid(bid, state, mine) for bid in state.bids)
        seen["mine"] = next((bid for bid in seen["bids"] if bid.is_mine), None)
        seen["need"] = next((bid.need for bid in state.bids if bid.participant_id == mine), 0)
        seen["shares"] = tuple(range(1, min(len(state.bids), most_turns(state.minutes)) + 1))
    if state.stage.takes == TURNS:
        seen |= _see_turns(state, mine)
    return SeenSet(**seen)


def _see_bid(bid: Bid, state: State, mine: int | None) -> SeenBid:
    people = state.backings.get(bid.pk, frozenset())
    return SeenBid(
        bid.pk,
        bid.participant.name,
        bid.about,
        bid.get_need_display(),
        len(people),
        is_mine=bid.participant_id == mine,
        is_backed=mine in people,
        has_turn=any(turn.participant_id == bid.participant_id for turn in state.turns),
    )


def _see_turn(turn: Turn, mine: int | None) -> SeenTurn:
    name = turn.participant.name if turn.participant else ""
    is_mine = mine is not None and turn.participant_id == mine
    return SeenTurn(turn.pk, name, turn.minutes, is_mine, turn.is_on, turn.is_over)


def _see_turns(state: State, mine: int | None) -> dict[str, Any]:
    """Questions and gifts go to the one whose turn it is or was; to the others, what they gave themselves."""
    now = learning.current_turn(state.turns)
    parts = tuple(learning.parts_of(state.session, state.stage, now)) if now else ()
    own = next((turn for turn in state.turns if mine is not None and turn.participant_id == mine), None)
    reads = own is not None and own.reads_questions and own.part > 0
    gifts = state.gifts.get(now.pk, ()) if now else ()
    return {
        "part": parts[now.part - 1] if now and parts else None,
        "part_number": now.part if now else 0,
        "parts": parts,
        "where": learning.where(now),
        "press": _press(now, parts, learning.next_turn(state.turns)),
        "reads_questions": reads,
        "questions": state.questions.get(own.pk, ()) if own and reads else (),
        "wants_gifts": own is not None and own.wants_gifts,
        "is_gift_round": now is not None and now.wants_gifts and now.part == len(parts),
        "gifts": tuple(text for _, text in state.gifts.get(own.pk, ())) if own and own.part else (),
        "my_gift": next((text for giver, text in gifts if mine is not None and giver == mine), ""),
        "waits_for_turn": own is not None and not own.is_over,
    }


def _press(now: Turn | None, parts: Sequence[Part], after: Turn | None) -> str:
    """What the press that goes on says."""
    if now is None:
        return f"Begin with {after.participant.name}" if after and after.participant else ""
    last = len(parts) - (0 if now.wants_gifts or len(parts) == 1 else 1)
    return f"Go on: {parts[now.part].name}" if now.part < last else "End this turn"


def end(stage: Stage, at: datetime) -> None:
    """Once for a session, with the first of its steps that has to do with the set."""
    first = stage.session.stages.filter(takes__in=learning.OF_A_SET).order_by("position").first()
    if first == stage:
        learning.forget_room(stage.session)


def leave(session: Session, *, by: Any, at: datetime) -> None:
    """Who has gone bids no more and wants to hear nobody, and a turn that has not begun goes to the others."""
    Reported.objects.filter(participant=by).delete()
    Bid.objects.filter(participant=by).delete()
    Backing.objects.filter(participant=by).delete()
    if session.turns.filter(participant=by, part=0).delete()[0]:
        learning.share_minutes(session)
    learning.tell(session, at, REPORT, BIDS, TURNS)


def arrive(session: Session, *, by: Any, at: datetime) -> None:
    learning.tell(session, at, REPORT)


def move(session: Session, *, stage: Stage, at: datetime) -> None:
    """Presses are offered where the room is."""
    learning.tell(session, at, *learning.OF_A_SET)


def take_where(typed: str) -> dict[str, Any]:
    return {"seen": typed}


def always(**values: Any) -> Callable[[str], dict[str, Any]]:
    """For a press that says all by itself, and what it says."""
    return lambda typed: dict(values)


def take_bid(*, backs: bool) -> Callable[[str], dict[str, Any]]:
    number = take_number("bid")
    return lambda typed: {**number(typed), "backs": backs}


ON = Act(acts.move_on)
SECRETS = (Reported, Backing, Bid, Question, Gift, Turn)


def _step(key: str, presses: Mapping[str, Act], own: str = "", drawing: str = "") -> Helper:
    name = key.replace("-", "_")
    return Helper(
        key=key,
        read=read,
        see=see,
        drawing=drawing or f"techniques/helpers/learning/{name}.html",
        own=own or f"techniques/helpers/learning/{name}_own.html",
        acts={"on": ON, **presses},
        arrive=arrive if key == REPORT else _nothing,
        leave=leave if key == REPORT else _nothing,
        move=move if key == REPORT else _stay,
        close=end,
        secrets=SECRETS,
    )


def _nothing(session: Session, *, by: Any, at: datetime) -> None:
    return None


def _stay(session: Session, *, stage: Stage, at: datetime) -> None:
    return None


REPORTING = _step(
    REPORT,
    {
        "told": Act(acts.report_in, always(has_told=True)),
        "not-told": Act(acts.report_in, always(has_told=False)),
        "done": Act(acts.say_done, take_number("action")),
    },
)
BIDDING = _step(
    BIDS,
    {
        "about": Act(acts.place_bid, always(), words="about"),
        "need": Act(acts.say_need, take_number("need")),
        "drop": Act(acts.withdraw_bid),
        "back": Act(acts.back_bid, take_bid(backs=True)),
        "unback": Act(acts.back_bid, take_bid(backs=False)),
        "share": Act(acts.share_out, take_number("presenters"), leads=None),
        "give": Act(acts.give_turn, take_number("bid"), leads=None),
        "take": Act(acts.take_turn, take_number("turn"), leads=None),
    },
)
PRESENTING = _step(
    TURNS,
    {
        "go": Act(acts.go_on, take_where, leads=None),
        "read": Act(acts.read_questions, always(reads=True)),
        "put-away": Act(acts.read_questions, always(reads=False)),
        "wish": Act(acts.wish_for_gifts, always(wishes=True)),
        "unwish": Act(acts.wish_for_gifts, always(wishes=False)),
        "gift": Act(acts.give_gift, always(), words="gift"),
        "own": Act(acts.promise_oneself, always(), words="text due"),
        "done": Act(acts.say_done, take_number("action")),
    },
)
RESTING = _step(REST, {})
LOOKING_BACK = _step(
    LOOK_BACK,
    {
        "own": Act(acts.promise_oneself, always(), words="text due"),
        "done": Act(acts.say_done, take_number("action")),
    },
)
