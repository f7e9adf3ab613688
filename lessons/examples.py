"""Examples of lessons that may be copied, read from ``content/examples.yaml`` and checked.

Pure: no Django. They are shown on a page of their own and never stored, so nobody finds an invented lesson by a search.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from kmportal.lib.content import (
    Problem,
    TypedDocument,
    is_sentence,
    name_sources,
    open_file,
    read_checked,
    repeated,
    sentence_problems,
    sourced,
)
from kmportal.lib.content_classes import ONCE, Content, Slug, Sourced, Text
from roadmap.catalogue import read_sources

FILE = Path(__file__).parent / "content" / "examples.yaml"
KINDS = ("lesson", "good-practice", "case-study", "innovation", "success-story")
LONGEST_ADVICE = 35  # words, both halves together
SENTENCES = ("expected", "happened", "why", "then_do")


class Example(Content):
    """One example. ``notice`` says what makes it a good one; ``place`` is the unit that it would come from, no person.

    ``when_you`` goes on from “When you are about to”, ``then_do`` from “then”, and gives the reason with “because”.
    """

    key: Slug
    kind: Literal["lesson", "good-practice", "case-study", "innovation", "success-story"]
    went_well: bool
    place: Text = field(name="from")
    title: Annotated[str, Meta(min_length=1, max_length=100)]
    expected: Annotated[str, Meta(min_length=1, max_length=400)]
    happened: Annotated[str, Meta(min_length=1, max_length=900)]
    why: Annotated[str, Meta(min_length=1, max_length=500)]
    when_you: Annotated[str, Meta(min_length=1, max_length=120)]
    then_do: Annotated[str, Meta(min_length=1, max_length=400)]
    contact: Text
    process: Text
    tags: Annotated[tuple[Text, ...], Meta(min_length=2, max_length=5, extra=ONCE)]
    notice: Annotated[tuple[Text, ...], Meta(min_length=2, max_length=4, extra=ONCE)]


class Examples(Sourced):
    """All of them, in the order of the file, and the sentence that says that they are invented."""

    note: Text
    examples: Annotated[tuple[Example, ...], Meta(min_length=5)]


def read(file: Path = FILE) -> Examples:
    """All examples. Raises ``ContentError`` with everything that is wrong."""
    known = read_sources()
    [document] = read_checked([file], Examples, sourced(known), _find_problems, base=file.parent.parent)
    return name_sources(document.content, known)


@cache
def examples() -> Examples:
    """All examples, read once for each process."""
    return name_sources(open_file(FILE, Examples), read_sources())


def _find_problems(document: TypedDocument[Examples]) -> Iterator[Problem]:
    examples = document.content.examples
    for kind in KINDS:
        if not any(one.kind == kind for one in examples):
            yield document.problem(["examples"], f"There is no example of the kind “{kind}”.")
    if {one.went_well for one in examples if one.kind == "lesson"} != {True, False}:
        yield document.problem(["examples"], "Give a lesson from something that went well, and one from the opposite.")
    for key, path in repeated((one.key, ("examples", index, "key")) for index, one in enumerate(examples)):
        yield document.problem(path, f"The key “{key}” stands here twice.")
    for index, one in enumerate(examples):
        yield from _example_problems(document, ("examples", index), one)


def _example_problems(document: TypedDocument[Examples], path: tuple[str, int], one: Example) -> Iterator[Problem]:
    if one.title.endswith("."):
        yield document.problem([*path, "title"], "A title has no full stop.")
    for name in SENTENCES:
        text = getattr(one, name)
        if not is_sentence(text[:1].upper() + text[1:]):
            yield document.problem([*path, name], "This must be full sentences with a full stop.")
    if not one.then_do[:1].islower() or not one.when_you[:1].islower():
        yield document.problem([*path, "then_do"], "The advice goes on inside a sentence: begin it small.")
    if (words := len(f"{one.when_you} {one.then_do}".split())) > LONGEST_ADVICE:
        yield document.problem([*path, "then_do"], f"The advice has {words} words. {LONGEST_ADVICE} are the most.")
    if "because" not in one.then_do:
        yield document.problem([*path, "then_do"], "An example gives the reason: say “because”.")
    sentence = "This must be a full sentence with a full stop."
    yield from sentence_problems(document, [*path, "notice"], one.notice, sentence)
