"""Reading the story: YAML files whose texts may name days, and what a part makes of them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.formats import date_format

from demo.calendar import Calendar
from kmportal.lib.content import read_yaml
from kmportal.lib.days import long_day

CONTENT = Path(__file__).parent / "content"
Row = dict[str, Any]
# “{day:-12}”, “{iso:-12}”, “{month:-208}”, “{year:-239+2}” in a text of the story.
_DAY = re.compile(r"\{(day|iso|month|year):(-?\d+)(?:\+(\d))?\}")


@dataclass(frozen=True)
class Happening:
    """Something that happens on a working day at a time.

    ``do`` is told the moment. What lasts longer does its first thing and then answers, one after the other, the
    moments at which it goes on.
    """

    day: int
    clock: str
    do: Callable[[datetime], Iterator[datetime] | None]


def read(part: str, calendar: Calendar) -> Row:
    """One file of the story, with the days in its texts written out."""
    found: Row = _fill_fields(read_yaml(CONTENT / f"{part}.yaml", base=CONTENT).data, calendar)
    return found


def read_file(name: str, calendar: Calendar) -> bytes:
    """A file that somebody in the story brings along, with its days written out."""
    text: str = _fill_fields((CONTENT / name).read_text(encoding="utf-8"), calendar)
    return text.encode()


def _fill_fields(value: Any, calendar: Calendar) -> Any:
    if isinstance(value, str):
        return _DAY.sub(lambda match: _moment_in_words(match, calendar), value)
    if isinstance(value, dict):
        return {key: _fill_fields(item, calendar) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill_fields(item, calendar) for item in value]
    return value


def _moment_in_words(match: re.Match[str], calendar: Calendar) -> str:
    day = calendar.day(int(match[2]))
    if match[1] == "year":
        return str(day.year + int(match[3] or 0))
    if match[1] == "iso":
        return day.isoformat()
    return long_day(day) if match[1] == "day" else date_format(day, "F Y")
