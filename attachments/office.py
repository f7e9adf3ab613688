"""Office packages: whether a zip is a Word, Excel, PowerPoint or OpenDocument file, without macros, and no zip bomb.

Nothing is unpacked but the short list of what the package holds.
"""

import io
import zipfile
import zlib
from xml.etree import ElementTree

from attachments.file_kinds import KINDS, MB, FileKind, Unfit

MOST_PARTS = 5_000
LARGEST_UNPACKED = 100 * MB
# Real files hold text and pictures; what shrinks more is made to fill a disk.
MOST_SHRUNK = 150
LARGEST_LIST = MB
# No office program packs otherwise. Other ways fail in ways of their own, or ask for gigabytes before they begin.
_WAYS_TO_PACK = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CONTENT_TYPES = "[Content_Types].xml"
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": KINDS["docx"],
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": KINDS["xlsx"],
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": KINDS["pptx"],
}
_OPEN_DOCUMENT = {KINDS[key].media_type: KINDS[key] for key in ("odt", "ods", "odp")}
_MACRO_TYPES = ("macroenabled", "macrosheet", "vba", "activex")
_MACRO_PARTS = ("vbaproject", "vbadata", "/activex/", "/macrosheets/")
_MACRO_FOLDERS = ("basic/", "scripts/")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNREADABLE = "cannot be opened. Save it again in the program that made it, and try once more."
_MACROS = "holds macros: small programs that run when somebody opens it. Save it without macros and try again."


def kind_of_package(content: bytes) -> FileKind | None:
    """Which office file a zip is, None for another zip. Raises ``Unfit`` for macros, a password or a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            _refuse_bomb(parts, len(content))
            _refuse_odd_parts(parts)
            names = {part.filename for part in parts}
            if _CONTENT_TYPES in names:
                return _kind_of_open_xml(package, names)
            if "mimetype" in names:
                return _kind_of_open_document(package, names)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError):
        raise Unfit(_UNREADABLE) from None
    return None


def _refuse_bomb(parts: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > LARGEST_UNPACKED or unpacked > max(size * MOST_SHRUNK, MB):
        raise Unfit("unpacks to far more than a document does.")
    if any(part.flag_bits & 1 for part in parts):
        raise Unfit("has a password. Save it without one and try again.")


def _refuse_odd_parts(parts: list[zipfile.ZipInfo]) -> None:
    leads_out = any(part.filename.startswith("/") or ".." in part.filename.split("/") for part in parts)
    if leads_out or any(part.compress_type not in _WAYS_TO_PACK for part in parts):
        raise Unfit(_UNREADABLE)


def _kind_of_open_xml(package: zipfile.ZipFile, names: set[str]) -> FileKind | None:
    types = _content_types(_read_short(package, _CONTENT_TYPES))
    if any(word in one for one in types for word in _MACRO_TYPES):
        raise Unfit(_MACROS)
    _refuse_macro_parts(names)
    return next((kind for one, kind in _MAIN.items() if one in types), None)


def _kind_of_open_document(package: zipfile.ZipFile, names: set[str]) -> FileKind | None:
    _refuse_macro_parts(names)
    return _OPEN_DOCUMENT.get(_read_short(package, "mimetype").decode("ascii", "replace").strip())


def _refuse_macro_parts(names: set[str]) -> None:
    small = [name.lower() for name in names]
    if any(name.startswith(_MACRO_FOLDERS) or any(part in name for part in _MACRO_PARTS) for name in small):
        raise Unfit(_MACROS)


def _content_types(listed: bytes) -> set[str]:
    """What the package says of its parts, in small letters."""
    # No program writes a DOCTYPE here, or wide letters: they would only hide something.
    if b"\0" in listed or b"<!" in listed.replace(b"<!--", b""):
        raise Unfit(_UNREADABLE)
    try:
        root = ElementTree.fromstring(listed)  # noqa: S314  without a DOCTYPE nothing can be expanded
    except (ElementTree.ParseError, LookupError):
        raise Unfit(_UNREADABLE) from None
    return {element.get("ContentType", "").strip().lower() for element in root.iter()}


def _read_short(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        found = part.read(LARGEST_LIST + 1)
    if len(found) > LARGEST_LIST:
        raise Unfit("unpacks to far more than a document does.")
    return found
