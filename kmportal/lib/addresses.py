"""E-mail addresses as people paste them: from a list, a mail’s header, a spreadsheet."""

import re
from dataclasses import dataclass, field
from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_SEPARATORS = re.compile(r"[\n\r;\t]+|,(?![^<\"]*>)")


@dataclass(frozen=True)
class Pasted:
    """What was found: address in lower case → name, and the pieces that are no address, as they were typed."""

    found: dict[str, str] = field(default_factory=dict)
    bad: tuple[str, ...] = ()


def read_addresses(text: str) -> Pasted:
    """Read “Ann Lee <ann@example.org>; bob@example.org”, one a line or with commas, semicolons, tabs or spaces.

    An address that stands twice counts once, with the first name that was given.
    """
    found: dict[str, str] = {}
    bad: list[str] = []
    for piece in _pieces(text):
        name, address = parseaddr(piece)
        try:
            validate_email(address)
        except ValidationError:
            bad.append(piece)
            continue
        key = address.lower()
        found[key] = found.get(key) or " ".join(name.split())
    return Pasted(found, tuple(bad))


def _pieces(text: str) -> list[str]:
    parts = [part.strip(" ,<>\"'") if "<" not in part else part.strip(" ,") for part in _SEPARATORS.split(text)]
    pieces: list[str] = []
    for part in filter(None, parts):
        # Several bare addresses with only spaces between them
        pieces += part.split() if part.count("@") > 1 and "<" not in part else [part]
    return pieces
