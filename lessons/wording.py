"""Three-way merge of a form that several people fill in: what I sent, what I had seen, what stands there by now.

Fields are ``{name: values}``. What was seen is known by a short digest of each field, which the page carries. Where
only one side has changed a field, that side counts; where both have, it is a conflict and nothing is lost. No Django.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha1

Fields = Mapping[str, list[str]]
_ROW = re.compile(r"^([al])-(\d+)-(.+)$")
# What says whether a row is taken: the words of an action, the advice of a lesson.
MAIN = {"a": "title", "l": "then_do"}


@dataclass(frozen=True)
class Conflict:
    """A field that two have changed: what I sent, and what stands there."""

    name: str
    mine: list[str]
    theirs: list[str]


@dataclass(frozen=True)
class Merged:
    """``fields`` is what to save: where there is a conflict, what stood there stays."""

    fields: dict[str, list[str]]
    conflicts: list[Conflict] = field(default_factory=list)


def digest_of(fields: Fields) -> dict[str, str]:
    """What a page has seen, field by field. Empty fields are not named."""
    return {name: _digest(values) for name, values in fields.items() if values}


def is_of_free_row(name: str, fields: Fields) -> bool:
    """Whether a field only says how many rows there are, or belongs to a row that nobody has filled in."""
    found = _ROW.match(name)
    if found is None:
        return name.endswith("_FORMS")
    return not fields.get(f"{found[1]}-{found[2]}-{MAIN[found[1]]}")


def merge(
    mine: Fields,
    seen: Mapping[str, str],
    stored: Fields,
    *,
    decided: Collection[str] = (),
    drawn: Collection[str] = (),
) -> Merged:
    """Put together what I sent and what others have saved since I looked. Into an empty draft everything goes.

    ``decided`` names the fields of which I have read both versions and want mine. ``drawn`` are the marks of the notes
    for which my page has a box: a tick of a note that came later is not mine to take away.
    """
    if not stored:
        return Merged({name: list(values) for name, values in mine.items()})
    fields: dict[str, list[str]] = {}
    conflicts: list[Conflict] = []
    for name in dict.fromkeys([*stored, *mine]):
        sent, there, before = mine.get(name, []), stored.get(name, []), seen.get(name, "")
        had = there
        if name.startswith("lines-") and name in mine:
            had = [mark for mark in there if mark in drawn]
            sent = sorted({*sent, *(mark for mark in there if mark not in drawn)})
        if name.endswith("_FORMS"):  # how many rows: nobody typed it
            fields[name] = [str(max([int(one) for one in (*sent, *there) if one.isdecimal()], default=0))]
        elif name not in mine or _digest(mine[name]) == before or sent == there:
            fields[name] = list(there)
        elif name in decided or before in (_digest(there), _digest(had)):
            fields[name] = list(sent)
        else:
            fields[name] = list(there)
            conflicts.append(Conflict(name, list(sent), list(there)))
    return _move_rows(Merged(fields, conflicts), mine, seen)


def _move_rows(merged: Merged, mine: Fields, seen: Mapping[str, str]) -> Merged:
    """A row that was free when I began to fill it, and that somebody else has filled since, goes to the end."""
    fields, left = dict(merged.fields), list(merged.conflicts)
    for kind, number in dict.fromkeys(_rows_of(one.name for one in merged.conflicts)):
        prefix = f"{kind}-{number}-"
        main = f"{prefix}{MAIN[kind]}"
        if seen.get(main) or not mine.get(main):
            continue
        place = _count_rows(fields, kind)
        for name, values in mine.items():
            if name.startswith(prefix):
                fields[f"{kind}-{place}-{name[len(prefix) :]}"] = list(values)
        fields[f"{kind}-TOTAL_FORMS"] = [str(place + 1)]
        left = [one for one in left if not one.name.startswith(prefix)]
    return Merged(fields, left)


def _rows_of(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for name in names if (found := _ROW.match(name))]


def _count_rows(fields: Fields, kind: str) -> int:
    numbers = [int(number) for one, number in _rows_of(fields) if one == kind]
    return max([-1, *numbers]) + 1


def _digest(values: list[str]) -> str:
    return sha1("\0".join(values).encode(), usedforsecurity=False).hexdigest()[:10] if values else ""
