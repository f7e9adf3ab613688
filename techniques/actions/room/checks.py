"""Preconditions that most changes of a room share. Each refuses with a sentence."""

from kmportal.lib.exceptions import Refusal
from techniques import room_log
from techniques.models import Session


def hold_live_room(session: Session) -> Session:
    """The session with its row locked, if its room is open. Raises ``Refusal`` when it is not."""
    session = room_log.hold(session)
    require_open_room(session)
    return session


def require_open_room(session: Session) -> None:
    """Raise ``Refusal`` unless the room is open."""
    require_not_over(session)
    if not session.is_live:
        raise Refusal("The room is not open yet.")


def require_not_over(session: Session) -> None:
    """Raise ``Refusal`` when the session is closed or cancelled."""
    if session.state == Session.State.CANCELLED:
        raise Refusal("This session was cancelled.")
    if session.is_over:
        raise Refusal("This session is closed, so nothing more can be written or changed in it.")
