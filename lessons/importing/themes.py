"""Reading a set of themes that somebody pastes: YAML, or a table with the columns code, name and text. Touches no
database."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.content import ContentError, parse_yaml
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_fields import key_of_name

MOST_CHARACTERS, MOST_THEMES = 100_000, 300
DEEPEST = 6
_BEGINS = (
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
)
_ENDS = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
LONGEST_CODE, LONGEST_NAME, LONGEST_TEXT = 40, 200, 2_000
# Headings as people write them → ours.
HEADINGS = {
    "code": {"code", "number", "no", "id", "ref", "reference", "nr"},
    "name": {"name", "title", "theme", "goal", "heading", "objective", "key"},
    "text": {"text", "statement", "description", "details", "detail", "meaning"},
}


@dataclass(frozen=True)
class ThemeLine:
    """One theme as it was written."""

    name: str
    code: str = ""
    text: str = ""


@dataclass(frozen=True)
class ThemesRead:
    """What was pasted. ``name`` and ``url`` of the set are there where YAML says them."""

    lines: Sequence[ThemeLine]
    name: str = ""
    url: str = ""


def read_themes(pasted: str) -> ThemesRead:
    """Raises ``Refusal`` with one sentence about the first thing that is wrong."""
    if len(pasted) > MOST_CHARACTERS:
        raise Refusal(f"That is too much. A set has at most {MOST_CHARACTERS:,} characters.")
    text = clean_text(pasted.lstrip("\ufeff")).strip("\n")
    if not line_of_text(text):
        raise Refusal("Paste the themes, one a line.")
    first = text.lstrip().splitlines()[0]
    is_yaml = first.startswith(("---", "- ", "#", "themes:", "name:", "url:"))
    read = _read_yaml(text) if is_yaml else ThemesRead(list(_read_table(text)))
    _check(read.lines)
    return read


def _read_yaml(text: str) -> ThemesRead:
    try:
        _refuse_endless(text)
        found: Any = parse_yaml(text, file="themes").data
    except yaml.YAMLError:
        raise Refusal("The YAML cannot be read. Look at its indents and quotation marks.") from None
    except ContentError as error:
        raise Refusal(f"The YAML cannot be read: {line_of_text(str(error))[:300]}") from None
    head = found if isinstance(found, dict) else {}
    rows = head.get("themes") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise Refusal("The YAML needs a list called “themes”, with a name for each.")
    return ThemesRead([_line_of_yaml(row) for row in rows[: MOST_THEMES + 1]], _word(head, "name"), _word(head, "url"))


def _refuse_endless(text: str) -> None:
    """A word that stands for another part makes a short text endless, and thousands of lists inside each other break
    the parser, which is written in C, and the process with it. So the words alone are read first."""
    depth = 0
    for token in yaml.scan(text):
        if isinstance(token, yaml.AliasToken):
            raise Refusal("The YAML refers to itself (“*”). Write each theme out.")
        depth += isinstance(token, _BEGINS) - isinstance(token, _ENDS)
        if depth > DEEPEST:
            raise Refusal("The YAML cannot be read. It needs a list called “themes”, with a name for each.")


def _line_of_yaml(row: Any) -> ThemeLine:
    if isinstance(row, dict):
        return ThemeLine(_word(row, "name"), _word(row, "code"), clean_text(str(row.get("text") or "")).strip())
    return ThemeLine(line_of_text(str(row)) if isinstance(row, str | int | float) else "")


def _word(row: dict[Any, Any], name: str) -> str:
    value = row.get(name)
    return line_of_text(str(value)) if isinstance(value, str | int | float) else ""


def _read_table(text: str) -> Iterator[ThemeLine]:
    first = text.splitlines()[0]
    separator = max("\t;,", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(map(line_of_text, row))]
    except csv.Error:
        raise Refusal("The table cannot be read. Look whether a quotation mark is missing.") from None
    places = _places_of(rows[0]) if rows else None
    if places is None:
        widest = max(map(len, rows), default=0)
        places = {"name": 0} if widest < 2 else {"code": 0, "name": 1, "text": 2}
    else:
        rows = rows[1:]
    for row in rows[: MOST_THEMES + 1]:
        cells = {key: row[place] if place < len(row) else "" for key, place in places.items()}
        yield ThemeLine(
            line_of_text(cells.get("name", "")),
            line_of_text(cells.get("code", "")),
            clean_text(cells.get("text", "")).strip(),
        )


def _places_of(row: Sequence[str]) -> dict[str, int] | None:
    """Where each column stands, by the headings; None for a table without any."""
    words = [line_of_text(cell).lower().rstrip(".:") for cell in row]
    found = {key: place for key, names in HEADINGS.items() for place, word in enumerate(words) if word in names}
    return found if "name" in found else None


def _check(lines: Sequence[ThemeLine]) -> None:
    if not lines:
        raise Refusal("There is no theme in it. Write one a line, below the headings.")
    if len(lines) > MOST_THEMES:
        raise Refusal(f"That is too much. A set has at most {MOST_THEMES} themes.")
    names: set[str] = set()
    codes: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.name:
            raise Refusal(f"Theme {number} has no name.")
        if len(line.name) > LONGEST_NAME or len(line.code) > LONGEST_CODE or len(line.text) > LONGEST_TEXT:
            raise Refusal(
                f"Theme {number} is too long: a code has at most {LONGEST_CODE} characters, a name {LONGEST_NAME}, "
                f"a text {LONGEST_TEXT:,}."
            )
        key = key_of_name(line.name)
        if key in names or (line.code and line.code in codes):
            raise Refusal(f"Theme {number}, “{line.name[:60]}”, stands there twice.")
        names.add(key)
        codes.add(line.code)
