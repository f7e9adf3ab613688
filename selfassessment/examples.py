"""A completed assessment that is invented, read from ``content/examples`` and checked against the instrument.

Pure: no Django. The example report is worked out from it, and the demo’s first round takes its answers from here.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kmportal.lib.content import (
    Document,
    Problem,
    is_sentence,
    read_checked,
    sourced,
)
from roadmap.catalogue import read_sources
from selfassessment.instrument import Framework
from selfassessment.instrument import read as read_instrument

FILE = Path(__file__).parent / "content" / "examples" / "twelve-people.yaml"
SCHEMA = FILE.parent / "example.schema.json"
DONT_KNOW, SKIPPED = "?", "-"


@dataclass(frozen=True)
class Choice:
    """What one of the people said to one criterion."""

    now: int | None
    wanted: int | None
    dont_know: bool
    matters: bool
    comment: str
    evidence: str

    @property
    def is_answered(self) -> bool:
        """Whether this person answered this criterion at all; “don’t know” is an answer."""
        return self.dont_know or self.now is not None


@dataclass(frozen=True)
class Decided:
    """What the meeting decided about one suggestion. ``words`` are empty where its own words were kept."""

    criterion: str
    verdict: str
    words: str
    reason: str
    becomes: str
    who: str
    until: str


@dataclass(frozen=True)
class Example:
    """The whole round. ``answers`` has for each code one choice for each of the people, in the same order."""

    title: str
    note: str
    who: str
    asked: int
    people: int
    not_heard: str
    answers: dict[str, tuple[Choice, ...]]
    decisions: tuple[Decided, ...]
    meeting: tuple[str, ...]
    notice: tuple[str, ...]
    sources: tuple[str, ...]


def read(file: Path = FILE, *, framework: Framework | None = None) -> Example:
    """The example. Raises ``ContentError`` with everything that is wrong in its file."""
    known = read_sources()
    codes = [one.code for one in (framework or read_instrument()).criteria]
    rules = [sourced(known), lambda read: _answer_problems(read, codes), _word_problems]
    [document] = read_checked([file], SCHEMA, *rules, base=file.parent.parent)
    data = document.data
    return Example(
        title=data["title"],
        note=data["note"],
        who=data["who"],
        asked=data["asked"],
        people=data["people"],
        not_heard=data["not_heard"],
        answers={
            code: tuple(choice(said, place) for place in range(data["people"]))
            for code, said in data["answers"].items()
        },
        decisions=tuple(_decided(one) for one in data["decisions"]),
        meeting=tuple(data["meeting"]),
        notice=tuple(data["notice"]),
        sources=tuple(known[mark] for mark in data["sources"]),
    )


@cache
def example() -> Example:
    """The example, read once for each process."""
    return read()


def choice(said: dict[str, Any], place: int) -> Choice:
    """One column of a criterion’s answers."""
    now, wanted = (said[name].split()[place] for name in ("now", "wanted"))
    number = place + 1
    return Choice(
        now=int(now) if now.isdigit() else None,
        wanted=int(wanted) if wanted.isdigit() else None,
        dont_know=now == DONT_KNOW,
        matters=number in said.get("matters", ()),
        comment=said.get("comments", {}).get(number, ""),
        evidence=said.get("evidence", {}).get(number, ""),
    )


def _decided(one: dict[str, str]) -> Decided:
    rest = ("words", "reason", "becomes", "who", "until")
    return Decided(one["criterion"], one["verdict"], *(one.get(name, "") for name in rest))


def _answer_problems(document: Document, codes: list[str]) -> Iterator[Problem]:
    data = document.data
    if data["asked"] < data["people"]:
        yield document.problem(["asked"], "More people answered than were asked.")
    for code in codes:
        if code not in data["answers"]:
            yield document.problem(["answers"], f"The answers to {code} are missing.")
    marks: Counter[int] = Counter()
    for code, said in data["answers"].items():
        path = ("answers", code)
        if code not in codes:
            yield document.problem(path, f"There is no criterion {code}.")
        for name in ("now", "wanted"):
            if (count := len(said[name].split())) != data["people"]:
                yield document.problem([*path, name], f"There must be {data['people']} answers, but there are {count}.")
        marks.update(said.get("matters", ()))
        named = [*said.get("matters", ()), *said.get("comments", {}), *said.get("evidence", {})]
        if any(not isinstance(number, int) or not 1 <= number <= data["people"] for number in named):
            yield document.problem(path, f"The people have the numbers 1 to {data['people']}.")
    for number, count in marks.items():
        if count > MOST_MARKS:
            yield document.problem(["answers"], f"Person {number} marks {count} questions; five are the most.")


MOST_MARKS = 5
_NAME = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Sister|Nurse) [A-Z]")


def _word_problems(document: Document) -> Iterator[Problem]:
    data = document.data
    for code, said in data["answers"].items():
        for number, words in said.get("comments", {}).items():
            path = ("answers", code, "comments", number)
            if not is_sentence(words):
                yield document.problem(path, "This must be a full sentence with a full stop.")
            if _NAME.search(words):
                yield document.problem(path, "Nobody may be recognised in a comment.")
    for field in ("meeting", "notice"):
        for index, words in enumerate(data[field]):
            if not is_sentence(words):
                yield document.problem([field, index], "This must be a full sentence with a full stop.")
    for index, one in enumerate(data["decisions"]):
        place = ("decisions", index)
        if one["criterion"] not in data["answers"]:
            yield document.problem([*place, "criterion"], f"There is no criterion {one['criterion']}.")
        owed = {"accepted": ("becomes", "who", "until"), "changed": ("words", "becomes", "who", "until")}
        for name in owed.get(one["verdict"], ("reason",)):
            if name not in one:
                yield document.problem(place, f"“{name}” is missing.")
