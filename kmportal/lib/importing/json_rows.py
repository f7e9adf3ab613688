"""Rows from JSON: a line each, or a list in something around it."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from kmportal.lib.domain_words import worded
from kmportal.lib.importing.values import Cell, Lines, Unreadable, as_whole_text

_PIECE, _LARGEST_WHOLE = 1 << 16, 64 << 20
# How exports call the list that holds the rows, and what a row has of its own.
_WRAPPERS = {"lessons", "items", "records", "rows", "data", "results", "entries", "value", "values"}
_OF_A_ROW = {"title", "lesson", "text", "name", "recommendation", "summary", "description"}
# In a nested value: what is meant, first, and what is only for machines.
_SAYS_IT = ("text", "name", "title", "label", "value", "words", "description", "content", "displayname")
_SAYS_NOTHING = {"id", "key", "uuid", "type", "url", "href", "self", "order", "position"}


class BrokenOff(Unreadable):
    """A list that ends, or is no JSON any more, in the middle."""


def json_objects(lines: Lines) -> Iterator[tuple[int, Any]]:
    """Line numbers and what stands there; a line that is no JSON gives None. Reads no more than it must at a time."""
    source = lines()
    first = next((line for line in source if line.strip()), "")
    if first.lstrip().startswith("["):
        yield from enumerate(_items_of_list(itertools.chain([first], source)), start=1)
        return
    whole = _load_json_line(first)
    second = next((line for line in source if line.strip()), "")
    if whole is None or not second:
        whole = whole if whole is not None else _load_whole(lines)
        things = _wrapped_list(whole) if isinstance(whole, dict) else None
        if isinstance(whole, dict):
            yield from enumerate(things if things is not None else [whole], start=1)
            return
    for number, line in enumerate(lines(), start=1):
        if line.strip():
            yield number, _load_json_line(line)


def _load_whole(lines: Lines) -> Any:
    """A file that is one object over several lines; None for one that is none, or larger than anybody writes it."""
    taken, size = [], 0
    for line in lines():
        taken.append(line)
        size += len(line)
        if size > _LARGEST_WHOLE:
            return None
    return _load_json_line("".join(taken))


def _items_of_list(source: Iterator[str]) -> Iterator[Any]:
    """The items of one list, one after the other."""
    decoder, number = json.JSONDecoder(), 0
    text = _read_on(source, "", _PIECE).lstrip()[1:]
    while True:
        text = text.lstrip()
        while not text and (more := _read_on(source, "", _PIECE)):
            text = more.lstrip()
        if text.startswith("]"):
            return
        if text.startswith(",") and number:
            text = text[1:].lstrip()
        wanted = _PIECE
        while True:
            try:
                item, end = decoder.raw_decode(text)
                if end < len(text) or isinstance(item, dict | list | str):  # a number may go on
                    break
            except ValueError:
                pass
            except RecursionError:
                raise _broken_list(number) from None
            before, wanted = len(text), wanted * 2
            text = _read_on(source, text, wanted).lstrip()
            if len(text) == before:
                raise _broken_list(number)
        number += 1
        yield item
        text = text[end:]


def _read_on(source: Iterator[str], text: str, most: int) -> str:
    pieces, size = [text], 0
    for line in source:
        pieces.append(line)
        size += len(line)
        if size >= most:
            break
    return "".join(pieces)


def _broken_list(number: int) -> Unreadable:
    return BrokenOff(f"This list cannot be read any further after its row {number:,}. Save it again, as JSON Lines.")


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
        names = ", ".join(f"“{as_whole_text(key)[:40]}”" for key in lists)
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


def clean_cell(value: Any, heading: str, notes: list[str]) -> Cell:
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
        return as_whole_text(value)
    parts = {as_whole_text(key): _words_of_value(part, heading, notes) for key, part in value.items()}
    parts = {key: words for key, words in parts.items() if words}
    main = next((key for name in _SAYS_IT for key in parts if key.lower() == name), "")
    if not main:
        return "; ".join(f"{key}: {words}" for key, words in parts.items())
    rest = [f"{key}: {words[:60]}" for key, words in parts.items() if key != main and key.lower() not in _SAYS_NOTHING]
    if rest:
        notes.append(f"Left out under “{as_whole_text(heading)[:60]}”: {'; '.join(rest)[:300]}.")
    return parts[main]
