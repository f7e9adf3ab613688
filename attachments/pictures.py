"""Image sanitisation: pictures are drawn anew, so that nothing stays of the file but what the eye sees."""

import io
import struct
import threading
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from attachments.file_kinds import KINDS, FileKind, Unfit

LONGEST_SIDE = 2_000
SMALL_SIDE = 320
MOST_PIXELS = 25_000_000
# Read no larger than it is needed, line after line, where one scan holds all of it.
MOST_PIXELS_OF_JPEG = 50_000_000
# Cameras write one, the web about ten; thousands of them over a large picture would take minutes to draw.
MOST_SCANS = 100
_SCAN = b"\xff\xda"
# Markers that no segment follows; none of them stands before the first scan of what a program writes.
_BARE_MARKERS = frozenset((0x00, 0x01, *range(0xD0, 0xDA), 0xFF))
# A PNG drawn larger than this is a photo: it becomes a JPEG.
LARGEST_PNG = 2 * 1024 * 1024
# One at a time in each process: a picture unpacks to a hundred megabytes.
_drawing = threading.Lock()
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TOO_LARGE = "has too many pixels. Save it smaller and try again."
_BROKEN = (
    UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError, SyntaxError,
    ValueError, MemoryError, ArithmeticError, LookupError, TypeError, EOFError, struct.error,
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: the whole, and a small version with its measures."""

    kind: FileKind
    content: bytes
    small: bytes
    small_width: int
    small_height: int


def is_picture(content: bytes) -> bool:
    """Whether it begins as a picture does."""
    webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))


def redraw(content: bytes) -> Picture:
    """Draw it anew: upright, at most 2,000 pixels long, without place, camera, comment or hidden parts.

    Raises ``Unfit`` when it cannot be drawn, or unpacks to more than a picture does.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint, where it was imported, turns it on for the whole process
    try:
        with _drawing, Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            return _redrawn(image, content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit(_TOO_LARGE) from None
    except _BROKEN:
        raise Unfit("is damaged, or no picture at all. Open it, save it again and try once more.") from None


def _redrawn(image: ImageFile.ImageFile, content: bytes) -> Picture:
    is_jpeg = image.format in ("JPEG", "MPO")
    in_one_scan = is_jpeg and _comes_in_one_scan(image, content)
    if image.width * image.height > (MOST_PIXELS_OF_JPEG if in_one_scan else MOST_PIXELS):
        raise Unfit(_TOO_LARGE)
    if is_jpeg and content.count(_SCAN) > MOST_SCANS:
        raise Unfit(_TOO_LARGE)
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    drawn = _pixels_of(image)
    kind, whole = _written(drawn, as_jpeg=is_jpeg or (image.format == "WEBP" and drawn.mode == "RGB"))
    small = drawn.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return Picture(kind, whole, _bytes_of(small, kind), small.width, small.height)


def _comes_in_one_scan(image: ImageFile.ImageFile, content: bytes) -> bool:
    """Whether the first scan holds all colours in full; otherwise libjpeg keeps every coefficient in memory, six bytes
    a pixel, however small the picture is drawn. A JPEG whose segments cannot be followed counts as one that does not.
    """
    if image.info.get("progressive"):
        return False
    at = len(b"\xff\xd8")
    while content[at : at + 2] != _SCAN:
        if content[at] != 0xFF or content[at + 1] in _BARE_MARKERS:
            return False
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return content[at + 4] == len(image.getbands())


def _pixels_of(image: Image.Image) -> Image.Image:
    """Its pixels alone, no more than are kept, turned as the camera was held."""
    turn = image.getexif().get(ExifTags.Base.Orientation)
    has_holes = image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info
    mode = "RGBA" if has_holes else "RGB"
    image.load()
    drawn = image if image.mode == mode else image.convert(mode)
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new(mode, drawn.size)
    fresh.paste(drawn)
    return fresh.transpose(_TURNS[turn]) if turn in _TURNS else fresh


def _written(drawn: Image.Image, *, as_jpeg: bool) -> tuple[FileKind, bytes]:
    if not as_jpeg:
        whole = _bytes_of(drawn, KINDS["png"])
        if len(whole) <= LARGEST_PNG:
            return KINDS["png"], whole
    return KINDS["jpeg"], _bytes_of(drawn, KINDS["jpeg"])


def _bytes_of(drawn: Image.Image, kind: FileKind) -> bytes:
    out = io.BytesIO()
    if kind.key == "png":
        drawn.save(out, "PNG", optimize=drawn.width <= SMALL_SIDE)
        return out.getvalue()
    if drawn.mode == "RGBA":  # a JPEG has no holes: paper shows through them
        paper = Image.new("RGB", drawn.size, "white")
        paper.paste(drawn, mask=drawn.getchannel("A"))
        drawn = paper
    drawn.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
