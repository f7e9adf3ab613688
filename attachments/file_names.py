"""File names: what somebody’s file is called here, whatever their computer or a hostile sender wrote."""

import re

from attachments.file_kinds import LONGEST_NAME, FileKind
from kmportal.lib.cleaning import line_of_text

# What some system does not take in a name, and what would turn or break a header.
_ODD = re.compile(r'[<>:"|?*\x00-\x1f;%]+')
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
# Windows knows devices by these names, whatever comes after the point.
_DEVICE = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)


def clean_name(sent: str, kind: FileKind) -> str:
    """The name without folders, without letters that nobody sees or that turn the reading direction, in at most 120
    characters, and with an ending that says what the file is."""
    line = line_of_text(re.split(r"[/\\]", sent)[-1])
    stem = " ".join(_ODD.sub(" ", line).split()).rstrip(" .")
    while (found := _ENDING.search(stem)) and found[0].lower() not in kind.endings:
        stem = stem[: found.start()].rstrip(" .")  # “report.pdf.exe” is a PDF called “report.pdf”
    found = _ENDING.search(stem)
    ending = found[0].lower() if found else kind.endings[0]
    stem = (stem[: found.start()] if found else stem).strip(" .") or "file"
    stem = _DEVICE.sub("file", stem)
    return f"{stem[: LONGEST_NAME - len(ending)].rstrip(' .')}{ending}"


def called(sent: str) -> str:
    """The name in a sentence that refuses the file."""
    line = " ".join(line_of_text(re.split(r"[/\\]", sent)[-1]).split())
    return line if len(line) <= 60 else f"{line[:40]}…{line[-15:]}"
