"""Examples of lessons that may be copied, read from ``content/examples.yaml`` and checked.

Pure: no Django. They are shown on a page of their own and never stored, so nobody finds an invented lesson by a search.
"""

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
    repeated,
    sourced,
)
from roadmap.catalogue import read_sources

FILE = Path(__file__).parent / "content" / "examples.yaml"
SCHEMA = FILE.parent / "examples.schema.json"
KINDS = ("lesson", "good-practice", "case-study", "innovation", "success-story")
LONGEST_ADVICE = 35  # words, both halves together
SENTENCES = ("expected", "happened", "why", "then_do")


@dataclass(frozen=True)
class Example:
    """One example. ``notice`` says what makes it a good one; ``place`` is the unit that it would come from."""

    key: str
    kind: str
    went_well: bool
    place: str
    title: str
    expected: str
    happened: str
    why: str
    when_you: str
    then_do: str
    contact: str
    process: str
    tags: tuple[str, ...]
    notice: tuple[str, ...]


@dataclass(frozen=True)
class Examples:
    """All of them, in the order of the file, and the sentence that says that they are invented."""

    note: str
    examples: tuple[Example, ...]
    sources: tuple[str, ...]


def read(file: Path = FILE) -> Examples:
    """All examples. Raises ``ContentError`` with everything that is wrong."""
    known = read_sources()
    [document] = read_checked([file], SCHEMA, sourced(known), _problems, base=file.parent.parent)
    data = document.data
    return Examples(
        note=data["note"],
        examples=tuple(_build(one) for one in data["examples"]),
        sources=tuple(known[mark] for mark in data["sources"]),
    )


@cache
def examples() -> Examples:
    """All examples, read once for each process."""
    return read()


def _build(one: dict[str, Any]) -> Example:
    plain = {name: one[name] for name in one if name not in {"from", "tags", "notice"}}
    return Example(**plain, place=one["from"], tags=tuple(one["tags"]), notice=tuple(one["notice"]))


def _problems(document: Document) -> Iterator[Problem]:
    examples = document.data["examples"]
    for kind in KINDS:
        if not any(one["kind"] == kind for one in examples):
            yield document.problem(["examples"], f"There is no example of the kind “{kind}”.")
    if {one["went_well"] for one in examples if one["kind"] == "lesson"} != {True, False}:
        yield document.problem(["examples"], "Give a lesson from something that went well, and one from the opposite.")
    for key, path in repeated((one["key"], ("examples", index, "key")) for index, one in enumerate(examples)):
        yield document.problem(path, f"The key “{key}” stands here twice.")
    for index, one in enumerate(examples):
        path = ("examples", index)
        if one["title"].endswith("."):
            yield document.problem([*path, "title"], "A title has no full stop.")
        for field in SENTENCES:
            if not is_sentence(one[field][:1].upper() + one[field][1:]):
                yield document.problem([*path, field], "This must be full sentences with a full stop.")
        if not one["then_do"][:1].islower() or not one["when_you"][:1].islower():
            yield document.problem([*path, "then_do"], "The advice goes on inside a sentence: begin it small.")
        if (words := len(f"{one['when_you']} {one['then_do']}".split())) > LONGEST_ADVICE:
            yield document.problem([*path, "then_do"], f"The advice has {words} words. {LONGEST_ADVICE} are the most.")
        if "because" not in one["then_do"]:
            yield document.problem([*path, "then_do"], "An example gives the reason: say “because”.")
        for number, text in enumerate(one["notice"]):
            if not is_sentence(text):
                yield document.problem([*path, "notice", number], "This must be a full sentence with a full stop.")
