"""Upload validation: what a file is, by its content and never by its name or by what the browser says of it.

Pictures come out drawn anew, sound without what is written beside it. Everything that is not on the list is refused
with a sentence that names the list.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.utils.module_loading import import_string

from attachments.file_kinds import ALLOWED, KINDS, LARGEST, MB, TEXTS, FileKind, Unfit
from attachments.file_names import called, clean_name
from attachments.office import OLD_OFFICE, kind_of_package
from attachments.pictures import Picture, is_picture, redraw
from attachments.sounds import sound_in
from kmportal.lib.exceptions import Refusal

logger = logging.getLogger(__name__)
# As browsers find out whether something is a page or a drawing that can hold scripts.
_MARKUP = (
    b"<!doctype", b"<!--", b"<?xml", b"<html", b"<head", b"<body", b"<script", b"<iframe", b"<svg", b"<style",
    b"<object", b"<embed", b"<title", b"<meta", b"<link", b"<math", b"<img",
)  # fmt: skip
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept, as it is kept. ``digest`` is that of what was sent, so that the same is known again."""

    name: str
    kind: FileKind
    content: bytes
    digest: str
    picture: Picture | None = None

    @property
    def size(self) -> int:
        return len(self.content)


def check_file(name: str, content: bytes) -> CheckedFile:
    """What was sent, as it may be kept. Raises ``Refusal`` with a sentence that says what is wrong with it."""
    try:
        checked = _checked(name, content)
    except Unfit as unfit:
        raise Refusal(f"“{called(name) or 'This file'}” {unfit}") from None
    _scan(checked.name, content)
    return checked


def size_sentence(name: str) -> str:
    """What to say of a file that is too large, for whoever can tell before reading it."""
    return f"“{called(name) or 'This file'}” is larger than {LARGEST // MB} MB. Save it smaller, or link to it."


def _checked(name: str, content: bytes) -> CheckedFile:
    if not content:
        raise Unfit("is empty. Choose another one.")
    if len(content) > LARGEST:
        raise Refusal(size_sentence(name))
    digest = sha256(content).hexdigest()
    if is_picture(content):
        picture = redraw(content)
        return CheckedFile(clean_name(name, picture.kind), picture.kind, picture.content, digest, picture)
    if found := sound_in(content):
        kind, sound = found
        return CheckedFile(clean_name(name, kind), kind, sound, digest)
    kind = _kind_of(name, content)
    return CheckedFile(clean_name(name, kind), kind, content, digest)


def _kind_of(name: str, content: bytes) -> FileKind:
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2_048:]:
            raise Unfit("is not complete. Save it again and try once more.")
        return KINDS["pdf"]
    if content.startswith(OLD_OFFICE):
        raise Unfit(
            "is of an old Office program, or has a password. Save it as .docx, .xlsx or .pptx without a password and "
            "try again."
        )
    found = kind_of_package(content) if content.startswith(b"PK\x03\x04") else _kind_of_text(name, content)
    if found is None:
        raise Unfit(f"is of a kind that cannot be attached. {ALLOWED}")
    return found


def _kind_of_text(name: str, content: bytes) -> FileKind | None:
    """Plain text where the ending says which; neither a web page nor a drawing, which can hold scripts."""
    kind = next((kind for ending, kind in TEXTS.items() if name.lower().rstrip().endswith(ending)), None)
    if kind is None:
        return None
    if content.startswith(_WIDE):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeDecodeError:
            return None
    if _CONTROLS & set(content):
        return None
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if start.startswith(_MARKUP):
        raise Unfit(f"is a web page or a drawing that can hold scripts. {ALLOWED}")
    return kind


def _scan(name: str, content: bytes) -> None:
    """Malware scanning: where the operator named a scanner, it reads what was sent and may refuse it in a sentence."""
    if not settings.FILE_SCANNER:
        return
    try:
        scanner: Callable[[str, bytes], str] = import_string(settings.FILE_SCANNER)
        sentence = scanner(name, content)
    except Exception:  # whatever a scanner does wrong, what it did not pass is not kept
        logger.exception("The scanner of files failed.")
        sentence = f"“{name}” could not be checked for viruses just now. Try again in a few minutes."
    if sentence:
        raise Refusal(sentence)
