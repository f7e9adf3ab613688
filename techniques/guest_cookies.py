"""How a guest’s browser proves who it is in one room: a random key in a signed cookie, of which we keep the hash."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from django.conf import settings
from django.core import signing

SALT = "techniques.room"
LASTS_SECONDS = 3 * 24 * 3600


def new_key() -> str:
    return secrets.token_urlsafe(24)


def fingerprint(key: str) -> str:
    """What the database keeps of a key."""
    return hashlib.sha256(f"{SALT}:{key}".encode()).hexdigest()


def _cookie_signer(session_pk: int) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"{SALT}.{session_pk}")


def cookie_name(session_pk: int) -> str:
    return f"{settings.COOKIE_PREFIX}room-{session_pk}"


def sign(key: str, session_pk: int) -> str:
    """What the cookie holds. It is of no use for another session."""
    return _cookie_signer(session_pk).sign(key)


def lasts_until(cookies: Mapping[str, str], session_pk: int) -> datetime | None:
    """Until when the browser is known here; None where it is not."""
    signed = cookies.get(cookie_name(session_pk), "")
    if not key_from(cookies, session_pk):
        return None
    stamp = signed.rsplit(":", 2)[1]  # key, moment, signature
    return datetime.fromtimestamp(signing.b62_decode(stamp) + LASTS_SECONDS, UTC)


def key_from(cookies: Mapping[str, str], session_pk: int) -> str:
    """The key that a browser brings for this session, or nothing. For pages and streams alike."""
    try:
        return _cookie_signer(session_pk).unsign(cookies.get(cookie_name(session_pk), ""), max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return ""
