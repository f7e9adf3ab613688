"""Starter programmes: the first hundred days of a trust, a council, a charity, read from ``content/starters``.

Pure: no Django. They are read where they are used and not kept in the database, because what a programme takes from
one becomes its own at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from kmportal.lib.content import (
    Document,
    Problem,
    draft_problems,
    is_sentence,
    read_checked,
    repeated,
    sentences,
    sourced,
)
from roadmap.catalogue import Catalogue, Entry, read_sources
from roadmap.catalogue import read as read_catalogue

FOLDER = Path(__file__).parent / "content" / "starters"
SCHEMA = FOLDER / "starter.schema.json"
# Somebody should notice something by this day.
FIRST_RESULT = 90
SATURDAY = 5


@dataclass(frozen=True)
class Line:
    """One intervention of a starter, with its days counted from the start; day 1 is the start itself."""

    entry: Entry
    first_day: int
    last_day: int
    who: str
    why: str

    @property
    def words(self) -> str:
        """Why, and for whom, as the summary of an intervention."""
        return f"{self.why} For {self.who}."

    def days_from(self, start: date) -> tuple[date, date]:
        """First and last day in a programme that starts then: never at a weekend, never in the wrong order."""
        first, last = (start + timedelta(days=day - 1) for day in (self.first_day, self.last_day))
        while first.weekday() >= SATURDAY:
            first += timedelta(days=1)
        while last.weekday() >= SATURDAY:
            last -= timedelta(days=1)
        return first, max(first, last)


@dataclass(frozen=True)
class Starter:
    """A programme to begin with. ``for_whom`` is the kind of organisation that it is offered to first."""

    key: str
    position: int
    name: str
    for_whom: str
    sentence: str
    after: str
    lines: tuple[Line, ...]
    sources: tuple[str, ...]
    draft: tuple[str, ...]


def read(folder: Path = FOLDER, *, catalogue: Catalogue | None = None) -> tuple[Starter, ...]:
    """All starters in their order. Raises ``ContentError`` with everything that is wrong in any file."""
    whole, known = catalogue or read_catalogue(), read_sources()
    rules = [sourced(known), lambda read: _problems(read, whole)]
    documents = read_checked(sorted(folder.glob("*.yaml")), SCHEMA, *rules, base=folder.parent)
    return tuple(sorted((_build(document, whole, known) for document in documents), key=lambda one: one.position))


@cache
def starters() -> tuple[Starter, ...]:
    """All starters, read once for each process."""
    return read()


def starter(key: str) -> Starter | None:
    """The starter of that key."""
    return next((one for one in starters() if one.key == key), None)


def _problems(document: Document, catalogue: Catalogue) -> list[Problem]:
    data = document.data
    problems = list(draft_problems(document, [], data))
    if (stem := Path(document.file).stem) != data["key"]:
        problems.append(document.problem(["key"], f"The key must be the name of the file, “{stem}”."))
    if not is_sentence(data["sentence"]) or sentences(data["sentence"]) != 1:
        problems.append(document.problem(["sentence"], "This must be one full sentence."))
    if not is_sentence(data["after"]):
        problems.append(document.problem(["after"], "This must be a full sentence with a full stop."))
    problems += _line_problems(document, {entry.key for entry in catalogue.entries})
    return problems or list(_balance_problems(document, catalogue))


def _line_problems(document: Document, keys: set[str]) -> Iterator[Problem]:
    lines = document.data["lines"]
    for index, line in enumerate(lines):
        path = ("lines", index)
        if line["entry"] not in keys:
            yield document.problem([*path, "entry"], f"There is no catalogue entry with the key “{line['entry']}”.")
        if line["to"] < line["from"]:
            yield document.problem([*path, "to"], f"It would end on day {line['to']}, before it begins.")
        if not is_sentence(line["why"]):
            yield document.problem([*path, "why"], "This must be a full sentence with a full stop.")
        if line["who"].endswith("."):
            yield document.problem([*path, "who"], "This goes on inside a sentence, so it has no full stop.")
    for key, place in repeated((line["entry"], ("lines", index, "entry")) for index, line in enumerate(lines)):
        yield document.problem(place, f"“{key}” stands here twice.")


def _balance_problems(document: Document, catalogue: Catalogue) -> Iterator[Problem]:
    """The plan serves every area, goes through more than one step, and shows a result in time."""
    lines = document.data["lines"]
    entries = [catalogue.entry(line["entry"]) for line in lines]
    served = {area for entry in entries for area in entry.areas}
    for area in catalogue.areas:
        if area.key not in served:
            yield document.problem(["lines"], f"Nothing in it serves the area “{area.name}”.")
    steps = {entry.step for entry in entries}
    if not {1, 2} <= steps or len(steps) < 4:
        yield document.problem(["lines"], "It must begin with steps 1 and 2 and reach four of the five steps.")
    quick = [line["to"] for line, entry in zip(lines, entries, strict=True) if entry.visibility == "high"]
    if not quick or min(quick) > FIRST_RESULT:
        yield document.problem(["lines"], f"Nothing that many people notice is done by day {FIRST_RESULT}.")


def _build(document: Document, catalogue: Catalogue, known: dict[str, str]) -> Starter:
    data = document.data
    lines = (
        Line(catalogue.entry(line["entry"]), line["from"], line["to"], line["who"], line["why"])
        for line in data["lines"]
    )
    return Starter(
        key=data["key"],
        position=data["position"],
        name=data["name"],
        for_whom=data["for_whom"],
        sentence=data["sentence"],
        after=data["after"],
        lines=tuple(sorted(lines, key=lambda line: (line.first_day, line.last_day))),
        sources=tuple(known[mark] for mark in data["sources"]),
        draft=tuple(data["draft"]),
    )
