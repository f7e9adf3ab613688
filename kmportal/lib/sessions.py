"""Session engine: Django’s sessions in the database, without the moment at which they began.

Beside what somebody did afterwards, the moment of a sign-in would say who did it (docs/decisions/0024). So a session
ends at the end of a day, its signature has no time stamp, and when somebody last gave their password is known exactly
for the minutes only in which that opens dangerous pages: then ``forget_moments`` leaves the day.
"""

import logging
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from allauth.account import app_settings
from django.contrib.auth import SESSION_KEY as OWNER
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils import timezone

from kmportal.lib.disk import is_disk_full, left_undone_without_room
from kmportal.lib.fallback_cache import is_cache_shared
from kmportal.lib.prepared import prepared
from kmportal.lib.unlinking import LOCK_SECONDS, rewrite_in_random_order

logger = logging.getLogger(__name__)

METHODS = "account_authentication_methods"  # where allauth writes how and when somebody signed in
DAY_SECONDS = 86_400
EXACT = "exact."
"""Before the data of a session in which a moment still stands."""
WAITING = "session-without-room:"
"""Before the key under which the cache has a session that could not be written."""
key_changed = Signal()
"""Sent with ``before`` and ``after`` when a session goes on under another key."""
written_late = Signal()
"""Sent with ``store`` when a session that waited for room in the database has been written."""


@prepared
def _running(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


class SessionStore(db.SessionStore):
    """Named by SESSION_ENGINE.

    A new session that finds no room in the database waits in the cache, where all web processes find it, and is written
    at the first request for which there is room: docs/decisions/0035.
    """

    is_waiting = False

    def load(self) -> dict[str, Any]:
        key = self.session_key
        found: dict[str, Any] = super().load()
        if self.session_key is not None or not key:
            return found
        waiting = cache.get(f"{WAITING}{key}")
        if waiting is None:
            return found
        self._session_key, self.is_waiting = key, True
        self.modified = True  # so that it is saved, and finds room if there is any
        return self.decode(waiting)

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        """As Django does, with a statement that is put together once: every request asks."""
        found = _running(self.session_key or "", timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None

    def encode(self, session_dict: dict[str, Any]) -> str:
        values = _without_moments(session_dict, time.time())
        signed = self._sign(values)
        return EXACT + signed if _moments(values) else signed

    def _sign(self, values: dict[str, Any]) -> str:
        return _signer(self.key_salt).sign_object(values, serializer=self.serializer, compress=True)

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        text = session_data if isinstance(session_data, str) else session_data.decode()
        signer = _signer(self.key_salt)
        try:
            return signer.unsign_object(text.removeprefix(EXACT), serializer=self.serializer)
        except signing.BadSignature:  # one from before this engine, or none of ours
            return super().decode(text)

    def cycle_key(self) -> None:
        """Whoever keeps the key of a session hears of the new one."""
        before = self.session_key
        if before and OWNER not in self:
            self._leave_key_of_nobody(before)
        else:
            super().cycle_key()
        if not self.is_waiting:
            key_changed.send(SessionStore, before=before, after=self.session_key)

    def _leave_key_of_nobody(self, before: str) -> None:
        """As Django does it. Without room the session from before the sign-in stays: it never opens anything."""
        values = self._session  # type: ignore[attr-defined]  # not typed
        self.create()
        self._session_cache = values
        with left_undone_without_room("a key from before a sign-in could not be deleted"):
            self.delete(before)

    def save(self, must_create: bool = False) -> None:
        """A session that is there already stays as it is while the disk is full, so that its owner can go on reading. A
        new one waits in the cache. Django takes any trouble for a session that was ended; a database that does not
        answer is told from it."""
        if self.session_key is None:
            super().save(must_create)
            return
        if must_create or self.is_waiting:
            self._write_or_wait(must_create)
            return
        try:
            super().save()
        except UpdateError as error:  # whatever the database said
            trouble = error.__context__
            if not is_disk_full(trouble):
                raise trouble if isinstance(trouble, OperationalError | InterfaceError) else error from None
            logger.warning("The disk is full: what a session is to remember could not be saved.")

    def _write_or_wait(self, must_create: bool) -> None:
        """A session that waited is written together with its line in the list where it is ended. One that was ended
        meanwhile stays so."""
        values = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # not typed
        was_waiting = self.is_waiting and not must_create  # with another key it begins anew
        try:
            with transaction.atomic() if was_waiting else nullcontext():
                super().save(must_create=True)
                if was_waiting:
                    self._refuse_ended()
                    written_late.send(SessionStore, store=self)
        except CreateError:
            if not was_waiting:
                raise  # the key is taken
            self.is_waiting = False  # another request has written it
            self.save()
            return
        except DatabaseError as error:
            if not is_disk_full(error) or not is_cache_shared():
                raise
            if was_waiting:
                self._refuse_ended()
            self._wait(values)
            return
        self.is_waiting = False
        if was_waiting:
            cache.delete(f"{WAITING}{self.session_key}")

    def _refuse_ended(self) -> None:
        """Raise what Django’s middleware takes for a session that was ended during the request."""
        if cache.get(f"{WAITING}{self.session_key}") is None:
            raise UpdateError

    def _wait(self, values: dict[str, Any]) -> None:
        """Nothing there tells when it began: what is held ends with the day, and its moments are days already."""
        text = self._sign(_without_moments(values, time.time() + app_settings.REAUTHENTICATION_TIMEOUT))
        now = timezone.now()
        if not self.is_waiting:
            logger.warning("The disk is full: a session waits in the cache.")
        self.is_waiting = True
        cache.set(f"{WAITING}{self.session_key}", text, (_end_of_day(now) - now).total_seconds())

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        super().delete(key)
        cache.delete(f"{WAITING}{key}")
        self.is_waiting = self.is_waiting and key != self.session_key

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.expire_date = _end_of_day(row.expire_date)
        return row


def forget_moments() -> int:
    """Leave the day of what has had its minutes, in all such sessions at once, and write all sessions again in random
    order, so that neither place nor transaction says who signed in when; answers in how many. Idempotent.

    Nobody else writes sessions meanwhile: a sign-out beside it must find the row. While somebody holds them for long,
    nothing is done, and the next call tries again.
    """
    store = SessionStore()
    try:
        with transaction.atomic():
            _hold_all()
            rows = list(Session.objects.filter(session_data__startswith=EXACT))
            for row in rows:
                row.session_data = store.encode(store.decode(row.session_data))
            settled = [row for row in rows if not row.session_data.startswith(EXACT)]
            Session.objects.bulk_update(settled, ["session_data"])
            if settled:
                rewrite_in_random_order(Session.objects.all())
    except OperationalError:
        return 0
    return len(settled)


def _hold_all() -> None:
    """On PostgreSQL a lock on the table: a statement that waits for it sees the rows that were written meanwhile, one
    that waits for a row would find it gone. On SQLite one transaction writes at a time anyhow."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(Session._meta.db_table)} IN EXCLUSIVE MODE")


def _signer(salt: str) -> signing.Signer:
    """Another salt than Django’s own: its signatures, which hold a moment, must not pass for ours."""
    return signing.Signer(salt=f"{salt}.without-moment")


def _without_moments(values: dict[str, Any], now: float) -> dict[str, Any]:
    """The same, in which moments that open nothing any more are the beginning of their day."""
    if METHODS not in values:
        return values
    first = now - app_settings.REAUTHENTICATION_TIMEOUT
    return {**values, METHODS: [_settle(record, first) for record in values[METHODS]]}


def _settle(record: dict[str, Any], first: float) -> dict[str, Any]:
    at = record.get("at")
    return record if at is None or at > first else {**record, "at": at - at % DAY_SECONDS}


def _moments(values: dict[str, Any]) -> list[float]:
    return [at for record in values.get(METHODS, ()) if (at := record.get("at")) and at % DAY_SECONDS]


def _end_of_day(moment: datetime) -> datetime:
    day = moment.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(day, time_of_day.min, UTC)
