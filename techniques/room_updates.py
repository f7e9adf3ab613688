"""The room’s log as pieces for the screens of one audience. Stream and polling send the same pieces.

A piece always carries how things stand when it is made, not how they stood at the event: so pieces may be sent twice,
a late reader needs only the last one of each thing, and a note that was taken back is gone from every replay.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from techniques import room_visibility
from techniques.models import Note, RoomEvent, Session
from techniques.room_visibility import Audience, Clock, SeenRoom, SeenStage

PAGE = 500


@dataclass(frozen=True)
class Piece:
    """What to change on a screen, with the number in the log up to which the screen is then right."""

    seq: int
    values: Mapping[str, Any]

    @property
    def is_about_leaving(self) -> bool:
        """Whether whoever hears it may be the one who has gone."""
        return bool(self.values.get("left"))

    def as_json(self) -> dict[str, Any]:
        return {"seq": self.seq, **self.values}

    def as_frame(self) -> bytes:
        """One server-sent event; its id comes back as Last-Event-ID when the browser connects again."""
        return f"id: {self.seq}\nevent: room\ndata: {json.dumps(self.values)}\n\n".encode()


@dataclass(frozen=True)
class Page:
    """A part of the log for one audience. ``upto`` is the last number read, even if it made no piece."""

    pieces: tuple[Piece, ...]
    upto: int
    more: bool


@dataclass(frozen=True)
class News:
    """What is new in one room: the last number read, and the pieces of each audience."""

    upto: int
    pieces: Mapping[Audience, tuple[Piece, ...]]


def updates_since(session_pk: int, number: int, audience: Audience, *, at: datetime) -> Page:
    """What happened in one room after event ``number``, at most ``PAGE`` events at once."""
    events = room_visibility.events_since(session_pk, number, limit=PAGE)
    pieces = _draw_pieces(events, {session_pk: {audience}}, at).get(session_pk, {})
    return Page(pieces.get(audience, ()), events[-1].seq if events else number, len(events) == PAGE)


def last_numbers(pks: Iterable[int]) -> dict[int, int]:
    """The last number of each room’s log."""
    return dict(Session.objects.filter(pk__in=list(pks)).values_list("pk", "seq"))


def news_of_rooms(known: Mapping[int, int], audiences: Mapping[int, set[Audience]], *, at: datetime) -> dict[int, News]:
    """What happened in several rooms since the numbers ``known``, for those audiences that listen in each."""
    moved = {pk: seq for pk, seq in last_numbers(known).items() if seq > known[pk]}
    if not moved:
        return {}
    lowest = min(known[pk] for pk in moved)
    rows = RoomEvent.objects.filter(session__in=moved, seq__gt=lowest).order_by("session_id", "seq")
    events = [event for event in rows if event.seq > known[event.session_id]]
    pieces = _draw_pieces(events, audiences, at)
    upto = {event.session_id: event.seq for event in events}
    return {pk: News(upto[pk], pieces[pk]) for pk in pieces}


def _draw_pieces(
    events: Iterable[RoomEvent], audiences: Mapping[int, set[Audience]], at: datetime
) -> dict[int, dict[Audience, tuple[Piece, ...]]]:
    """The last event of each thing, drawn once for each audience of its room."""
    last = {(event.session_id, event.kind, event.ident): event for event in events}
    wanted = sorted(last.values(), key=lambda event: (event.session_id, event.seq))
    if not wanted:
        return {}
    rows = room_visibility.read_rooms({event.session_id for event in wanted})
    idents = [event.ident for event in wanted if event.kind == RoomEvent.Kind.NOTE]
    notes = Note.objects.only("stage_id", "client_id").in_bulk(idents) if idents else {}
    found: dict[int, dict[Audience, tuple[Piece, ...]]] = {}
    for pk, rows_of_room in rows.items():
        found[pk] = {}
        for audience in audiences.get(pk, ()):
            room = room_visibility.project_room(rows_of_room, audience, at=at)
            with room.session.organisation.at_home():
                told = _last_of_each_wall(_still_told(wanted, room), room, notes)
                drawn = [(event, _draw_event(event, room, notes, at)) for event in told]
            found[pk][audience] = tuple(Piece(event.seq, values) for event, values in drawn if values is not None)
    return found


def _still_told(events: Iterable[RoomEvent], room: SeenRoom) -> Iterable[RoomEvent]:
    """The events of this room that are still told: once it is over, only that."""
    for event in events:
        if event.session_id == room.session.pk and (event.kind == RoomEvent.Kind.CLOSED or not room.session.is_over):
            yield event


def _last_of_each_wall(events: Iterable[RoomEvent], room: SeenRoom, notes: Mapping[int, Note]) -> Iterable[RoomEvent]:
    """On the big screen each note draws the page of its stage anew, so of many at once the last is enough."""
    told = list(events)
    if room.audience is not Audience.SCREEN:
        return told
    last = {note.stage_id: event for event in told if (note := _note_of(event, notes))}
    return [event for event in told if not (note := _note_of(event, notes)) or last[note.stage_id] is event]


def _note_of(event: RoomEvent, notes: Mapping[int, Note]) -> Note | None:
    return notes.get(event.ident) if event.kind == RoomEvent.Kind.NOTE else None


def _draw_event(event: RoomEvent, room: SeenRoom, notes: Mapping[int, Note], at: datetime) -> dict[str, Any] | None:
    kind = RoomEvent.Kind
    match event.kind:
        case kind.NOTE:
            return _draw_one_note(notes.get(event.ident), room)
        case kind.REVEAL:
            stage = _find_stage(room, event.ident)
            if stage is None:
                return None
            return _draw_whole_board(room, stage, "All notes are shown.")
        case kind.GROUPS:
            stage = _find_stage(room, event.ident)
            return _draw_whole_board(room, stage, "The notes were sorted.") if stage and not stage.is_hidden else None
        case kind.VOTING:
            stage = _find_stage(room, event.ident)
            if stage is None or stage.voting is None:
                return None
            return _draw_whole_board(room, stage, "Vote now." if stage.voting.is_open else "The vote is over.")
        case kind.VOTED:
            return _draw_vote(room, _find_stage(room, event.ident))
        case kind.READY:
            return {"kind": "ready", "count": room.ready} if room.audience is Audience.FACILITATOR else None
        case kind.WORDING:
            return draw_wording(room)
        case kind.PERSONAL:
            return {"kind": "personal"} if room.audience is Audience.PARTICIPANT else None
        case kind.HELPER | kind.HELPER_DESK:
            return _draw_helper(event.kind, room, _find_stage(room, event.ident))
        case kind.SCREEN:
            return _draw_screen(room, _find_stage(room, event.ident))
        case kind.STAGE | kind.TIMER:
            return _draw_clock(event.kind, room, at)
        case kind.PEOPLE | kind.AWAY:
            values = {"kind": "people", "count": room.people, "html": draw_people(room)}
            return {**values, "left": True} if event.kind == kind.AWAY else values
        case kind.OPENED:
            return {"kind": "opened"}
        case _:
            return {"kind": "closed"}


def _draw_one_note(note: Note | None, room: SeenRoom) -> dict[str, Any] | None:
    """A note that may be read, with its text; of any other only that the counts have changed."""
    stage = _find_stage(room, note.stage_id) if note else None
    if note is None or stage is None:
        return None
    values = {"kind": "note", "stage": stage.key, "count": stage.count, "counts": {}}
    if stage.is_hidden:
        return {**values, "hidden": _render_for_room(room, "techniques/_room_hidden.html", stage=stage)}
    values["counts"] = {column.key: column.count for column in stage.columns}
    if room.audience is Audience.SCREEN:
        return {**values, "wall": draw_board(room, stage)}
    if room.audience is Audience.FACILITATOR:
        values |= _draw_desk(room, stage)
    handle = str(note.client_id)
    seen = next((one for one in stage.notes if str(one.handle) == handle), None)
    if seen is None:
        return {**values, "handle": handle, "gone": True}
    html = _render_for_room(room, seen.drawing, note=seen, on_board=True)
    return {**values, "handle": handle, "column": seen.column, "takes": seen.kind.key, "html": html}


def _draw_clock(kind: str, room: SeenRoom, at: datetime) -> dict[str, Any]:
    stage = room.current
    values: dict[str, Any] = {"kind": kind, "stage": stage.key if stage else "", "clock": clock_values(room.clock, at)}
    if room.audience is Audience.FACILITATOR:
        values["rail"] = _render_for_room(room, "techniques/_room_rail.html")
    if stage and kind == RoomEvent.Kind.STAGE and room.audience is not Audience.PARTICIPANT:
        # Beside it stand the notes of the step before, as they are now: in the last step they are read back
        values |= {"board": draw_board(room, stage), **_draw_desk(room, stage)}
    if kind == RoomEvent.Kind.STAGE and room.audience is Audience.FACILITATOR:
        values["ready"] = room.ready
    if kind == RoomEvent.Kind.STAGE and room.audience is not Audience.SCREEN and (wording := draw_wording(room)):
        values["wording"] = wording
    return values


def _draw_screen(room: SeenRoom, stage: SeenStage | None) -> dict[str, Any] | None:
    """The big screen of a stage, for itself and for those who turn its pages."""
    if stage is None or stage.is_hidden or room.audience is Audience.PARTICIPANT:
        return None
    if room.audience is Audience.FACILITATOR:
        return {"kind": "screen", "stage": stage.key, **_draw_desk(room, stage)}
    return {"kind": "screen", "stage": stage.key, "wall": draw_board(room, stage)}


def _draw_whole_board(room: SeenRoom, stage: SeenStage, say: str) -> dict[str, Any]:
    """All notes of a stage at once, as every card of this audience; whose own ones are is marked by each browser."""
    board = draw_board(room, stage)
    return {"kind": "board", "stage": stage.key, "say": say, "html": board, **_draw_desk(room, stage)}


def _draw_desk(room: SeenRoom, stage: SeenStage) -> dict[str, str]:
    """What whoever leads has beside the notes: the big screen, its pages and what stands alone on it; what sorts the
    notes; the vote."""
    if room.audience is not Audience.FACILITATOR:
        return {}
    parts = {"desk": "_room_desk", "sort": "_room_sort", "vote": "_room_vote"}
    return {key: _render_for_room(room, f"techniques/{name}.html", stage=stage) for key, name in parts.items()}


def _draw_vote(room: SeenRoom, stage: SeenStage | None) -> dict[str, Any] | None:
    """How many have voted, for whoever leads."""
    if stage is None or room.audience is not Audience.FACILITATOR:
        return None
    vote = _render_for_room(room, "techniques/_room_vote.html", stage=stage)
    return {"kind": "voted", "stage": stage.key, "vote": vote}


def _draw_helper(kind: str, room: SeenRoom, stage: SeenStage | None) -> dict[str, Any] | None:
    """What the helper of a stage tells all of this audience. Each browser fetches what is its own."""
    if stage is None or stage.helper is None:
        return None
    if kind == RoomEvent.Kind.HELPER_DESK and room.audience is Audience.PARTICIPANT:
        return None
    values = {"stage": stage, "helper": stage.helper, "seen": stage.helper.seen}
    html = _render_for_room(room, stage.helper.drawing, **values)
    return {"kind": "helper", "stage": stage.key, "html": html, **_draw_wall_of_helper(room, stage)}


def _draw_wall_of_helper(room: SeenRoom, stage: SeenStage) -> dict[str, str]:
    """What a helper has on the big screen among the notes, and its pages at the desk."""
    if not (stage.helper and stage.helper.has_wall) or stage.is_hidden:
        return {}
    if room.audience is Audience.SCREEN:
        return {"wall": draw_board(room, stage)}
    return {"desk": _draw_desk(room, stage)["desk"]} if room.audience is Audience.FACILITATOR else {}


def clock_values(clock: Clock, at: datetime) -> dict[str, Any]:
    """The clock for a browser: the deadline and what the server’s own clock says, both in milliseconds."""
    ends = round(clock.ends_at.timestamp() * 1000) if clock.ends_at else None
    facts = {"left": clock.paused_seconds, "minutes": clock.minutes, "later": clock.later}
    return {"ends": ends, **facts, "now": milliseconds(at)}


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def draw_board(room: SeenRoom, stage: SeenStage) -> str:
    """The notes of one stage as this audience sees them."""
    return _render_for_room(room, "techniques/_room_board.html", stage=stage, before=room.before(stage))


def _render_for_room(room: SeenRoom, template: str, **values: Any) -> str:
    """A part of the room’s page, with the same values as on the page itself."""
    shared = {"room": room, "session": room.session, "audience": room.audience}
    return render_to_string(template, {**shared, **values})


def draw_wording(room: SeenRoom) -> dict[str, Any] | None:
    """What is agreed, as it is worded in the last step."""
    if room.wording is None or room.current is None:
        return None
    if room.audience is Audience.SCREEN:
        return _draw_screen(room, room.current)
    html = _render_for_room(room, "techniques/_room_wording.html", wording=room.wording)
    desk = _draw_desk(room, room.current)
    return {"kind": "wording", "stage": room.current.key, "version": room.wording.version, "html": html, **desk}


def draw_people(room: SeenRoom) -> str:
    """Who is here, for whoever leads."""
    if room.audience is not Audience.FACILITATOR:
        return ""
    return _render_for_room(room, "techniques/_room_people.html")


def _find_stage(room: SeenRoom, pk: int) -> SeenStage | None:
    return next((stage for stage in room.stages if stage.pk == pk), None)
