"""Writing notes, changing them and taking them back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kmportal.lib.exceptions import Refusal
from organisations import audit
from organisations.models import Person
from techniques import room_log
from techniques.actions.room.checks import require_open_room
from techniques.actions.room.text import clean_text
from techniques.models import NOTE_LIMIT, Note, Participant, RoomEvent, Session, Stage

# Far above what anybody writes in a session; it keeps a stuck or hostile browser from filling the database.
NOTES_OF_ONE = 200


@transaction.atomic
def write(
    session: Session,
    *,
    stage_key: str,
    column: str,
    text: str,
    client_id: UUID,
    author: Participant,
    leads: bool = False,
    at: datetime,
) -> Note:
    """Save a note. The same ``client_id`` again answers what was saved the first time and changes nothing.

    ``leads``: typed by whoever leads the room. A note may be written in any stage as long as the room is open, so
    that one which waited for the line is not refused because the room has moved on.
    """
    session = room_log.hold(session)
    if saved := Note.objects.filter(session=session, client_id=client_id).select_related("stage").first():
        if saved.author_id != author.pk:
            raise Refusal("This note could not be saved. Copy its text and write it again.")
        return saved
    require_open_room(session)
    stage = _stage_for(session, stage_key, column, leads=leads)
    if Note.objects.filter(session=session, author=author).count() >= NOTES_OF_ONE and not leads:
        raise Refusal(f"You have written {NOTES_OF_ONE} notes. Take one back before you write another.")
    note = Note.objects.create(
        session=session,
        stage=stage,
        column=column,
        text=_note_text(text),
        author=author,
        by_facilitator=leads,
        client_id=client_id,
        created_at=at,
    )
    room_log.add(session, RoomEvent.Kind.NOTE, note.pk, at=at)
    return note


@transaction.atomic
def change(note: Note, *, text: str, column: str, by: Participant, leads: bool = False, at: datetime) -> Note:
    """Change one’s own note: its words, or the column where it stands. A note typed for the room belongs to whoever
    leads, once it may be read."""
    session = room_log.hold(note.session)
    require_open_room(session)
    note = Note.objects.select_related("stage").get(pk=note.pk)
    if not _is_own(note, by, leads):
        raise Refusal("Only the person who wrote this note can change it.")
    if note.gone_at is not None:
        raise Refusal("This note was taken back.")
    if column not in note.stage.column_keys:
        raise Refusal("This column is not part of the step. Reload the page.")
    words, same_column = _note_text(text), note.column == column
    if words == note.text and same_column:
        return note
    note.text, note.column, note.changed_at = words, column, at
    note.save(update_fields=["text", "column", "changed_at"])
    room_log.add(session, RoomEvent.Kind.NOTE, note.pk, at=at)
    return note


@transaction.atomic
def take_back(note: Note, *, by: Participant, leads: bool = False, person: Person | None = None, at: datetime) -> None:
    """Delete the words of one’s own note. Whoever leads may take away any note that everybody can read, for example
    because it names a patient; that stands in the trail. Twice is the same as once."""
    session = room_log.hold(note.session)
    require_open_room(session)
    note = Note.objects.select_related("stage").get(pk=note.pk)
    own = _is_own(note, by, leads)
    if not own and not (leads and note.stage.shows_notes):
        raise Refusal("Only the person who wrote this note can take it back.")
    if note.gone_at is not None:
        return
    note.text, note.gone_at = "", at
    note.save(update_fields=["text", "gone_at"])
    room_log.add(session, RoomEvent.Kind.NOTE, note.pk, at=at)
    if not own:
        audit.record(session.organisation, "removed a note from", session, by=person, stage=note.stage.key)


def _is_own(note: Note, by: Participant, leads: bool) -> bool:
    return note.author_id == by.pk or (leads and note.by_facilitator and note.stage.shows_notes)


def _stage_for(session: Session, key: str, column: str, *, leads: bool) -> Stage:
    stage = Stage.objects.filter(session=session, key=key).first()
    if stage is None or column not in stage.column_keys:
        raise Refusal("This step is not part of the session. Reload the page and write the note again.")
    if stage.writes == Stage.Writes.NOBODY:
        raise Refusal("No notes are taken in this step.")
    if stage.writes == Stage.Writes.FACILITATOR and not leads:
        raise Refusal("In this step the facilitator writes. Say it aloud.")
    return stage


def _note_text(text: str) -> str:
    words = clean_text(text).strip()
    if not words:
        raise Refusal("Write something before you send the note.")
    if len(words) > NOTE_LIMIT:
        raise Refusal(f"A note has at most {NOTE_LIMIT:,} characters. Yours has {len(words):,}: split it into two.")
    return words
