"""Abbreviations: what people type for short finds what was written out, and the reverse.

Content: ``content/abbreviations.yaml``, a list for each field of work. No Django in this module.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import permutations
from pathlib import Path
from typing import Annotated, Any

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


@dataclass(frozen=True)
class Entry:
    """One line of an organisation’s own: what is typed for short, or in other words, and what it means."""

    short: str
    long: str
    needs_capitals: bool = False


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


@lru_cache(maxsize=64)
def table_with(own: tuple[Entry, ...]) -> Table:
    """Those that ship, with an organisation’s own: where both explain the same, its own stands in place of ours.

    Its own are synonyms: all that is said of one of them finds the others.
    """
    if not own:
        return table()
    explained = {form for entry in own for form in _forms_of(entry)}
    shipped = open_file(FOLDER / "abbreviations.yaml", Abbreviations)
    kept = [entry for one in shipped.fields for entry in one.entries if not explained & set(_forms_of(entry))]
    ours = _table_of_entries(kept)
    groups: dict[Words, list[Entry]] = {}
    for entry in own:
        groups.setdefault(_stems_of(entry.short), []).append(entry)
    pairs: list[tuple[Words, Words]] = []
    strict: list[tuple[Words, Words]] = []
    for same in groups.values():
        longs = list(dict.fromkeys(_stems_of(entry.long) for entry in same))
        pairs += permutations(longs, 2)
        for form in _forms_of(same[0]):
            pairs += [(long, form) for long in longs]
            (strict if same[0].needs_capitals else pairs).extend((form, long) for long in longs)
    return Table(
        written_out=_joined(ours.written_out, _grouped(strict)),
        shortened=_joined(ours.shortened, _grouped(pairs)),
        needs_capitals={
            **ours.needs_capitals,
            **{form: entry.short for entry in own if entry.needs_capitals for form in _forms_of(entry)},
        },
    )


def _joined(one: Mapping[Words, tuple[Words, ...]], other: Mapping[Words, tuple[Words, ...]]) -> Mapping[Words, Any]:
    return {key: (*one.get(key, ()), *other.get(key, ())) for key in {**one, **other}}


def _table_of(content: Abbreviations) -> Table:
    return _table_of_entries([entry for one in content.fields for entry in one.entries])


def _table_of_entries(entries: Sequence[Abbreviation]) -> Table:
    pairs = [(form, _stems_of(words)) for entry in entries for form in _forms_of(entry) for words in entry.long]
    # “TTOs” has another stem than “TTO”, as it has no vowel: each is said by the other, too.
    forms = [(one, other) for entry in entries for one, other in permutations(_forms_of(entry), 2)]
    return Table(
        written_out=_grouped([*pairs, *forms]),
        shortened=_grouped([(written, short) for short, written in pairs]),
        needs_capitals={form: entry.short for entry in entries if entry.needs_capitals for form in _forms_of(entry)},
    )


def _forms_of(entry: Abbreviation | Entry) -> list[Words]:
    """The stems of one and of several, which mostly are the same."""
    return list(dict.fromkeys([_stems_of(entry.short), _stems_of(f"{entry.short}s")]))


def _grouped(pairs: Sequence[tuple[Words, Words]]) -> Mapping[Words, tuple[Words, ...]]:
    found: dict[Words, tuple[Words, ...]] = {}
    for one, other in pairs:
        found[one] = (*found.get(one, ()), other)
    return found


def _stems_of(text: str) -> Words:
    return tuple(stems(text))
