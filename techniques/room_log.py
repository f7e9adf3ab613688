"""The room’s log: one numbered row for every change, written in the transaction of the change."""

from datetime import datetime

from django.db import transaction

from kmportal.lib import doorbell, live
from techniques.models import RoomEvent, Session


def lock_session(session: Session) -> Session:
    """The session as it stands now, locked until the transaction ends. Every change of a room begins with this."""
    return Session.objects.select_for_update(of=("self",)).for_room().get(pk=session.pk)


def append_event(locked: Session, kind: RoomEvent.Kind, ident: int = 0, *, at: datetime) -> int:
    """Give the change the next number and wake the streams, of all processes, when it is committed.

    ``locked`` comes from ``lock_session``: because of the lock the order of numbers is the order of commits, so that a
    reader who knows a number has missed nothing before it.
    """
    locked.seq += 1
    locked.save(update_fields=["seq"])
    RoomEvent.objects.create(session=locked, seq=locked.seq, kind=kind, ident=ident, at=at)
    transaction.on_commit(live.ring, robust=True)
    doorbell.announce()
    return locked.seq
