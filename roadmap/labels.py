"""The plan in words: what moved, from what to what, and lists that fit a line."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from kmportal.lib.days import long_day
from kmportal.lib.sentences import quoted
from kmportal.lib.things import Look
from roadmap.models import Intervention, Kind, Step

STATES: dict[str, Look] = {
    Intervention.State.PLANNED: Look("", "circle-dashed", "Planned"),
    Intervention.State.DOING: Look("info", "arrow-right", "Under way"),
    Intervention.State.DONE: Look("good", "circle-check", "Done"),
    Intervention.State.PAUSED: Look("warn", "clock", "Paused"),
    Intervention.State.DROPPED: Look("", "circle-x", "Dropped"),
}
_DAYS = {"starts_on": "Start", "ends_on": "End"}
_PLAIN = {"summary": "what it is about", "effort": "effort", "areas": "areas", "output": "output"}


def days_moved(before: Intervention, fields: dict[str, Any]) -> bool:
    """Whether a day that stood in the plan is another one now, or gone. Filling an empty day in is no move."""
    return any(
        name in fields and getattr(before, name) is not None and getattr(before, name) != fields[name] for name in _DAYS
    )


def changes(before: Intervention, fields: dict[str, Any]) -> list[str]:
    """One sentence for each thing that differs; empty when nothing does."""
    differs = {name: value for name, value in fields.items() if getattr(before, name) != value}
    words = [
        _move_in_words(what, getattr(before, name), differs[name]) for name, what in _DAYS.items() if name in differs
    ]
    if "owner" in differs:
        words.append(f"Now done by {differs['owner'] or 'nobody yet'} instead of {before.owner or 'nobody'}.")
    if "title" in differs:
        words.append(f"Was called {quoted(before.title)}.")
    if "step" in differs:
        words.append(f"Moved from step {before.step} to step {differs['step']}, {Step(differs['step']).label}.")
    if "kind" in differs:
        words.append(f"Kind: {Kind(differs['kind']).label.lower()}." if differs["kind"] else "No kind any more.")
    if plain := [word for name, word in _PLAIN.items() if name in differs]:
        words.append(f"Changed: {', '.join(plain)}.")
    return words


def _move_in_words(what: str, old: date | None, new: date | None) -> str:
    if old is None:
        return f"{what} set to {_day_in_words(new)}."
    if new is None:
        return f"{what} on {_day_in_words(old)} taken out."
    return f"{what} moved from {_day_in_words(old)} to {_day_in_words(new)}."


def _day_in_words(day: date | None) -> str:
    return long_day(day) if day else ""


def first_of(words: Iterable[str], limit: int) -> str:
    """As many of the words as fit, with commas."""
    text = ""
    for word in words:
        longer = f"{text}, {word}" if text else word
        if len(longer) > limit:
            break
        text = longer
    return text
