"""From bytes to letters: the code page, and where letters are damaged."""

import codecs
from collections import Counter

from kmportal.lib.importing.values import REPLACEMENT, Decoded, Unreadable, as_one_line

# What people may choose when a file is not UTF-8. The first is for files that no code page reads.
ENCODINGS = [
    ("", "Leave damaged letters marked with �"),
    ("cp1252", "Windows (Western Europe)"),
    ("mac_roman", "Mac"),
    ("cp850", "DOS (Western Europe)"),
]
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decode(data: bytes, encoding: str = "") -> Decoded:
    """The file’s text: by its byte-order mark, else as UTF-8, else as the person chose.

    Left alone, bytes that are no UTF-8 become U+FFFD: nobody can tell by machine which code page was meant, and a
    wrong guess changes letters without a trace.
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decode_counted(data, name, "utf-16" if name == "utf-16" else "utf-8")
    try:
        return Decoded(data.decode("utf-8"), "utf-8", 0)
    except UnicodeDecodeError:
        return _decode_counted(data, encoding or "utf-8", encoding)


def _decode_counted(data: bytes, codec: str, encoding: str) -> Decoded:
    try:
        text = data.decode(codec, errors="replace")
    except LookupError:
        raise Unreadable(f"There is no encoding called “{encoding}”. Try cp1252 or mac_roman.") from None
    return Decoded(text, encoding, text.count(REPLACEMENT))


def damaged_places(data: bytes, *, most: int = 6, around: int = 24) -> list[dict[str, str]]:
    """A few places that are no UTF-8, each as every encoding to choose from would read it; of each byte at most two."""
    places: list[dict[str, str]] = []
    if data.startswith(UTF_16):  # it says itself how it was saved
        return places
    seen: Counter[int] = Counter()
    view, position = memoryview(data), 0
    for _ in range(2_000):
        try:
            codecs.utf_8_decode(view[position:], "strict", True)
        except UnicodeDecodeError as error:
            at = position + error.start
        else:
            break
        seen[data[at]] += 1
        if seen[data[at]] <= 2:
            piece = data[max(0, at - around) : at + around]
            places.append({name: as_one_line(piece.decode(name or "utf-8", errors="replace")) for name, _ in ENCODINGS})
        if len(places) == most:
            break
        position = at + around
    return places
