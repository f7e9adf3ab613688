"""Examples that belong to an entry of the catalogue, such as the pitch in three lengths.

Pure: no Django. Read from ``content/examples``, one file for each entry that has one.
"""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from kmportal.lib.content import (
    Problem,
    Rule,
    TypedDocument,
    name_sources,
    open_file,
    read_checked,
    sentence_problems,
    sourced,
)
from kmportal.lib.content_classes import ONCE, Content, Sourced, Text
from roadmap.catalogue import Catalogue, read_sources, shipped

FOLDER = Path(__file__).parent / "content" / "examples"
# How many words people say in a second when they want to be understood.
SLOWEST, FASTEST = 2.0, 2.6


class Pitch(Content):
    """What one says to one listener in so many seconds. ``notice`` says what makes it a good one."""

    seconds: Annotated[int, Meta(ge=15, le=120)]
    listener: Text
    moment: Text
    words: Annotated[tuple[Text, ...], Meta(min_length=1)]
    asks_for: Text
    notice: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=4, extra=ONCE)]

    @property
    def count(self) -> int:
        """How many words it has."""
        return len(" ".join(self.words).split())


class Example(Sourced):
    """The pitches that stand for one catalogue entry, which it names by key."""

    entry: Text
    note: Text
    pitches: Annotated[tuple[Pitch, ...], Meta(min_length=1)]


def read(folder: Path = FOLDER, *, catalogue: Catalogue | None = None) -> tuple[Example, ...]:
    """All examples. Raises ``ContentError`` with everything that is wrong in any file."""
    keys, titles = {entry.key for entry in (catalogue or shipped()).entries}, read_sources()
    rules: list[Rule[Example]] = [sourced(titles), partial(_entry_problems, keys), _pitch_problems]
    documents = read_checked(sorted(folder.glob("*.yaml")), Example, *rules, base=folder.parent)
    return tuple(name_sources(document.content, titles) for document in documents)


@cache
def examples() -> tuple[Example, ...]:
    """All examples, read once for each process."""
    titles = read_sources()
    return tuple(name_sources(open_file(path, Example), titles) for path in sorted(FOLDER.glob("*.yaml")))


def example(entry: str) -> Example | None:
    """The example of that catalogue entry."""
    return next((one for one in examples() if one.entry == entry), None)


def _entry_problems(keys: set[str], document: TypedDocument[Example]) -> Iterator[Problem]:
    entry = document.content.entry
    if entry not in keys:
        yield document.problem(["entry"], f"There is no catalogue entry with the key “{entry}”.")
    if Path(document.file).stem != entry:
        yield document.problem(["entry"], "The file must have the name of the entry.")


def _pitch_problems(document: TypedDocument[Example]) -> Iterator[Problem]:
    pitches = document.content.pitches
    seconds = [pitch.seconds for pitch in pitches]
    if seconds != sorted(set(seconds)):
        yield document.problem(["pitches"], "The shortest comes first, and each length comes once.")
    for index, pitch in enumerate(pitches):
        path = ("pitches", index)
        least, most = int(pitch.seconds * SLOWEST), int(pitch.seconds * FASTEST)
        if not least <= pitch.count <= most:
            yield document.problem(
                [*path, "words"], f"{pitch.seconds} seconds hold {least} to {most} words, but here are {pitch.count}."
            )
        for name in ("words", "notice"):
            yield from sentence_problems(
                document, [*path, name], getattr(pitch, name), "This must be full sentences with a full stop."
            )
