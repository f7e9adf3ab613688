"""The portal’s words and what they mean, read from ``kmportal/content/glossary.yaml``.

One truth for two readers: the page of words, and ``docs/glossary.md``, which ``write_glossary`` makes from it.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, field

from kmportal.lib.content import Problem, TypedDocument, is_sentence, open_file, read_checked, repeated
from kmportal.lib.content_classes import Content, Key

# A word marked in a text: [[gap]] or [[gap|gaps]]
MARK = re.compile(r"\[\[([a-z-]+)(?:\|([^\]]+))?\]\]")
FOLDER = Path(__file__).resolve().parent.parent / "content"
DOCUMENT = FOLDER.parent.parent / "docs" / "glossary.md"
HEAD = """# Words

One word for one thing, on the screen and in the code. British English, plain. Where the code needs another word, it
stands in brackets. This file is made by `python manage.py write_glossary` from `kmportal/content/glossary.yaml`, which
is also what the portal’s own page of words shows: change a word there.
"""


Place = Annotated[str, Meta(pattern="^[a-z]+(-[a-z]+)*$")]


class Word(Content):
    """One word. ``code`` is what the code calls it, where that differs; ``is_shown`` whether a screen ever says it."""

    key: Place
    word: Annotated[str, Meta(min_length=1, max_length=80)]
    meaning: Annotated[str, Meta(min_length=1, max_length=320)]
    code: Annotated[str, Meta(min_length=1, max_length=40)] = ""
    is_shown: bool = field(default=True, name="shown")


class WordGroup(Content):
    """Words that belong together."""

    key: Place
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    words: Annotated[tuple[Word, ...], Meta(min_length=1)]

    @property
    def shown(self) -> tuple[Word, ...]:
        """Those that somebody may meet on a screen."""
        return tuple(word for word in self.words if word.is_shown)


class Glossary(Content):
    """All words, in groups."""

    groups: Annotated[tuple[WordGroup, ...], Meta(min_length=1)]

    def word(self, key: str) -> Word:
        """The word of that key. Raises ``KeyError`` when no screen has it."""
        return {word.key: word for group in self.groups for word in group.shown}[key]

    def knows(self, key: str) -> bool:
        """Whether the page of words has a place of that name."""
        return any(word.key == key for group in self.groups for word in group.shown)

    def as_markdown(self) -> str:
        """The whole of ``docs/glossary.md``."""
        parts = [HEAD]
        for group in self.groups:
            rows = [f"| {_names_of_term(word)} | {word.meaning} |" for word in group.words]
            parts.append("\n".join([f"## {group.name}", "", "| word | what it means |", "|---|---|", *rows, ""]))
        return "\n".join(parts)


def _names_of_term(word: Word) -> str:
    return f"{word.word} ({word.code})" if word.code else word.word


def read(folder: Path = FOLDER) -> Glossary:
    """All words. Raises ``ContentError`` with everything that is wrong."""
    [document] = read_checked([folder / "glossary.yaml"], Glossary, _find_problems, base=folder.parent)
    return document.content


def _find_problems(document: TypedDocument[Glossary]) -> Iterator[Problem]:
    groups = document.content.groups
    places: list[tuple[Word, tuple[Key, ...]]] = [
        (word, ("groups", index, "words", number))
        for index, group in enumerate(groups)
        for number, word in enumerate(group.words)
    ]
    for word, place in places:
        if not is_sentence(word.meaning):
            yield document.problem([*place, "meaning"], "The meaning must be a full sentence with a full stop.")
    # Groups and words share the page, so they share its places too.
    keys: list[tuple[str, tuple[Key, ...]]] = [
        *((group.key, ("groups", index, "key")) for index, group in enumerate(groups)),
        *((word.key, (*place, "key")) for word, place in places),
    ]
    for key, where in repeated(keys):
        yield document.problem(where, f"The key “{key}” stands here twice.")
    for name, where in repeated((word.word, (*place, "word")) for word, place in places):
        yield document.problem(where, f"“{name}” stands here twice.")


@cache
def glossary() -> Glossary:
    """All words, read once for each process."""
    return open_file(FOLDER / "glossary.yaml", Glossary)


def terms_of(text: str) -> list[str]:
    """The keys of the words that are marked in a text."""
    return [mark[1] for mark in MARK.finditer(text)]


def plain(text: str, known: Glossary | None = None) -> str:
    """A text without its marks, as somebody reads it. A key that nobody knows stands for itself."""
    whole = known or glossary()
    return MARK.sub(lambda mark: mark[2] or (whole.word(mark[1]).word if whole.knows(mark[1]) else mark[1]), text)
