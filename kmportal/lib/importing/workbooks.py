"""Rows of an Excel workbook, one after the other, and what is refused before anything of it is unpacked."""

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from typing import Any
from xml.etree import ElementTree

from kmportal.lib.importing.values import Opener, Unreadable

# What a workbook may become when it is unpacked: in all, its list of words (which is kept whole), each other part that
# is read whole, and how tightly it may be packed. A few kilobytes can otherwise become gigabytes.
MOST_UNPACKED, MOST_WORDS, MOST_OF_A_PART, MOST_RATIO, SMALL = 600 << 20, 60 << 20, 8 << 20, 200, 1 << 20
# By where a part lies and what it says it is: sheets are read row by row, the others not at all.
_NOT_READ_WHOLE = re.compile(r"xl/(worksheets|media|pivotcache)/.* (image/.*|.*[.](worksheet|pivotcacherecords)[+]xml)")
_LIST = "[Content_Types].xml"
MOST_COLUMNS = 200
_SAVE_AS = "Open it in Excel and save it as “CSV UTF-8”, then choose that file."
_TOO_LARGE = f"This workbook is too large when it is unpacked. {_SAVE_AS}"
_NO_WORKBOOK = f"This Excel workbook cannot be read. {_SAVE_AS}"


def check_workbook(opener: Opener) -> None:
    """Refuse a zip that is no workbook, or one that would be too much when unpacked. Reads its list of parts only."""
    try:
        with closing(opener()) as file, zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        parts = []
    if any(part.filename.startswith("word/") for part in parts):
        raise Unreadable("This is a Word document. Choose a table: Excel, CSV or JSON Lines.")
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names and any(name.startswith("xl/") for name in names):
        raise Unreadable(_NO_WORKBOOK)
    if "xl/workbook.xml" not in names:
        raise Unreadable("This file is packed (zip). Unpack it first, then choose the file inside.")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("This workbook has a password. Take it off, or save the table as “CSV UTF-8”.")
    tight = any(part.file_size > max(SMALL, MOST_RATIO * max(part.compress_size, 1)) for part in parts)
    if tight or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable(_TOO_LARGE)
    _check_each_part(parts, _content_types(opener))


def _check_each_part(parts: Sequence[zipfile.ZipInfo], types: Callable[[str], Collection[str]]) -> None:
    """Refuse a part that would be read whole and is too large for it."""
    words = 0
    for part in parts:
        name = part.filename.lower()
        found = types(name)
        if name.endswith("sharedstrings.xml") or any(".sharedstrings+" in one for one in found):
            words += part.file_size
        elif part.file_size > MOST_OF_A_PART and not (
            found and all(_NOT_READ_WHOLE.fullmatch(f"{name} {one}") for one in found)
        ):
            raise Unreadable(_TOO_LARGE)
    if words > MOST_WORDS:
        raise Unreadable(_TOO_LARGE)


def _content_types(opener: Opener) -> Callable[[str], Collection[str]]:
    """What the workbook says of a part of this name, in small letters: by itself, or else by its ending."""
    try:
        with closing(opener()) as file, zipfile.ZipFile(file) as packed, packed.open(_LIST) as part:
            listed = part.read(SMALL + 1)
        # No program writes a DOCTYPE here, or wide letters: they would only hide something.
        if len(listed) > SMALL or b"\0" in listed or b"<!" in listed.replace(b"<!--", b""):
            raise Unreadable(_NO_WORKBOOK)
        rows = list(ElementTree.fromstring(listed).iter())  # noqa: S314  without a DOCTYPE nothing can be expanded
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, EOFError, ElementTree.ParseError) as error:
        raise Unreadable(_NO_WORKBOOK) from error
    single, by_ending = defaultdict(set), defaultdict(set)
    for row in rows:
        said = row.get("ContentType", "").strip().lower()
        single[row.get("PartName", "").strip().lstrip("/").lower()].add(said)
        by_ending[row.get("Extension", "").strip().lower()].add(said)
    return lambda name: single.get(name) or by_ending.get(name.rpartition(".")[2], set())


def rows_of_workbook(opener: Opener) -> Iterator[Sequence[str]]:
    """The rows of its first sheet with anything in it, as people see them: values, not formulas."""
    check_workbook(opener)
    from openpyxl import load_workbook  # noqa: PLC0415  it takes 8 MB, and few need it

    with closing(opener()) as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception as error:  # it raises whatever the parts make it stumble over
            raise Unreadable(_NO_WORKBOOK) from error
        with closing(book):
            try:
                for sheet in book.worksheets:
                    sheet.reset_dimensions()
                    rows = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
                    filled = False
                    for row in rows:
                        cells = _trimmed([_words_of_cell(value) for value in row])
                        filled = filled or bool(cells)
                        yield cells
                    if filled:
                        return
            except Exception as error:
                raise Unreadable(_NO_WORKBOOK) from error


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _words_of_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
