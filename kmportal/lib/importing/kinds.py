"""Which kind of file it is, by its first bytes: what is no table is refused with what to do."""

from kmportal.lib.importing.letters import UTF_16
from kmportal.lib.importing.values import Opener, Unreadable, opener_of
from kmportal.lib.importing.workbooks import check_workbook

_MAGIC = [
    (b"%PDF", "This is a PDF. Ask for the table itself, as Excel or CSV."),
    (
        b"\xd0\xcf\x11\xe0",
        "This is an old Excel or Word file. Open it and save it as “CSV UTF-8”, then choose that file.",
    ),
    (b"\x1f\x8b", "This file is packed (gzip). Unpack it first, then choose the file inside."),
    (b"7z\xbc\xaf", "This file is packed (7z). Unpack it first, then choose the file inside."),
    (b"Rar!", "This file is packed (rar). Unpack it first, then choose the file inside."),
    (b"\x89PNG", "This is a picture. Choose a table: Excel, CSV or JSON Lines."),
    (b"\xff\xd8\xff", "This is a picture. Choose a table: Excel, CSV or JSON Lines."),
    (b"GIF8", "This is a picture. Choose a table: Excel, CSV or JSON Lines."),
    (b"{\\rtf", "This is a text document. Choose a table: Excel, CSV or JSON Lines."),
    (b"SQLite format 3", "This is a database. Choose a table: Excel, CSV or JSON Lines."),
]


def check_kind(start: bytes, whole: bytes | Opener | None = None) -> str:
    """Which kind it is: “xlsx” or “text”. Refuses what is no table, by its first bytes.

    ``whole`` lets a zip say whether it is a workbook. Nothing is unpacked here: a zip’s table of contents is enough.
    """
    if not start.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise Unreadable("This file is empty.")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        check_workbook(whole if callable(whole) else opener_of(whole or start))
        return "xlsx"
    for magic, sentence in _MAGIC:
        if start.startswith(magic):
            raise Unreadable(sentence)
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("This is a web page. Choose a table: Excel, CSV or JSON Lines.")
    if start.lstrip().startswith(b"<?xml"):
        raise Unreadable("This is an XML file. Choose a table: Excel, CSV or JSON Lines.")
    if start.startswith(UTF_16):
        return "text"
    odd = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c" for byte in start[:4096])
    if b"\x00" in start or odd > len(start[:4096]) / 20:
        raise Unreadable("This is not a text file. Choose a table: Excel, CSV or JSON Lines.")
    return "text"
