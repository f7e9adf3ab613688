"""What somebody may see of a room: the one place that decides it for page, stream, poll, export, search and mail.

The text of a note leaves this module only if its stage shows notes (it is open, or everything was shown), or to the
participant who wrote it. The role changes nothing: whoever leads the room sees no more than others. What leaves it
carries no name, no time and no row number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from django.utils.translation import ngettext

from kmportal.lib.naming import hints_in, sentence_of
from techniques.column_kinds import ColumnKind
from techniques.models import Note, Participant, RoomEvent, Session, Stage
from techniques.pacing import pace_in_words
from techniques.screen_wall import Alone, Group, Shown, show_all, show_group, show_one


class Audience(StrEnum):
    """For whom a piece of the room is drawn; everybody of one audience gets the same bytes."""

    PARTICIPANT = "participant"
    FACILITATOR = "facilitator"
    SCREEN = "screen"


@dataclass(frozen=True)
class SeenNote:
    """A note that may be read. ``handle`` is the identifier that the writer’s browser made: it tells no order.

    ``is_shown``: everybody reads it. ``under`` names the column to its writer, where the stage has several; ``hint``
    tells the writer alone what in it may show who somebody is.
    """

    handle: UUID
    column: str
    text: str
    kind: ColumnKind
    is_mine: bool = False
    is_shown: bool = True
    under: str = ""
    hint: str = ""


@dataclass(frozen=True)
class SeenColumn:
    """A column with the notes that may be read, and how many there are; while its stage hides them, nobody is told."""

    key: str
    name: str
    kind: ColumnKind
    count: int
    notes: tuple[SeenNote, ...]

    @property
    def from_others(self) -> list[SeenNote]:
        """Without the viewer’s own."""
        return [note for note in self.notes if not note.is_mine]


@dataclass(frozen=True)
class SeenStage:
    """One stage. While it ``is_hidden`` its columns have neither notes nor counts: in a small room a count by column
    tells who wrote what kind of note. ``mine`` are the viewer’s own notes; only whoever leads is told of ``writers``
    and of the ``silent``.

    ``takes_names``: people are asked to write names into the words, as where somebody agrees to do it.
    """

    pk: int
    key: str
    number: int
    name: str
    prompts: tuple[str, ...]
    say: str
    minutes: int
    columns: tuple[SeenColumn, ...]
    count: int
    writers: int
    silent: int
    mine: tuple[SeenNote, ...]
    writes: str
    is_hidden: bool
    hides_first: bool
    takes_names: bool
    was_started: bool
    is_current: bool
    screen_page: int
    alone: Alone[SeenNote] | None

    @cached_property
    def wall(self) -> Shown[SeenNote]:
        """The page of its notes that is on the big screen."""
        groups = [Group(column.key, column.name, column.notes) for column in self.columns]
        return show_all(groups, self.screen_page, self.name, self.prompts)

    @property
    def mine_in_words(self) -> str:
        """How many of the viewer’s own notes are saved."""
        return ngettext("One note saved", f"{len(self.mine)} notes saved", len(self.mine))

    @property
    def mine_while_hidden(self) -> tuple[SeenNote, ...]:
        """The viewer’s own notes, as long as they do not stand among those of all."""
        return self.mine if self.is_hidden else ()

    @property
    def is_written(self) -> bool:
        """Whether notes are taken in this stage at all."""
        return bool(self.columns) and self.writes != Stage.Writes.NOBODY

    @property
    def boxes(self) -> tuple[tuple[ColumnKind, tuple[SeenColumn, ...]], ...]:
        """Each kind that its columns take, with the columns of that kind: a box to write in for each."""
        kinds = dict.fromkeys(column.kind for column in self.columns)
        return tuple((kind, tuple(one for one in self.columns if one.kind == kind)) for kind in kinds)

    @property
    def everyone_writes(self) -> bool:
        return self.is_written and self.writes == Stage.Writes.EVERYONE

    @property
    def others(self) -> int:
        """How many notes are not the viewer’s own."""
        return self.count - len(self.mine)

    @property
    def notes(self) -> tuple[SeenNote, ...]:
        """All notes that may be read, column after column."""
        return tuple(note for column in self.columns for note in column.notes)


@dataclass(frozen=True)
class Clock:
    """The room’s clock: a deadline, or what is left while it is paused."""

    ends_at: datetime | None
    paused_seconds: int | None
    minutes: int

    @property
    def is_paused(self) -> bool:
        return self.paused_seconds is not None

    @property
    def paused_words(self) -> str:
        """“08:40”, for those without a running clock."""
        seconds = max(self.paused_seconds or 0, 0)
        return f"{seconds // 60:02}:{seconds % 60:02}"


@dataclass(frozen=True)
class SeenPerson:
    """Somebody who is here, for whoever leads. ``pk`` is what a button sends to take them out."""

    pk: int
    name: str


@dataclass(frozen=True)
class SeenRoom:
    """A room as one audience sees it, as of event number ``seq``."""

    session: Session
    audience: Audience
    seq: int
    stages: tuple[SeenStage, ...]
    clock: Clock
    people: int
    here: tuple[SeenPerson, ...]
    pace: str

    @property
    def current(self) -> SeenStage | None:
        return next((stage for stage in self.stages if stage.is_current), None)

    @property
    def unshown(self) -> tuple[SeenStage, ...]:
        """Other stages than the present one with notes that nobody has seen."""
        return tuple(stage for stage in self.stages if stage.is_hidden and stage.count and not stage.is_current)

    def before(self, stage: SeenStage) -> SeenStage | None:
        """The nearest earlier stage that has notes to look at."""
        earlier = [one for one in self.stages if one.number < stage.number and one.notes]
        return earlier[-1] if earlier else None

    def after(self, stage: SeenStage) -> SeenStage | None:
        """The stage that follows in the script."""
        return next((one for one in self.stages if one.number == stage.number + 1), None)

    def stage(self, key: str) -> SeenStage | None:
        return next((stage for stage in self.stages if stage.key == key), None)


@dataclass(frozen=True)
class RoomRows:
    """Rows of one room, read at once. Not for templates: it holds every text."""

    session: Session
    seq: int
    stages: Sequence[Stage]
    notes: Sequence[Note]
    people: Sequence[Participant]


def read_room(session: Session) -> RoomRows:
    """Read one room. The number is read first: what changes meanwhile is seen twice rather than never."""
    return next(iter(read_rooms([session.pk]).values()))


def read_rooms(pks: Iterable[int]) -> dict[int, RoomRows]:
    """Read several rooms with as many queries as one."""
    sessions = {one.pk: one for one in Session.objects.for_room().filter(pk__in=list(pks))}
    stages = _group_by_session(Stage.objects.filter(session__in=sessions))
    notes = _group_by_session(Note.objects.filter(session__in=sessions, gone_at=None))
    people = _group_by_session(Participant.objects.here().filter(session__in=sessions))
    return {
        pk: RoomRows(one, one.seq, stages.get(pk, []), notes.get(pk, []), people.get(pk, []))
        for pk, one in sessions.items()
    }


def _group_by_session(rows: Iterable) -> dict[int, list]:
    found: dict[int, list] = {}
    for row in rows:
        found.setdefault(row.session_id, []).append(row)
    return found


def project_room(
    rows: RoomRows, audience: Audience, *, participant: Participant | None = None, at: datetime | None = None
) -> SeenRoom:
    """The room as ``audience`` sees it; with ``participant`` also that person’s own notes.

    What stands alone on the big screen is in it as long as its clock runs ``at`` that moment.
    """
    session = rows.session
    by_stage: Mapping[int, list[Note]] = _group_by_stage(rows.notes)
    stages = tuple(
        _project_stage(stage, number, by_stage.get(stage.pk, []), session, audience, participant, len(rows.people), at)
        for number, stage in enumerate(rows.stages, start=1)
    )
    current = next((stage for stage in rows.stages if stage.pk == session.stage_id), None)
    leads = audience is Audience.FACILITATOR
    return SeenRoom(
        session=session,
        audience=audience,
        seq=rows.seq,
        stages=stages,
        clock=Clock(session.ends_at, session.paused_seconds, current.minutes if current else 0),
        people=len(rows.people),
        here=tuple(SeenPerson(person.pk, person.name) for person in rows.people) if leads else (),
        pace=pace_in_words([(one.name, one.planned_minutes, one.minutes) for one in rows.stages]) if leads else "",
    )


def _group_by_stage(notes: Iterable[Note]) -> dict[int, list[Note]]:
    found: dict[int, list[Note]] = {}
    for note in notes:
        found.setdefault(note.stage_id, []).append(note)
    return found


def _project_stage(
    stage: Stage,
    number: int,
    notes: list[Note],
    session: Session,
    audience: Audience,
    participant: Participant | None,
    people: int,
    at: datetime | None,
) -> SeenStage:
    mine = participant.pk if participant else None
    readable = readable_notes(stage, notes, mine=mine)
    leads = audience is Audience.FACILITATOR
    writers = len({note.author_id for note in notes if note.author_id and not note.by_facilitator})
    columns = tuple(
        SeenColumn(
            key=column.key,
            name=column.name,
            kind=column.kind,
            count=sum(note.column == column.key for note in notes) if stage.shows_notes else 0,
            notes=tuple(note for note in readable if note.column == column.key),
        )
        for column in stage.columns
    )
    return SeenStage(
        pk=stage.pk,
        key=stage.key,
        number=number,
        name=stage.name,
        prompts=tuple(stage.prompts),
        say=stage.say if leads else "",
        minutes=stage.minutes,
        columns=columns,
        count=len(notes),
        writers=writers if leads else 0,
        silent=max(people - writers, 0) if leads else 0,
        mine=own_notes(stage, notes, mine) if mine else (),
        writes=stage.writes,
        is_hidden=not stage.shows_notes,
        hides_first=stage.reveal == Stage.Reveal.HIDDEN,
        takes_names=stage.takes_names,
        was_started=stage.started_at is not None,
        is_current=stage.pk == session.stage_id,
        screen_page=stage.screen_page,
        alone=_project_alone(stage, notes, columns, at),
    )


def _project_alone(
    stage: Stage, notes: Iterable[Note], columns: Iterable[SeenColumn], at: datetime | None
) -> Alone[SeenNote] | None:
    """What stands alone on the big screen, if it may be read and its time is not over."""
    ends_at = stage.alone_ends_at
    if at is None or ends_at is None or ends_at <= at or not stage.shows_notes:
        return None
    clock = stage.alone_minutes, ends_at
    if column := next((one for one in columns if one.key == stage.alone_column), None):
        group = Group(column.key, column.name, column.notes)
        return Alone(
            column.key, column.name, *clock, group=show_group(group, stage.alone_page, stage.name, stage.prompts)
        )
    if note := next((one for one in notes if one.pk == stage.alone_note_id), None):
        one = show_one(_project_note(stage, note, None), stage.name, stage.prompts)
        return Alone(str(note.client_id), note.text, *clock, note=one)
    return None


def readable_notes(stage: Stage, notes: Iterable[Note], *, mine: int | None = None) -> tuple[SeenNote, ...]:
    """The notes of a stage that everybody may read, in the order in which they are shown.

    Nothing while the stage hides them; then what the kind of each column shows, column after column.
    """
    if not stage.shows_notes:
        return ()
    every = list(notes)
    arranged = (
        column.kind.arrange([note for note in every if note.column == column.key], stage.revealed_at)
        for column in stage.columns
    )
    return tuple(_project_note(stage, note, mine) for notes_of_column in arranged for note in notes_of_column)


def own_notes(stage: Stage, notes: Iterable[Note], mine: int) -> tuple[SeenNote, ...]:
    """What one participant wrote, the newest first. For that participant’s own answers only."""
    newest_first = sorted(notes, key=lambda note: -note.pk)
    return tuple(_project_note(stage, note, mine) for note in newest_first if note.author_id == mine)


def readable_note(note: Note, mine: int) -> SeenNote | None:
    """A single note for one participant: theirs, or one that everybody may read; else None."""
    return _project_note(note.stage, note, mine) if note.author_id == mine or note.stage.shows_notes else None


def _project_note(stage: Stage, note: Note, mine: int | None) -> SeenNote:
    is_mine = mine is not None and note.author_id == mine
    column = stage.column(note.column)
    under = column.name if is_mine and len(stage.columns) > 1 else ""
    hint = _hint_for_writer(stage, note.text) if is_mine else ""
    return SeenNote(note.client_id, note.column, note.text, column.kind, is_mine, stage.shows_notes, under, hint)


def _hint_for_writer(stage: Stage, text: str) -> str:
    """A quiet word beside one’s own note. Where a stage asks for names of people, a name is what belongs there."""
    return sentence_of(hint for hint in hints_in(text) if not (stage.takes_names and hint.is_name))


def notes_to_close(session: Session) -> list[tuple[Stage, dict[str, list[str]]]]:
    """For the close: each stage with its columns’ notes, as texts in the order in which they were shown.

    Notes that were never shown are not in it: nobody may read them, and the close deletes them.
    """
    rows = read_room(session)
    by_stage = _group_by_stage(rows.notes)
    found = []
    for stage in rows.stages:
        seen = readable_notes(stage, by_stage.get(stage.pk, []))
        found.append((stage, {key: [n.text for n in seen if n.column == key] for key in stage.column_keys}))
    return found


def unshown_count(session: Session) -> int:
    """How many notes nobody has seen: they are deleted at the close."""
    rows = read_room(session)
    hidden = {stage.pk for stage in rows.stages if not stage.shows_notes}
    return sum(note.stage_id in hidden for note in rows.notes)


def events_since(session_pk: int, since: int, *, limit: int = 500) -> list[RoomEvent]:
    """The next part of a room’s log, at most ``limit`` rows."""
    return list(RoomEvent.objects.filter(session=session_pk, seq__gt=since).order_by("seq")[:limit])
