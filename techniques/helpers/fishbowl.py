"""Fishbowl: the chairs that everybody sees, one’s own place on one’s own phone, and sums of the talk for the desk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from techniques import bowls, talking
from techniques.actions.room import fishbowl
from techniques.bowls import FISHBOWL, BowlRows, change_circle
from techniques.circling import CLOSED, FEWEST_CHAIRS, MOST_CHAIRS, ON, ONLINE, PAST, Circle, Sitting, Talk, Who
from techniques.helper_registry import Act, Helper, Viewer, take_number
from techniques.labels import IN_FORM
from techniques.models import Bowl, Chair, Participant, RoomEvent, Session, Spoken, Stage, Waiting
from techniques.room_log import append_event
from techniques.screen_wall import Group
from techniques.seen_wording import WordedLine


@dataclass(frozen=True)
class _State:
    """All of one room, as of ``at``. Never for a template."""

    rows: BowlRows
    at: datetime
    phase: str
    is_first: bool
    may_change_form: bool
    has_notes: bool

    @property
    def is_on(self) -> bool:
        return self.phase == ON


@dataclass(frozen=True)
class SeenChair:
    """A chair with who sits in it. ``who``: as a press of whoever leads names them."""

    number: int
    name: str = ""
    speaks: bool = False
    is_asked: bool = False
    is_mine: bool = False
    who: str = ""

    @property
    def in_words(self) -> str:
        return f"{self.name} (speaks)" if self.speaks else self.name or "Free chair"


@dataclass(frozen=True)
class SeenTalk:
    """The talk as sums, for whoever leads."""

    voices: int
    in_all: str
    longest: str
    percent: int


@dataclass(frozen=True)
class SeenBowl:
    """The circle. ``chairs`` and how many wait everybody is told; of those who wait each their own place, and whoever
    leads all of them. ``has_notes``: on the big screen it stands among notes that everybody reads."""

    kind: str
    in_words: str
    chairs: tuple[SeenChair, ...]
    waiting: int
    turn: int
    spoken: int
    is_on: bool
    is_past: bool
    is_first: bool
    has_notes: bool
    voices: int
    mine: SeenChair | None = None
    place: int = 0
    may_come: bool = False
    comes_in: int | None = None
    may_speak: bool = True
    queue: tuple[tuple[str, str], ...] = ()
    may_call: bool = False
    may_change_form: bool = False
    talk: SeenTalk | None = None
    leaver: str = ""
    hint_in: int | None = None
    others: Sequence[tuple[int, str]] = ()
    choices: Sequence[int] = range(FEWEST_CHAIRS, MOST_CHAIRS + 1)
    kinds: Sequence[tuple[str, str, str]] = field(
        default=tuple((kind, str(label), IN_FORM[kind]) for kind, label in Bowl.Kind.choices)
    )

    @property
    def is_closed(self) -> bool:
        return self.kind == CLOSED

    @property
    def is_online(self) -> bool:
        return self.kind == ONLINE

    @property
    def free(self) -> int:
        return sum(not one.name for one in self.chairs)

    @property
    def is_full(self) -> bool:
        return not self.free

    @property
    def taken(self) -> tuple[SeenChair, ...]:
        return tuple(one for one in self.chairs if one.name)

    @property
    def speaker(self) -> SeenChair | None:
        return next((one for one in self.chairs if one.speaks), None)

    @property
    def spoken_in_minutes(self) -> str:
        return talking.minutes_in_figures(self.spoken)

    @property
    def turn_in_words(self) -> str:
        return {120: "two minutes", 180: "three minutes"}[self.turn]

    @property
    def turn_left(self) -> int:
        return max(0, self.turn - self.spoken)

    @property
    def is_turn_over(self) -> bool:
        return self.speaker is not None and self.spoken >= self.turn

    @property
    def fresh_in(self) -> int | None:
        """In how many seconds this person may do something that they may not do now."""
        turn = self.turn - self.spoken if self.mine and self.speaker and not self.may_speak else None
        owed = [one for one in (turn, None if self.may_come else self.comes_in) if one is not None]
        return min(owed) + 1 if owed else None

    @property
    def waiting_in_words(self) -> str:
        if not self.waiting:
            return "Nobody waits to speak"
        return ngettext("1 person waits to speak", f"{self.waiting} people wait to speak", self.waiting)

    @property
    def kind_in_words(self) -> str:
        """For the outcome."""
        return {CLOSED: "a closed circle", ONLINE: "an online circle"}.get(self.kind, "an open circle")

    @property
    def voices_in_words(self) -> str:
        if not self.voices:
            return ""
        heard = ngettext("1 voice was", f"{self.voices} voices were", self.voices)
        return f"{heard} heard in {self.kind_in_words}."


def read(stages: Sequence[Stage]) -> dict[int, _State]:
    at, pks = timezone.now(), {stage.session_id for stage in stages}
    sessions = {one.pk: one for one in Session.objects.filter(pk__in=pks).select_related("stage")}
    rows = bowls.read_bowls(sessions)
    steps: dict[int, list[Stage]] = {}
    for stage in Stage.objects.filter(session__in=sessions, takes=FISHBOWL).order_by("position"):
        steps.setdefault(stage.session_id, []).append(stage)
    found = {}
    for stage in stages:
        session, own = sessions[stage.session_id], steps[stage.session_id]
        found[stage.pk] = _State(
            rows[session.pk],
            at,
            phase=bowls.phase_of(session.stage, own),
            is_first=own[0].pk == stage.pk,
            may_change_form=own[0].pk == stage.pk and bowls.may_change_form(session.stage, own),
            has_notes=bool(stage.columns) and stage.shows_notes,
        )
    return found


def see(state: _State, viewer: Viewer) -> SeenBowl:
    """Who sits in the circle everybody sees who is in the room, so their phones say it, too."""
    circle, at, names = state.rows.circle, state.at, {person.pk: person.name for person in viewer.here}
    me, seats = viewer.participant, {seat.number: seat for seat in circle.seats}
    chairs = tuple(
        _see_chair(number, seats.get(number), circle, names, viewer) for number in range(1, circle.chairs + 1)
    )
    shared = SeenBowl(
        kind=circle.mode,
        in_words=state.rows.bowl.in_words,
        chairs=chairs,
        waiting=len(circle.queue),
        turn=circle.rules.turn,
        spoken=circle.spoken(at),
        is_on=state.is_on,
        is_past=state.phase == PAST,
        is_first=state.is_first,
        has_notes=state.has_notes,
        voices=state.rows.talk.voices,
    )
    if me is not None:
        return _with_own(shared, state, me)
    return _with_desk(shared, state, names) if viewer.leads else shared


def _see_chair(number: int, seat: Sitting | None, circle: Circle, names: dict[int, str], viewer: Viewer) -> SeenChair:
    if seat is None:
        return SeenChair(number)
    return SeenChair(
        number,
        _name(seat.who, names),
        speaks=circle.speaker == seat.who,
        is_asked=seat.asked_at is not None and (viewer.leads or seat.who == viewer.participant),
        is_mine=viewer.participant is not None and seat.who == viewer.participant,
        who=bowls.as_handle(seat.who) if viewer.leads else "",
    )


def _name(who: Who, names: dict[int, str]) -> str:
    return who if isinstance(who, str) else names.get(who, "Somebody")


def _with_own(shared: SeenBowl, state: _State, me: int) -> SeenBowl:
    circle, at = state.rows.circle, state.at
    own: dict[str, Any] = {
        "mine": next((one for one in shared.chairs if one.is_mine), None),
        "place": circle.place_of(me),
        "may_come": state.is_on and circle.may_come(me, at),
        "comes_in": circle.comes_in(me, at) if state.is_on else None,
        "may_speak": circle.speaker in (None, me) or circle.is_turn_over(at),
    }
    return _replaced(shared, own)


def _with_desk(shared: SeenBowl, state: _State, names: dict[int, str]) -> SeenBowl:
    circle, at = state.rows.circle, state.at
    leaver = circle.leaver()
    inside = {*(seat.who for seat in circle.seats), *circle.queue}
    desk: dict[str, Any] = {
        "queue": tuple((bowls.as_handle(who), _name(who, names)) for who in circle.queue),
        "may_call": len(circle.free) > (circle.rules.keeps_free and not state.is_on),
        "may_change_form": state.may_change_form,
        "talk": _see_talk(state.rows.talk),
        "leaver": _name(leaver.who, names) if leaver else "",
        "hint_in": circle.hint_in(at) if state.is_on else None,
        "others": tuple((pk, name) for pk, name in names.items() if pk not in inside),
    }
    return _replaced(shared, desk)


def _replaced(shared: SeenBowl, values: dict[str, Any]) -> SeenBowl:
    return SeenBowl(**{**shared.__dict__, **values})


def _see_talk(talk: Talk) -> SeenTalk | None:
    if not talk.seconds:
        return None
    minutes = talking.minutes_in_figures
    return SeenTalk(talk.voices, minutes(talk.seconds), minutes(talk.longest), talk.percent)


def put_on_wall(seen: SeenBowl) -> Sequence[Group[Any]]:
    """Where notes are read, the circle stands among them: above them it would push some off the screen."""
    if not seen.has_notes:
        return []
    lines = [WordedLine(seen.waiting_in_words, is_heading=True), *(WordedLine(one.in_words) for one in seen.chairs)]
    return [Group("circle", "The inner circle", lines)]


def tell(seen: SeenBowl) -> str:
    return seen.voices_in_words if seen.is_first else ""


# --- What the room does to it ----------------------------------------------------------------------------------------


def hear_arrival(session: Session, *, by: Participant, at: datetime) -> None:
    """Whoever leads can put them into a chair."""
    for stage in session.stages.filter(takes=FISHBOWL):
        if stage.pk == session.stage_id:
            append_event(session, RoomEvent.Kind.HELPER_DESK, stage.pk, at=at)


def leave(session: Session, *, by: Participant, at: datetime) -> None:
    """Their chair is free for others, and so is their place among those who wait."""
    if not change_circle(session, lambda circle: circle.go(by.pk, at), at):
        hear_arrival(session, by=by, at=at)


def move(session: Session, *, stage: Stage, at: datetime) -> None:
    """Another step is another talk: the turn ends. From the last step with chairs on those who wait may come, and when
    the room leaves it phones promise nothing more. Whoever leads has other presses in each of them."""
    steps = bowls.steps_with_chairs(session)
    begins = bool(steps) and stage.pk == steps[-1].pk

    def change(circle: Circle) -> Circle:
        quiet = circle.hush(circle.speaker, at) if circle.speaker is not None else circle
        return quiet.offer(at) if begins else quiet

    told = change_circle(session, change, at, stage)
    drawn = stage if stage.takes == FISHBOWL else steps[-1]
    for step in steps:
        if step.pk != drawn.pk:
            append_event(session, RoomEvent.Kind.HELPER_DESK, step.pk, at=at)
        elif not told:
            append_event(session, RoomEvent.Kind.HELPER, step.pk, at=at)


def hear_of_notes(session: Session, *, stage: Stage, at: datetime) -> None:
    """Once the notes are shown the circle stands among them, and no longer above."""
    if stage.takes == FISHBOWL and stage.revealed_at == at:
        append_event(session, RoomEvent.Kind.HELPER_DESK, stage.pk, at=at)


def close(stage: Stage, at: datetime) -> None:
    """Who sat in the circle and who spoke for how long goes; how many voices were heard stays."""
    Bowl.objects.get_or_create(session=stage.session)
    bowls.forget_talk(stage.session_id)


def take_form(typed: str) -> dict[str, Any]:
    """“open-4”."""
    kind, _, chairs = typed.partition("-")
    return {"kind": kind, **take_number("chairs")(chairs)}


def choose_form(session: Session, *, stage: Stage, **values: Any) -> Bowl:
    """The form is that of all steps."""
    return fishbowl.choose_form(session, **values)


def take_whom(typed: str) -> dict[str, Any]:
    """Whom a press means, so that a second one hits nobody else."""
    return {"whom": typed}


def take_words(typed: str) -> dict[str, Any]:
    """For a press beside a field."""
    return {}


CIRCLE = Helper(
    key=FISHBOWL,
    read=read,
    see=see,
    drawing="techniques/helpers/fishbowl.html",
    own="techniques/helpers/fishbowl_own.html",
    outcome="techniques/helpers/fishbowl_outcome.html",
    on_wall=put_on_wall,
    tell=tell,
    acts={
        "take": Act(fishbowl.take_chair),
        "ask": Act(fishbowl.ask_to_speak),
        "withdraw": Act(fishbowl.stop_asking),
        "leave": Act(fishbowl.leave_chair),
        "speak": Act(fishbowl.begin_turn),
        "word": Act(fishbowl.begin_turn, take_whom, leads=True),
        "finish": Act(fishbowl.end_turn, take_whom, leads=None),
        "call": Act(fishbowl.call_next, take_whom, leads=True),
        "off": Act(fishbowl.take_off_list, take_whom, leads=True),
        "thank": Act(fishbowl.ask_out, take_whom, leads=True),
        "free": Act(fishbowl.free_chair, take_whom, leads=True),
        "swap": Act(fishbowl.swap_circles, take_whom, leads=True),
        "seat": Act(fishbowl.seat_person, take_words, leads=True, words="who"),
        "guest": Act(fishbowl.seat_guest, take_words, leads=True, words="name"),
        "line": Act(fishbowl.ask_for_guest, take_words, leads=True, words="name"),
        "form": Act(choose_form, take_form, leads=True),
    },
    arrive=hear_arrival,
    leave=leave,
    move=move,
    written=hear_of_notes,
    close=close,
    secrets=(Chair, Waiting, Spoken),
)
