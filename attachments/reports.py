"""Files as a page shows them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from attachments.models import StoredFile


@dataclass(frozen=True)
class ShownFile:
    """One file: what it is called, what it is, and where it is. ``small_url`` is empty for what is no picture.

    ``tells``: what somebody wrote for those who cannot see or hear it.
    """

    name: str
    words: str
    media_type: str
    tells: str
    size: int
    url: str
    small_url: str
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Files:
    """Pictures, which are shown small, sound, which can be heard, and the other files, which are listed."""

    pictures: Sequence[ShownFile] = ()
    sounds: Sequence[ShownFile] = ()
    others: Sequence[ShownFile] = ()

    def __bool__(self) -> bool:
        return bool(self.pictures or self.sounds or self.others)


def shown_files(
    files: Iterable[tuple[int, StoredFile]],
    url: Callable[[str, int], str],
    tells: Mapping[int, str] | None = None,
) -> Files:
    """``files`` with the key of the row that attaches each; ``url(version, key)``: where its “whole” or “small” is."""
    rows = [
        ShownFile(
            name=file.name,
            words=file.file_kind.words,
            media_type=file.file_kind.media_type,
            tells=(tells or {}).get(key, ""),
            size=file.size,
            url=url("whole", key),
            small_url=url("small", key) if file.is_picture else "",
            width=file.small_width,
            height=file.small_height,
        )
        for key, file in files
    ]
    return Files(
        pictures=[one for one in rows if one.small_url],
        sounds=[one for one in rows if one.media_type.startswith("audio/")],
        others=[one for one in rows if not one.small_url and not one.media_type.startswith("audio/")],
    )
