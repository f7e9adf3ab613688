"""Encryption of short secrets in the database, with keys made from SECRET_KEY and SECRET_KEY_FALLBACKS.

A back-up or a copy of the database alone opens none of them. Fernet (AES-128-CBC with HMAC-SHA256); a key of its own
for each purpose, by HKDF. The moment that Fernet would write into each text is always nought.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MARK = "sealed:"
"""Before what is encrypted: what stands without it is from before there was encryption."""


class Unreadable(Exception):
    """Encrypted with a key that is not among ours any more, or changed."""


def seal_text(text: str, purpose: str) -> str:
    return MARK + _cipher(purpose).encrypt_at_time(text.encode(), 0).decode()


def open_text(sealed: str, purpose: str) -> str:
    """The way back, with any of our keys. Raises ``Unreadable``."""
    if not sealed.startswith(MARK):
        return sealed
    try:
        return _cipher(purpose).decrypt(sealed.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def is_sealed_with_the_first_key(sealed: str, purpose: str) -> bool:
    """Whether it would still open after the fallbacks were taken away."""
    try:
        _fernet(settings.SECRET_KEY, purpose).decrypt(sealed.removeprefix(MARK).encode())
    except InvalidToken:
        return False
    return sealed.startswith(MARK)


def _cipher(purpose: str) -> MultiFernet:
    return MultiFernet([_fernet(key, purpose) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(key: str, purpose: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=f"kmportal {purpose}".encode()).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
