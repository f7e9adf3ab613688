"""Files sealed with a passphrase: AES-256-GCM in numbered pieces, so that none can be changed, moved, or left out.

The key is derived with scrypt and a salt of its own for each file. Each piece’s nonce holds its number and whether it
is the last (the STREAM construction), which is why a file that was cut short does not open.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MARK = b"KMPORTAL-SEALED-1\n"
PIECE = 1024 * 1024
TAG = 16
SALT = 16


class SealBroken(Exception):
    """The passphrase is wrong, or the file was changed or cut short."""


def is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MARK)) == MARK


def seal(source: Path, target: Path, passphrase: str) -> None:
    """Write what stands in ``source`` to ``target`` (for its owner alone), so that only the passphrase opens it."""
    salt = os.urandom(SALT)
    cipher = _cipher(passphrase, salt)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with source.open("rb") as clear, os.fdopen(descriptor, "wb") as sealed:
        sealed.write(MARK + salt)
        number, piece = 0, clear.read(PIECE)
        while True:
            after = clear.read(PIECE)
            sealed.write(cipher.encrypt(_nonce(number, is_last=not after), piece, MARK))
            if not after:
                break
            number, piece = number + 1, after
        sealed.flush()
        os.fsync(sealed.fileno())


def unseal(source: Path, target: Path, passphrase: str) -> None:
    """The way back. Raises ``SealBroken``; what stands in ``target`` by then is not to be used."""
    with source.open("rb") as sealed, target.open("wb") as clear:
        sealed.read(len(MARK))
        cipher = _cipher(passphrase, sealed.read(SALT))
        number, piece = 0, sealed.read(PIECE + TAG)
        while True:
            after = sealed.read(PIECE + TAG)
            try:
                clear.write(cipher.decrypt(_nonce(number, is_last=not after), piece, MARK))
            except (InvalidTag, ValueError):
                raise SealBroken from None
            if not after:
                break
            number, piece = number + 1, after


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
