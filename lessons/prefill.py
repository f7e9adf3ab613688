"""What the notes of a session already say about actions and lessons, so that nobody types it twice."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha1

from kmportal.lib.cleaning import first_words
from kmportal.lib.sentences import capital
from lessons.quality import TITLE_LENGTH
from organisations.models import Person
from techniques.models import Session, Stage
from techniques.room_visibility import notes_to_close

# Stages that tell of plans, and of causes, by the beginning of their keys. All others tell what happened.
_PLANS = ("expect", "objective", "aim", "goal", "question", "present")
_CAUSES = ("why", "cause", "reason", "root")
_ADVICE = re.compile(
    r"^\s*when(?:ever)?\s+(?:you\s+(?:are\s+)?about\s+to\s+|you[’']re\s+about\s+to\s+|you\s+)?(?P<when>.+?)"
    r"(?:\s*[,;:]+\s*then\s+|\s+then\s+|\s*,\s+)(?P<then>.+)$",
    re.IGNORECASE | re.DOTALL,
)


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
    """A lesson for others, as the session worded it."""

    then_do: str
    when_you: str = ""
    title: str = ""


def gather(session: Session, *, known: frozenset[str] = frozenset()) -> Gathered:
    """Read what was shown in the room; with ``known`` marks only what was written since."""
    stages, marks = [], set()
    for stage, columns in notes_to_close(session):
        fresh = {}
        for key, texts in columns.items():
            named = [(_mark(stage.key, key, text), text) for text in texts]
            marks |= {mark for mark, _ in named}
            fresh[key] = [text for mark, text in named if mark not in known]
        stages.append(_stage_notes(stage, fresh))
    return Gathered(stages, frozenset(marks))


def _mark(stage: str, column: str, text: str) -> str:
    return sha1(f"{stage}/{column}/{text}".encode(), usedforsecurity=False).hexdigest()[:10]


def _stage_notes(stage: Stage, notes: Mapping[str, list[str]]) -> StageNotes:
    makes = {column.key: column.makes for column in stage.columns}
    told = [column for column in stage.columns if column.makes == "summary" and notes.get(column.key)]
    blocks = []
    for column in told:
        lines = "\n".join(f"– {text}" for text in notes[column.key])
        blocks.append(f"{column.name}\n{lines}" if len(told) > 1 else lines)
    return StageNotes(
        stage,
        summary="\n\n".join(blocks),
        actions=[text for key, texts in notes.items() if makes.get(key) == "actions" for text in texts],
        lessons=[text for key, texts in notes.items() if makes.get(key) == "lessons" for text in texts],
    )


def advice_in(note: str) -> tuple[str, str]:
    """The halves of an advice: “When you are about to move a ward, ask pharmacy” → *move a ward*, *ask pharmacy*."""
    text = " ".join(note.split())
    if found := _ADVICE.match(" ".join(text.replace("…", " ").split())):
        return found["when"].strip(" ,"), found["then"].strip()
    return "", text


def title_of(note: str) -> str:
    """A note as a title: its advice, short."""
    return capital(first_words(advice_in(note)[1], TITLE_LENGTH).rstrip("."))


def story_from(summary: Mapping[str, str], stages: Iterable[Stage]) -> dict[str, str]:
    """*expected*, *happened* and *why* of a lesson, out of the agreed words of each stage."""
    told: dict[str, list[str]] = {"expected": [], "happened": [], "why": []}
    for stage in stages:
        words = summary.get(stage.key, "").strip()
        if words:
            told[_part_of(stage)].append(words)
    return {part: "\n\n".join(texts) for part, texts in told.items()}


def _part_of(stage: Stage) -> str:
    keys = (stage.key, *(column.key for column in stage.columns))
    if any(key.startswith(_CAUSES) for key in keys):
        return "why"
    return "expected" if any(key.startswith(_PLANS) for key in keys) else "happened"
