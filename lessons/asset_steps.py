"""How a knowledge asset is built: ten steps with a check each, read from ``content/asset_steps.yaml``.

Pure: no Django.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from kmportal.lib.content import (
    Problem,
    TypedDocument,
    is_sentence,
    name_sources,
    open_file,
    read_checked,
    repeated,
    sourced,
)
from kmportal.lib.content_classes import Content, Sourced, Text
from roadmap.catalogue import read_sources

FILE = Path(__file__).parent / "content" / "asset_steps.yaml"
LAST = 10
# What the portal sees by itself, beside what people say.
Shows = Literal["", "purpose", "text", "keepers", "parts", "people", "checked", "published", "review"]


class AssetGuideStep(Content):
    """One step: what to do, and the question that is answered with yes before the next one."""

    number: Annotated[int, Meta(ge=1, le=LAST)]
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    how: Text
    check: Text
    shows: Shows = ""


class AssetGuide(Sourced):
    """All ten, in their order."""

    steps: Annotated[tuple[AssetGuideStep, ...], Meta(min_length=LAST, max_length=LAST)]

    def step(self, number: int) -> AssetGuideStep | None:
        return next((one for one in self.steps if one.number == number), None)


def read(file: Path = FILE) -> AssetGuide:
    """The guide. Raises ``ContentError`` with everything that is wrong."""
    known = read_sources()
    [document] = read_checked([file], AssetGuide, sourced(known), _find_problems, base=file.parent.parent)
    return name_sources(document.content, known)


@cache
def asset_guide() -> AssetGuide:
    """The guide, read once for each process."""
    return name_sources(open_file(FILE, AssetGuide), read_sources())


def _find_problems(document: TypedDocument[AssetGuide]) -> Iterator[Problem]:
    steps = document.content.steps
    if [one.number for one in steps] != [*range(1, LAST + 1)]:
        yield document.problem(["steps"], "The steps are numbered from 1 to 10, in their order.")
    for name, path in repeated((one.name, ("steps", index, "name")) for index, one in enumerate(steps)):
        yield document.problem(path, f"“{name}” stands here twice.")
    for index, one in enumerate(steps):
        if not is_sentence(one.how):
            yield document.problem(["steps", index, "how"], "This must be full sentences with a full stop.")
        if not one.check.endswith("?"):
            yield document.problem(["steps", index, "check"], "A check is a question.")
