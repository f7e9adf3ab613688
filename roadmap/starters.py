"""Starter programmes: the first hundred days of a trust, a council, a charity, read from ``content/starters``.

Pure: no Django. They are read where they are used and not kept in the database, because what a programme takes from
one becomes its own at once.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field
from msgspec.structs import replace

from kmportal.lib.content import (
    Problem,
    Rule,
    TypedDocument,
    draft_problems,
    is_sentence,
    name_sources,
    open_file,
    read_checked,
    repeated,
    sentences,
    sourced,
)
from kmportal.lib.content_classes import Content, Draft, Slug, Sourced, Text
from roadmap.catalogue import Catalogue, Entry, read_sources, shipped

FOLDER = Path(__file__).parent / "content" / "starters"
# Somebody should notice something by this day.
FIRST_RESULT = 90
SATURDAY = 5


Day = Annotated[int, Meta(ge=1, le=100)]


class Line(Content):
    """One intervention of a starter, with its days counted from the start; day 1 is the start itself.

    ``who`` are roles, not names; it goes on from “For”.
    """

    entry_key: str = field(name="entry")
    first_day: Day = field(name="from")
    last_day: Day = field(name="to")
    who: Annotated[str, Meta(min_length=1, max_length=120)]
    why: Annotated[str, Meta(min_length=1, max_length=240)]

    @property
    def entry(self) -> Entry:
        """The entry of the catalogue."""
        return shipped().entry(self.entry_key)

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


class Starter(Sourced):
    """A programme to begin with. ``for_whom`` is the kind of organisation that it is offered to first.

    ``after`` says what stands on day 100, in a sentence or two.
    """

    key: Slug
    position: Annotated[int, Meta(ge=1)]
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    for_whom: Literal["trust", "council", "ngo"]
    sentence: Annotated[str, Meta(min_length=1, max_length=200)]
    after: Text
    lines: Annotated[tuple[Line, ...], Meta(min_length=6, max_length=14)]
    draft: Draft


def read(folder: Path = FOLDER, *, catalogue: Catalogue | None = None) -> tuple[Starter, ...]:
    """All starters in their order. Raises ``ContentError`` with everything that is wrong in any file."""
    whole, titles = catalogue or shipped(), read_sources()
    rules: list[Rule[Starter]] = [sourced(titles), partial(_find_problems, whole)]
    documents = read_checked(sorted(folder.glob("*.yaml")), Starter, *rules, base=folder.parent)
    return _lines_in_order(document.content for document in documents)


def _lines_in_order(found: Iterable[Starter]) -> tuple[Starter, ...]:
    """The starters by position, with titles of sources and their lines by day."""
    titles = read_sources()
    ordered = (replace(name_sources(one, titles), lines=tuple(sorted(one.lines, key=_days_of_line))) for one in found)
    return tuple(sorted(ordered, key=lambda one: one.position))


def _days_of_line(line: Line) -> tuple[int, int]:
    return line.first_day, line.last_day


@cache
def starters() -> tuple[Starter, ...]:
    """All starters, read once for each process."""
    return _lines_in_order(open_file(path, Starter) for path in sorted(FOLDER.glob("*.yaml")))


def starter(key: str) -> Starter | None:
    """The starter of that key."""
    return next((one for one in starters() if one.key == key), None)


def _find_problems(catalogue: Catalogue, document: TypedDocument[Starter]) -> list[Problem]:
    starter = document.content
    problems = list(draft_problems(document, [], document.data))
    if (stem := Path(document.file).stem) != starter.key:
        problems.append(document.problem(["key"], f"The key must be the name of the file, “{stem}”."))
    if not is_sentence(starter.sentence) or sentences(starter.sentence) != 1:
        problems.append(document.problem(["sentence"], "This must be one full sentence."))
    if not is_sentence(starter.after):
        problems.append(document.problem(["after"], "This must be a full sentence with a full stop."))
    problems += _line_problems(document, {entry.key for entry in catalogue.entries})
    return problems or list(_balance_problems(document, catalogue))


def _line_problems(document: TypedDocument[Starter], keys: set[str]) -> Iterator[Problem]:
    lines = document.content.lines
    for index, line in enumerate(lines):
        path = ("lines", index)
        if line.entry_key not in keys:
            yield document.problem([*path, "entry"], f"There is no catalogue entry with the key “{line.entry_key}”.")
        if line.last_day < line.first_day:
            yield document.problem([*path, "to"], f"It would end on day {line.last_day}, before it begins.")
        if not is_sentence(line.why):
            yield document.problem([*path, "why"], "This must be a full sentence with a full stop.")
        if line.who.endswith("."):
            yield document.problem([*path, "who"], "This goes on inside a sentence, so it has no full stop.")
    for key, place in repeated((line.entry_key, ("lines", index, "entry")) for index, line in enumerate(lines)):
        yield document.problem(place, f"“{key}” stands here twice.")


def _balance_problems(document: TypedDocument[Starter], catalogue: Catalogue) -> Iterator[Problem]:
    """The plan serves every area, goes through more than one step, and shows a result in time."""
    lines = document.content.lines
    entries = [catalogue.entry(line.entry_key) for line in lines]
    served = {area for entry in entries for area in entry.areas}
    for area in catalogue.areas:
        if area.key not in served:
            yield document.problem(["lines"], f"Nothing in it serves the area “{area.name}”.")
    steps = {entry.step for entry in entries}
    if not {1, 2} <= steps or len(steps) < 4:
        yield document.problem(["lines"], "It must begin with steps 1 and 2 and reach four of the five steps.")
    quick = [line.last_day for line, entry in zip(lines, entries, strict=True) if entry.visibility == "high"]
    if not quick or min(quick) > FIRST_RESULT:
        yield document.problem(["lines"], f"Nothing that many people notice is done by day {FIRST_RESULT}.")
