"""Examples of what a session leaves, read from ``content/examples`` and checked against the script.

Pure: no Django.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kmportal.lib.content import (
    Document,
    Problem,
    is_sentence,
    read_checked,
    sourced,
)
from roadmap.catalogue import read_sources
from techniques import content_schema

FOLDER = Path(__file__).parent / "content" / "examples"
SCHEMA = FOLDER / "example.schema.json"


@dataclass(frozen=True)
class Agreed:
    """What was agreed in one stage, line by line."""

    stage: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Promised:
    """One action of the example."""

    what: str
    who: str
    until: str


@dataclass(frozen=True)
class Advice:
    """One lesson for others."""

    when_you: str
    then_do: str


@dataclass(frozen=True)
class Example:
    """The summary of one invented session. ``minutes`` is how long it took, ``notice`` what makes it a good one."""

    technique: str
    minutes: int
    title: str
    note: str
    people: str
    summary: tuple[Agreed, ...]
    actions: tuple[Promised, ...]
    lessons: tuple[Advice, ...]
    notice: tuple[str, ...]
    sources: tuple[str, ...]


def read(folder: Path = FOLDER, *, library: content_schema.Library | None = None) -> tuple[Example, ...]:
    """All examples. Raises ``ContentError`` with everything that is wrong in any file."""
    library, known = library or content_schema.read(), read_sources()
    rules = [sourced(known), lambda read: _problems(read, library)]
    documents = read_checked(sorted(folder.glob("*.yaml")), SCHEMA, *rules, base=folder.parent)
    return tuple(_build(document, library, known) for document in documents)


@cache
def examples() -> tuple[Example, ...]:
    """All examples, read once for each process."""
    return read()


def example(technique: str) -> Example | None:
    """The example of that technique."""
    return next((one for one in examples() if one.technique == technique), None)


def _problems(document: Document, library: content_schema.Library) -> Iterator[Problem]:
    key = document.data["technique"]
    if Path(document.file).stem != key:
        yield document.problem(["technique"], "The file must have the name of the technique.")
    if key in {one.key for one in library.techniques}:
        yield from _stage_problems(document, library.technique(key))
    else:
        yield document.problem(["technique"], f"There is no technique “{key}”.")


def _stage_problems(document: Document, script: content_schema.Technique) -> Iterator[Problem]:
    told = {stage.key for stage in script.stages if any(column.makes == "summary" for column in stage.columns)}
    for key, lines in document.data["summary"].items():
        if key not in told:
            yield document.problem(["summary", key], f"The script of {script.name} has no words of a stage “{key}”.")
        for index, line in enumerate(lines):
            if not is_sentence(line) and not line.endswith(":"):
                yield document.problem(["summary", key, index], "This must be a full sentence with a full stop.")
    for key in sorted(told - set(document.data["summary"])):
        yield document.problem(["summary"], f"The words of the stage “{key}” are missing.")
    for index, lesson in enumerate(document.data["lessons"]):
        if "because" not in lesson["then_do"] or not lesson["then_do"].endswith("."):
            yield document.problem(["lessons", index, "then_do"], "Say “because”, and end with a full stop.")
    for index, text in enumerate(document.data["notice"]):
        if not is_sentence(text):
            yield document.problem(["notice", index], "This must be a full sentence with a full stop.")


def _build(document: Document, library: content_schema.Library, known: dict[str, str]) -> Example:
    data = document.data
    script = library.technique(data["technique"])
    return Example(
        technique=data["technique"],
        minutes=script.totals.of(data["length"]),
        title=data["title"],
        note=data["note"],
        people=data["people"],
        summary=tuple(
            Agreed(stage.name, tuple(data["summary"][stage.key]))
            for stage in script.stages
            if stage.key in data["summary"]
        ),
        actions=tuple(Promised(**action) for action in data["actions"]),
        lessons=tuple(Advice(**lesson) for lesson in data["lessons"]),
        notice=tuple(data["notice"]),
        sources=tuple(known[mark] for mark in data["sources"]),
    )
