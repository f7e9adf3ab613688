"""The words of what can be found: its kinds, and what apps above say about their states.

An app tells its states in ``AppConfig.ready``: ``kinds.describe("lesson", states={…})``; nothing here imports it.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """How one kind of thing is called, and the icon beside it."""

    word: str
    words: str
    icon: str


@dataclass(frozen=True)
class State:
    """How a state is shown: look (``good``, ``warn``, ``bad``, ``info`` or none), icon, word."""

    look: str
    icon: str
    word: str


KINDS = {
    "lesson": Kind("Lesson", "Lessons", "lightbulb"),
    "session": Kind("Session", "Sessions", "users"),
    "intervention": Kind("Intervention", "Interventions", "flag"),
    "programme": Kind("Programme", "Programmes", "calendar"),
    "technique": Kind("Technique", "Techniques", "message-circle"),
    "assessment": Kind("Assessment", "Assessments", "circle-check"),
    "action": Kind("Action", "Actions", "check"),
}
_STATES: dict[tuple[str, str], State] = {}
_SUBKINDS: dict[tuple[str, str], str] = {}


def describe(
    kind: str, *, states: Mapping[str, tuple[str, str, str]] | None = None, subkinds: Mapping[str, str] | None = None
) -> None:
    """Tell how the states (look, icon, word) and the subkinds of a kind are called."""
    _STATES.update({(kind, key): State(*each) for key, each in (states or {}).items()})
    _SUBKINDS.update({(kind, key): word for key, word in (subkinds or {}).items()})


def kind_of(key: str) -> Kind:
    """The words of a kind; for one nobody has described, its key."""
    word = _said(key)
    return KINDS.get(key) or Kind(word, word, "link")


def state_of(kind: str, key: str) -> State:
    """How the state of a thing is shown; for one nobody has described, its key."""
    return _STATES.get((kind, key)) or State("", "info", _said(key))


def subkind_of(kind: str, key: str) -> str:
    return _SUBKINDS.get((kind, key)) or _said(key)


def _said(key: str) -> str:
    return key.replace("-", " ").replace("_", " ").capitalize()
