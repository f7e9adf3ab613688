"""What becomes of a row beside what stands already: a new lesson, a fuller one, or nothing new.

Of two sources the later one wins field by field, unless it is empty or damaged there. What a person wrote in the
portal is kept; a file only fills its gaps. Nothing here touches the database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from kmportal.lib.domain_words import worded
from lessons.importing.rows import FACTS, FIELDS, WORDS, Row, is_damaged
from lessons.models import Flag

Outcome = Literal["created", "merged", "unchanged", "refused"]
Choice = Literal["ours", "theirs"]
# So many rows are remembered per lesson, the last ones.
REMEMBERED = 20


@dataclass(frozen=True)
class Standing:
    """A lesson as it stands: its words and facts, how it is damaged, and which rows went into it."""

    pk: int | None = None
    title: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    happened_on: date | None = None
    tags: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    taken: tuple[str, ...] = ()
    by_hand: bool = False
    # Part of another lesson since: what a file says of it changes nothing.
    is_merged: bool = False

    def says_the_same_as(self, other: "Standing") -> bool:
        """Whether nothing that a reader sees differs."""
        return replace(self, taken=()) == replace(other, taken=())


@dataclass(frozen=True)
class Decision:
    """What becomes of one row, and the lesson as it stands then."""

    row: Row
    outcome: Outcome
    standing: Standing | None = None
    # What of the lesson that stood already gave way to this row, or the other way round.
    notes: tuple[str, ...] = ()
    differences: tuple["Difference", ...] = ()


@dataclass(frozen=True)
class Difference:
    """A field that says one thing here and another in the row; ``stands``: which of the two the lesson has then."""

    name: str
    ours: str
    theirs: str
    stands: Choice


@dataclass(frozen=True)
class Rule:
    """Which of two values stands where somebody chose: for all fields, or for one field of one number."""

    for_all: Choice | None = None
    for_one: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of(self, external_id: str, name: str) -> str:
        """“ours”, “theirs”, or nothing: then the later and undamaged one stands, and a person’s before a file’s."""
        return self.for_one.get((external_id, name)) or self.for_all or ""


@dataclass
class Counts:
    """What became of all rows. ``flagged``: rows whose lesson is left with damage that somebody should look at."""

    read: int = 0
    created: int = 0
    merged: int = 0
    unchanged: int = 0
    refused: int = 0
    flagged: int = 0

    def count_in(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            self.read += 1
            setattr(self, decision.outcome, getattr(self, decision.outcome) + 1)
            self.flagged += bool(decision.standing and decision.standing.flags)


NO_RULE = Rule()


def decide_rows(rows: Iterable[Row], known: dict[str, Standing], rule: Rule = NO_RULE) -> list[Decision]:
    """What becomes of each row, in order. ``known`` (number in the source → lesson) moves on with them."""
    decisions = []
    for row in rows:
        if row.refusal:
            decisions.append(Decision(row, "refused"))
            continue
        before = known.get(row.external_id)
        if before is not None and before.is_merged:
            note = f"This is part of another {worded('lesson')} here by now, so the row changes nothing."
            decisions.append(Decision(row, "unchanged", before, () if row.digest in before.taken else (note,)))
            continue
        after = _new_standing(row) if before is None else _merged_standing(before, row, rule)
        if before is None:
            outcome: Outcome = "created"
        else:
            outcome = "unchanged" if after.says_the_same_as(before) else "merged"
        known[row.external_id] = after
        notes = _notes_on_merge(before, row, after) if before is not None else ()
        differences = _differences(before, row, after) if before is not None else ()
        decisions.append(Decision(row, outcome, after, notes, differences))
    return decisions


def _new_standing(row: Row) -> Standing:
    standing = Standing(
        None, row.title, dict(row.words), dict(row.facts), row.happened_on, row.tags, row.flags, (row.digest,)
    )
    return replace(standing, flags=_flags_of_row(standing, row.flags))


def _merged_standing(before: Standing, row: Row, rule: Rule) -> Standing:
    if row.digest in before.taken:
        return before
    words = {name: _better_text(text, before.words.get(name, ""), before) for name, text in row.words.items()}
    facts = {name: _better_text(text, before.facts.get(name, ""), before) for name, text in row.facts.items()}
    title, kept_flags = _better_title(before, row)
    day = before.happened_on if before.by_hand and before.happened_on else row.happened_on or before.happened_on
    damaged_tags = any(map(is_damaged, row.tags))
    keep_tags = not row.tags or (before.tags and (before.by_hand or damaged_tags))
    after = replace(
        before,
        title=title,
        words={**before.words, **words},
        facts={**before.facts, **facts},
        happened_on=day,
        tags=before.tags if keep_tags else row.tags,
        taken=(*before.taken, row.digest)[-REMEMBERED:],
    )
    day_flag = {str(Flag.DAY), str(Flag.MONTH)} & (before.flags | row.flags) if day is None else set()
    text_flag = set() if after.words else {str(Flag.NO_TEXT)}
    quotes = {str(Flag.QUOTES)} & (before.flags | row.flags)
    after = replace(after, flags=_flags_of_row(after, kept_flags | day_flag | text_flag | quotes))
    return _as_chosen(before, row, after, rule) if rule.for_all or rule.for_one else after


def _as_chosen(before: Standing, row: Row, after: Standing, rule: Rule) -> Standing:
    """The lesson with those fields of the two that somebody chose. Where one of them is empty there is no choice."""
    ours, theirs = _values_of(before), _values_of_row(row)
    changed = {}
    for name in theirs:
        if ours.get(name) and theirs[name] and ours[name] != theirs[name] and (said := rule.of(row.external_id, name)):
            changed[name] = ours[name] if said == "ours" else theirs[name]
    if not changed:
        return after
    words = {name: value for name, value in changed.items() if name in WORDS}
    facts = {name: value for name, value in changed.items() if name in FACTS}
    own = {name: value for name, value in changed.items() if name in ("title", "happened_on", "tags")}
    after = replace(after, words={**after.words, **words}, facts={**after.facts, **facts}, **own)
    return replace(after, flags=_flags_of_row(after, after.flags))


def _values_of(standing: Standing) -> dict[str, Any]:
    own = {"title": standing.title, "happened_on": standing.happened_on, "tags": standing.tags}
    return {**own, **standing.words, **standing.facts}


def _values_of_row(row: Row) -> dict[str, Any]:
    title = "" if str(Flag.TITLE) in row.flags else row.title
    return {"title": title, "happened_on": row.happened_on, "tags": row.tags, **row.words, **row.facts}


def _differences(before: Standing, row: Row, after: Standing) -> tuple[Difference, ...]:
    if row.digest in before.taken:
        return ()
    ours, now = _values_of(before), _values_of(after)
    found = []
    for name, theirs in _values_of_row(row).items():
        if theirs and ours.get(name) and theirs != ours[name]:
            stands: Choice = "ours" if now.get(name) == ours[name] else "theirs"
            found.append(Difference(name, _as_words(ours[name]), _as_words(theirs), stands))
    return tuple(found)


def _as_words(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _notes_on_merge(before: Standing, row: Row, after: Standing) -> tuple[str, ...]:
    """Which words changed that stood already, and which of the row were left out for what somebody wrote here."""
    if row.digest in before.taken:
        return ()
    old, new = {"title": before.title, **before.words}, {"title": row.title, **row.words}
    now = {"title": after.title, **after.words}
    changed = [_name_of_field(name) for name in new if old.get(name) and now.get(name) != old[name]]
    kept = [_name_of_field(name) for name in new if before.by_hand and new[name] and now.get(name) != new[name]]
    notes = [f"Changed in the {worded('lesson')} that was here already: {', '.join(changed)}."] if changed else []
    notes += [f"Left as somebody wrote it here: {', '.join(kept)}."] if kept else []
    return tuple(notes)


def _name_of_field(name: str) -> str:
    label = FIELDS[name][0]
    return label[0].lower() + label[1:]


def _better_text(new: str, old: str, before: Standing) -> str:
    """Which of two texts stands: the later one, unless it is empty or damaged; a person’s before a file’s."""
    if not old or (is_damaged(old) and not is_damaged(new) and new):
        return new or old
    return old if before.by_hand or not new or is_damaged(new) else new


def _better_title(before: Standing, row: Row) -> tuple[str, frozenset[str]]:
    """The title, and what is to be said about it. One that was made up gives way to a real one, never the reverse."""
    about = {str(Flag.TITLE), str(Flag.LONG_TITLE)}
    made_up = {str(Flag.TITLE)}
    if made_up <= row.flags:
        return before.title, before.flags & about
    chosen = row.title if made_up <= before.flags else _better_text(row.title, before.title, before)
    return chosen, (row.flags if chosen == row.title else before.flags) & about


def _flags_of_row(standing: Standing, others: frozenset[str] | set[str]) -> frozenset[str]:
    texts = (standing.title, *standing.words.values(), *standing.facts.values(), *standing.tags)
    letters = {str(Flag.LETTERS)} if any(map(is_damaged, texts)) else set()
    return frozenset((set(others) - {str(Flag.LETTERS)}) | letters)
