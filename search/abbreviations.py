"""Abbreviations: what people type for short finds what was written out, and the reverse.

Content: ``content/abbreviations.yaml``, a list for each field of work. No Django in this module.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Annotated

from msgspec import Meta, field

from kmportal.lib.content import Problem, TypedDocument, open_file, read_checked, repeated
from kmportal.lib.content_classes import Content, Key
from search.analyser import stems

FOLDER = Path(__file__).resolve().parent / "content"
MOST_WORDS = 6
Words = tuple[str, ...]


class Abbreviation(Content):
    """One abbreviation. ``needs_capitals``: in small letters it is another word."""

    short: Annotated[str, Meta(min_length=2, max_length=12)]
    long: Annotated[tuple[Annotated[str, Meta(min_length=4, max_length=80)], ...], Meta(min_length=1)]
    needs_capitals: bool = field(default=False, name="capitals")


class Field(Content):
    """The abbreviations of one field of work."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    entries: Annotated[tuple[Abbreviation, ...], Meta(min_length=1)]


class Abbreviations(Content):
    """All of them."""

    fields: Annotated[tuple[Field, ...], Meta(min_length=1)]


@dataclass(frozen=True)
class Table:
    """Stems of what is typed → stems of what it may be said by instead."""

    written_out: Mapping[Words, tuple[Words, ...]]
    shortened: Mapping[Words, tuple[Words, ...]]
    needs_capitals: Mapping[Words, str]

    def meant_by(self, short: Words, text: str) -> tuple[Words, ...]:
        """What an abbreviation may stand for, as it was typed; nothing where it is none."""
        written = self.needs_capitals.get(short, "")
        if written and text.rstrip("s") not in (written, written.upper()):
            return ()
        return self.written_out.get(short, ())


def read(folder: Path = FOLDER) -> Abbreviations:
    """All abbreviations. Raises ``ContentError`` with everything that is wrong."""
    [document] = read_checked([folder / "abbreviations.yaml"], Abbreviations, _find_problems, base=folder.parent)
    return document.content


def _find_problems(document: TypedDocument[Abbreviations]) -> Iterator[Problem]:
    places: list[tuple[Abbreviation, tuple[Key, ...]]] = [
        (entry, ("fields", at, "entries", number))
        for at, one in enumerate(document.content.fields)
        for number, entry in enumerate(one.entries)
    ]
    for short, where in repeated((entry.short, (*place, "short")) for entry, place in places):
        yield document.problem(where, f"“{short}” stands here twice.")
    for entry, place in places:
        for number, words in enumerate(entry.long):
            if len(stems(words)) > MOST_WORDS:
                yield document.problem([*place, "long", number], f"Search compares {MOST_WORDS} words at most.")


@cache
def table() -> Table:
    """All of them as stems, worked out once for each process."""
    return _table_of(open_file(FOLDER / "abbreviations.yaml", Abbreviations))


def _table_of(content: Abbreviations) -> Table:
    entries = [entry for one in content.fields for entry in one.entries]
    pairs = [(form, _stems_of(words)) for entry in entries for form in _forms_of(entry) for words in entry.long]
    # “TTOs” has another stem than “TTO”, as it has no vowel: each is said by the other, too.
    forms = [(one, other) for entry in entries for one, other in permutations(_forms_of(entry), 2)]
    return Table(
        written_out=_grouped([*pairs, *forms]),
        shortened=_grouped([(written, short) for short, written in pairs]),
        needs_capitals={form: entry.short for entry in entries if entry.needs_capitals for form in _forms_of(entry)},
    )


def _forms_of(entry: Abbreviation) -> list[Words]:
    """The stems of one and of several, which mostly are the same."""
    return list(dict.fromkeys([_stems_of(entry.short), _stems_of(f"{entry.short}s")]))


def _grouped(pairs: Sequence[tuple[Words, Words]]) -> Mapping[Words, tuple[Words, ...]]:
    found: dict[Words, tuple[Words, ...]] = {}
    for one, other in pairs:
        found[one] = (*found.get(one, ()), other)
    return found


def _stems_of(text: str) -> Words:
    return tuple(stems(text))
