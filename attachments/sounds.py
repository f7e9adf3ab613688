"""Audio files: which kind a recording is by its content, kept without what programs write beside it, and never a film.

Nothing is decoded. A browser plays sound in a place of its own; what is asked here is that it is sound and no more.
"""

import struct
from collections.abc import Iterator

from attachments.file_kinds import KINDS, FileKind, Unfit

_FILM = "is a film. Only sound can be attached. Put films where they are kept, and link to them."
_BROKEN = "cannot be played. Record it again, or save it as MP3 and try once more."
_MATROSKA = b"\x1a\x45\xdf\xa3"
# How the list of tracks in a WebM file calls what they hold.
_WEBM_SOUND = (b"A_OPUS", b"A_VORBIS")
_WEBM_FILM = (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG", b"V_THEORA", b"V_MS/")
_OGG_FILM = (b"\x80theora", b"OVP80", b"BBCD", b"fishead")
_HEAD = 64 * 1024
# In an MPEG-4 file these hold names, places and pictures, and nothing that is needed to play it.
_BESIDE = (b"udta", b"meta", b"uuid")
_HOLDS_BOXES = (b"moov", b"trak", b"mdia", b"moof", b"traf")
_WAVES = {1, 3, 6, 7, 0xFFFE}  # plain, with a point, A-law, µ-law, and plain with more said of it


def sound_in(content: bytes) -> tuple[FileKind, bytes] | None:
    """The kind, and what is kept; None for what is no sound at all. Raises ``Unfit`` for a film and for half a file."""
    for reads in (_ogg, _webm, _mpeg4, _wav, _mpeg):
        if found := reads(content):
            return found
    return None


def _ogg(content: bytes) -> tuple[FileKind, bytes] | None:
    if not content.startswith(b"OggS"):
        return None
    head = content[:_HEAD]
    if any(mark in head for mark in _OGG_FILM):
        raise Unfit(_FILM)
    if b"OpusHead" not in head[:512] and b"\x01vorbis" not in head[:512]:
        raise Unfit(_BROKEN)
    return KINDS["ogg"], content


def _webm(content: bytes) -> tuple[FileKind, bytes] | None:
    head = content[:_HEAD]
    if not head.startswith(_MATROSKA) or b"webm" not in head[:64]:
        return None
    if any(mark in content for mark in _WEBM_FILM):
        raise Unfit(_FILM)
    if not any(mark in head for mark in _WEBM_SOUND):
        raise Unfit(_BROKEN)
    return KINDS["webm"], content


def _mpeg4(content: bytes) -> tuple[FileKind, bytes] | None:
    """Its boxes say what its tracks are. What stands beside the sound is written over, at the same length."""
    if content[4:8] != b"ftyp":
        return None
    kept, tracks = bytearray(content), set()
    for name, start, end in _boxes(content, 0, len(content)):
        if name == b"hdlr":
            tracks.add(content[start + 8 : start + 12])
        elif name in _BESIDE:
            kept[start - 4 : start] = b"free"
            kept[start:end] = bytes(end - start)
    if tracks & {b"vide", b"subt", b"text"}:
        raise Unfit(_FILM)
    if b"soun" not in tracks:
        raise Unfit(_BROKEN)
    return KINDS["m4a"], bytes(kept)


def _boxes(content: bytes, start: int, end: int, depth: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Each box of an MPEG-4 file: its name, where what it holds begins and ends. Boxes in boxes come after them."""
    while start + 8 <= end:
        size, name = struct.unpack(">I4s", content[start : start + 8])
        body = start + 8
        if size == 1 or (size and size < 8) or depth > 8:
            raise Unfit(_BROKEN)  # a box of more than 4 GB, or one that holds itself
        stop = start + size if size else end
        if stop > end:
            raise Unfit(_BROKEN)
        yield name, body, stop
        if name in _HOLDS_BOXES:
            yield from _boxes(content, body, stop, depth + 1)
        start = stop


def _wav(content: bytes) -> tuple[FileKind, bytes] | None:
    """Rebuilt from its two parts that matter: how it is written, and the sound."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    parts: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(content):
        name, size = struct.unpack("<4sI", content[at : at + 8])
        parts.setdefault(name, content[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    form, sound = parts.get(b"fmt ", b""), parts.get(b"data", b"")
    if len(form) < 16 or not sound or struct.unpack("<H", form[:2])[0] not in _WAVES:
        raise Unfit(_BROKEN)
    body = b"".join(
        struct.pack("<4sI", name, len(part)) + part + b"\0" * (len(part) % 2)
        for name, part in ((b"fmt ", form), (b"data", sound))
    )
    return KINDS["wav"], struct.pack("<4sI4s", b"RIFF", len(body) + 4, b"WAVE") + body


def _mpeg(content: bytes) -> tuple[FileKind, bytes] | None:
    """MP3 and plain AAC: frames, one after another. What is written before and after them goes."""
    start = 0
    if content.startswith(b"ID3") and len(content) > 10:
        sizes = content[6:10]
        start = 10 + (sizes[0] << 21 | sizes[1] << 14 | sizes[2] << 7 | sizes[3])
        start += 10 if content[5] & 0x10 else 0
        while start < len(content) and not content[start]:
            start += 1
    frames = content[start:]
    if frames[-128:-125] == b"TAG":
        frames = frames[:-128]
    for key, length in (("mp3", _mp3_frame), ("aac", _aac_frame)):
        first = length(frames[:8])
        second = length(frames[first : first + 8]) if first else 0
        if first and (second or first == len(frames)):
            return KINDS[key], frames
    if start:
        raise Unfit(_BROKEN)
    return None


_RATES = (44_100, 48_000, 32_000)
_BITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _mp3_frame(head: bytes) -> int:
    """How long the frame is that begins here; 0 for what is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer != 1 or bits in {0, 15} or rate == 3:
        return 0
    is_first = version == 3
    hertz = _RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if is_first else 72) * (_BITS_1 if is_first else _BITS_2)[bits] * 1000 // hertz + padding


def _aac_frame(head: bytes) -> int:
    """The same for a frame of plain AAC."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0
