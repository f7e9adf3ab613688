"""Rows of a file as lessons: which heading means what, and clean words, days and tags out of what stands below it.

Nothing here touches the database.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha1
from itertools import islice

from kmportal.lib.cleaning import first_words, loose_day, month_comes_first, plain_text
from kmportal.lib.csv import unguarded
from kmportal.lib.importing import REPLACEMENT, Cell, Record, Sheet
from lessons.models import LONGEST_TEXT, Flag, Lesson

LONGEST_TITLE, LONGEST_ID, LONGEST_TAG, MOST_TAGS = 300, 80, 80, 60
MADE_TITLE = 120

# Our fields: what the page calls them, and the headings that are matched without asking (letters and digits only).
FIELDS: dict[str, tuple[str, str]] = {
    "external_id": ("Number in the source", "lessonid lessonnumber externalid id number no ref reference"),
    "title": ("Title", "title subject headline name lessontitle"),
    "abstract": ("Summary", "abstract abstracttext summary description"),
    "expected": ("What was expected", "expected whatdidyouexpect whatweexpected whatwasexpected expectedtext plan"),
    "happened": (
        "What happened",
        "happened whathappened event drivingevent drivingeventtext descriptionofdrivingevent observation situation",
    ),
    "why": ("Why", "why cause causes rootcause reason"),
    "learned": (
        "What was learned",
        "lesson lessons lessontext lessonlearned lessonslearned whatwaslearned whatwelearned learning learned",
    ),
    "when_you": ("When you are about to…", "whenyouareaboutto whenyou whento"),
    "then_do": ("then… (the advice)", "then thendo recommendation recommendations recommendationtext advice whattodo"),
    "happened_on": ("Date", "date lessondate eventdate happenedon dateofevent"),
    "kind": ("Kind", "kind type lessontype"),
    "tags": ("What it is about", "tags keywords topics nasatopics categories category themes theme programphase"),
    "contact": ("Who to ask", "contact organization organisation owner whotoask"),
    "process": ("What should change", "process destination document"),
    "source_url": ("Link to it", "url link web webaddress"),
}
WORDS = ("abstract", "expected", "happened", "why", "learned", "when_you", "then_do")
TITLE_FROM = ("abstract", "happened", "learned", "then_do", "expected", "why")
# What other systems write where nothing is meant.
_NOTHING = {"", "none", "na", "n/a", "null", "nil", "-", "–", "not specified", "not applicable", "unknown"}
_NO_TAGS = _NOTHING | {"categories", "other"}
_NASA = ({"lessonid", "lesson", "lessondate"}, {"lessonnumber", "drivingeventtext"})


@dataclass(frozen=True)
class Row:
    """One row as a lesson. ``refusal`` says why it cannot be one; ``notes`` say what of it could not be kept."""

    number: int
    external_id: str = ""
    title: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    happened_on: date | None = None
    tags: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def digest(self) -> str:
        """The same for the same lesson in the same words, whatever file it stood in."""
        facts = (self.title, sorted(self.words.items()), sorted(self.facts.items()), self.happened_on, self.tags)
        return sha1(repr((self.external_id, *facts)).encode(), usedforsecurity=False).hexdigest()[:16]


def match_headings(headings: Iterable[str]) -> dict[str, str]:
    """Heading → our field, for the headings that are known. A field is filled once; only tags gather several."""
    known = {alias: name for name, (_, aliases) in FIELDS.items() for alias in aliases.split()}
    matched: dict[str, str] = {}
    for heading in headings:
        name = known.get(_letters_of(heading), "")
        if name and (name == "tags" or name not in matched.values()):
            matched[heading] = name
    return matched


def name_of_source(headings: Sequence[str], file_name: str) -> str:
    """What to call the source when nobody says: a known system, else the file."""
    letters = {_letters_of(heading) for heading in headings}
    if any(shape <= letters for shape in _NASA):
        return "NASA LLIS"
    return re.sub(r"[_\s]+", " ", file_name.rsplit(".", 1)[0]).strip()[:80] or "A file"


def leads_to_words(mapping: Mapping[str, str]) -> bool:
    """Whether any heading leads to words."""
    return bool({"title", *WORDS} & set(mapping.values()))


class RowReader:
    """Reads the records of one sheet in one way. ``on`` is the day as of which two-digit years are understood."""

    def __init__(self, sheet: Sheet, mapping: Mapping[str, str], *, on: date) -> None:
        self.sheet, self.mapping, self.on = sheet, {k: v for k, v in mapping.items() if v in FIELDS}, on
        day_heading = next((heading for heading, name in self.mapping.items() if name == "happened_on"), "")
        days = (_text_of_cell(record.cells.get(day_heading, "")) for record in islice(sheet.records(), 5_000))
        self.month_first = month_comes_first(days) if day_heading else False

    def read_rows(self, *, skip: int = 0) -> Iterable[Row]:
        return (self.read_record(record) for record in islice(self.sheet.records(), skip, None))

    def read_record(self, record: Record) -> Row:
        """One record as a row; what is wrong with it is said in it."""
        cells: dict[str, list[Cell]] = {}
        for heading, name in self.mapping.items():
            cells.setdefault(name, []).append(record.cells.get(heading, ""))
        texts = {name: self._clean_cell(found) for name, found in cells.items() if name != "tags"}
        external_id = " ".join(texts.pop("external_id", "").split())
        if record.problem:
            return Row(record.number, external_id[:LONGEST_ID], refusal=record.problem)
        if sentence := self._length_problem(external_id, texts):
            return Row(record.number, external_id[:LONGEST_ID], refusal=sentence)
        words = {name: texts[name] for name in WORDS if texts.get(name)}
        title, words, flags = _with_title(" ".join(texts.get("title", "").split()), words)
        if not title:
            return Row(record.number, external_id, refusal="This row has neither a title nor a lesson.")
        day, written = None, texts.get("happened_on", "")
        notes: list[str] = []
        if written:
            day = loose_day(written, month_first=self.month_first, on=self.on)
            if day is None or day > self.on:
                day, flags = None, flags | {Flag.DAY}
                notes.append(f"Brought in without its date: “{first_words(written, 40)}” is not a date in the past.")
        row = Row(
            record.number,
            external_id,
            title,
            words,
            _facts_from(texts),
            day,
            _tags_from_row(cells.get("tags", ())),
            frozenset(str(flag) for flag in flags),
            tuple(notes),
        )
        return row if external_id else _with_number(row)

    def _clean_cell(self, cells: Sequence[Cell]) -> str:
        text = plain_text(unguarded(_text_of_cell(cells[0])), from_mac=self.sheet.from_mac)
        return "" if text.lower() in _NOTHING else text

    def _length_problem(self, external_id: str, texts: Mapping[str, str]) -> str:
        if len(external_id) > LONGEST_ID:
            return f"Its number has {len(external_id):,} characters. The limit is {LONGEST_ID}."
        limits = {**dict.fromkeys(WORDS, LONGEST_TEXT), "when_you": 1000}
        for heading, name in self.mapping.items():
            if name in limits and len(texts.get(name, "")) > limits[name]:
                return f"The text under “{heading}” has {len(texts[name]):,} characters. The limit is {limits[name]:,}."
        return ""


def is_damaged(text: str) -> bool:
    """Whether letters of a text could not be read."""
    return REPLACEMENT in text


def _letters_of(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def _text_of_cell(cell: Cell) -> str:
    return ", ".join(cell) if isinstance(cell, list) else cell


def _with_title(title: str, words: dict[str, str]) -> tuple[str, dict[str, str], frozenset[Flag]]:
    """A title for every lesson: made of its first words if it has none, cut if it is too long to be one."""
    if not title:
        text = next((words[name] for name in TITLE_FROM if words.get(name)), words.get("when_you", ""))
        return first_words(text, MADE_TITLE), words, frozenset({Flag.TITLE})
    if len(title) > LONGEST_TITLE:
        whole = "\n\n".join(filter(None, (title, words.get("abstract", ""))))
        return (
            first_words(title, LONGEST_TITLE),
            {**words, "abstract": whole[:LONGEST_TEXT]},
            frozenset({Flag.LONG_TITLE}),
        )
    return title, words, frozenset()


def _facts_from(texts: Mapping[str, str]) -> dict[str, str]:
    contact, url = " ".join(texts.get("contact", "").split()), texts.get("source_url", "")
    if contact.islower() and len(contact) <= 5:  # “ksc” is an abbreviation
        contact = contact.upper()
    facts = {
        "kind": _kind_named(texts.get("kind", "")),
        "contact": first_words(contact, 200),
        "process": first_words(texts.get("process", ""), 200),
        "source_url": url if re.fullmatch(r"https?://[^\s<>\"]{1,480}", url) else "",
    }
    return {name: value for name, value in facts.items() if value}


def _kind_named(text: str) -> str:
    wanted = _letters_of(text)
    return next(
        (kind.value for kind in Lesson.Kind if wanted in (_letters_of(kind.value), _letters_of(kind.label))), ""
    )


def _tags_from_row(cells: Iterable[Cell]) -> tuple[str, ...]:
    """The tags of a row, each once. “Materials, & Processes” was one tag before it met a comma."""
    found: list[str] = []
    for cell in cells:
        pieces = cell if isinstance(cell, list) else re.split(r"[,;|\n]", plain_text(unguarded(cell)))
        for piece in pieces:
            name = " ".join(plain_text(piece).split())
            if name.startswith("&") and found:
                found[-1] = f"{found[-1]} {name}"
            elif name.lower() not in _NO_TAGS:
                found.append(name)
    once: dict[str, str] = {}
    for name in found:
        short = first_words(name, LONGEST_TAG)
        once.setdefault(short.lower(), short)
    return tuple(once.values())[:MOST_TAGS]


def _with_number(row: Row) -> Row:
    """A row without a number is known by its words: the same row again is the same lesson."""
    return replace(row, external_id=f"row-{row.digest}")
