"""E-mail addresses as people paste them: from a list, a mail’s header, a spreadsheet."""

import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

# “Ann Lee <ann@example.org>”, “"Lee, Ann" <ann@example.org>”, or a bare address
_ONE = re.compile(r"\"[^\"]*\"\s*<[^<>]*>|[^,<>]*<[^<>]*>|[^,\s]+")
_NAMED = re.compile(r"(?P<name>.*?)<(?P<address>[^<>]*)>")


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
    for piece in _split_pieces(text):
        named = _NAMED.fullmatch(piece)
        name, address = (named["name"], named["address"]) if named else ("", piece)
        address = address.strip(" '\"").removeprefix("mailto:").lower()
        try:
            validate_email(address)
        except ValidationError:
            bad.append(piece)
        else:
            found[address] = found.get(address) or " ".join(name.strip(" ,'\"").split())
    return Pasted(found, tuple(bad))


def _split_pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for part in re.split(r"[\n\r;\t]+", text):
        whole = part.strip(" ,")
        # “Lee, Ann <ann@example.org>” is one address with a comma in the name
        pieces += _ONE.findall(whole) if whole.count("@") > 1 else [whole] if "<" in whole else whole.split(",")
    return [piece.strip() for piece in pieces if piece.strip()]
