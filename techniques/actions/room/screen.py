"""The big screen of a room: turning its pages, and putting one note or one column alone on it, with its own clock.

None of it touches the clock of the stage. Whoever leads says what they saw, so that two who press at once do no harm.
"""

from datetime import datetime, timedelta

from django.db import transaction

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from organisations.models import Membership
from organisations.policies import require_that
from techniques import policies, room_log, room_visibility
from techniques.models import Note, RoomEvent, Session, Stage
from techniques.preconditions import lock_open_room
from techniques.room_visibility import Audience, SeenStage

# How long something may stand alone, in minutes.
MINUTES_ALONE = (2, 5, 10)


@transaction.atomic
def turn_page(session: Session, *, by: Membership, at: datetime, stage: Stage, page: int, seen: str) -> None:
    """Show another page of the notes, or of the column that stands alone. Idempotent: ``page`` is where to go.

    ``seen`` is the handle of what stood alone when the button was drawn, or nothing. Refuses a page of what is not on
    the screen by now, and one that there is not.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    stage, now = _read_shown_stage(session, stage, at)
    alone = now.alone
    if alone and alone.note:
        raise Refusal("One note is alone on the big screen. Take it off, then turn the page.")
    if seen != (alone.handle if alone else ""):
        raise Refusal("The big screen shows something else by now, so no page was turned. Look, and press again.")
    shown = alone.group if alone and alone.group else now.wall
    if not 1 <= page <= shown.count:
        pages = "one page" if shown.count == 1 else f"{shown.count} pages"
        raise Refusal(f"The big screen has {pages} now. Choose one of them.")
    field = "alone_page" if alone else "screen_page"
    if page == shown.number == getattr(stage, field):
        return
    setattr(stage, field, page)
    stage.save(update_fields=[field])
    room_log.append_event(session, RoomEvent.Kind.SCREEN, stage.pk, at=at)


@transaction.atomic
def put_note_alone(session: Session, *, by: Membership, at: datetime, note: Note, minutes: int) -> None:
    """Let one note stand alone on the big screen for some minutes, in place of what stood there.

    Idempotent: the same note for the same minutes again lets its clock run on. Refuses one that nobody may read.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    note = Note.objects.select_related("stage").get(pk=note.pk)
    if note.session_id != session.pk:
        raise Refusal("This note is not part of this room. Reload the page.")
    stage, _ = _read_shown_stage(session, note.stage, at)
    if note.gone_at is not None:
        raise Refusal("This note was taken back.")
    _put_alone(session, stage, note=note, column="", minutes=minutes, at=at)


@transaction.atomic
def put_column_alone(
    session: Session, *, by: Membership, at: datetime, stage: Stage, column: str, minutes: int
) -> None:
    """Let one column, or one group by its handle, stand alone on the big screen. Idempotent as ``put_note_alone``."""
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    stage, now = _read_shown_stage(session, stage, at)
    if column not in (*stage.column_keys, *(group.key for group in now.named_groups)):
        raise Refusal(worded("This column or group is not part of the step. Reload the page."))
    _put_alone(session, stage, note=None, column=column, minutes=minutes, at=at)


@transaction.atomic
def take_off(session: Session, *, by: Membership, at: datetime, stage: Stage, seen: str) -> None:
    """Show all notes again. ``seen`` is the handle of what stood alone when the button was drawn.

    Idempotent: when something else stands there by now, or nothing, nothing changes.
    """
    require_that(policies.may_facilitate(by, session))
    session = lock_open_room(session)
    if session.stage_id != stage.pk:
        return
    stage, now = _read_shown_stage(session, stage, at)
    if now.alone is None or now.alone.handle != seen:
        return
    Stage.objects.filter(pk=stage.pk).update(**Stage.NOTHING_ALONE)
    room_log.append_event(session, RoomEvent.Kind.SCREEN, stage.pk, at=at)


def _read_shown_stage(session: Session, stage: Stage, at: datetime) -> tuple[Stage, SeenStage]:
    """The stage as it stands and as the screen shows it. Raises ``Refusal`` when its notes are not on the screen."""
    if session.stage_id != stage.pk:
        raise Refusal("The room is at another step, and the big screen shows that one.")
    stage = Stage.objects.get(pk=stage.pk)
    if not stage.shows_notes:
        raise Refusal("The notes of this step are still hidden. Show all notes first.")
    room = room_visibility.project_room(room_visibility.read_room(session), Audience.SCREEN, at=at)
    seen = room.stage(stage.key)
    if seen is None or not (seen.has_wall or seen.is_worded):
        raise Refusal("No notes are taken in this step.")
    return stage, seen


def _put_alone(session: Session, stage: Stage, *, note: Note | None, column: str, minutes: int, at: datetime) -> None:
    if minutes not in MINUTES_ALONE:
        raise Refusal("Choose 2, 5 or 10 minutes.")
    runs = stage.alone_ends_at is not None and stage.alone_ends_at > at
    same = (stage.alone_note_id, stage.alone_column, stage.alone_minutes) == (note and note.pk, column, minutes)
    if runs and same:
        return
    stage.alone_note, stage.alone_column, stage.alone_page = note, column, 1
    stage.alone_minutes, stage.alone_ends_at = minutes, at + timedelta(minutes=minutes)
    stage.save(update_fields=list(Stage.NOTHING_ALONE))
    room_log.append_event(session, RoomEvent.Kind.SCREEN, stage.pk, at=at)
