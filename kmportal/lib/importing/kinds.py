"""Which kind of file it is, by its first bytes: what is no table is refused with what to do."""

import io
import zipfile

from kmportal.lib.importing.letters import UTF_16
from kmportal.lib.importing.values import Unreadable

_MAGIC = [
    (b"%PDF", "This is a PDF. Ask for the table itself, as a CSV file."),
    (
        b"\xd0\xcf\x11\xe0",
        "This is an old Excel or Word file. Open it and save it as “CSV UTF-8”, then choose that file.",
    ),
    (b"\x1f\x8b", "This file is packed (gzip). Unpack it first, then choose the file inside."),
    (b"7z\xbc\xaf", "This file is packed (7z). Unpack it first, then choose the file inside."),
    (b"Rar!", "This file is packed (rar). Unpack it first, then choose the file inside."),
    (b"\x89PNG", "This is a picture. Choose a CSV or JSON Lines file."),
    (b"\xff\xd8\xff", "This is a picture. Choose a CSV or JSON Lines file."),
    (b"GIF8", "This is a picture. Choose a CSV or JSON Lines file."),
    (b"{\\rtf", "This is a text document. Choose a CSV or JSON Lines file."),
    (b"SQLite format 3", "This is a database. Choose a CSV or JSON Lines file."),
]
_EXCEL = "This is an Excel workbook. Open it in Excel and save it as “CSV UTF-8”, then choose that file."


def check_kind(start: bytes, whole: bytes | None = None) -> None:
    """Refuse what is no text at all, by its first bytes. ``whole`` lets a zip say whether it is a workbook.

    Nothing is ever unpacked: a zip’s table of contents is enough, so a zip bomb has nothing to go off.
    """
    if not start.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise Unreadable("This file is empty.")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise Unreadable(_zip_sentence(whole or start))
    for magic, sentence in _MAGIC:
        if start.startswith(magic):
            raise Unreadable(sentence)
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("This is a web page. Choose a CSV or JSON Lines file.")
    if start.lstrip().startswith(b"<?xml"):
        raise Unreadable("This is an XML file. Choose a CSV or JSON Lines file.")
    if start.startswith(UTF_16):
        return
    odd = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c" for byte in start[:4096])
    if b"\x00" in start or odd > len(start[:4096]) / 20:
        raise Unreadable("This is not a text file. Choose a CSV or JSON Lines file.")


def _zip_sentence(whole: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(whole)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        names = []
    if any(name.startswith("xl/") for name in names):
        return _EXCEL
    if any(name.startswith("word/") for name in names):
        return "This is a Word document. Choose a CSV or JSON Lines file."
    return "This file is packed (zip). Unpack it first, then choose the file inside."
