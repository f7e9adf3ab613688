"""Files for tests: pictures, documents, and what hostile people send."""

import io
import struct
import zipfile
import zlib

from PIL import Image
from PIL.PngImagePlugin import PngInfo

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
# A GIF to whoever looks at its beginning, a script to whoever runs it
GIF_JS = b"GIF89a/*\x00\x00\x00\x00\x00\x00*/=1;alert(document.cookie);//"
_MAIN = {
    "docx": "wordprocessingml.document.main+xml",
    "xlsx": "spreadsheetml.sheet.main+xml",
    "pptx": "presentationml.presentation.main+xml",
}
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
)


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options) -> bytes:
    """A plain picture, with a comment that no reader may find again."""
    out = io.BytesIO()
    if kind == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("Comment", "Bed 4, Ward 6")
    color = {"RGB": (200, 30, 30), "RGBA": (200, 30, 30, 90), "L": 90, "CMYK": (9, 9, 9, 9)}.get(mode, 1)
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def photo(size: tuple[int, int] = (60, 40), *, orientation: int = 6) -> bytes:
    """A JPEG as a telephone takes it: lying on its side, with place and camera."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telephone Maker"
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", size, exif=exif, comment=b"Bed 4, Ward 6")


def huge_png(width: int = 30_000, height: int = 30_000) -> bytes:
    """A few bytes that call themselves a picture of so many pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * ((width // 8 + 1) * min(height, 100)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def packed(parts: dict[str, bytes | str], *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def office(kind: str = "docx", types: str = "", **parts: bytes) -> bytes:
    """An Open XML package with what its list of parts says, and further parts."""
    main = f"application/vnd.openxmlformats-officedocument.{_MAIN[kind]}"
    listed = f'{_TYPES}<Override PartName="/main.xml" ContentType="{main}"/>{types}</Types>'
    return packed({"[Content_Types].xml": listed, "main.xml": b"<a/>", **parts})


def open_document(kind: str = "text", **parts: bytes) -> bytes:
    return packed({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": b"<a/>", **parts})


def bomb() -> bytes:
    """A Word document of some kilobytes that unpacks to 200 MB."""
    return office("docx", **{"word/media/a.bin": b"\0" * (200 * 1024 * 1024)})


# --- Sound -----------------------------------------------------------------------------------------------------------


def ogg(head: bytes = b"OpusHead") -> bytes:
    return b"OggS\x00\x02" + bytes(20) + b"\x01\x13" + head + bytes(60) + b"OggS" + bytes(80)


def webm(codec: bytes = b"A_OPUS") -> bytes:
    return b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(40) + b"\x86" + codec + bytes(200)


def wav(beside: bytes = b"", form: int = 1) -> bytes:
    """A tenth of a second of silence, with what a program wrote beside it."""
    parts = [(b"LIST", beside)] if beside else []
    parts += [(b"fmt ", struct.pack("<HHIIHH", form, 1, 8000, 8000, 1, 8)), (b"data", b"\x80" * 800)]
    body = b"".join(struct.pack("<4sI", name, len(part)) + part + b"\0" * (len(part) % 2) for name, part in parts)
    return struct.pack("<4sI4s", b"RIFF", len(body) + 4, b"WAVE") + body


def box(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def m4a(track: bytes = b"soun", beside: bytes = b"Ward 6") -> bytes:
    """A recording of a telephone, with the place in it."""
    handler = box(b"hdlr", bytes(8) + track + bytes(12))
    moov = box(b"moov", box(b"trak", box(b"mdia", handler)) + box(b"udta", beside))
    return box(b"ftyp", b"M4A \x00\x00\x02\x00") + moov + box(b"mdat", b"\x21" * 200)


def mp3(beside: bytes = b"Ward 6") -> bytes:
    tag = b"ID3\x04\x00\x00\x00\x00\x00" + bytes([len(beside)]) + beside
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    return tag + frame * 3 + b"TAG" + beside.ljust(125, b"\0")


def aac() -> bytes:
    length = 64
    head = bytes([0xFF, 0xF1, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC])
    return (head + bytes(length - 7)) * 3
