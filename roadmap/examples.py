"""Examples that belong to an entry of the catalogue, such as the pitch in three lengths.

Pure: no Django. Read from ``content/examples``, one file for each entry that has one.
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
from roadmap.catalogue import Catalogue, read_sources
from roadmap.catalogue import read as read_catalogue

FOLDER = Path(__file__).parent / "content" / "examples"
SCHEMA = FOLDER / "example.schema.json"
# How many words people say in a second when they want to be understood.
SLOWEST, FASTEST = 2.0, 2.6


@dataclass(frozen=True)
class Pitch:
    """What one says to one listener in so many seconds. ``notice`` says what makes it a good one."""

    seconds: int
    listener: str
    moment: str
    words: tuple[str, ...]
    asks_for: str
    notice: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many words it has."""
        return len(" ".join(self.words).split())


@dataclass(frozen=True)
class Example:
    """The pitches that stand for one catalogue entry."""

    entry: str
    note: str
    pitches: tuple[Pitch, ...]
    sources: tuple[str, ...]


def read(folder: Path = FOLDER, *, catalogue: Catalogue | None = None) -> tuple[Example, ...]:
    """All examples. Raises ``ContentError`` with everything that is wrong in any file."""
    keys, known = {entry.key for entry in (catalogue or read_catalogue()).entries}, read_sources()
    rules = [sourced(known), lambda read: _entry_problems(read, keys), _pitch_problems]
    documents = read_checked(sorted(folder.glob("*.yaml")), SCHEMA, *rules, base=folder.parent)
    return tuple(
        Example(
            entry=document.data["entry"],
            note=document.data["note"],
            pitches=tuple(_pitch(pitch) for pitch in document.data["pitches"]),
            sources=tuple(known[mark] for mark in document.data["sources"]),
        )
        for document in documents
    )


@cache
def examples() -> tuple[Example, ...]:
    """All examples, read once for each process."""
    return read()


def example(entry: str) -> Example | None:
    """The example of that catalogue entry."""
    return next((one for one in examples() if one.entry == entry), None)


def _pitch(pitch: dict[str, object]) -> Pitch:
    lists = {name: tuple(value) for name, value in pitch.items() if isinstance(value, list)}
    return Pitch(**{**pitch, **lists})  # type: ignore[arg-type]


def _entry_problems(document: Document, keys: set[str]) -> Iterator[Problem]:
    entry = document.data["entry"]
    if entry not in keys:
        yield document.problem(["entry"], f"There is no catalogue entry with the key “{entry}”.")
    if Path(document.file).stem != entry:
        yield document.problem(["entry"], "The file must have the name of the entry.")


def _pitch_problems(document: Document) -> Iterator[Problem]:
    seconds = [pitch["seconds"] for pitch in document.data["pitches"]]
    if seconds != sorted(set(seconds)):
        yield document.problem(["pitches"], "The shortest comes first, and each length comes once.")
    for index, pitch in enumerate(document.data["pitches"]):
        path = ("pitches", index)
        count = len(" ".join(pitch["words"]).split())
        least, most = int(pitch["seconds"] * SLOWEST), int(pitch["seconds"] * FASTEST)
        if not least <= count <= most:
            yield document.problem(
                [*path, "words"], f"{pitch['seconds']} seconds hold {least} to {most} words, but here are {count}."
            )
        for field in ("words", "notice"):
            for number, text in enumerate(pitch[field]):
                if not is_sentence(text):
                    yield document.problem([*path, field, number], "This must be full sentences with a full stop.")
