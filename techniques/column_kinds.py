"""Registry of what a column may take: how it is written, what is seen of it, how it is drawn, and its words at the end.

A column of a script names its kind (``takes``). A technique that needs another one adds an entry here, and its namesake
in ``static/js/room/notes/kinds.js``; nothing that draws, sends or closes a room asks which kind it has. No Django here.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from kmportal.lib.cleaning import clean_text, line_of_text, reading_key
from kmportal.lib.exceptions import Refusal

# The longest note, in characters.
NOTE_LIMIT = 1000
# The longest name of something that others have written.
LINE_LIMIT = 200


class Entry(Protocol):
    """What a kind may know of a row: not who wrote it."""

    pk: Any
    text: str
    client_id: UUID
    created_at: datetime


@dataclass(frozen=True)
class ColumnKind:
    """One kind.

    ``form`` is the template of the box in which one writes, for the columns of a stage that share the kind; ``drawing``
    that of one entry, the same on pages, stream and poll. ``clean`` takes what was sent and answers what is kept, or
    raises ``Refusal``. ``arrange`` answers what everybody may see of a column once its stage shows what is in it, given
    the moment of the reveal, if there was one. ``tell`` makes words of what was seen, for summary and export. ``ask``
    and ``hint`` stand at the box where it asks for something else than a note.
    """

    key: str
    form: str
    drawing: str
    clean: Callable[[str], str]
    arrange: Callable[[Sequence[Any], datetime | None], list[Any]]
    tell: Callable[[Sequence[str]], str]
    ask: str = ""
    hint: str = ""

    @property
    def box(self) -> str:
        """What tells its box apart from that of plain notes in the same stage, at the end of ids."""
        return "" if self.key == "note" else f"-{self.key}"


# --- Plain notes -----------------------------------------------------------------------------------------------------


def clean_note(text: str) -> str:
    """The words without space around them. Raises ``Refusal`` when there are none, or too many."""
    words = clean_text(text).strip()
    if not words:
        raise Refusal("Write something before you send the note.")
    if len(words) > NOTE_LIMIT:
        raise Refusal(f"A note has at most {NOTE_LIMIT:,} characters. Yours has {len(words):,}: split it into two.")
    return words


def arrange_notes(notes: Sequence[Entry], shown_at: datetime | None) -> list[Entry]:
    """All of them. Those that were shown together stand in the order of their random identifiers, which says nothing
    about who wrote first; what was written after that follows as it came."""
    together = [note for note in notes if shown_at and note.created_at <= shown_at]
    later = [note for note in notes if not (shown_at and note.created_at <= shown_at)]
    return sorted(together, key=lambda note: note.client_id.hex) + sorted(later, key=lambda note: note.pk)


def list_notes(texts: Sequence[str]) -> str:
    """One line for each."""
    return "\n".join(f"– {text}" for text in texts)


NOTE = ColumnKind(
    key="note",
    form="techniques/_room_form.html",
    drawing="techniques/_room_note.html",
    clean=clean_note,
    arrange=arrange_notes,
    tell=list_notes,
)

# --- Standing by what others have written ----------------------------------------------------------------------------


def clean_line(text: str) -> str:
    """One line, as short as what it names. Raises ``Refusal`` when there is none."""
    line = line_of_text(text)
    if not line:
        raise Refusal("Write which one you mean before you send it.")
    if len(line) > LINE_LIMIT:
        raise Refusal(
            f"This has at most {LINE_LIMIT} characters. Yours has {len(line)}: write only which one you mean."
        )
    return line


def together(same: Callable[[str], str]) -> Callable[[Sequence[Entry], datetime | None], list[Entry]]:
    """An ``arrange`` as that of notes, in which those with the ``same`` key stand together, where the first stands."""

    def arrange(notes: Sequence[Entry], shown_at: datetime | None) -> list[Entry]:
        arranged, first = arrange_notes(notes, shown_at), dict[str, int]()
        for place, note in enumerate(arranged):
            first.setdefault(same(note.text), place)
        return sorted(arranged, key=lambda note: first[same(note.text)])

    return arrange


def list_once_each(texts: Sequence[str]) -> str:
    """One line for each that is meant, with how many stand by it where it is more than one; as written, by no rank."""
    counts = Counter(reading_key(text) for text in texts)
    shown = {reading_key(text): text for text in reversed(texts)}
    keys = dict.fromkeys(reading_key(text) for text in texts)
    return "\n".join(f"– {shown[key]}{f' ({counts[key]} times)' if counts[key] > 1 else ''}" for key in keys)


SUPPORT = replace(
    NOTE,
    key="support",
    clean=clean_line,
    arrange=together(reading_key),
    tell=list_once_each,
    ask="Which one do you share?",
    hint="Write its line again. Nobody sees that it was you",
)


# --- Sorting what others have written --------------------------------------------------------------------------------


def read_topic(text: str) -> tuple[str, list[str]]:
    """The name of a topic, which is the first line, and what belongs to it, a line each; dashes before them go."""
    name, *rest = [line.strip().lstrip("–-•*").strip() for line in text.splitlines() if line.strip()] or [""]
    return name, [line for line in rest if line]


def clean_topic(text: str) -> str:
    """A name in the first line, then what belongs to it. Raises ``Refusal`` when there is no name."""
    name, rest = read_topic(clean_note(text))
    return "\n".join([clean_line(name), *(f"– {line}" for line in rest)])


TOPIC = replace(
    NOTE,
    key="topic",
    clean=clean_topic,
    tell="\n".join,
    ask="Which ones belong together?",
    hint="A name in the first line, then a line for each",
)


# --- Joining what others have begun, with one’s name: “Keys: Farah” --------------------------------------------------


def group_of(text: str) -> str:
    """What stands before the colon."""
    return reading_key(text.partition(":")[0])


def clean_joining(text: str) -> str:
    """A group and a name in one line. Raises ``Refusal`` without both: nobody joins without saying so."""
    group, colon, name = clean_line(text).partition(":")
    if not (group.strip() and colon and name.strip()):
        raise Refusal("Write the topic, a colon and your name. For example, “Keys: Farah”.")
    return f"{group.strip()}: {name.strip()}"


def list_groups(texts: Sequence[str]) -> str:
    """One line for each group, with who joins it."""
    found: dict[str, list[str]] = {}
    for text in texts:
        found.setdefault(group_of(text), [text.partition(":")[0]]).append(text.partition(":")[2].strip())
    return "\n".join(f"– {name}: {', '.join(dict.fromkeys(who))}" for name, *who in found.values())


JOINING = replace(
    NOTE,
    key="joining",
    clean=clean_joining,
    arrange=together(group_of),
    tell=list_groups,
    ask="Which topic do you join?",
    hint="The topic, a colon and your name, for example “Keys: Farah”. Everybody in the room reads it, and it stands "
    "on the page until it begins",
)

KINDS = {kind.key: kind for kind in (NOTE, SUPPORT, TOPIC, JOINING)}


def kind_of(key: str) -> ColumnKind:
    """The kind of that key. A stored column of a kind that is no more is one of plain notes."""
    return KINDS.get(key, NOTE)
