"""Preconditions that changes of a session share. Each refuses with a sentence; pages ask before they show a form."""

from datetime import datetime

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from techniques import room_log
from techniques.models import FEEDBACK_FOR, Session, Stage


def lock_open_room(session: Session) -> Session:
    """The session with its row locked, if its room is open. Raises ``Refusal`` when it is not."""
    session = room_log.lock_session(session)
    require_open_room(session)
    return session


def lock_unless_over(session: Session) -> Session:
    """The session with its row locked. Raises ``Refusal`` when it is closed or cancelled."""
    session = room_log.lock_session(session)
    require_not_over(session)
    return session


def refuse_words_of_set(session: Session) -> None:
    """Raise ``Refusal`` for an action learning set, of which nothing is worded that others could read."""
    if session.learning_set_id:
        raise Refusal("Nothing of what was said in a set is written down for others.")


def find_step_taking(session: Session, stage: Stage, *takes: str) -> Stage:
    """The step as it stands now, if it is one of this session that has one of these helpers. Raises ``Refusal``."""
    found = Stage.objects.filter(pk=stage.pk, session=session, takes__in=takes).first()
    if found is None:
        raise Refusal(worded("This step is not part of the session. Reload the page."))
    return found


def require_open_room(session: Session) -> None:
    """Raise ``Refusal`` unless the room is open."""
    require_not_over(session)
    if not session.is_live:
        raise Refusal("The room is not open yet.")


def require_not_over(session: Session) -> None:
    """Raise ``Refusal`` when the session is closed or cancelled."""
    if session.state == Session.State.CANCELLED:
        raise Refusal(worded("This session was cancelled."))
    if session.is_over:
        raise Refusal(worded("This session is closed, so nothing more can be written or changed in it."))


def require_planned(session: Session) -> None:
    """Raise ``Refusal`` unless the session is still planned."""
    if not session.is_planned:
        raise Refusal(
            f"This {worded('session')} is {session.get_state_display().lower()} and can no longer be changed."
        )


def require_invitable(session: Session) -> None:
    """Raise ``Refusal`` when nobody can be invited any more."""
    if session.is_over:
        raise Refusal(worded("This session is over, so nobody can be invited any more."))


def is_feedback_open(session: Session, at: datetime) -> bool:
    """Whether the two questions are asked: in the last step, and for some days after the close. Never in an action
    learning set, of which nobody would read the answers."""
    if session.learning_set_id:
        return False
    if session.is_live:
        return session.stage_id is not None and session.stage_id == session.stages.values_list("pk", flat=True).last()
    return session.is_closed and session.closed_at is not None and at < session.closed_at + FEEDBACK_FOR


def require_feedback_open(session: Session, at: datetime) -> None:
    """Raise ``Refusal`` while the two questions are not asked, or no longer."""
    if not is_feedback_open(session, at):
        raise Refusal(
            "These questions come at the end."
            if session.is_live
            else "These questions can no longer be answered. Thank you all the same."
        )
