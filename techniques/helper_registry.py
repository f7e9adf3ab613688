"""Registry of the helpers of steps: what a technique has in the room besides notes, such as marks or a seating plan.

A step of a script names its helper (``takes``), ``kmportal/helpers.py`` says where it is. Nothing that draws, sends,
joins, leaves or closes a room asks which helper it has: it goes through the functions below. docs/decisions/0075.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from kmportal.lib.exceptions import Refusal
from techniques.models import Participant, Session, Stage
from techniques.screen_wall import Group
from techniques.seen_room import Audience, SeenHelper, SeenStage


@dataclass(frozen=True)
class Viewer:
    """For whom a helper is seen. ``participant`` is whose own things are in it; None where all get the same bytes."""

    audience: Audience
    here: Sequence[Participant] = ()
    participant: int | None = None

    @property
    def leads(self) -> bool:
        return self.audience is Audience.FACILITATOR


def take_nothing(typed: str) -> dict[str, Any]:
    """For a press that says all by itself."""
    return {}


def take_number(name: str) -> Callable[[str], dict[str, Any]]:
    """For a press that brings a small number, under that name."""

    def take(typed: str) -> dict[str, Any]:
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 9):
            raise Refusal("We could not read this. Load the page again.")
        return {name: int(typed)}

    return take


@dataclass(frozen=True)
class Act:
    """What a press does: ``run`` is the action, called with session, step and what ``take`` reads behind the slash of
    “verb/value”. ``leads``: whoever leads presses it; else somebody who takes part; None: either of them. ``words``
    names what is typed beside the press, in fields that are called like it and the value: “reason-…”."""

    run: Callable[..., object]
    take: Callable[[str], dict[str, Any]] = take_nothing
    leads: bool | None = False
    words: str = ""


def _leave_as_is(session: Session, *, by: Participant, at: datetime) -> None:
    return None


def _stay_as_is(session: Session, *, stage: Stage, at: datetime) -> None:
    return None


def _end_with_nothing(stage: Stage, at: datetime) -> None:
    return None


def _refuse_nothing(stage: Stage, column: str, author: Participant | None) -> str:
    return ""


def _tell_nothing(seen: Any) -> str:
    return ""


def _decide_nothing(stage: Stage) -> Sequence[str]:
    return ()


def _put_nothing_on_wall(seen: Any) -> Sequence[Group[Any]]:
    return ()


def _no_traces() -> QuerySet[Any] | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Helper:
    """One helper, whole.

    ``read`` answers the state of each step, for many rooms at once; it may hold secrets. ``see`` makes of it what one
    viewer may know, and nothing else leaves the server. ``drawing`` is the template of what everybody of an audience
    gets, ``own`` that of what is one’s own: each browser fetches it for itself when an event without content says so.
    ``on_wall`` answers what stands among the notes of the big screen, page by page, so that it is never cut off; where
    that ``fills_wall``, columns in which nothing stands make room for it.
    ``outcome`` draws what is left after the end, ``tell`` says it in words. ``decided`` answers what the close makes an
    action of, besides notes. ``history`` answers what the page of the
    technique shows of former sessions, drawn by ``history_drawing``. ``acts`` are its presses. ``counts_own``: what
    is one’s own is another with each note that one writes.

    ``arrive`` and ``leave`` hear who comes and goes, ``move`` to which step the room goes, ``written`` in which step
    notes were written, changed or shown, ``close`` ends it; all are called under the room’s lock.
    ``refuse_note`` answers why nothing may be written in a column yet, or by this author (None: what is there is
    changed, or whoever leads types). ``secrets`` are the tables that knew who chose
    what, ``traces`` the rows (with ``keeps_traces``) of what has ended and may still lie in their files.
    """

    key: str
    read: Callable[[Sequence[Stage]], Mapping[int, Any]]
    see: Callable[[Any, Viewer], Any]
    drawing: str
    own: str = ""
    outcome: str = ""
    on_wall: Callable[[Any], Sequence[Group[Any]]] = _put_nothing_on_wall
    fills_wall: bool = False
    tell: Callable[[Any], str] = _tell_nothing
    decided: Callable[[Stage], Sequence[str]] = _decide_nothing
    history: Callable[[Any, Any], Any] | None = None
    history_drawing: str = ""
    acts: Mapping[str, Act] = field(default_factory=dict)
    counts_own: bool = False
    arrive: Callable[..., None] = _leave_as_is
    leave: Callable[..., None] = _leave_as_is
    move: Callable[..., None] = _stay_as_is
    written: Callable[..., None] = _stay_as_is
    close: Callable[[Stage, datetime], None] = _end_with_nothing
    refuse_note: Callable[[Stage, str, Participant | None], str] = _refuse_nothing
    secrets: Sequence[type[Model]] = ()
    traces: Callable[[], QuerySet[Any] | None] = _no_traces
    script: str = ""


@lru_cache
def _load(path: str) -> Mapping[str, Helper]:
    return {key: import_string(dotted) for key, dotted in import_string(path).items()}


def registered() -> Mapping[str, Helper]:
    """All helpers by their word."""
    return _load(getattr(settings, "HELPERS", "kmportal.helpers.HELPERS"))


def helper_of(takes: str) -> Helper | None:
    """The helper of that word. A stored step whose helper is no more has none."""
    return registered().get(takes) if takes else None


def read_states(stages: Iterable[Stage]) -> dict[int, Any]:
    """The state of every step that has a helper, with the queries of one room for any number of rooms."""
    by_word: dict[str, list[Stage]] = {}
    for stage in stages:
        if stage.takes:
            by_word.setdefault(stage.takes, []).append(stage)
    found: dict[int, Any] = {}
    for takes, ones in by_word.items():
        if helper := helper_of(takes):
            found |= helper.read(ones)
    return found


def with_helpers(
    seen: Iterable[SeenStage], stages: Iterable[Stage], states: Mapping[int, Any], viewer: Viewer
) -> tuple[SeenStage, ...]:
    """The steps as they are seen, with what this viewer may know of their helpers."""
    takes = {stage.pk: stage.takes for stage in stages}
    return tuple(_with_helper(one, helper_of(takes[one.pk]), states, viewer) for one in seen)


def _with_helper(stage: SeenStage, helper: Helper | None, states: Mapping[int, Any], viewer: Viewer) -> SeenStage:
    if helper is None or stage.pk not in states:
        return stage
    seen = helper.see(states[stage.pk], viewer)
    told, on_wall = helper.tell(seen), tuple(helper.on_wall(seen))
    has_wall = helper.on_wall is not _put_nothing_on_wall
    drawn = (helper.drawing, helper.own, helper.outcome, helper.script)
    return replace(stage, helper=SeenHelper(helper.key, *drawn, told, seen, on_wall, has_wall, helper.fills_wall))


def helpers_in(session: Session) -> list[tuple[Stage, Helper]]:
    """The steps of a session that have a helper, in their order."""
    found = [(stage, helper_of(stage.takes)) for stage in session.stages.exclude(takes="").order_by("position")]
    return [(stage, helper) for stage, helper in found if helper]


def tell_arrival(session: Session, participant: Participant, at: datetime) -> None:
    """Somebody has come in. Called under the room’s lock."""
    for helper in {one.key: one for _, one in helpers_in(session)}.values():
        helper.arrive(session, by=participant, at=at)


def tell_departure(session: Session, participant: Participant, at: datetime) -> None:
    """Somebody has gone. Called under the room’s lock."""
    for helper in {one.key: one for _, one in helpers_in(session)}.values():
        helper.leave(session, by=participant, at=at)


def tell_move(session: Session, stage: Stage, at: datetime) -> None:
    """The room goes to another step. Called under the room’s lock."""
    for helper in {one.key: one for _, one in helpers_in(session)}.values():
        helper.move(session, stage=stage, at=at)


def tell_written(session: Session, stage: Stage, at: datetime) -> None:
    """Notes of this step were written, changed, sorted or shown. Called under the room’s lock."""
    for helper in {one.key: one for _, one in helpers_in(session)}.values():
        helper.written(session, stage=stage, at=at)


def end_helpers(session: Session, at: datetime) -> None:
    """The session ends: what may be kept is worked out, and whatever knew a person goes. Under the room’s lock."""
    for stage, helper in helpers_in(session):
        helper.close(stage, at)


def decided_in(stage: Stage) -> Sequence[str]:
    """What the helper of a step says that somebody will do."""
    helper = helper_of(stage.takes)
    return helper.decided(stage) if helper else ()


def told_in(session: Session) -> list[tuple[str, str]]:
    """What the helpers leave to tell of a session: name of the step, words. The same on every page and on paper."""
    found = helpers_in(session)
    states, viewer = read_states(stage for stage, _ in found), Viewer(Audience.PARTICIPANT)
    told = [
        (stage.name, helper.tell(helper.see(states[stage.pk], viewer))) for stage, helper in found if stage.pk in states
    ]
    return [(name, words) for name, words in told if words]


def refuse_note(stage: Stage, column: str, author: Participant | None = None) -> None:
    """Raise ``Refusal`` where the helper of a step lets nothing be written in this column yet, or by this author."""
    helper = helper_of(stage.takes)
    if helper and (sentence := helper.refuse_note(stage, column, author)):
        raise Refusal(sentence)


def histories(membership: Any, technique: Any) -> list[tuple[str, Any]]:
    """For the page of a technique: what the helpers of its steps have to show of former sessions."""
    found: list[tuple[str, Any]] = []
    for takes in dict.fromkeys(stage.takes for stage in technique.stages if stage.takes):
        helper = helper_of(takes)
        if helper and helper.history and (shown := helper.history(membership, technique)):
            found.append((helper.history_drawing, shown))
    return found
