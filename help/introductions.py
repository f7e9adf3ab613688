"""Introductions: what stands on top of a page, what it is for and what to do first. Read from ``content``.

Pure but for the names of permissions. ``context`` finds the one of the page that is shown.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kmportal.lib.content import (
    Document,
    Key,
    Problem,
    is_sentence,
    read_checked,
    repeated,
    sentences,
)
from kmportal.lib.glossary import Glossary, glossary, plain, terms_of
from organisations.permissions import Permission

FOLDER = Path(__file__).parent / "content"
SCHEMA = FOLDER / "introductions.schema.json"
MOST_SENTENCES = 3


@dataclass(frozen=True)
class Words:
    """One sentence that says what the page is for, and up to three that say what to do first. Terms are marked."""

    title: str
    words: str


@dataclass(frozen=True)
class Introduction:
    """Of one page, or of a few that share it. ``variants`` are tried in their order."""

    page: str
    pages: tuple[str, ...]
    words: Words
    variants: tuple[tuple[Permission, Words], ...]

    def words_for(self, permissions: Collection[Permission]) -> Words:
        """What somebody with these permissions reads."""
        return next((words for may, words in self.variants if may in permissions), self.words)


def read(folder: Path = FOLDER, *, known: Glossary | None = None) -> tuple[Introduction, ...]:
    """All introductions. Raises ``ContentError`` with everything that is wrong."""
    words = known or glossary()
    files = [folder / "introductions.yaml"]
    [document] = read_checked(files, SCHEMA, lambda read: _problems(read, words), base=folder.parent)
    return tuple(
        Introduction(
            one["page"],
            (one["page"], *one.get("also", [])),
            Words(one["title"], one["words"]),
            tuple((Permission(other["may"]), Words(other["title"], other["words"])) for other in one.get("for", [])),
        )
        for one in document.data["introductions"]
    )


@cache
def by_page() -> dict[str, Introduction]:
    """Every page’s introduction, read once for each process."""
    return {page: one for one in read() for page in one.pages}


def _problems(document: Document, known: Glossary) -> Iterator[Problem]:
    pages: list[tuple[str, tuple[Key, ...]]] = []
    for index, one in enumerate(document.data["introductions"]):
        path: tuple[Key, ...] = ("introductions", index)
        pages += [(page, path) for page in (one["page"], *one.get("also", []))]
        yield from _word_problems(document, path, one, known)
        for number, variant in enumerate(one.get("for", [])):
            yield from _word_problems(document, (*path, "for", number), variant, known)
    for page, path in repeated(pages):
        yield document.problem(path, f"The page “{page}” has two introductions.")


def _word_problems(
    document: Document, path: tuple[Key, ...], item: dict[str, str], known: Glossary
) -> Iterator[Problem]:
    title, words = item["title"], plain(item["words"], known)
    if not is_sentence(title) or sentences(title) != 1:
        yield document.problem([*path, "title"], "This must be one full sentence.")
    if not is_sentence(words):
        yield document.problem([*path, "words"], "This must be full sentences with a full stop.")
    elif sentences(words) > MOST_SENTENCES:
        yield document.problem([*path, "words"], f"There must be at most {MOST_SENTENCES} sentences.")
    for key in terms_of(item["words"]):
        if not known.knows(key):
            yield document.problem([*path, "words"], f"The glossary has no word with the key “{key}”.")
