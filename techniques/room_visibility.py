"""What somebody may see of a room: the one place that decides it for page, stream, poll, export, search and mail.

The text of a note leaves this module only if its stage shows notes (it is open, or everything was shown), or to the
participant who wrote it. The role changes nothing: whoever leads the room sees no more than others. What leaves it
carries no time and no row number, and a name only where people were promised names or chose one for the room: never
into the close, an export, a search or a mail.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from kmportal.lib.naming import hints_in, sentence_of
from techniques import helper_registry, presence
from techniques.models import Ballot, Comment, Note, NoteGroup, Participant, RoomEvent, Session, Stage, Voting
from techniques.pacing import pace_in_words
from techniques.room_rows import RoomRows as RoomRows
from techniques.room_rows import read_room as read_room
from techniques.room_rows import read_rooms as read_rooms
from techniques.screen_wall import Alone, Group, show_group, show_one
from techniques.seen_room import (
    Audience,
    Clock,
    Heading,
    SeenColumn,
    SeenComment,
    SeenCorrection,
    SeenGroup,
    SeenNote,
    SeenPerson,
    SeenRoom,
    SeenStage,
    SeenVotes,
    SeenVoting,
)
from techniques.seen_wording import is_last, wording_in_room


@dataclass(frozen=True)
class _Reading:
    """What is said of the notes of a room, for one viewer: ``mine`` is the participant, if there is one."""

    mine: int | None
    leads: bool = False
    names: bool = False
    same: Mapping[int, list[Note]] = field(default_factory=dict)
    me_toos: Mapping[int, set[int]] = field(default_factory=dict)
    comments: Mapping[int, list[Comment]] = field(default_factory=dict)
    groups: Mapping[int, list[NoteGroup]] = field(default_factory=dict)
    votings: Mapping[int, Voting] = field(default_factory=dict)
    ballots: Mapping[int, list[Ballot]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: RoomRows, mine: int | None = None, *, leads: bool = False, names: bool = False) -> "_Reading":
        heads = {note.pk for note in rows.notes}
        same: dict[int, list[Note]] = defaultdict(list)
        for note in rows.notes:
            if note.same_as_id in heads and note.same_as_id is not None:
                same[note.same_as_id].append(note)
        me_toos: dict[int, set[int]] = defaultdict(set)
        for me_too in rows.me_toos:
            me_toos[me_too.note_id].add(me_too.participant_id)
        comments: dict[int, list[Comment]] = defaultdict(list)
        for comment in rows.comments:
            comments[comment.note_id].append(comment)
        groups: dict[int, list[NoteGroup]] = defaultdict(list)
        for group in rows.groups:
            groups[group.stage_id].append(group)
        ballots: dict[int, list[Ballot]] = defaultdict(list)
        for ballot in rows.ballots:
            ballots[ballot.voting_id].append(ballot)
        votings = {voting.stage_id: voting for voting in rows.votings}
        return cls(mine, leads, names, same, me_toos, comments, groups, votings, ballots)

    def is_shown_in_another(self, note: Note) -> bool:
        """Whether it says the same as a note that is there, and so is not shown for itself."""
        return note.same_as_id in self.same

    def votes(
        self, voting: Voting | None, handle: UUID, *, note: int | None = None, group: int | None = None
    ) -> SeenVotes:
        """For one note or group. Nobody is told of votes of others before the vote is over."""
        if voting is None:
            return SeenVotes()
        if voting.ended_at is not None:
            return SeenVotes(count=voting.result.get(str(handle), 0))
        own = [one for one in self.ballots.get(voting.pk, ()) if one.participant_id == self.mine]
        on_this = sum((one.note_id, one.group_id) == (note, group) for one in own)
        return SeenVotes(budget=voting.budget, mine=on_this, left=voting.budget - len(own))


def project_room(
    rows: RoomRows, audience: Audience, *, participant: Participant | None = None, at: datetime | None = None
) -> SeenRoom:
    """The room as ``audience`` sees it; with ``participant`` also that person’s own notes.

    What stands alone on the big screen is in it as long as its clock runs ``at`` that moment.
    """
    session = rows.session
    by_stage: Mapping[int, list[Note]] = _group_by_stage(rows.notes)
    leads = audience is Audience.FACILITATOR
    reading = _Reading.of(rows, participant.pk if participant else None, leads=leads, names=session.shows_names)
    stages = tuple(
        _project_stage(stage, number, by_stage.get(stage.pk, []), session, reading, len(rows.people), at)
        for number, stage in enumerate(rows.stages, start=1)
    )
    viewer = helper_registry.Viewer(audience, rows.people, reading.mine)
    current = next((stage for stage in rows.stages if stage.pk == session.stage_id), None)
    is_ready = [person for person in rows.people if session.stage_id and person.ready_for_id == session.stage_id]
    later = sum(one.minutes for one in rows.stages if current and one.position > current.position)
    wording = None
    if current and is_last(current, rows.stages):
        wording = wording_in_room(rows.wording, rows.wishes, rows.people, participant.pk if participant else None)
        stages = (*stages[:-1], replace(stages[-1], wording=wording))
    return SeenRoom(
        session=session,
        audience=audience,
        seq=rows.seq,
        stages=helper_registry.with_helpers(stages, rows.stages, rows.helpers, viewer),
        clock=Clock(session.ends_at, session.paused_seconds, current.minutes if current else 0, later),
        people=len(rows.people),
        here=_who_is_here(rows) if leads else (),
        pace=pace_in_words([(one.name, one.planned_minutes, one.minutes) for one in rows.stages]) if leads else "",
        ready=len(is_ready) if leads else 0,
        is_ready=participant is not None and participant.pk in {person.pk for person in is_ready},
        corrections=_own_corrections(participant),
        wording=wording,
    )


def _who_is_here(rows: RoomRows) -> tuple[SeenPerson, ...]:
    """Those who have joined, with whether their screen is open."""
    here = presence.who_is_here(rows.session.pk, [person.pk for person in rows.people])
    return tuple(SeenPerson(person.pk, person.name, person.pk in here) for person in rows.people)


def _own_corrections(participant: Participant | None) -> tuple[SeenCorrection, ...]:
    """What was done to notes of this person, for that person’s own answers only."""
    if participant is None:
        return ()
    rows = participant.corrections.all()
    return tuple(SeenCorrection(one.pk, one.before, one.after, one.place) for one in rows)


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
    reading: _Reading,
    people: int,
    at: datetime | None,
) -> SeenStage:
    mine, leads = reading.mine, reading.leads
    writers = len({note.author_id for note in notes if note.author_id and not note.by_facilitator})
    columns = _project_columns(stage, notes, reading)
    steps = stage.grouping_steps if leads else []
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
        voting=_project_voting(reading.votings.get(stage.pk), reading),
        can_undo=steps[-1]["words"] if steps else "",
        undo_steps=len(steps),
    )


def _project_columns(stage: Stage, notes: Iterable[Note], reading: _Reading) -> tuple[SeenColumn, ...]:
    """The columns of a stage with what everybody may read, in groups and in the order in which it is shown.

    Nothing while the stage hides its notes; then what the kind of each column shows. After a vote the most votes stand
    first.
    """
    every = list(notes) if stage.shows_notes else []
    columns = []
    for column in stage.columns:
        own = [note for note in every if note.column == column.key]
        arranged = column.kind.arrange(
            [note for note in own if not reading.is_shown_in_another(note)], stage.revealed_at
        )
        groups = _project_groups(stage, column.key, arranged, reading)
        seen = tuple(note for group in groups for note in group.notes)
        columns.append(
            SeenColumn(column.key, column.name, column.kind, len(own), seen, groups, column.makes == "actions")
        )
    return tuple(columns)


def _project_groups(stage: Stage, column: str, notes: Sequence[Note], reading: _Reading) -> tuple[SeenGroup, ...]:
    voting = reading.votings.get(stage.pk)
    found = []
    for group in reading.groups.get(stage.pk, ()):
        inside = [note for note in notes if note.group_id == group.pk]
        if group.column == column and inside:
            on_group = voting if voting and voting.on == Voting.On.GROUPS else None
            on_notes = voting if voting and voting.on == Voting.On.NOTES else None
            seen = _by_votes([_project_note(stage, note, reading, on_notes) for note in inside])
            votes = reading.votes(on_group, group.handle, group=group.pk)
            found.append(SeenGroup(group.handle, group.name, seen, votes))
    found.sort(key=lambda group: -(group.votes.count or 0))
    in_group = {note.handle for group in found for note in group.notes}
    loose = [note for note in notes if note.client_id not in in_group]
    rest = SeenGroup(None, "", _by_votes([_project_note(stage, note, reading, voting) for note in loose]))
    return (*found, rest)


def _by_votes(notes: Iterable[SeenNote]) -> tuple[SeenNote, ...]:
    """In their order, but for those that have more votes than others."""
    return tuple(sorted(notes, key=lambda note: -(note.votes.count or 0)))


def _project_voting(voting: Voting | None, reading: _Reading) -> SeenVoting | None:
    if voting is None:
        return None
    is_open, on_groups = voting.ended_at is None, voting.on == Voting.On.GROUPS
    if not is_open:
        return SeenVoting(is_open, on_groups, voting.budget, voted=voting.voters)
    ballots = reading.ballots.get(voting.pk, ())
    voted = len({one.participant_id for one in ballots}) if reading.leads else 0
    own = sum(one.participant_id == reading.mine for one in ballots)
    return SeenVoting(is_open, on_groups, voting.budget, voted=voted, left=voting.budget - own)


def _project_alone(
    stage: Stage, notes: Iterable[Note], columns: Iterable[SeenColumn], at: datetime | None
) -> Alone[SeenNote | Heading] | None:
    """What stands alone on the big screen, if it may be read and its time is not over."""
    ends_at = stage.alone_ends_at
    if at is None or ends_at is None or ends_at <= at or not stage.shows_notes:
        return None
    clock = stage.alone_minutes, ends_at
    seen = list(columns)
    for column in seen:
        if column.key == stage.alone_column:
            shown = show_group(column.on_wall, stage.alone_page, stage.name, stage.prompts)
            return Alone(column.key, column.name, *clock, group=shown)
        for group in column.named_groups:
            if str(group.handle) == stage.alone_column:
                wall: Group[SeenNote | Heading] = Group(str(group.handle), group.name, group.notes)
                shown = show_group(wall, stage.alone_page, stage.name, stage.prompts)
                return Alone(str(group.handle), group.name, *clock, group=shown)
    note = next((one for one in notes if one.pk == stage.alone_note_id), None)
    if note and (one := next((one for column in seen for one in column.notes if one.handle == note.client_id), None)):
        return Alone(str(one.handle), one.text, *clock, note=show_one(one, stage.name, stage.prompts))
    return None


def own_notes(stage: Stage, notes: Iterable[Note], mine: int) -> tuple[SeenNote, ...]:
    """What one participant wrote, the newest first. For that participant’s own answers only."""
    newest_first = sorted(notes, key=lambda note: -note.pk)
    reading = _Reading(mine)
    return tuple(_project_note(stage, note, reading) for note in newest_first if note.author_id == mine)


def readable_note(note: Note, mine: int) -> SeenNote | None:
    """A single note for one participant: theirs, or one that everybody may read; else None."""
    may_read = note.author_id == mine or note.stage.shows_notes
    return _project_note(note.stage, note, _Reading(mine)) if may_read else None


def _project_note(stage: Stage, note: Note, reading: _Reading, voting: Voting | None = None) -> SeenNote:
    """A note, with what is said of it and of those that say the same."""
    mine, every = reading.mine, [note, *reading.same.get(note.pk, ())]
    authors = {one.author_id for one in every}
    is_mine = mine is not None and mine in authors
    column = stage.column(note.column)
    me_toos = set().union(*(reading.me_toos.get(one.pk, ()) for one in every)) - authors
    comments = sorted((said for one in every for said in reading.comments.get(one.pk, ())), key=lambda said: said.pk)
    kept = note.kept
    votes = SeenVotes(count=kept["votes"]) if "votes" in kept else reading.votes(voting, note.client_id, note=note.pk)
    return SeenNote(
        handle=note.client_id,
        column=note.column,
        text=note.text,
        kind=column.kind,
        is_mine=is_mine,
        is_shown=stage.shows_notes,
        under=column.name if is_mine and len(stage.columns) > 1 else "",
        hint=_hint_for_writer(stage, note.text) if is_mine else "",
        writers=kept.get("writers", len(every)),
        me_too=kept.get("me_too", len(me_toos)),
        is_agreed=mine in me_toos,
        comments=(
            *(SeenComment(one.client_id, one.text, mine is not None and one.author_id == mine) for one in comments),
            *(SeenComment(note.client_id, text) for text in kept.get("comments", ())),
        ),
        votes=votes,
        stage=stage.key,
        promised_by=note.promised_by,
        due_on=note.due_on,
        by=", ".join(dict.fromkeys(one.author.name for one in every if one.author and not one.by_facilitator))
        if reading.names and stage.shows_notes
        else "",
    )


def _hint_for_writer(stage: Stage, text: str) -> str:
    """A quiet word beside one’s own note. Where a stage asks for names of people, a name is what belongs there."""
    return sentence_of(hint for hint in hints_in(text) if not (stage.takes_names and hint.is_name))


def notes_to_close(session: Session) -> list[tuple[Stage, dict[str, list[str]]]]:
    """For the close: each stage with its columns’ notes, as texts in the order in which they were shown.

    Notes that were never shown are not in it: nobody may read them, and the close deletes them.
    """
    return [
        (stage, {column.key: [note.text for note in column.notes] for column in columns})
        for stage, columns in columns_to_close(session)
    ]


def columns_to_close(session: Session) -> list[tuple[Stage, tuple[SeenColumn, ...]]]:
    """The same with the groups in which the notes stand, and with what is said of them."""
    rows = read_room(session)
    by_stage, reading = _group_by_stage(rows.notes), _Reading.of(rows)
    return [(stage, _project_columns(stage, by_stage.get(stage.pk, []), reading)) for stage in rows.stages]


def unshown_count(session: Session) -> int:
    """How many notes nobody has seen: they are deleted at the close."""
    rows = read_room(session)
    hidden = {stage.pk for stage in rows.stages if not stage.shows_notes}
    return sum(note.stage_id in hidden for note in rows.notes)


def events_since(session_pk: int, since: int, *, limit: int = 500) -> list[RoomEvent]:
    """The next part of a room’s log, at most ``limit`` rows."""
    return list(RoomEvent.objects.filter(session=session_pk, seq__gt=since).order_by("seq")[:limit])
