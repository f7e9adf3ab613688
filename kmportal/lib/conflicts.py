"""Two people wrote over the same thing: both texts side by side, with what differs marked, and nothing lost.

A view that was answered ``Stale`` hands its form and the row as it stands now to ``both_versions``, and what that
answers to ``components/both_versions.html``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from kmportal.lib.days import clock, long_day
from kmportal.lib.exceptions import Stale

# Beyond this many words in one changed paragraph the whole paragraph is marked: comparing would take seconds.
WORDS_COMPARED = 2_000

SAME, GONE, NEW = "same", "del", "ins"


@dataclass(frozen=True)
class Piece:
    """Some words and what became of them: ``same``, ``del`` (only in the older text) or ``ins`` (only in the newer)."""

    text: str
    kind: str = SAME


@dataclass(frozen=True)
class Difference:
    """One field in two versions. ``before`` never holds an ``ins``, ``after`` never a ``del``."""

    label: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def differs(self) -> bool:
        return any(piece.kind != SAME for piece in (*self.before, *self.after))


SIDE_BY_SIDE = "Both versions stand side by side. Copy across what you want to keep, then save again."


def both_versions(form: forms.BaseForm, now: Any, *, version: int) -> list[Difference]:
    """What differs between what was written into a form and what stands ``now`` in the row (or in its values by name).

    Fields that such values do not name are not compared. The form keeps what was written and gets a line on top; sent
    once more, it is saved over ``version``.
    """
    names = form._meta.fields if isinstance(form, forms.ModelForm) else form.fields
    shown = [name for name in names or () if name in form.fields and not form[name].is_hidden]
    if isinstance(now, Mapping):
        shown = [name for name in shown if name in now]
    differences = compare(
        (
            str(form[name].label),
            in_words(form.fields[name], now[name] if isinstance(now, Mapping) else getattr(now, name)),
            in_words(form.fields[name], form.cleaned_data.get(name)),
        )
        for name in shown
    )
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data["version"] = str(version)
    form.data = data
    form.add_error(None, f"{Stale()} {SIDE_BY_SIDE}")
    return [difference for difference in differences if difference.differs]


def in_words(field: forms.Field, value: Any) -> str:
    """A value of a field as its reader would say it: the words of a choice, a list with commas, days in full."""
    if isinstance(value, list | QuerySet):
        return ", ".join(in_words(field, one) for one in value)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        coerce = getattr(field, "coerce", str)
        labels = {key if key == "" else coerce(key): label for key, label in field.widget.choices}
        return str(labels.get(value, "" if value is None else value))
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{long_day(local)} at {clock(local)}"
    if isinstance(value, date):
        return long_day(value)
    return "" if value is None else str(value)


def compare(fields: Iterable[tuple[str, object, object]]) -> list[Difference]:
    """``(label, before, after)`` → what differs in each field. Values that are no text are compared as their words."""
    return [
        Difference(label, *word_diff(_words_of_value(before), _words_of_value(after)))
        for label, before, after in fields
    ]


def word_diff(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """What differs between two texts, by words inside the paragraphs that changed."""
    left: list[Piece] = []
    right: list[Piece] = []
    old, new = _paragraphs(before), _paragraphs(after)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            left += map(Piece, old[i1:i2])
            right += map(Piece, new[j1:j2])
        else:
            _diff_inside("".join(old[i1:i2]), "".join(new[j1:j2]), left, right)
    return tuple(_join_pieces(left)), tuple(_join_pieces(right))


def _diff_inside(before: str, after: str, left: list[Piece], right: list[Piece]) -> None:
    old, new = _split_tokens(before), _split_tokens(after)
    if max(len(old), len(new)) > WORDS_COMPARED:
        left.append(Piece(before, GONE))
        right.append(Piece(after, NEW))
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        same = tag == "equal"
        left.append(Piece("".join(old[i1:i2]), SAME if same else GONE))
        right.append(Piece("".join(new[j1:j2]), SAME if same else NEW))


def _join_pieces(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of the same kind as one piece, empty ones left out."""
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.kind)
        else:
            joined.append(piece)
    return joined


def _paragraphs(text: str) -> list[str]:
    """The paragraphs, each with its line break, so that joining them gives the text again."""
    return text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)


def _split_tokens(text: str) -> list[str]:
    """Words, each with the white space behind it, so that a run of changed words stays in one mark."""
    return re.findall(r"\S+\s*|\s+", text)


def _words_of_value(value: object) -> str:
    return "" if value is None else str(value)
