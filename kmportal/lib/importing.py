"""Reading tables that people bring: what the file is, in which letters, with which separators. Knows no app.

Everything that cannot be read is refused with one sentence (``Unreadable``); a single bad row becomes a ``Record``
with a problem, so that the others can still come in.
"""

import codecs
import csv
import io
import itertools
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal

REPLACEMENT = "\ufffd"
_HALF = re.compile("[\ud800-\udfff]")
Cell = str | list[str]

# What people may choose when a file is not UTF-8. The first is for files that no code page reads.
ENCODINGS = [
    ("", "Leave damaged letters marked with �"),
    ("cp1252", "Windows (Western Europe)"),
    ("mac_roman", "Mac"),
    ("cp850", "DOS (Western Europe)"),
]
DELIMITERS = ",;\t|"
# So far down headings are looked for.
ROWS_ABOVE = 20
# How exports call the list that holds the rows, and what a row has of its own.
_WRAPPERS = {"lessons", "items", "records", "rows", "data", "results", "entries", "value", "values"}
_OF_A_ROW = {"title", "lesson", "text", "name", "recommendation", "summary", "description"}
# In a nested value: what is meant, first, and what is only for machines.
_SAYS_IT = ("text", "name", "title", "label", "value", "words", "description", "content", "displayname")
_SAYS_NOTHING = {"id", "key", "uuid", "type", "url", "href", "self", "order", "position"}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# One cell may hold a long report; the csv module’s own limit is lower.
csv.field_size_limit(5_000_000)

_MAGIC = [
    (b"%PDF", "This is a PDF. Ask for the table itself, as a CSV file."),
    (
        b"\xd0\xcf\x11\xe0",
        "This is an old Excel or Word file. Open it and save it as “CSV UTF-8”, then choose that file.",
    ),
    (b"\x1f\x8b", "This file is packed (gzip). Unpack it first, then choose the file inside."),
    (b"7z\xbc\xaf", "This file is packed (7z). Unpack it first, then choose the file inside."),
    (b"Rar!", "This file is packed (rar). Unpack it first, then choose the file inside."),
    (b"\x89PNG", "This is a picture. Choose a CSV or JSON Lines file."),
    (b"\xff\xd8\xff", "This is a picture. Choose a CSV or JSON Lines file."),
    (b"GIF8", "This is a picture. Choose a CSV or JSON Lines file."),
    (b"{\\rtf", "This is a text document. Choose a CSV or JSON Lines file."),
    (b"SQLite format 3", "This is a database. Choose a CSV or JSON Lines file."),
]
_EXCEL = "This is an Excel workbook. Open it in Excel and save it as “CSV UTF-8”, then choose that file."


class Unreadable(Refusal):
    """The file is not what it says, or holds no table."""


@dataclass(frozen=True)
class Decoded:
    """A file as text. ``damaged`` counts the letters that could not be read and became U+FFFD."""

    text: str = field(repr=False)
    encoding: str
    damaged: int


@dataclass(frozen=True)
class Record:
    """One row. ``number`` is what a spreadsheet shows beside it (a line number in JSON Lines)."""

    number: int
    cells: Mapping[str, Cell] = field(default_factory=dict)
    problem: str = ""
    # What is to be said about it although it can be read, and whether its quotation marks are in doubt.
    notes: tuple[str, ...] = ()
    has_stray_quotes: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table with headings, not read yet: ``records()`` reads it from the beginning each time."""

    format: str
    headings: tuple[str, ...]
    text: str = field(repr=False)
    delimiter: str = ","
    skipped: int = 0
    # Excel for Mac saves with bare carriage returns, US dates and “_” for spaces that must not break.
    from_mac: bool = False
    # What stood above the headings, a title perhaps, row by row.
    above: tuple[str, ...] = ()

    def records(self) -> Iterator[Record]:
        return self._objects() if self.format == "jsonl" else self._rows()

    def _rows(self) -> Iterator[Record]:
        rows = _parse_csv_rows(self.text, self.delimiter, width=len(self.headings))
        number = self.skipped + 1
        for row in itertools.islice(rows, number, None):
            number += 1
            if not any(cell.strip() for cell in row):
                continue
            if row.problem:
                half = dict(itertools.zip_longest(self.headings, row[: len(self.headings)], fillvalue=""))
                yield Record(number, half, row.problem)
                continue
            cells, extra = row[: len(self.headings)], row[len(self.headings) :]
            if any(cell.strip() for cell in extra):
                sentence = (
                    f"This row has {len(row)} cells, but there are {len(self.headings)} headings. "
                    "Perhaps quotation marks are missing around a text."
                )
                yield Record(number, dict(zip(self.headings, cells, strict=False)), sentence)
                continue
            notes = (row.note,) if row.note else ()
            filled = dict(itertools.zip_longest(self.headings, cells, fillvalue=""))
            yield Record(number, filled, notes=notes, has_stray_quotes=bool(row.note))

    def _objects(self) -> Iterator[Record]:
        for number, thing in _json_objects(self.text):
            if isinstance(thing, dict):
                notes: list[str] = []
                cells = {_as_whole_text(key): _clean_cell(value, str(key), notes) for key, value in thing.items()}
                yield Record(number, cells, notes=tuple(notes))
            else:
                yield Record(number, problem="This line is not a JSON object, such as {“title”: “…”}.")


class Line(list[str]):
    """The cells of one row of a CSV file; ``problem``: why they cannot be believed, ``note``: what is odd."""

    problem = ""
    note = ""


def check_kind(start: bytes, whole: bytes | None = None) -> None:
    """Refuse what is no text at all, by its first bytes. ``whole`` lets a zip say whether it is a workbook.

    Nothing is ever unpacked: a zip’s table of contents is enough, so a zip bomb has nothing to go off.
    """
    if not start.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise Unreadable("This file is empty.")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise Unreadable(_zip_sentence(whole or start))
    for magic, sentence in _MAGIC:
        if start.startswith(magic):
            raise Unreadable(sentence)
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("This is a web page. Choose a CSV or JSON Lines file.")
    if start.lstrip().startswith(b"<?xml"):
        raise Unreadable("This is an XML file. Choose a CSV or JSON Lines file.")
    if start.startswith(UTF_16):
        return
    odd = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c" for byte in start[:4096])
    if b"\x00" in start or odd > len(start[:4096]) / 20:
        raise Unreadable("This is not a text file. Choose a CSV or JSON Lines file.")


def _zip_sentence(whole: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(whole)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        names = []
    if any(name.startswith("xl/") for name in names):
        return _EXCEL
    if any(name.startswith("word/") for name in names):
        return "This is a Word document. Choose a CSV or JSON Lines file."
    return "This file is packed (zip). Unpack it first, then choose the file inside."


def decode(data: bytes, encoding: str = "") -> Decoded:
    """The file’s text: by its byte-order mark, else as UTF-8, else as the person chose.

    Left alone, bytes that are no UTF-8 become U+FFFD: nobody can tell by machine which code page was meant, and a
    wrong guess changes letters without a trace.
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decode_counted(data, name, "utf-16" if name == "utf-16" else "utf-8")
    try:
        return Decoded(data.decode("utf-8"), "utf-8", 0)
    except UnicodeDecodeError:
        return _decode_counted(data, encoding or "utf-8", encoding)


def _decode_counted(data: bytes, codec: str, encoding: str) -> Decoded:
    try:
        text = data.decode(codec, errors="replace")
    except LookupError:
        raise Unreadable(f"There is no encoding called “{encoding}”. Try cp1252 or mac_roman.") from None
    return Decoded(text, encoding, text.count(REPLACEMENT))


def damaged_places(data: bytes, *, most: int = 6, around: int = 24) -> list[dict[str, str]]:
    """A few places that are no UTF-8, each as every encoding to choose from would read it; of each byte at most two."""
    places: list[dict[str, str]] = []
    if data.startswith(UTF_16):  # it says itself how it was saved
        return places
    seen: Counter[int] = Counter()
    view, position = memoryview(data), 0
    for _ in range(2_000):
        try:
            codecs.utf_8_decode(view[position:], "strict", True)
        except UnicodeDecodeError as error:
            at = position + error.start
        else:
            break
        seen[data[at]] += 1
        if seen[data[at]] <= 2:
            piece = data[max(0, at - around) : at + around]
            places.append(
                {name: _as_one_line(piece.decode(name or "utf-8", errors="replace")) for name, _ in ENCODINGS}
            )
        if len(places) == most:
            break
        position = at + around
    return places


def _as_one_line(text: str) -> str:
    return " ".join(text.split())


def read(text: str, *, knows: Callable[[str], bool] = lambda heading: False) -> Sheet:
    """What table the text holds: JSON Lines (or one JSON list), or CSV with its separator. Refuses what is none.

    ``knows`` says whether a word is a heading: the first row with two of them is the one of the headings, whatever
    stands above it.
    """
    text = text.lstrip(REPLACEMENT) if text.startswith(REPLACEMENT * 2) else text
    if not text.strip():
        raise Unreadable("This file is empty.")
    if text.lstrip()[0] in "{[":
        return _read_json_lines(text)
    return _read_csv_rows(text, knows)


def _read_json_lines(text: str) -> Sheet:
    headings: dict[str, None] = {}
    for _, thing in itertools.islice(_json_objects(text), 200):
        if isinstance(thing, dict):
            headings.update(dict.fromkeys(_as_whole_text(key) for key in thing))
    if not headings:
        raise Unreadable("No line of this file is a JSON object, so there is nothing to bring in.")
    return Sheet("jsonl", tuple(headings), text)


def _json_objects(text: str) -> Iterator[tuple[int, Any]]:
    """Line numbers and what stands there; a line that is no JSON gives None."""
    whole = _load_json_line(text) if text.lstrip()[:1] in ("[", "{") else None
    things = _wrapped_list(whole) if isinstance(whole, dict) else whole
    if isinstance(things, list) or text.lstrip().startswith("["):
        yield from enumerate(things if isinstance(things, list) else [], start=1)
        return
    if isinstance(whole, dict):
        yield 1, whole
        return
    for number, line in enumerate(io.StringIO(text), start=1):
        if line.strip():
            yield number, _load_json_line(line)


def _wrapped_list(whole: dict[str, Any]) -> list[Any] | None:
    """The rows of a file that is one object around a list of them; None where the object is a row itself."""
    lists = {
        str(key): value
        for key, value in whole.items()
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
    }
    named = [key for key in lists if key.lower() in _WRAPPERS]
    if len(named) == 1:
        return lists[named[0]]
    texts = [key for key, value in whole.items() if isinstance(value, str) and key.lower() in _OF_A_ROW]
    if not lists or texts:
        return None
    if len(lists) > 1:
        names = ", ".join(f"“{_as_whole_text(key)[:40]}”" for key in lists)
        raise Unreadable(
            f"This file holds several lists: {names}. Save the one with the {worded('lessons')} as a file of its own."
        )
    return next(iter(lists.values()))


def _load_json_line(text: str) -> Any:
    """What the JSON says; None for what is none, is nested without end, or has a number without end."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _as_whole_text(value: object) -> str:
    """As a text that a database keeps: JSON can spell out halves of letters, which become U+FFFD, and noughts."""
    return _HALF.sub(REPLACEMENT, str(value)).replace("\0", "")


def _clean_cell(value: Any, heading: str, notes: list[str]) -> Cell:
    """A value as people would write it; what of a nested one is left out is said in ``notes``."""
    if isinstance(value, list):
        return [text for item in value if (text := _words_of_value(item, heading, notes))]
    return _words_of_value(value, heading, notes)


def _words_of_value(value: Any, heading: str, notes: list[str]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(text for item in value if (text := _words_of_value(item, heading, notes)))
    if not isinstance(value, dict):
        return _as_whole_text(value)
    parts = {_as_whole_text(key): _words_of_value(part, heading, notes) for key, part in value.items()}
    parts = {key: words for key, words in parts.items() if words}
    main = next((key for name in _SAYS_IT for key in parts if key.lower() == name), "")
    if not main:
        return "; ".join(f"{key}: {words}" for key, words in parts.items())
    rest = [f"{key}: {words[:60]}" for key, words in parts.items() if key != main and key.lower() not in _SAYS_NOTHING]
    if rest:
        notes.append(f"Left out under “{_as_whole_text(heading)[:60]}”: {'; '.join(rest)[:300]}.")
    return parts[main]


def _read_csv_rows(text: str, knows: Callable[[str], bool]) -> Sheet:
    skipped, delimiter = 0, ""
    first = text.split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5:
        skipped, delimiter = 1, first[4]
    delimiter = delimiter or _guess_delimiter(text)
    rows = enumerate(_parse_csv_rows(text, delimiter))
    filled = (pair for pair in rows if pair[0] >= skipped and any(cell.strip() for cell in pair[1]))
    first_ones = list(itertools.islice(filled, ROWS_ABOVE))
    place = _place_of_headings([row for _, row in first_ones], knows)
    above = tuple(" ".join(" ".join(row).split())[:120] for _, row in first_ones[:place])
    left = itertools.chain(first_ones[place:], filled)
    skipped, headings = next(left, (skipped, Line()))
    if not headings:
        raise Unreadable("This file has separators and no words.")
    if len([cell for cell in headings if cell.strip()]) < 2:
        raise Unreadable(
            "This file has one column only. A table needs columns, with commas, semicolons or tabs between."
        )
    if next(left, None) is None:
        raise Unreadable("This file has headings and no rows below them.")
    from_mac = "\r" in text and "\n" not in text
    return Sheet("csv", _read_headings(headings), text, delimiter, skipped, from_mac, above)


def _place_of_headings(rows: Sequence[Sequence[str]], knows: Callable[[str], bool]) -> int:
    """Which of the first rows has the headings: the first with two known words, else the first with two cells."""

    def count(row: Sequence[str], rule: Callable[[str], object]) -> int:
        return sum(1 for cell in row if cell.strip() and rule(cell))

    known = (place for place, row in enumerate(rows) if count(row, knows) > 1)
    wide = (place for place, row in enumerate(rows) if count(row, str.strip) > 1)
    return next(known, next(wide, 0))


def _read_headings(row: list[str]) -> tuple[str, ...]:
    """The headings, none empty, none twice."""
    seen: dict[str, None] = {}
    for position, cell in enumerate(row, start=1):
        name = plain = " ".join(_as_whole_text(cell).split()) or f"Column {position}"
        for again in itertools.count(2):
            if name not in seen:
                break
            name = f"{plain} ({again})"
        seen[name] = None
    return tuple(seen)


def _guess_delimiter(text: str) -> str:
    """The separator that gives the first rows most columns, and the same number of them in each."""

    def score(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(itertools.islice(_parse_csv_rows(text[:200_000], delimiter, whole=False), 20))
        except Unreadable:
            return (0, 0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return (times, width)

    return max(DELIMITERS, key=score)


def _parse_csv_rows(text: str, delimiter: str, *, whole: bool = True, width: int = 0) -> Iterator[Line]:
    """The rows. A quotation mark that is never closed would swallow the rest of the file, so that is refused.

    It is found by a last line of our own that must come back as a row of its own. One that is closed too late swallows
    some rows: with ``width``, the number of headings, they come back as rows of their own, and the row in which it
    began says what happened.
    """
    end = "\ue000end\ue000"
    taken: list[str] = []

    def remember(lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    lines = itertools.chain(io.StringIO(text, newline=""), ["\n", end] if whole else [])
    reader = csv.reader(remember(lines), delimiter=delimiter)
    began = 1
    try:
        for row in reader:
            if row == [end]:
                return
            if whole and row and end in row[-1]:
                raise Unreadable(
                    f"A quotation mark in line {began} is never closed. Add the missing one and try again."
                )
            began, lines_of_row = reader.line_num + 1, taken[:]
            taken.clear()
            yield from _believed_rows(row, lines_of_row, delimiter, width)
    except csv.Error as error:
        raise Unreadable(f"Line {reader.line_num} cannot be read as CSV ({error}).") from None


def _believed_rows(row: list[str], lines: Sequence[str], delimiter: str, width: int) -> Iterator[Line]:
    """The row, unless its quotation marks are in doubt: then the rows that it swallowed, or a note about them."""
    whole = "".join(lines)
    if '"' not in whole or not width:
        yield Line(row)
        return
    alone = [line.rstrip("\r\n").split(delimiter) for line in whole.splitlines() if line.strip()]
    swallows = len(alone) > 1 and all(len(cells) == width for cells in alone)
    if swallows and not _is_well_quoted(lines, delimiter):
        first = Line(alone[0])
        first.problem = (
            "A quotation mark in this row is not closed in its line. Add the missing one, or take the odd one out."
        )
        yield first
        yield from (Line(next(csv.reader([delimiter.join(cells)], delimiter=delimiter))) for cells in alone[1:])
        return
    line = Line(row)
    if swallows:
        line.note = (
            f"The {len(alone)} lines of this row look like rows of their own. Perhaps a quotation mark is missing."
        )
    elif not _is_well_quoted(lines, delimiter):
        line.note = "Its quotation marks do not match. Compare its words with the file."
    yield line


def _is_well_quoted(lines: Sequence[str], delimiter: str) -> bool:
    """Whether every quotation mark that opens a cell closes at its end."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True
