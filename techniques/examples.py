"""Examples of what a session leaves, read from ``content/examples`` and checked against the script.

Pure: no Django.
"""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from kmportal.lib.content import (
    Problem,
    Rule,
    TypedDocument,
    is_sentence,
    name_sources,
    open_file,
    read_checked,
    sentence_problems,
    sourced,
)
from kmportal.lib.content_classes import ONCE, Content, Sourced, Text
from roadmap.catalogue import read_sources
from techniques import content_schema
from techniques.content_schema import FULL_SENTENCE, Library, Technique

FOLDER = Path(__file__).parent / "content" / "examples"


class Promised(Content):
    """One action of the example."""

    what: Annotated[str, Meta(min_length=1, max_length=200)]
    who: Text
    until: Text


class Advice(Content):
    """One lesson for others."""

    when_you: Annotated[str, Meta(min_length=1, max_length=120)]
    then_do: Annotated[str, Meta(min_length=1, max_length=400)]


class Example(Sourced):
    """The summary of one invented session. ``notice`` says what makes it a good one.

    ``summary`` maps stages of the script to the agreed words, one paragraph or line each.
    """

    technique: Text
    length: Literal["short", "standard", "long"]
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    note: Text
    people: Text
    summary: Annotated[dict[str, Annotated[tuple[Text, ...], Meta(min_length=1)]], Meta(min_length=1)]
    actions: Annotated[tuple[Promised, ...], Meta(min_length=1)]
    lessons: Annotated[tuple[Advice, ...], Meta(min_length=1, max_length=3)]
    notice: Annotated[tuple[Text, ...], Meta(min_length=2, max_length=5, extra=ONCE)]


def read(folder: Path = FOLDER, *, library: Library | None = None) -> tuple[Example, ...]:
    """All examples. Raises ``ContentError`` with everything that is wrong in any file."""
    known = read_sources()
    rules: list[Rule[Example]] = [sourced(known), partial(_find_problems, library or content_schema.read())]
    documents = read_checked(sorted(folder.glob("*.yaml")), Example, *rules, base=folder.parent)
    return tuple(name_sources(document.content, known) for document in documents)


@cache
def examples() -> tuple[Example, ...]:
    """All examples, read once for each process."""
    titles = read_sources()
    return tuple(name_sources(open_file(path, Example), titles) for path in sorted(FOLDER.glob("*.yaml")))


def example(technique: str) -> Example | None:
    """The example of that technique."""
    return next((one for one in examples() if one.technique == technique), None)


def _find_problems(library: Library, document: TypedDocument[Example]) -> Iterator[Problem]:
    key = document.content.technique
    if Path(document.file).stem != key:
        yield document.problem(["technique"], "The file must have the name of the technique.")
    if key in {one.key for one in library.techniques}:
        yield from _stage_problems(document, library.technique(key))
    else:
        yield document.problem(["technique"], f"There is no technique “{key}”.")


def _stage_problems(document: TypedDocument[Example], script: Technique) -> Iterator[Problem]:
    example = document.content
    told = {stage.key for stage in script.stages if any(column.makes == "summary" for column in stage.columns)}
    for key, lines in example.summary.items():
        if key not in told:
            yield document.problem(["summary", key], f"The script of {script.name} has no words of a stage “{key}”.")
        for index, line in enumerate(lines):
            if not is_sentence(line) and not line.endswith(":"):
                yield document.problem(["summary", key, index], FULL_SENTENCE)
    for key in sorted(told - set(example.summary)):
        yield document.problem(["summary"], f"The words of the stage “{key}” are missing.")
    for index, lesson in enumerate(example.lessons):
        if "because" not in lesson.then_do or not lesson.then_do.endswith("."):
            yield document.problem(["lessons", index, "then_do"], "Say “because”, and end with a full stop.")
    yield from sentence_problems(document, ["notice"], example.notice, FULL_SENTENCE)
