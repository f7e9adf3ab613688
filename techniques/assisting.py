"""Sides, talk and advice of a peer assist as rows: steps that presses and helpers share. Under the room’s lock."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from techniques import room_log, talking
from techniques.models import Advice, Note, RoomEvent, Session, Stage, TalkShare

SIDES, TALK, ADVICE = "sides", "talk", "advice"


def tell_sides(session: Session, at: datetime) -> None:
    """Desk and big screen count the sides anew, and who answers advice finds it. Under the room’s lock."""
    for stage in session.stages.filter(takes__in=(SIDES, ADVICE)):
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, stage.pk, at=at)


def tell_talk(session: Session, at: datetime) -> None:
    """Desk and big screen hear who speaks, in each step that counts it. Under the room’s lock."""
    for stage in session.stages.filter(takes=TALK):
        room_log.append_event(session, RoomEvent.Kind.HELPER_DESK, stage.pk, at=at)


def end_turn(share: TalkShare, at: datetime) -> None:
    """Count the turn under way; then nobody speaks. Saves nothing."""
    if share.speaking:
        seconds = talking.spoken(share.began_at, at)
        setattr(share, share.speaking, getattr(share, share.speaking) + seconds)
    share.speaking, share.began_at = "", None


def notes_with_advice(stage: Stage) -> "QuerySet[Note]":
    """The notes of the step before in which advice was written, as far as everybody reads them."""
    before = Stage.objects.filter(session=stage.session_id, position__lt=stage.position).order_by("-position").first()
    if before is None or not before.shows_notes:
        return Note.objects.none()
    return Note.objects.filter(stage=before, column__in=_columns_of_advice(before), gone_at=None, same_as=None)


def hear_of_notes(session: Session, *, stage: Stage, at: datetime) -> None:
    """What stands in this step has changed: the step after it, in which it is answered, is drawn anew. Under the room’s
    lock."""
    if not _columns_of_advice(stage):
        return
    after = Stage.objects.filter(session=session, position__gt=stage.position).order_by("position").first()
    if after is not None and after.takes == ADVICE:
        room_log.append_event(session, RoomEvent.Kind.HELPER, after.pk, at=at)


def forget_answers(session: Session, notes: Sequence[Note]) -> None:
    """Other words, or another column: what was answered was said to something else."""
    Advice.objects.filter(session=session, note__in=[note.pk for note in notes]).delete()


def _columns_of_advice(stage: Stage) -> list[str]:
    return [column.key for column in stage.columns if column.tells == "learned" and column.makes == "summary"]
