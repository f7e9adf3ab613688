"""What the notes of a session already say about actions and lessons, so that nobody types it twice.

What a note means is said by its column in the script (``tells``), never by how a key is spelt.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha1
from typing import Any

from lessons.advice import advice_in, title_of
from organisations.models import Person
from techniques.models import Session, Stage
from techniques.room_visibility import notes_to_close

# The parts of a lesson that the words of a session can tell.
STORY = ("expected", "happened", "why")


@dataclass(frozen=True)
class StageNotes:
    """The shown notes of one stage, by what the close makes of their columns."""

    stage: Stage
    summary: str = ""
    actions: Sequence[str] = ()
    lessons: Sequence[str] = ()


@dataclass(frozen=True)
class Gathered:
    """All that a session’s notes give to its close. ``marks`` name the notes that the page knows."""

    stages: Sequence[StageNotes]
    marks: frozenset[str] = field(default_factory=frozenset)

    @property
    def actions(self) -> list[str]:
        return [text for notes in self.stages for text in notes.actions]

    @property
    def lessons(self) -> list[str]:
        return [text for notes in self.stages for text in notes.lessons]


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
    for stage, columns in notes_to_close(session):
        fresh = {}
        for key, texts in columns.items():
            named = [(_mark_of_note(stage.key, key, text), text) for text in texts]
            marks |= {mark for mark, _ in named}
            fresh[key] = [text for mark, text in named if mark not in known]
        stages.append(_stage_notes(stage, fresh))
    return Gathered(stages, frozenset(marks))


def _mark_of_note(stage: str, column: str, text: str) -> str:
    return sha1(f"{stage}/{column}/{text}".encode(), usedforsecurity=False).hexdigest()[:10]


def _stage_notes(stage: Stage, notes: Mapping[str, list[str]]) -> StageNotes:
    """A stage with several columns names each, also where only one has notes: “What we did not reach” is not “What we
    reached”."""
    blocks = []
    for column in stage.columns:
        if column.makes == "summary" and notes.get(column.key):
            words = column.kind.tell(notes[column.key])
            blocks.append(f"{column.name}\n{words}" if len(stage.columns) > 1 else words)
    made: dict[str, list[str]] = {"actions": [], "lessons": []}
    for column in stage.columns:
        made.setdefault(column.makes, []).extend(notes.get(column.key, ()))
    return StageNotes(stage, summary="\n\n".join(blocks), actions=made["actions"], lessons=made["lessons"])


# --- Lessons ---------------------------------------------------------------------------------------------------------


def lesson_rows(gathered: Gathered, *, told: Collection[str] = ()) -> list[dict[str, Any]]:
    """The rows of the page of the close, one for each note that becomes a lesson.

    A story is told once: it is ticked for the first lesson of each stage, but for the stages ``told`` already.
    """
    rows = []
    for notes in gathered.stages:
        for place, text in enumerate(notes.lessons):
            when_you, then_do = advice_in(text)
            row = {"when_you": when_you[:300], "then_do": then_do, "title": title_of(text), "stage": notes.stage.key}
            rows.append({**row, "with_story": place == 0 and notes.stage.key not in told})
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
