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
