"""File types: which kinds of file may be attached, what they are called, and how many and how large they may be."""

from dataclasses import dataclass

MB = 1024 * 1024
LARGEST = 5 * MB  # of one file
MOST = 5  # in one place: a post
MOST_A_DAY = 100 * MB  # of one person
LONGEST_NAME = 120


class Unfit(Exception):
    """A file cannot be attached. ``str(unfit)`` says why, and follows the file’s name in a sentence."""


@dataclass(frozen=True)
class FileKind:
    """One file type: its key, what people call it, its media type, the endings of its names, the usual one first."""

    key: str
    words: str
    media_type: str
    endings: tuple[str, ...]
    is_picture: bool = False
    is_sound: bool = False


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
KINDS = {
    kind.key: kind
    for kind in (
        FileKind("jpeg", "JPEG picture", "image/jpeg", (".jpg", ".jpeg"), is_picture=True),
        FileKind("png", "PNG picture", "image/png", (".png",), is_picture=True),
        FileKind("ogg", "Sound (Ogg)", "audio/ogg", (".ogg", ".opus", ".oga"), is_sound=True),
        FileKind("webm", "Sound (WebM)", "audio/webm", (".weba", ".webm"), is_sound=True),
        FileKind("m4a", "Sound (M4A)", "audio/mp4", (".m4a", ".mp4"), is_sound=True),
        FileKind("mp3", "Sound (MP3)", "audio/mpeg", (".mp3",), is_sound=True),
        FileKind("aac", "Sound (AAC)", "audio/aac", (".aac",), is_sound=True),
        FileKind("wav", "Sound (WAV)", "audio/wav", (".wav",), is_sound=True),
        FileKind("pdf", "PDF", "application/pdf", (".pdf",)),
        FileKind("text", "Plain text", "text/plain; charset=utf-8", (".txt",)),
        FileKind("csv", "CSV table", "text/csv; charset=utf-8", (".csv",)),
        FileKind("markdown", "Markdown text", "text/markdown; charset=utf-8", (".md", ".markdown")),
        FileKind("docx", "Word document", f"{_OPEN_XML}.wordprocessingml.document", (".docx",)),
        FileKind("xlsx", "Excel workbook", f"{_OPEN_XML}.spreadsheetml.sheet", (".xlsx",)),
        FileKind("pptx", "PowerPoint slides", f"{_OPEN_XML}.presentationml.presentation", (".pptx",)),
        FileKind("odt", "OpenDocument text", f"{_OPEN_DOCUMENT}.text", (".odt",)),
        FileKind("ods", "OpenDocument spreadsheet", f"{_OPEN_DOCUMENT}.spreadsheet", (".ods",)),
        FileKind("odp", "OpenDocument slides", f"{_OPEN_DOCUMENT}.presentation", (".odp",)),
    )
}
CHOICES = [(kind.key, kind.words) for kind in KINDS.values()]
# The three kinds of text look the same inside: only the ending tells them apart.
TEXTS = {ending: kind for kind in (KINDS["text"], KINDS["csv"], KINDS["markdown"]) for ending in kind.endings}
# Pictures are drawn anew as PNG or JPEG, so more kinds come in than are kept.
ACCEPTED = sorted({ending for kind in KINDS.values() for ending in kind.endings} | {".gif", ".webp"})
ALLOWED = (
    "You can attach pictures (JPEG, PNG, GIF, WebP), PDF, sound (MP3, M4A, AAC, WAV, Ogg, WebM), plain text, CSV, "
    "Markdown, and files of Word, Excel, PowerPoint and OpenDocument."
)
