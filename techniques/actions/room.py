"""What happens in a room. Each change is logged in its own transaction, so that every screen hears of it."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kmportal.lib.exceptions import Refusal
from organisations import audit
from organisations.models import Person
from search import index
from techniques import guest_cookies, pacing, room_log
from techniques.confidentiality import Confidentiality
from techniques.models import NOTE_LIMIT, Note, Participant, RoomEvent, Session, Stage
from techniques.search_documents import session_documents

# Far above any session that can be led; they keep a stuck or hostile browser from filling the database.
PEOPLE_LIMIT = 500
NOTES_OF_ONE = 200
NAME_LIMIT = 60
TURNING_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


# --- Opening, coming in ----------------------------------------------------------------------------------------------


@transaction.atomic
def open_room(session: Session, *, by: Person, at: datetime) -> Session:
    """Begin: the first stage is on and its clock runs. Opening an open room changes nothing."""
    session = room_log.hold(session)
    _not_over(session)
    if session.is_live:
        return session
    session.state, session.opened_at = Session.State.LIVE, at
    first = session.stages.order_by("position").first()
    if first is None:
        raise Refusal("This session has no steps.")
    _enter(session, first, at)
    session.save(update_fields=["state", "opened_at"])
    room_log.add(session, RoomEvent.Kind.OPENED, at=at)
    audit.record(session.organisation, "opened", session, by=by)
    index.put_many([of_session(session)])
    return session


@transaction.atomic
def join(session: Session, *, name: str, key: str, person: Person | None = None, at: datetime) -> Participant:
    """Let somebody in, before the room opens or while it is open. With the same key or account they are the same.

    While the door is shut, whoever is in finds back and nobody else comes in.

    ``person`` only for a member of the session’s organisation; everybody else is a guest with a name.
    """
    session = room_log.hold(session)
    _not_over(session)
    name = " ".join(_clean(name).split())[:NAME_LIMIT]
    if not name:
        raise Refusal("Enter your name, so that the facilitator knows who is here.")
    mine = {"person": person} if person else {"person": None, "key": guest_cookies.fingerprint(key)}
    found = Participant.objects.filter(session=session, **mine).first()
    if found and found.joined_at:
        return found
    if session.door_shut_at:
        raise Refusal("Nobody else can come in just now. Ask whoever leads the session to let you in.")
    if Participant.objects.filter(session=session).count() >= PEOPLE_LIMIT:
        raise Refusal(f"This room is full: {PEOPLE_LIMIT} people have joined.")
    if found is None:
        found = Participant(session=session, person=person, key=guest_cookies.fingerprint(key))
    found.name, found.joined_at = name, at
    found.save()
    room_log.add(session, RoomEvent.Kind.PEOPLE, at=at)
    return found


@transaction.atomic
def leave(participant: Participant, *, at: datetime) -> None:
    """Take somebody off the list of who is here; their notes stay. Their browser is unknown from now on."""
    session = room_log.hold(participant.session)
    _go(session, participant.pk, at)


@transaction.atomic
def shut_door(session: Session, *, by: Person, at: datetime) -> None:
    """Let nobody else in from now on. Twice is the same as once."""
    session = room_log.hold(session)
    _not_over(session)
    _shut(session, by, at)


@transaction.atomic
def open_door(session: Session, *, by: Person, at: datetime) -> None:
    """Let people in again. Twice is the same as once."""
    session = room_log.hold(session)
    _not_over(session)
    if session.door_shut_at is None:
        return
    session.door_shut_at = None
    session.save(update_fields=["door_shut_at"])
    room_log.add(session, RoomEvent.Kind.PEOPLE, at=at)
    audit.record(session.organisation, "opened the door of", session, by=by)


@transaction.atomic
def take_out(session: Session, *, participant: Participant, by: Person, at: datetime) -> None:
    """Take somebody out who should not be here, and shut the door behind them: with the code they would be back at
    once. Their notes stay; a note that is shown can be taken away. Twice is the same as once."""
    session = room_log.hold(session)
    _not_over(session)
    if _go(session, participant.pk, at):
        audit.record(session.organisation, "took somebody out of", session, by=by)
    _shut(session, by, at)


def _go(session: Session, participant: int, at: datetime) -> bool:
    here = Participant.objects.filter(session=session, pk=participant, joined_at__isnull=False)
    if not here.update(joined_at=None):
        return False
    room_log.add(session, RoomEvent.Kind.AWAY, at=at)
    return True


def _shut(session: Session, by: Person, at: datetime) -> None:
    if session.door_shut_at is not None:
        return
    session.door_shut_at = at
    session.save(update_fields=["door_shut_at"])
    room_log.add(session, RoomEvent.Kind.PEOPLE, at=at)
    audit.record(session.organisation, "shut the door of", session, by=by)


def lead(session: Session, person: Person) -> Participant:
    """The row under which whoever leads the room types; it is not counted among those who are here."""
    values = {"name": str(person)[:NAME_LIMIT], "key": guest_cookies.fingerprint(guest_cookies.new_key())}
    return Participant.objects.get_or_create(session=session, person=person, defaults=values)[0]


# --- Stages and clock ------------------------------------------------------------------------------------------------


@transaction.atomic
def go_to(session: Session, *, stage: Stage, by: Person, at: datetime) -> None:
    """Move the room to a stage, forwards or back. A stage that was left goes on with what its clock had left."""
    session = _hold_live(session)
    if session.stage_id == stage.pk:
        return
    if session.stage_id:
        Stage.objects.filter(pk=session.stage_id).update(seconds_left=session.seconds_left(at))
    _enter(session, Stage.objects.get(pk=stage.pk), at)
    room_log.add(session, RoomEvent.Kind.STAGE, at=at)


def _enter(session: Session, stage: Stage, at: datetime) -> None:
    left = stage.minutes * 60 if stage.seconds_left is None else stage.seconds_left
    session.stage, session.paused_seconds = stage, None
    session.ends_at = at + timedelta(seconds=left)
    session.save(update_fields=["stage", "paused_seconds", "ends_at"])
    if stage.started_at is None:
        stage.started_at = at
        stage.save(update_fields=["started_at"])


@transaction.atomic
def give_time(session: Session, *, stage: Stage, minutes: int, seen_minutes: int, by: Person, at: datetime) -> None:
    """Give the current stage more minutes; the later ones give theirs.

    ``seen_minutes`` is what the stage had when the button was drawn: a second press that arrives after the first, or
    after the room has moved on, changes nothing.
    """
    session = _hold_live(session)
    stage = Stage.objects.get(pk=stage.pk)
    if session.stage_id != stage.pk or stage.minutes != seen_minutes:
        return
    later = list(session.stages.filter(position__gt=stage.position, started_at=None).order_by("position"))
    for one, left in zip(later, pacing.reflow([one.minutes for one in later], minutes), strict=True):
        one.minutes = left
        one.save(update_fields=["minutes"])
    stage.minutes += minutes
    stage.save(update_fields=["minutes"])
    if session.paused_seconds is not None:
        session.paused_seconds = max(session.paused_seconds, 0) + minutes * 60
    else:
        session.ends_at = max(session.ends_at or at, at) + timedelta(minutes=minutes)
    session.save(update_fields=["paused_seconds", "ends_at"])
    room_log.add(session, RoomEvent.Kind.TIMER, at=at)


@transaction.atomic
def pause(session: Session, *, by: Person, at: datetime) -> None:
    """Stop the clock. Stopping it twice is the same as once."""
    session = _hold_live(session)
    if session.ends_at is None:
        return
    session.paused_seconds, session.ends_at = session.seconds_left(at), None
    session.save(update_fields=["paused_seconds", "ends_at"])
    room_log.add(session, RoomEvent.Kind.TIMER, at=at)


@transaction.atomic
def resume(session: Session, *, by: Person, at: datetime) -> None:
    """Let the clock go on with what it had left."""
    session = _hold_live(session)
    if session.paused_seconds is None:
        return
    session.ends_at, session.paused_seconds = at + timedelta(seconds=session.paused_seconds), None
    session.save(update_fields=["paused_seconds", "ends_at"])
    room_log.add(session, RoomEvent.Kind.TIMER, at=at)


@transaction.atomic
def reveal(session: Session, *, stage: Stage, by: Person, at: datetime) -> None:
    """Show all notes of a stage to everybody at once. It cannot be taken back, and twice is the same as once."""
    session = _hold_live(session)
    shown = Stage.objects.filter(pk=stage.pk, session=session, reveal=Stage.Reveal.HIDDEN, revealed_at=None)
    if shown.update(revealed_at=at):
        room_log.add(session, RoomEvent.Kind.REVEAL, stage.pk, at=at)
        audit.record(session.organisation, "showed the notes of", session, by=by, stage=stage.key)


# --- Notes -----------------------------------------------------------------------------------------------------------


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
    _open_for_notes(session)
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
    _open_for_notes(session)
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
    _open_for_notes(session)
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
    words = _clean(text).strip()
    if not words:
        raise Refusal("Write something before you send the note.")
    if len(words) > NOTE_LIMIT:
        raise Refusal(f"A note has at most {NOTE_LIMIT:,} characters. Yours has {len(words):,}: split it into two.")
    return words


def _clean(text: str) -> str:
    """Without control characters, which no database keeps, and without marks that turn the direction of reading."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in plain if one in "\n\t" or not (_is_control(one) or one in TURNING_MARKS))


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}


# --- The end ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def close(session: Session, *, by: Person, summary: Mapping[str, str], at: datetime) -> Session:
    """End the session: the summary is kept, the code is dead, and the notes go as people were promised.

    ``summary`` maps stage keys to the agreed words. Notes that were never shown are deleted in any case, and what is
    kept no longer knows who wrote it. Refuses a session that is not open; two closes at once leave one.
    """
    session = room_log.hold(session)
    if session.is_closed:
        raise Refusal("This session is closed already.")
    if not session.is_live:
        raise Refusal("Open the room first: only a session that was held can be closed.")
    session.state, session.closed_at = Session.State.CLOSED, at
    session.end_code()
    session.summary = {key: _clean(words).strip() for key, words in summary.items()}
    session.stage = session.ends_at = session.paused_seconds = None
    session.notes_deleted_at = _delete_notes(session, at)
    session.save()
    Participant.objects.filter(session=session, person=None).update(name="")
    room_log.add(session, RoomEvent.Kind.CLOSED, at=at)
    audit.record(session.organisation, "closed", session, by=by, notes_kept=session.notes_deleted_at is None)
    index.put_many([of_session(session)])
    return session


def _delete_notes(session: Session, at: datetime) -> datetime | None:
    """Delete what must not outlive the session. Answers when all notes are gone, None when the shown ones stay."""
    notes = Note.objects.filter(session=session)
    if not Confidentiality(session.confidentiality).keeps_notes:
        notes.delete()
        return at
    notes.exclude(gone_at=None).delete()
    notes.filter(stage__reveal=Stage.Reveal.HIDDEN, stage__revealed_at=None).delete()
    notes.update(author=None, by_facilitator=False)
    return None


# --- What most of them ask first -------------------------------------------------------------------------------------


def _hold_live(session: Session) -> Session:
    session = room_log.hold(session)
    _open_for_notes(session)
    return session


def _open_for_notes(session: Session) -> None:
    _not_over(session)
    if not session.is_live:
        raise Refusal("The room is not open yet.")


def _not_over(session: Session) -> None:
    if session.state == Session.State.CANCELLED:
        raise Refusal("This session was cancelled.")
    if session.is_over:
        raise Refusal("This session is closed, so nothing more can be written or changed in it.")
