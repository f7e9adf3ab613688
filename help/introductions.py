"""Introductions: what stands on top of a page, what it is for and what to do first. Read from ``content``.

Pure but for the names of permissions. ``context`` finds the one of the page that is shown.
"""

from collections.abc import Collection, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from kmportal.lib.content import (
    Document,
    Problem,
    TypedDocument,
    is_sentence,
    open_file,
    read_checked,
    repeated,
    sentences,
)
from kmportal.lib.content_classes import ONCE, Content, Key
from kmportal.lib.glossary import Glossary, glossary, plain, terms_of
from organisations.permissions import Permission

FOLDER = Path(__file__).parent / "content"
MOST_SENTENCES = 3

Page = Annotated[str, Meta(pattern="^[a-z]+(_[a-z]+)*$", max_length=60)]


class Words(Content):
    """One sentence that says what the page is for, and up to three that say what to do first. Terms are marked."""

    title: Annotated[str, Meta(min_length=1, max_length=80)]
    words: Annotated[str, Meta(min_length=1, max_length=320)]


class Variant(Words):
    """Other words for those who have a permission."""

    may: Literal["contribute", "facilitate", "validate", "plan", "oversee", "administer"]


class Introduction(Words):
    """Of one page, or of a few that share it. ``variants`` are tried in their order."""

    page: Page
    also: Annotated[tuple[Page, ...], Meta(min_length=1, extra=ONCE)] = ()
    variants: Annotated[tuple[Variant, ...], Meta(min_length=1)] = field(default=(), name="for")

    @property
    def pages(self) -> tuple[str, ...]:
        return (self.page, *self.also)

    def words_for(self, permissions: Collection[Permission]) -> Words:
        """What somebody with these permissions reads."""
        return next((one for one in self.variants if Permission(one.may) in permissions), self)


class Introductions(Content):
    """The file."""

    introductions: Annotated[tuple[Introduction, ...], Meta(min_length=1)]


def read(folder: Path = FOLDER, *, known: Glossary | None = None) -> tuple[Introduction, ...]:
    """All introductions. Raises ``ContentError`` with everything that is wrong."""
    rule = partial(_find_problems, known or glossary())
    [document] = read_checked([folder / "introductions.yaml"], Introductions, rule, base=folder.parent)
    return document.content.introductions


@cache
def by_page() -> dict[str, Introduction]:
    """Every page’s introduction, read once for each process."""
    file = open_file(FOLDER / "introductions.yaml", Introductions)
    return {page: one for one in file.introductions for page in one.pages}


def _find_problems(known: Glossary, document: TypedDocument[Introductions]) -> Iterator[Problem]:
    pages: list[tuple[str, tuple[Key, ...]]] = []
    for index, one in enumerate(document.content.introductions):
        path: tuple[Key, ...] = ("introductions", index)
        pages += [(page, path) for page in one.pages]
        yield from _word_problems(document, path, one, known)
        for number, variant in enumerate(one.variants):
            yield from _word_problems(document, (*path, "for", number), variant, known)
    for page, path in repeated(pages):
        yield document.problem(path, f"The page “{page}” has two introductions.")


def _word_problems(document: Document, path: tuple[Key, ...], item: Words, known: Glossary) -> Iterator[Problem]:
    words = plain(item.words, known)
    if not is_sentence(item.title) or sentences(item.title) != 1:
        yield document.problem([*path, "title"], "This must be one full sentence.")
    if not is_sentence(words):
        yield document.problem([*path, "words"], "This must be full sentences with a full stop.")
    elif sentences(words) > MOST_SENTENCES:
        yield document.problem([*path, "words"], f"There must be at most {MOST_SENTENCES} sentences.")
    for key in terms_of(item.words):
        if not known.knows(key):
            yield document.problem([*path, "words"], f"The glossary has no word with the key “{key}”.")
