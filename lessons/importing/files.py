"""A file on its way in: opened as often as it is read, whether it was sent, pasted or lies on this machine."""

import hashlib
import io
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from kmportal.lib.importing import Opener, opener_of


def opener_of_upload(content: bytes | BinaryIO | Path) -> Opener:
    if isinstance(content, bytes):
        return opener_of(content)
    if isinstance(content, Path):
        return lambda: content.open("rb")
    return partial(_reopened, content)


def _reopened(file: BinaryIO) -> BinaryIO:
    """An uploaded file lies in the memory or on the disk; closing it would throw it away."""
    file.seek(0)
    return io.BufferedReader(_Unclosed(file))


class _Unclosed(io.RawIOBase):
    """A file from its beginning, whose closing leaves the file alone."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()


def digest_of(opener: Opener) -> str:
    digest = hashlib.sha256()
    with closing(opener()) as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
