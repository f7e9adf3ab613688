"""Rows of a file as lessons: which heading means what, and clean words, days and tags out of what stands below it.

Nothing here touches the database.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from hashlib import sha1
from itertools import islice

from kmportal.lib.cleaning import first_words, loose_day, month_comes_first, names_no_day, plain_text, reading_key
from kmportal.lib.csv import unguarded
from kmportal.lib.domain_words import worded
from kmportal.lib.importing import REPLACEMENT, Cell, Record, Sheet
from lessons.models import LONGEST_TEXT, Flag, Lesson

LONGEST_TITLE, LONGEST_ID, LONGEST_TAG, MOST_TAGS, LONGEST_FACT = 300, 80, 80, 60, 200
MADE_TITLE = 120
# So many rows tell how dates are written.
DAYS_LOOKED_AT = 5_000

# Our fields: what the page calls them, and the headings that are matched without asking (letters and digits only).
FIELDS: dict[str, tuple[str, str]] = {
    "external_id": (
        "Number in the source",
        "lessonid lessonno lessonnumber externalid id number no ref reference refno",
    ),
    "title": ("Title", "title subject headline name lessontitle heading"),
    "abstract": ("Summary", "abstract abstracttext summary description"),
    "expected": ("What was expected", "expected whatdidyouexpect whatweexpected whatwasexpected expectedtext plan"),
    "happened": (
        "What happened",
        "happened whathappened event drivingevent drivingeventtext descriptionofdrivingevent observation situation "
        "body text details story",
    ),
    "why": ("Why", "why cause causes rootcause reason"),
    "learned": (
        "What was learned",
        "lesson lessons lessontext lessonlearned lessonslearned lessonlearnt lessonslearnt whatwaslearned "
        "whatwaslearnt whatwelearned whatwelearnt learning learnings learned learnt keylesson keylearning",
    ),
    "when_you": ("When you are about to…", "whenyouareaboutto whenyou whento"),
    "then_do": (
        "then… (the advice)",
        "then thendo recommendation recommendations recommendationtext recommendedaction recommendedactions "
        "actionrecommended advice whattodo",
    ),
    "happened_on": (
        "Date",
        "date lessondate eventdate happenedon dateofevent dateraised raisedon dateofincident dateidentified "
        "when whendidithappen occurredon dateoccurred",
    ),
    "kind": ("Kind", "kind type lessontype"),
    "tags": ("What it is about", "tags keywords topics nasatopics categories category themes theme programphase"),
    "contact": ("Who to ask", "contact organization organisation owner whotoask raisedby reportedby"),
    "process": ("What should change", "process destination document"),
    "source_url": ("Link to it", "url link web webaddress"),
}
WORDS = ("abstract", "expected", "happened", "why", "learned", "when_you", "then_do")
FACTS = ("kind", "contact", "process", "source_url")
TITLE_FROM = ("abstract", "happened", "learned", "then_do", "expected", "why")
# What other systems write where nothing is meant.
_NOTHING = {
    "", "none", "na", "n/a", "n.a", "n.a.", "null", "nil", "tbc", "tbd", "not specified", "not applicable", "unknown",
}  # fmt: skip
# What a spreadsheet shows in a cell that it could not work out, in English and in German.
_NOTHING |= {
    "#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!", "#spill!", "#calc!", "#getting_data", "#field!",
    "#nv", "#bezug!", "#wert!", "#zahl!", "####", "#####", "######", "########",
}  # fmt: skip
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

    @cached_property
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


def knows_heading(word: str) -> bool:
    """Whether a cell is a heading that is matched without asking."""
    return bool(match_headings([word]))


def comes_from_nasa(headings: Iterable[str]) -> bool:
    """Whether a table has the shape of NASA’s lessons: some clean-ups are for what is wrong there and nowhere else."""
    letters = {_letters_of(heading) for heading in headings}
    return any(shape <= letters for shape in _NASA)


def name_of_source(headings: Sequence[str], file_name: str) -> str:
    """What to call the source when nobody says: a known system, else the file."""
    if comes_from_nasa(headings):
        return "NASA LLIS"
    return re.sub(r"[_\s]+", " ", file_name.rsplit(".", 1)[0]).strip()[:80] or "A file"


def leads_to_words(mapping: Mapping[str, str]) -> bool:
    """Whether any heading leads to words."""
    return bool({"title", *WORDS} & set(mapping.values()))


@dataclass(frozen=True)
class Survey:
    """What one reading of the whole file tells: how many rows there are, how its dates are written, which numbers
    stand beside different words (they tell no lesson from another), and what is not brought in."""

    rows: int = 0
    month_first: bool = False
    shared: tuple[str, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()


def survey_of(sheet: Sheet, mapping: Mapping[str, str]) -> Survey:
    """Read the whole table once. One that breaks off in the middle is refused here."""
    of = {name: heading for heading, name in reversed(list(mapping.items()))}
    number_heading, day_heading = of.get("external_id", ""), of.get("happened_on", "")
    left = [heading for heading in sheet.headings if heading not in mapping]
    filled, days, shared = dict.fromkeys(left, 0), [], set()
    first: dict[int, int] = {}
    clean = partial(_clean_number, sheet.from_mac, comes_from_nasa(sheet.headings))
    rows = 0
    for record in sheet.records():
        rows += 1
        cells = record.cells
        for heading in left:
            cell = cells.get(heading, "")
            filled[heading] += bool(any(cell) if isinstance(cell, list) else cell.strip())
        if day_heading and rows <= DAYS_LOOKED_AT:
            days.append(_text_of_cell(cells.get(day_heading, "")))
        if number_heading and (number := clean(cells.get(number_heading, ""))):
            words = hash(tuple([_text_of_cell(cells.get(one, "")).strip() for one in mapping]))
            if first.setdefault(hash(number), words) != words and not record.problem:
                shared.add(number)
    left_out = tuple((heading, count) for heading, count in filled.items() if count)
    return Survey(rows, month_comes_first(days), tuple(sorted(shared)), left_out)


def _says_nothing(text: str) -> bool:
    """What people and systems write where nothing is meant: “n/a”, “tbc”, “#REF!”, or dashes and dots alone."""
    words = text.strip().lower()
    return words in _NOTHING or all(unicodedata.category(one)[0] in "PZC" for one in words)


def _clean_number(from_mac: bool, is_nasa: bool, cell: Cell) -> str:
    text = plain_text(unguarded(_text_of_cell(cell)), from_mac=from_mac and is_nasa, lost_entities=is_nasa)
    return "" if _says_nothing(text) else " ".join(text.split())


class RowReader:
    """Reads the records of one sheet in one way. ``on`` is the day as of which two-digit years are understood."""

    def __init__(self, sheet: Sheet, mapping: Mapping[str, str], *, on: date, survey: Survey | None = None) -> None:
        self.sheet, self.mapping, self.on = sheet, {k: v for k, v in mapping.items() if v in FIELDS}, on
        survey = survey_of(sheet, self.mapping) if survey is None else survey
        self.month_first, self.shared_numbers = survey.month_first, frozenset(survey.shared)
        self.is_nasa = comes_from_nasa(sheet.headings)

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
        has_words = bool(words)
        title, words, flags = _with_title(" ".join(texts.get("title", "").split()), words)
        if not title:
            return Row(record.number, external_id, refusal=worded("This row has neither a title nor a lesson."))
        flags |= set() if has_words else {Flag.NO_TEXT}
        flags |= {Flag.QUOTES} if record.has_stray_quotes else set()
        tags = _tags_from_row(cells.get("tags", ()), is_nasa=self.is_nasa)
        notes = [*record.notes, *self._notes_on_facts(texts, tags)]
        day, written = None, texts.get("happened_on", "")
        if written:
            day = loose_day(written, month_first=self.month_first, on=self.on)
            if day is None or day > self.on:
                flags |= {Flag.MONTH if names_no_day(written) else Flag.DAY}
                notes.append(_sentence_about_day(written, day))
                day = None
        row = Row(
            record.number,
            external_id,
            title,
            words,
            _facts_from(texts, is_nasa=self.is_nasa),
            day,
            tags[:MOST_TAGS],
            frozenset(str(flag) for flag in flags),
            tuple(notes),
        )
        if external_id in self.shared_numbers:
            sentence = f"The number “{external_id}” stands in several rows, so this one is known by its words."
            return replace(_with_number(row), notes=(*row.notes, sentence))
        return row if external_id else _with_number(row)

    def _notes_on_facts(self, texts: Mapping[str, str], found: Sequence[str]) -> list[str]:
        """What of the facts could not be kept as it stands in the file."""
        notes = []
        for name in ("contact", "process"):
            if len(" ".join(texts.get(name, "").split())) > LONGEST_FACT:
                notes.append(f"“{FIELDS[name][0]}” was cut to {LONGEST_FACT} characters.")
        if (kind := texts.get("kind", "")) and not _kind_named(kind):
            lesson = worded("a lesson")
            notes.append(f"“{first_words(kind, 40)}” is no kind that we know, so it came in as {lesson}.")
        if (url := texts.get("source_url", "")) and not _is_link(url):
            notes.append(f"Its link was left out: “{first_words(url, 60)}” is no web address.")
        if len(found) > MOST_TAGS:
            notes.append(f"It has {len(found)} tags. The first {MOST_TAGS} were kept.")
        if any(tag.endswith("…") for tag in found):
            notes.append(f"A tag was cut to {LONGEST_TAG} characters.")
        return notes

    def _clean_cell(self, cells: Sequence[Cell]) -> str:
        text = plain_text(
            unguarded(_text_of_cell(cells[0])),
            from_mac=self.sheet.from_mac and self.is_nasa,
            lost_entities=self.is_nasa,
        )
        return "" if _says_nothing(text) else text

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


def _sentence_about_day(written: str, day: date | None) -> str:
    short = first_words(written, 40)
    if day is not None:
        why = "is still to come"
    elif names_no_day(written):
        why = "names no day"
    else:
        why = "is no date that we can read"
    return f"Brought in without its date: “{short}” {why}."


def _is_link(url: str) -> bool:
    return bool(re.fullmatch(r"https?://[^\s<>\"]{1,480}", url))


def _facts_from(texts: Mapping[str, str], *, is_nasa: bool) -> dict[str, str]:
    contact, url = " ".join(texts.get("contact", "").split()), texts.get("source_url", "")
    if is_nasa and contact.islower() and len(contact) <= 5:  # “ksc” is an abbreviation
        contact = contact.upper()
    facts = {
        "kind": _kind_named(texts.get("kind", "")),
        "contact": first_words(contact, LONGEST_FACT),
        "process": first_words(texts.get("process", ""), LONGEST_FACT),
        "source_url": url if _is_link(url) else "",
    }
    return {name: value for name, value in facts.items() if value}


def _kind_named(text: str) -> str:
    wanted = _letters_of(text)
    return next(
        (kind.value for kind in Lesson.Kind if wanted in (_letters_of(kind.value), _letters_of(kind.label))), ""
    )


def _tags_from_row(cells: Iterable[Cell], *, is_nasa: bool) -> tuple[str, ...]:
    """The tags of a row, each once. “Materials, & Processes” was one tag of NASA’s before it met a comma."""
    found: list[str] = []
    for cell in cells:
        pieces = (
            cell if isinstance(cell, list) else re.split(r"[,;|\n]", plain_text(unguarded(cell), lost_entities=is_nasa))
        )
        for piece in pieces:
            name = " ".join(plain_text(piece, lost_entities=is_nasa).split())
            if is_nasa and name.startswith("&") and found:
                found[-1] = f"{found[-1]} {name}"
            elif not _says_nothing(name) and (name.lower() not in _NO_TAGS or not is_nasa):
                found.append(name)
    once: dict[str, str] = {}
    for name in found:
        short = first_words(name, LONGEST_TAG)
        once.setdefault(reading_key(short), short)
    return tuple(once.values())


def _with_number(row: Row) -> Row:
    """A row without a number of its own is known by its words: the same row again is the same lesson.

    A number that it shares with others stands behind, to be shown.
    """
    number = f"-{row.external_id}" if row.external_id else ""
    return replace(row, external_id=f"row-{row.digest}{number}"[:LONGEST_ID])
