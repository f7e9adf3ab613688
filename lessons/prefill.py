"""What the notes of a session already say about actions and lessons, so that nobody types it twice.

What a note means is said by its column in the script (``tells``), never by how a key is spelt.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha1
from typing import Any

from lessons.advice import advice_in, title_of
from organisations.models import Person
from techniques import helper_registry
from techniques.column_kinds import NOTE
from techniques.content_schema import Column
from techniques.models import Session, Stage
from techniques.room_visibility import columns_to_close
from techniques.seen_room import IN_NO_GROUP, SeenColumn

# What stands behind a note in the summary: “(2 wrote this, 3 votes)”.
_SAID = re.compile(r" \((?:\d+ (?:wrote this|me too|votes?)(?:, )?)+\)$")

# The parts of a lesson that the words of a session can tell.
STORY = ("expected", "happened", "why")


@dataclass(frozen=True)
class Line:
    """A shown note by its mark, which tells nothing of who wrote it or when.

    ``group`` is the name above it, with the votes of the group; ``said`` how many wrote or chose it;
    ``promised_by`` and ``due_on`` who does it and by when. ``is_decided``: no note, but what the helper of a step says
    that the group has decided.
    """

    mark: str
    text: str
    group: str = ""
    said: str = ""
    promised_by: str = ""
    due_on: date | None = None
    is_decided: bool = False

    @property
    def words(self) -> str:
        return f"{self.text} ({self.said})" if self.said else self.text

    @property
    def label(self) -> str:
        """Beside the box in which it is ticked."""
        return f"{self.group}: {self.words}" if self.group else self.words


@dataclass(frozen=True)
class StageNotes:
    """The shown notes of one stage: column key → lines, in the order in which they were shown; and what was
    ``decided`` besides."""

    stage: Stage
    columns: Mapping[str, Sequence[Line]]
    decided: Sequence[Line] = ()

    @property
    def summary(self) -> str:
        """All lines of the columns that go into the summary."""
        return self.words_of({line.mark for lines in self.columns.values() for line in lines})

    @property
    def actions(self) -> list[Line]:
        return [*self._lines_for("actions"), *self.decided]

    @property
    def lessons(self) -> list[Line]:
        return self._lines_for("lessons")

    def words_of(self, marks: Collection[str]) -> str:
        """The summary of the lines with these marks.

        A stage with several columns names each, also where only one has notes: “What we did not reach” is not “What we
        reached”.
        """
        blocks = []
        for column in self.stage.columns:
            kept = [line for line in self.columns.get(column.key, ()) if line.mark in marks]
            if column.makes == "summary" and kept:
                words = _tell(column, kept)
                blocks.append(f"{column.name}\n{words}" if len(self.stage.columns) > 1 else words)
        return "\n\n".join(blocks)

    def _lines_for(self, made: str) -> list[Line]:
        wanted = [column.key for column in self.stage.columns if column.makes == made]
        return [line for key in wanted for line in self.columns.get(key, ())]


def _tell(column: Column, lines: Sequence[Line]) -> str:
    """Lines of one column in words, group after group; what other kinds than notes count themselves is not said."""
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.group, []).append(line.words if column.kind == NOTE else line.text)
    if found.keys() == {""}:
        return column.kind.tell(found[""])
    return "\n".join(f"{name or IN_NO_GROUP}:\n{column.kind.tell(texts)}" for name, texts in found.items())


@dataclass(frozen=True)
class Gathered:
    """All that a session’s notes give to its close. ``marks`` name the notes that the page knows."""

    stages: Sequence[StageNotes]
    marks: frozenset[str] = field(default_factory=frozenset)

    @property
    def actions(self) -> list[Line]:
        return [line for notes in self.stages for line in notes.actions]

    @property
    def lessons(self) -> list[Line]:
        return [line for notes in self.stages for line in notes.lessons]


@dataclass(frozen=True)
class Promise:
    """What somebody promised in the session; a guest is known by name and perhaps address."""

    title: str
    detail: str = ""
    owner: Person | None = None
    guest_name: str = ""
    guest_email: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class Advice:
    """A lesson for others, as the session worded it.

    ``stage`` is the key of the stage whose note it was, or empty. ``with_story``: what was expected, what happened and
    why are copied into it from the summary.
    """

    then_do: str
    when_you: str = ""
    title: str = ""
    stage: str = ""
    with_story: bool = False


def gather(session: Session, *, known: frozenset[str] = frozenset()) -> Gathered:
    """Read what was shown in the room; with ``known`` marks only what was written since."""
    stages, marks = [], set()
    for stage, columns in columns_to_close(session):
        lines = {column.key: _lines_of(stage, column) for column in columns}
        decided = [
            Line(_mark_of(stage.key, stage.takes, text), text, is_decided=True)
            for text in dict.fromkeys(helper_registry.decided_in(stage))
        ]
        marks |= {line.mark for found in (*lines.values(), decided) for line in found}
        fresh = {key: [line for line in found if line.mark not in known] for key, found in lines.items()}
        stages.append(StageNotes(stage, fresh, [line for line in decided if line.mark not in known]))
    return Gathered(stages, frozenset(marks))


def has_new_lines(notes: Gathered, known: Collection[str]) -> bool:
    """Whether there are lines that ``known`` does not name and of which the close makes something."""
    counting = (
        line
        for part in notes.stages
        for column in part.stage.columns
        if column.makes != "nothing"
        for line in part.columns.get(column.key, ())
    )
    decided = (line for part in notes.stages for line in part.decided)
    return any(line.mark not in known for line in (*counting, *decided))


def _lines_of(stage: Stage, column: SeenColumn) -> list[Line]:
    """Who wrote the same words in the same column said the same thing: it is one line."""
    found: dict[str, Line] = {}
    for group in column.groups:
        for note in group.notes:
            line = Line(
                _mark_of(stage.key, column.key, note.text),
                note.text,
                group.name_and_votes,
                note.said,
                note.promised_by,
                note.due_on,
            )
            found.setdefault(line.mark, line)
    return list(found.values())


def _mark_of(stage: str, column: str, text: str) -> str:
    return sha1(f"{stage}/{column}/{text}".encode(), usedforsecurity=False).hexdigest()[:10]


def without_lines(words: str, stage: Stage, marks: Collection[str]) -> str:
    """The words of a summary without the notes that have these marks, where they stand as they were written.

    A note that was taken away in the room has lost its text, so it is known by its mark alone.
    """
    kept: list[str] = []
    lines = words.splitlines()
    place = 0
    while place < len(lines):
        length = _length_of_note(lines[place:], stage, marks)
        if not length:
            kept.append(lines[place])
        place += length or 1
    return "\n".join(kept)


def _length_of_note(lines: Sequence[str], stage: Stage, marks: Collection[str]) -> int:
    """How many of the next lines are one note with one of the marks; 0 if they are not."""
    if not lines[0].startswith("– "):
        return 0
    for length in range(1, len(lines) + 1):
        if length > 1 and lines[length - 1].startswith("– "):
            return 0
        text = "\n".join(lines[:length])[2:]
        plain = _SAID.sub("", text)
        if any(_mark_of(stage.key, column.key, one) in marks for column in stage.columns for one in (text, plain)):
            return length
    return 0


# --- Lessons ---------------------------------------------------------------------------------------------------------


def lesson_rows(gathered: Gathered, *, told: Collection[str] = ()) -> list[dict[str, Any]]:
    """The rows of the page of the close, one for each note that becomes a lesson.

    A story is told once: it is ticked for the first lesson of each stage, but for the stages ``told`` already.
    """
    rows = []
    for notes in gathered.stages:
        for place, line in enumerate(notes.lessons):
            when_you, then_do = advice_in(line.text)
            row = {"when_you": when_you[:300], "then_do": then_do, "title": title_of(line.text), "mark": line.mark}
            story = place == 0 and notes.stage.key not in told
            rows.append({**row, "stage": notes.stage.key, "with_story": story})
    return rows


def can_tell_story(stages: Iterable[Stage]) -> bool:
    """Whether any column of these stages tells a part of a story that the summary keeps."""
    return any(column.makes == "summary" and column.tells in STORY for stage in stages for column in stage.columns)


def story_from(summary: Mapping[str, str], stages: Iterable[Stage], *, about: str = "") -> dict[str, str]:
    """*expected*, *happened* and *why* of a lesson, out of the agreed words of the stages that it is about.

    ``about`` is the key of the stage in which it was written down; without one it is about all of them.
    """
    told: dict[str, list[str]] = {part: [] for part in STORY}
    for stage in _stages_about(list(stages), about):
        for part, words in _parts_of_stage(stage, summary.get(stage.key, "")).items():
            told[part].append(words)
    return {part: "\n\n".join(texts) for part, texts in told.items()}


def _stages_about(stages: list[Stage], about: str) -> list[Stage]:
    """The stage itself, and those before it that do not make lessons of their own."""
    own = next((stage for stage in stages if stage.key == about), None)
    if own is None:
        return stages
    before = stages[: stages.index(own)]
    return [stage for stage in before if all(column.makes != "lessons" for column in stage.columns)] + [own]


def _parts_of_stage(stage: Stage, words: str) -> dict[str, str]:
    """The agreed words of a stage by the part of a story that its columns tell.

    Where columns tell different parts, their names stand above their words (``_stage_notes``); what has lost its name
    belongs to the column above it, or to the first.
    """
    columns = [column for column in stage.columns if column.makes == "summary"]
    if not columns:
        return {}
    named = {column.name.casefold(): column.tells for column in columns}
    tells = columns[0].tells
    lines: dict[str, list[str]] = {}
    for line in words.splitlines():
        tells = named.get(line.strip().rstrip(":").casefold(), tells)
        lines.setdefault(tells, []).append(line)
    found = {part: "\n".join(lines[part]).strip() for part in STORY if part in lines}
    return {part: text for part, text in found.items() if text}
