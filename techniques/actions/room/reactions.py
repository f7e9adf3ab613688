"""What people say to a note of others: me too, a comment. And what its writer hears of a correction; who is ready."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from organisations.policies import require_that
from techniques import policies, room_log
from techniques.models import COMMENT_LIMIT, Comment, Correction, MeToo, Note, Participant, RoomEvent, Session, Stage
from techniques.policies import Writer
from techniques.preconditions import lock_open_room
from techniques.transitions import find_author

# Below one note; more are a talk, for which people have voices.
COMMENTS_OF_NOTE = 30


@transaction.atomic
def set_me_too(note: Note, *, by: Participant, at: datetime, is_on: bool) -> None:
    """Say that one would have written the same, or take it back. Idempotent. Refuses one’s own note."""
    require_that(policies.may_write(by, note.session))
    session = lock_open_room(note.session)
    note = _read_shown_note(note)
    if is_on and Note.objects.filter(pk__in=_all_the_same(note), author=by).exists():
        raise Refusal("This is your own note, so it counts already.")
    rows = MeToo.objects.filter(note__in=_all_the_same(note), participant=by)
    if rows.exists() == is_on:
        return
    if is_on:
        MeToo.objects.create(note=note, participant=by)
    else:
        rows.delete()
    room_log.append_event(session, RoomEvent.Kind.NOTE, note.pk, at=at)


@transaction.atomic
def write_comment(note: Note, *, by: Writer, at: datetime, text: str, client_id: UUID) -> Comment:
    """Write a line below a note that everybody reads. Idempotent: the same ``client_id`` saves once."""
    require_that(policies.may_write(by, note.session))
    session = lock_open_room(note.session)
    note = _read_shown_note(note)
    author = find_author(session, by)
    if saved := Comment.objects.filter(session=session, client_id=client_id).first():
        if saved.author_id != author.pk:
            raise Refusal("This comment could not be saved. Copy its text, reload the page and write it again.")
        return saved
    words = line_of_text(text)
    if not words:
        raise Refusal("Write something before you send the comment.")
    if len(words) > COMMENT_LIMIT:
        raise Refusal(f"A comment has at most {COMMENT_LIMIT} characters. Yours has {len(words)}: say it shorter.")
    if Comment.objects.filter(note=note, gone_at=None).count() >= COMMENTS_OF_NOTE:
        raise Refusal("This note has enough comments. Say the rest aloud.")
    comment = Comment.objects.create(
        session=session, note=note, author=author, text=words, client_id=client_id, created_at=at
    )
    room_log.append_event(session, RoomEvent.Kind.NOTE, note.pk, at=at)
    return comment


@transaction.atomic
def withdraw_comment(comment: Comment, *, by: Writer, at: datetime) -> None:
    """Delete the words of a comment: one’s own, or any for whoever leads. Idempotent."""
    require_that(policies.may_write(by, comment.note.session))
    session = lock_open_room(comment.note.session)
    comment = Comment.objects.select_related("author", "note").get(pk=comment.pk)
    if not policies.may_withdraw_comment(by, comment):
        raise Refusal("Only the person who wrote this comment can take it back.")
    if comment.gone_at is not None:
        return
    comment.text, comment.gone_at = "", at
    comment.save(update_fields=["text", "gone_at"])
    room_log.append_event(session, RoomEvent.Kind.NOTE, comment.note.same_as_id or comment.note_id, at=at)


@transaction.atomic
def confirm_correction(correction: Correction, *, by: Participant, at: datetime) -> None:
    """Its writer has seen what was done to their note: what it was before is forgotten. Idempotent."""
    require_that(correction.participant_id == by.pk)
    Correction.objects.filter(pk=correction.pk).delete()


@transaction.atomic
def say_ready(session: Session, *, by: Participant, at: datetime, stage: Stage, is_ready: bool) -> None:
    """Say that one is done with the step, or not yet. Whoever leads hears how many are, not who. Idempotent."""
    require_that(policies.may_write(by, session))
    session = lock_open_room(session)
    if session.stage_id != stage.pk:
        raise Refusal(worded("The session is at another step by now."))
    wanted = stage.pk if is_ready else None
    if not Participant.objects.filter(pk=by.pk).exclude(ready_for=wanted).update(ready_for=wanted):
        return
    room_log.append_event(session, RoomEvent.Kind.READY, at=at)


def _read_shown_note(note: Note) -> Note:
    """The note that is shown for this one. Raises ``Refusal`` where everybody cannot read it."""
    note = Note.objects.select_related("stage", "author", "same_as").get(pk=note.pk)
    head = note.same_as or note
    if not note.stage.shows_notes:
        raise Refusal("The notes of this step are still hidden.")
    if head.gone_at is not None:
        raise Refusal("This note was taken back.")
    return head


def _all_the_same(note: Note) -> list[int]:
    return [note.pk, *Note.objects.filter(same_as=note, gone_at=None).values_list("pk", flat=True)]
