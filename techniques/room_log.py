"""The room’s log: one numbered row for every change, written in the transaction of the change."""

from datetime import datetime

from django.db import transaction

from kmportal.lib import live
from techniques.models import RoomEvent, Session


def hold(session: Session) -> Session:
    """The session as it stands now, locked until the transaction ends. Every change of a room begins with this."""
    return Session.objects.select_for_update(of=("self",)).for_room().get(pk=session.pk)


def add(held: Session, kind: RoomEvent.Kind, ident: int = 0, *, at: datetime) -> int:
    """Give the change the next number and wake the streams when it is committed.

    ``held`` comes from ``hold``: because of the lock the order of numbers is the order of commits, so that a reader
    who knows a number has missed nothing before it.
    """
    held.seq += 1
    held.save(update_fields=["seq"])
    RoomEvent.objects.create(session=held, seq=held.seq, kind=kind, ident=ident, at=at)
    transaction.on_commit(live.ring, robust=True)
    return held.seq
