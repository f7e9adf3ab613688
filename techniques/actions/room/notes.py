"""Writing notes, changing them and taking them back.

By a participant, each note is theirs alone. By a member who facilitates, it was typed for the room.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import assisting, helper_registry, policies, room_log
from techniques.events import Event
from techniques.models import NOTE_LIMIT, Ballot, Correction, Note, Participant, RoomEvent, Session, Stage, Voting
from techniques.policies import Writer
from techniques.preconditions import lock_open_room, require_open_room
from techniques.transitions import (
    find_author,
    forget_ballots_of_empty_groups,
    forget_likeness,
    forget_what_was_said,
    leave_others,
)

# Far above what anybody writes in a session; it keeps a stuck or hostile browser from filling the database.
NOTES_OF_ONE = 200


@transaction.atomic
def write_note(
    session: Session, *, by: Writer, at: datetime, stage_key: str, column: str, text: str, client_id: UUID,
    promised_by: str = "", due_on: date | None = None,
) -> Note:  # fmt: skip
    """Save a note. Idempotent: the same ``client_id`` again answers what was saved the first time.

    A note may be written in any stage as long as the room is open, so that one which waited for the line is not
    refused because the room has moved on. ``promised_by`` and ``due_on`` say who does it and by when, in columns that
    make actions.
    """
    require_that(policies.may_write(by, session))
    session = room_log.lock_session(session)
    if saved := Note.objects.filter(session=session, client_id=client_id).select_related("stage", "author").first():
        if not policies.is_author(by, saved):
            raise Refusal("This note could not be saved. Copy its text and write it again.")
        return saved
    require_open_room(session)
    leads = isinstance(by, Membership)
    stage = _find_stage(session, stage_key, column, leads=leads)
    helper_registry.refuse_note(stage, column, by if isinstance(by, Participant) else None)
    author = find_author(session, by)
    if not leads and Note.objects.filter(session=session, author=author).count() >= NOTES_OF_ONE:
        raise Refusal(f"You have written {NOTES_OF_ONE} notes. Take one back before you write another.")
    note = Note(
        session=session,
        stage=stage,
        column=column,
        text=stage.column(column).kind.clean(text),
        author=author,
        by_facilitator=leads,
        client_id=client_id,
        created_at=at,
    )
    _set_promise(note, promised_by, due_on, at=at)
    refuse_invalid(note, "text", "promised_by")
    note.save()
    room_log.append_event(session, RoomEvent.Kind.NOTE, note.pk, at=at)
    helper_registry.tell_written(session, stage, at)
    return note


@transaction.atomic
def change_note(
    note: Note, *, by: Writer, at: datetime, text: str, column: str,
    promised_by: str | None = None, due_on: date | None = None,
) -> Note:  # fmt: skip
    """Change the words of a note, or the column where it stands: see ``policies.may_change_note``.

    When it was somebody else’s, its writer is told, and that stands in the trail. What whoever leads corrects stays one
    with those that say the same. Refuses its writer while a vote is open: what was chosen would say something else.
    """
    require_that(policies.may_write(by, note.session))
    session = lock_open_room(note.session)
    note = _read_note_again(note)
    if not policies.may_change_note(by, note):
        raise Refusal("Only the person who wrote this note can change it.")
    if note.gone_at is not None:
        raise Refusal("This note was taken back.")
    if column not in note.stage.column_keys:
        raise Refusal("This column is not part of the step. Reload the page.")
    helper_registry.refuse_note(note.stage, column)
    before, promised = (note.text, note.column), (note.promised_by, note.due_on)
    note.text, note.column = note.stage.column(column).kind.clean(text), column
    if promised_by is not None or column != before[1]:
        given = promised if promised_by is None else (promised_by, due_on)
        _set_promise(note, *given, at=at)
    refuse_invalid(note, "text", "promised_by")
    if (note.promised_by, note.due_on) != promised:
        note.save(update_fields=["promised_by", "due_on"])
        if (note.text, note.column) == before:
            room_log.append_event(session, RoomEvent.Kind.NOTE, note.same_as_id or note.pk, at=at)
            if _tell_writer(note, by=by, at=at, before=note.text, after=_with_promise(note)):
                room_log.append_event(session, RoomEvent.Kind.PERSONAL, at=at)
                events.record(Event.NOTE_CORRECTED, session, by=by, at=at, stage=note.stage.key)
    if (note.text, note.column) == before:
        return note
    changed = _meant(note, by)
    corrects = not all(policies.is_own(by, one) for one in changed)
    if not corrects and Voting.objects.under_way().filter(stage=note.stage).exists():
        raise Refusal("People are voting on these notes. Change yours when the vote is over, or take it back.")
    together = len(changed) > 1 or _stands_with_others(note)
    forgotten = False
    if not corrects:
        leave_others(note)
        forgotten = forget_what_was_said(note)
        changed = [note]
    forget_likeness(note.stage, [one.pk for one in changed])
    place = note.stage.column(column).name if column != before[1] else ""
    told = [_tell_writer(one, by=by, at=at, before=one.text, after=note.text, place=place) for one in changed[1:]]
    told.append(_tell_writer(note, by=by, at=at, before=before[0], after=note.text, place=place))
    for one in changed:
        one.text, one.column = note.text, column
        if place:
            one.group = None
        one.save(update_fields=["text", "column", "group", "same_as"])
    assisting.forget_answers(session, changed)
    helper_registry.tell_written(session, note.stage, at)
    emptied = forget_ballots_of_empty_groups(session)
    if together or emptied:
        room_log.append_event(session, RoomEvent.Kind.GROUPS, note.stage_id, at=at)
    else:
        room_log.append_event(session, RoomEvent.Kind.NOTE, note.pk, at=at)
    if emptied:
        room_log.append_event(session, RoomEvent.Kind.VOTED, note.stage_id, at=at)
    if any(told) or together or forgotten or emptied:
        room_log.append_event(session, RoomEvent.Kind.PERSONAL, at=at)
    if any(told):
        events.record(Event.NOTE_CORRECTED, session, by=by, at=at, stage=note.stage.key)
    return note


@transaction.atomic
def withdraw_note(note: Note, *, by: Writer, at: datetime) -> None:
    """Delete the words of a note: see ``policies.may_withdraw_note``. Idempotent.

    When it was somebody else’s, its writer is told, and that stands in the trail.
    """
    require_that(policies.may_write(by, note.session))
    session = lock_open_room(note.session)
    note = _read_note_again(note)
    if not policies.may_withdraw_note(by, note):
        raise Refusal("Only the person who wrote this note can take it back.")
    if note.gone_at is not None:
        return
    taken = _meant(note, by)
    together = len(taken) > 1 or _stands_with_others(note)
    told = [_tell_writer(one, by=by, at=at, before="", after="", place=note.stage.name) for one in taken]
    for one in taken if len(taken) > 1 else ():
        one.same_as = None
        one.save(update_fields=["same_as"])
    for one in taken:
        leave_others(one)
        one.text, one.promised_by, one.due_on, one.gone_at = "", "", None, at
        one.save(update_fields=["text", "promised_by", "due_on", "gone_at", "same_as"])
        room_log.append_event(session, RoomEvent.Kind.NOTE, one.pk, at=at)
    helper_registry.tell_written(session, note.stage, at)
    votes = Ballot.objects.filter(note__in=[one.pk for one in taken]).delete()[0]
    emptied = forget_ballots_of_empty_groups(session)
    if together or emptied:
        room_log.append_event(session, RoomEvent.Kind.GROUPS, note.stage_id, at=at)
    if votes or emptied:
        room_log.append_event(session, RoomEvent.Kind.VOTED, note.stage_id, at=at)
    if any(told) or together or votes or emptied:
        room_log.append_event(session, RoomEvent.Kind.PERSONAL, at=at)
    if not all(policies.is_own(by, one) for one in taken):
        events.record(Event.NOTE_REMOVED, session, by=by, at=at, stage=note.stage.key)


def _set_promise(note: Note, who: str, day: date | None, *, at: datetime) -> None:
    """Who does it and by when, in columns that make actions; elsewhere nobody is named. Raises ``Refusal`` for a day
    that has passed."""
    if note.stage.column(note.column).makes != "actions":
        note.promised_by, note.due_on = "", None
        return
    if day is not None and day != note.due_on and day < timezone.localdate(at):
        raise Refusal("This day has passed. Choose today or a later day.")
    note.promised_by, note.due_on = line_of_text(who), day


def _with_promise(note: Note) -> str:
    """The words of a note with who does it and by when, for its writer."""
    day = f"by {long_day(note.due_on)}" if note.due_on else ""
    return ", ".join(filter(None, (note.text, note.promised_by, day)))[:NOTE_LIMIT]


def _meant(note: Note, by: Writer) -> list[Note]:
    """The note, and for whoever leads all that are shown as one with it: they see one card and mean all of it."""
    if not isinstance(by, Membership):
        return [note]
    head = note.same_as_id or note.pk
    others = Note.objects.filter(Q(pk=head) | Q(same_as=head), gone_at=None).exclude(pk=note.pk)
    return [note, *others.select_related("stage", "author").order_by("pk")]


def _stands_with_others(note: Note) -> bool:
    """Whether it was made one with notes that say the same."""
    return note.same_as_id is not None or Note.objects.filter(same_as=note).exists()


def _tell_writer(note: Note, *, by: Writer, at: datetime, before: str, after: str, place: str = "") -> bool:
    """Leave word for the writer of a note that whoever leads has changed, moved or removed. Answers if there is one."""
    if note.author is None or policies.is_own(by, note):
        return False
    Correction.objects.create(participant=note.author, before=before, after=after, place=place, created_at=at)
    return True


def _read_note_again(note: Note) -> Note:
    """The note as it stands now that its session is locked."""
    return Note.objects.select_related("stage", "author").get(pk=note.pk)


def _find_stage(session: Session, key: str, column: str, *, leads: bool) -> Stage:
    """The stage in which the note is written. Raises ``Refusal`` where it takes none, or only the facilitator’s."""
    stage = Stage.objects.filter(session=session, key=key).first()
    if stage is None or column not in stage.column_keys:
        raise Refusal(worded("This step is not part of the session. Reload the page and write the note again."))
    if stage.writes == Stage.Writes.NOBODY:
        raise Refusal("No notes are taken in this step.")
    if stage.writes == Stage.Writes.FACILITATOR and not leads:
        raise Refusal(worded("In this step the facilitator writes. Say it aloud."))
    return stage
