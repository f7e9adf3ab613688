"""Sets of themes that ship, read from ``content/theme_sets.yaml`` and checked: an organisation takes those it wants.

Pure: no Django. ``fields`` name what lies where the two sets of change meet: service and way of working.
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
from kmportal.lib.content_classes import Content, Slug, Sourced, Text
from roadmap.catalogue import read_sources

FILE = Path(__file__).parent / "content" / "theme_sets.yaml"
SERVICE, WORK = "service-change", "work-change"


class ShippedTheme(Content):
    """One theme of a set. ``key`` where ``fields`` speak of it."""

    code: Annotated[str, Meta(max_length=40)] = ""
    key: Literal["", "much", "little"] = ""
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    text: Text


class ShippedSet(Content):
    """One set. ``about`` says what it is for."""

    key: Slug
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    about: Text
    themes: Annotated[tuple[ShippedTheme, ...], Meta(min_length=2)]


class Field(Content):
    """What lies where a theme of the one set meets a theme of the other."""

    name: Text
    service: Literal["much", "little"]
    work: Literal["much", "little"]
    text: Text


class ShippedSets(Sourced):
    """All of them, in the order in which they are offered."""

    sets: Annotated[tuple[ShippedSet, ...], Meta(min_length=1)]
    fields: tuple[Field, ...]

    def called(self, key: str) -> ShippedSet | None:
        return next((one for one in self.sets if one.key == key), None)


def read(file: Path = FILE) -> ShippedSets:
    """All sets. Raises ``ContentError`` with everything that is wrong."""
    known = read_sources()
    [document] = read_checked([file], ShippedSets, sourced(known), _find_problems, base=file.parent.parent)
    return name_sources(document.content, known)


@cache
def shipped_sets() -> ShippedSets:
    """All sets, read once for each process."""
    return name_sources(open_file(FILE, ShippedSets), read_sources())


def _find_problems(document: TypedDocument[ShippedSets]) -> Iterator[Problem]:
    content = document.content
    for name in ("key", "name"):
        places = ((getattr(one, name), ("sets", index, name)) for index, one in enumerate(content.sets))
        for value, path in repeated(places):
            yield document.problem(path, f"“{value}” stands here twice.")
    for index, one in enumerate(content.sets):
        yield from _set_problems(document, index, one)
    for key in (SERVICE, WORK):
        keys = {theme.key for one in content.sets if one.key == key for theme in one.themes}
        if keys != {"much", "little"}:
            yield document.problem(["sets"], f"The set “{key}” has the two themes “much” and “little”.")
    if len({(one.service, one.work) for one in content.fields}) != 4 or len(content.fields) != 4:
        yield document.problem(["fields"], "There are four fields, one for each of the four meetings.")


def _set_problems(document: TypedDocument[ShippedSets], index: int, one: ShippedSet) -> Iterator[Problem]:
    sentence = "This must be a full sentence with a full stop."
    if not is_sentence(one.about):
        yield document.problem(["sets", index, "about"], sentence)
    for place, theme in enumerate(one.themes):
        if not is_sentence(theme.text):
            yield document.problem(["sets", index, "themes", place, "text"], sentence)
    for name in ("code", "name"):
        places = (
            (value, ("sets", index, "themes", place, name))
            for place, theme in enumerate(one.themes)
            if (value := getattr(theme, name))
        )
        for value, path in repeated(places):
            yield document.problem(path, f"“{value}” stands here twice.")
