"""A completed assessment that is invented, read from ``content/examples`` and checked against the instrument.

Pure: no Django. The example report is worked out from it, and the demo’s first round takes its answers from here.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
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
from kmportal.lib.content_classes import ONCE, Content, Sourced, Text, Texts
from roadmap.catalogue import read_sources
from selfassessment.instrument import FULL_SENTENCE, Framework
from selfassessment.instrument import read as read_instrument

FILE = Path(__file__).parent / "content" / "examples" / "twelve-people.yaml"
DONT_KNOW, SKIPPED = "?", "-"
MOST_MARKS = 5
_NAME = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Sister|Nurse) [A-Z]")
# One mark for each person; ? is “don’t know”, - is not answered.
Marks = Annotated[str, Meta(pattern="^[1-5?-]( [1-5?-])*$")]


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


class Answers(Content):
    """What the people said to one criterion. They are numbered from 1, in the order of the marks.

    ``matters`` are the numbers of those to whom it matters most.
    """

    now: Marks
    wanted: Marks
    matters: Annotated[tuple[Annotated[int, Meta(ge=1)], ...], Meta(extra=ONCE)] = ()
    comments: dict[int, str] = {}
    evidence: dict[int, str] = {}

    @property
    def choices(self) -> tuple[Choice, ...]:
        """One for each of the people, in their order."""
        pairs = zip(self.now.split(), self.wanted.split(), strict=True)
        return tuple(self._choice(number, now, wanted) for number, (now, wanted) in enumerate(pairs, start=1))

    def _choice(self, number: int, now: str, wanted: str) -> Choice:
        return Choice(
            now=int(now) if now.isdigit() else None,
            wanted=int(wanted) if wanted.isdigit() else None,
            dont_know=now == DONT_KNOW,
            matters=number in self.matters,
            comment=self.comments.get(number, ""),
            evidence=self.evidence.get(number, ""),
        )


class Decided(Content):
    """What the meeting decided about one suggestion. ``words`` are empty where its own words were kept."""

    criterion: Text
    verdict: Literal["accepted", "changed", "rejected"]
    words: Text = ""
    reason: Text = ""
    becomes: Literal["intervention", "action"] | None = None
    who: Text = ""
    until: Text = ""


class Example(Sourced):
    """The whole round."""

    key: Text
    framework: Text
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    note: Text
    who: Text
    asked: Annotated[int, Meta(ge=1)]
    people: Annotated[int, Meta(ge=5)]
    not_heard: Text
    answers: dict[str, Answers]
    decisions: Annotated[tuple[Decided, ...], Meta(min_length=1)]
    meeting: Texts
    notice: Texts


def read(file: Path = FILE, *, framework: Framework | None = None) -> Example:
    """The example. Raises ``ContentError`` with everything that is wrong in its file."""
    known = read_sources()
    codes = [one.code for one in (framework or read_instrument()).criteria]
    rules: list[Rule[Example]] = [sourced(known), partial(_answer_problems, codes), _word_problems]
    [document] = read_checked([file], Example, *rules, base=file.parent.parent)
    return name_sources(document.content, known)


@cache
def example() -> Example:
    """The example, read once for each process."""
    return name_sources(open_file(FILE, Example), read_sources())


def _answer_problems(codes: list[str], document: TypedDocument[Example]) -> Iterator[Problem]:
    example = document.content
    if example.asked < example.people:
        yield document.problem(["asked"], "More people answered than were asked.")
    for code in codes:
        if code not in example.answers:
            yield document.problem(["answers"], f"The answers to {code} are missing.")
    marks: Counter[int] = Counter()
    for code, said in example.answers.items():
        path = ("answers", code)
        if code not in codes:
            yield document.problem(path, f"There is no criterion {code}.")
        for name in ("now", "wanted"):
            if (count := len(getattr(said, name).split())) != example.people:
                yield document.problem([*path, name], f"There must be {example.people} answers, but there are {count}.")
        marks.update(said.matters)
        if any(not 1 <= number <= example.people for number in (*said.matters, *said.comments, *said.evidence)):
            yield document.problem(path, f"The people have the numbers 1 to {example.people}.")
    for number, count in marks.items():
        if count > MOST_MARKS:
            yield document.problem(["answers"], f"Person {number} marks {count} questions; five are the most.")


def _word_problems(document: TypedDocument[Example]) -> Iterator[Problem]:
    example = document.content
    for code, said in example.answers.items():
        for number, words in said.comments.items():
            path = ("answers", code, "comments", number)
            if not is_sentence(words):
                yield document.problem(path, FULL_SENTENCE)
            if _NAME.search(words):
                yield document.problem(path, "Nobody may be recognised in a comment.")
    yield from sentence_problems(document, ["meeting"], example.meeting, FULL_SENTENCE)
    yield from sentence_problems(document, ["notice"], example.notice, FULL_SENTENCE)
    for index, one in enumerate(example.decisions):
        place = ("decisions", index)
        if one.criterion not in example.answers:
            yield document.problem([*place, "criterion"], f"There is no criterion {one.criterion}.")
        owed = {"accepted": ("becomes", "who", "until"), "changed": ("words", "becomes", "who", "until")}
        for name in owed.get(one.verdict, ("reason",)):
            if not getattr(one, name):
                yield document.problem(place, f"“{name}” is missing.")
