"""From bytes to letters: the code page, and where letters are damaged."""

import codecs
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from kmportal.lib.importing.values import (
    REPLACEMENT,
    Decoded,
    Lines,
    Opener,
    Unreadable,
    as_one_line,
    opener_of,
)

# What people may choose when a file is not UTF-8. The first is for files that no code page reads.
ENCODINGS = [
    ("", "Leave damaged letters marked with �"),
    ("cp1252", "Windows (Western Europe)"),
    ("mac_roman", "Mac"),
    ("cp850", "DOS (Western Europe)"),
]
_CHUNK = 1 << 18
# No table has a longer line: a file without ends of lines must not fill the memory.
LONGEST_LINE = 64 << 20
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


def lines_in(opener: Opener, encoding: str = "") -> Lines:
    """The lines of a file’s text, in the letters that ``decode`` would take, without ever having all of it."""
    codec = _codec_of(opener, encoding)

    def lines() -> Iterator[str]:
        with closing(opener()) as file:
            text = io.TextIOWrapper(file, encoding=codec, errors="replace", newline="")
            first = True
            while line := text.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE:
                    raise Unreadable("This file has a line of more than 64 MB, so it is no table.")
                yield line.lstrip(REPLACEMENT) if first and line.startswith(REPLACEMENT * 2) else line
                first = False

    return lines


def _codec_of(opener: Opener, encoding: str) -> str:
    with closing(opener()) as file:
        start = file.read(4)
        if start.startswith(UTF_16):
            return "utf-16"
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            decoder.decode(start)
            while piece := file.read(_CHUNK):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _known_codec(encoding or "utf-8", encoding)
    return "utf-8"


def _known_codec(codec: str, encoding: str) -> str:
    try:
        return codecs.lookup(codec).name
    except LookupError:
        raise Unreadable(f"There is no encoding called “{encoding}”. Try cp1252 or mac_roman.") from None


def _decode_counted(data: bytes, codec: str, encoding: str) -> Decoded:
    text = data.decode(_known_codec(codec, encoding), errors="replace")
    return Decoded(text, encoding, text.count(REPLACEMENT))


def damaged_places(data: bytes | Opener, *, most: int = 6, around: int = 24) -> list[dict[str, str]]:
    """A few places that are no UTF-8, each as every encoding to choose from would read it; of each byte at most two."""
    opener = opener_of(data) if isinstance(data, bytes) else data
    places: list[dict[str, str]] = []
    seen: Counter[int] = Counter()
    with closing(opener()) as file:
        before, piece = b"", file.read(_CHUNK)
        if piece.startswith(UTF_16):  # it says itself how it was saved
            return places
        while piece and len(places) < most:
            following = file.read(_CHUNK)
            whole = before + piece + following[:around]
            _add_places(places, seen, whole, slice(len(before), len(before) + len(piece)), most, around)
            before, piece = (before + piece)[-around:], following
    return places


def _add_places(
    places: list[dict[str, str]], seen: Counter[int], data: bytes, here: slice, most: int, around: int
) -> None:
    """Those of one piece of the file; letters may reach into the neighbours."""
    view, position = memoryview(data), max(0, here.start - 3)
    while position < here.stop and len(places) < most:
        try:
            codecs.utf_8_decode(view[position:], "strict", True)
        except UnicodeDecodeError as error:
            at = position + error.start
        else:
            return
        if at >= here.stop:
            return
        if at >= here.start:
            seen[data[at]] += 1
            if seen[data[at]] <= 2:
                piece = data[max(0, at - around) : at + around]
                readings = {name: piece.decode(name or "utf-8", errors="replace") for name, _ in ENCODINGS}
                places.append({name: as_one_line(text) for name, text in readings.items()})
            position = at + around
        else:
            position = at + 1
