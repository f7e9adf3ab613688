"""Sides, talk and advice of a peer assist as rows: steps that presses and helpers share. Under the room’s lock."""

from datetime import datetime

from django.db.models import QuerySet

from techniques import room_log, talking
from techniques.models import Note, RoomEvent, Session, Stage, TalkShare

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
    columns = [column.key for column in before.columns if column.tells == "learned" and column.makes == "summary"]
    return Note.objects.filter(stage=before, column__in=columns, gone_at=None, same_as=None)
