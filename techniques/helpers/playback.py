"""Play-back of a fishbowl: the notes of the outer circle, in their groups, and to which the inner circle has spoken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kmportal.lib.exceptions import Refusal
from techniques import bowls, room_log
from techniques.actions.room import fishbowl
from techniques.bowls import PLAYBACK
from techniques.helper_registry import Act, Helper, Viewer
from techniques.models import Answered, Note, NoteGroup, RoomEvent, Session, Stage
from techniques.screen_wall import Group
from techniques.seen_room import IN_NO_GROUP
from techniques.seen_wording import WordedLine


@dataclass(frozen=True)
class SeenPlayed:
    """A note of the outer circle."""

    handle: UUID
    text: str
    is_answered: bool


@dataclass(frozen=True)
class SeenSort:
    """Notes that stand together below one column, in the group of that name, or in none."""

    name: str
    notes: tuple[SeenPlayed, ...]


@dataclass(frozen=True)
class SeenColumnPlayed:
    """What was written in one column."""

    key: str
    name: str
    sorts: tuple[SeenSort, ...]

    @property
    def count(self) -> int:
        return sum(len(one.notes) for one in self.sorts)


@dataclass(frozen=True)
class SeenPlayback:
    """All of it. ``hidden``: how many notes nobody has seen yet; ``steps`` in which they stand for everybody."""

    columns: tuple[SeenColumnPlayed, ...]
    hidden: int
    steps: tuple[tuple[str, str], ...]
    is_shown: bool

    @property
    def notes(self) -> tuple[SeenPlayed, ...]:
        return tuple(note for column in self.columns for sort in column.sorts for note in sort.notes)

    @property
    def answered(self) -> int:
        return sum(note.is_answered for note in self.notes)


def read(stages: Sequence[Stage]) -> dict[int, SeenPlayback]:
    return {stage.pk: _read(stage) for stage in stages}


def _read(stage: Stage) -> SeenPlayback:
    steps = bowls.steps_watched(stage)
    notes = bowls.notes_watched(stage)
    done = set(Answered.objects.filter(note__stage__in=steps).values_list("note", flat=True))
    groups = {one.pk: one.name for one in NoteGroup.objects.filter(stage__in=steps)}
    columns = []
    for step in steps if notes else ():
        for column in step.columns:
            own = [note for note in notes if note.stage_id == step.pk and note.column == column.key]
            if own:
                sorts = tuple(_sort(own, groups, done))
                columns.append(SeenColumnPlayed(f"{step.key}-{column.key}", column.name, sorts))
    hidden = [step.pk for step in steps if not step.shows_notes]
    unseen = Note.objects.filter(stage__in=hidden, gone_at=None).count() if hidden else 0
    places = tuple((step.key, step.name) for step in steps)
    return SeenPlayback(tuple(columns), unseen, places, bool(steps) and not hidden)


def _sort(notes: Iterable[Note], groups: dict[int, str], done: set[int]) -> Iterable[SeenSort]:
    """Groups first, by name; what nobody has spoken to stands before what is answered."""
    found: dict[str, list[SeenPlayed]] = {}
    for note in notes:
        name = groups.get(note.group_id or 0, "")
        found.setdefault(name, []).append(SeenPlayed(note.client_id, note.text, note.pk in done))
    for name in sorted(found, key=lambda one: (not one, one)):
        yield SeenSort(name, tuple(sorted(found[name], key=lambda one: one.is_answered)))


def see(state: SeenPlayback, viewer: Viewer) -> SeenPlayback:
    """How many are hidden only whoever leads is told here; what is shown everybody reads in its own step, too."""
    hidden = state.hidden if viewer.leads else 0
    return SeenPlayback(state.columns, hidden, state.steps, state.is_shown)


def put_on_wall(seen: SeenPlayback) -> Sequence[Group[Any]]:
    return [Group(column.key, column.name, list(_lines(column))) for column in seen.columns]


def _lines(column: SeenColumnPlayed) -> Iterable[WordedLine]:
    for sort in column.sorts:
        if sort.name:
            yield WordedLine(sort.name, is_heading=True)
        elif len(column.sorts) > 1:
            yield WordedLine(str(IN_NO_GROUP), is_heading=True)
        for note in sort.notes:
            yield WordedLine(f"{note.text} (answered)" if note.is_answered else note.text)


def take_handle(*, answered: bool) -> Any:
    """For a press that brings the handle of a note."""

    def take(typed: str) -> dict[str, Any]:
        try:
            return {"handle": UUID(typed), "answered": answered}
        except ValueError:
            raise Refusal("We could not read this. Load the page again.") from None

    return take


def hear_of_notes(session: Session, *, stage: Stage, at: datetime) -> None:
    """What the outer circle has written is shown, changed or sorted: the play-back is drawn anew."""
    for step in session.stages.filter(takes=PLAYBACK, position__gt=stage.position):
        is_seen = stage.shows_notes or step.pk == session.stage_id
        if is_seen and stage.pk in {one.pk for one in bowls.steps_watched(step)}:
            kind = RoomEvent.Kind.HELPER if stage.revealed_at == at else RoomEvent.Kind.HELPER_DESK
            room_log.append_event(session, kind, step.pk, at=at)


def move(session: Session, *, stage: Stage, at: datetime) -> None:
    """What was written until now is there to be played back."""
    if stage.takes == PLAYBACK:
        room_log.append_event(session, RoomEvent.Kind.HELPER, stage.pk, at=at)


def close(stage: Stage, at: datetime) -> None:
    """What was answered helped in the room alone."""
    Answered.objects.filter(note__session=stage.session_id).delete()


PLAYED = Helper(
    key=PLAYBACK,
    read=read,
    see=see,
    drawing="techniques/helpers/playback.html",
    on_wall=put_on_wall,
    fills_wall=True,
    acts={
        "show": Act(fishbowl.play_back, leads=True),
        "answered": Act(fishbowl.mark_answered, take_handle(answered=True), leads=True),
        "open": Act(fishbowl.mark_answered, take_handle(answered=False), leads=True),
    },
    move=move,
    written=hear_of_notes,
    close=close,
)
