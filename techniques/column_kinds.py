"""Registry of what a column may take: how it is written, what is seen of it, how it is drawn, and its words at the end.

A column of a script names its kind (``takes``). A technique that needs another one adds an entry here, and its namesake
in ``static/js/room/notes/kinds.js``; nothing that draws, sends or closes a room asks which kind it has. No Django here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from kmportal.lib.cleaning import clean_text
from kmportal.lib.exceptions import Refusal

# The longest note, in characters.
NOTE_LIMIT = 1000


class Entry(Protocol):
    """What a kind may know of a row: not who wrote it."""

    pk: Any
    client_id: UUID
    created_at: datetime


@dataclass(frozen=True)
class ColumnKind:
    """One kind.

    ``form`` is the template of the box in which one writes, for the columns of a stage that share the kind; ``drawing``
    that of one entry, the same on pages, stream and poll. ``clean`` takes what was sent and answers what is kept, or
    raises ``Refusal``. ``arrange`` answers what everybody may see of a column once its stage shows what is in it, given
    the moment of the reveal, if there was one. ``tell`` makes words of what was seen, for summary and export.
    """

    key: str
    form: str
    drawing: str
    clean: Callable[[str], str]
    arrange: Callable[[Sequence[Any], datetime | None], list[Any]]
    tell: Callable[[Sequence[str]], str]


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

KINDS = {kind.key: kind for kind in (NOTE,)}


def kind_of(key: str) -> ColumnKind:
    """The kind of that key. A stored column of a kind that is no more is one of plain notes."""
    return KINDS.get(key, NOTE)
