"""E-mail addresses: one place says what is one, how it is written, and which two are the same.

People paste them from a list, a mail’s header, a spreadsheet, and bring marks along that nobody sees.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal

LONGEST = 254
INCOMPLETE = "Enter a complete e-mail address, for example name@example.org"
# What a text editor, a mail’s header or a sentence leaves at the ends.
_AROUND = " \t\r\n\u00a0'\"`´“”„‟‘’‚‛«»‹›<>()[]{},;:.…"
# “Ann Lee <ann@example.org>”, “"Lee, Ann" <ann@example.org>”, or a bare address
_ONE = re.compile(r"\"[^\"]*\"\s*<[^<>]*>|[^,<>]*<[^<>]*>|[^,\s]+")
_NAMED = re.compile(r"(?P<name>.*?)<(?P<address>[^<>]*)>")

# A row of a spreadsheet: “Ann Lee ann@example.org”
_BARE = re.compile(r"(?P<name>[^@<>]*[^@<>\s])\s+(?P<address>\S+@\S+)")

_SORTED = re.compile(r"([^\W\d_][\w’'-]*), ([^\W\d_][\w’'-]*)")


def normal_address(text: str) -> str:
    """Canonical address: without invisible marks and what stands around it, in lower case, its domain in ASCII.

    Two addresses are the same when this is; so “pat@exämple.org” is “pat@xn--exmple-cua.org”. Raises
    ``ValidationError`` for what is no address.
    """
    joined = "".join(one for one in text if unicodedata.category(one) not in {"Cc", "Cf"} or one.isspace())
    seen = line_of_text(unicodedata.normalize("NFKC", line_of_text(joined)) if _keeps_every_letter(text) else "")
    address = seen.strip(_AROUND)
    address = address[7:].strip(_AROUND) if address[:7].lower() == "mailto:" else address
    user, at, domain = address.lower().rpartition("@")
    try:
        written = f"{user}{at}{domain.encode('idna').decode()}"
    except UnicodeError:  # a label that is empty, too long, or made of what no domain may have
        raise ValidationError(INCOMPLETE, code="invalid") from None
    if len(written) > LONGEST:
        raise ValidationError(INCOMPLETE, code="invalid")
    try:
        validate_email(written)
    except ValidationError:
        raise ValidationError(INCOMPLETE, code="invalid") from None
    return written


def address_or_refusal(text: str) -> str:
    """The normal address, for actions: raises ``Refusal`` with the sentence."""
    try:
        return normal_address(text)
    except ValidationError as error:
        raise Refusal(f"{error.messages[0]}.") from None


def _keeps_every_letter(text: str) -> bool:
    """Whether there is no character of somebody’s own in it (private use), which would be lost without a word."""
    return not any(unicodedata.category(one) in {"Co", "Cn", "Cs"} for one in text)


def address_or_text(text: str) -> str:
    """The canonical address, or the text itself in lower case where it is none: for looking it up."""
    try:
        return normal_address(text)
    except ValidationError:
        return text.strip().lower()


def is_same_address(one: str, other: str) -> bool:
    """Whether mail to both goes to the same person."""
    return address_or_text(one) == address_or_text(other)


@dataclass(frozen=True)
class Pasted:
    """What was found: canonical address → name, and the pieces that are no address, as they were typed."""

    found: dict[str, str] = field(default_factory=dict)
    bad: tuple[str, ...] = ()


def read_addresses(text: str) -> Pasted:
    """Read “Ann Lee <ann@example.org>; bob@example.org”, one a line or with commas, semicolons, tabs or spaces.

    An address that stands twice counts once, with the first name that was given.
    """
    found: dict[str, str] = {}
    bad: list[str] = []
    for piece in _split_pieces(text):
        named = _NAMED.fullmatch(piece) or _BARE.fullmatch(piece)
        name, address = (named["name"], named["address"]) if named else ("", piece)
        try:
            address = normal_address(address)
        except ValidationError:
            bad.append(piece)
        else:
            found[address] = found.get(address) or _name_in_order(line_of_text(name).strip(" ,'\"“”"))
    return Pasted(found, tuple(bad))


def _name_in_order(name: str) -> str:
    """“Lee, Ann”, as an address book sorts them, is “Ann Lee”; “Bob, the builder” stays."""
    sorted_name = _SORTED.fullmatch(name)
    return f"{sorted_name[2]} {sorted_name[1]}" if sorted_name and sorted_name[2].istitle() else name


def left_out_sentence(bad: Sequence[str]) -> str:
    """What to say of the pieces that are no address when the others were used, and these stand in the box again."""
    named = ", ".join(f"“{piece[:60]}”" for piece in bad[:10])
    more = f" and {len(bad) - 10} more" if len(bad) > 10 else ""
    if len(bad) == 1:
        return f"This is no complete e-mail address and was left out: {named}. Correct it in the box and send it again."
    return (
        f"These are no complete addresses and were left out: {named}{more}. "
        "Correct them in the box and send them again."
    )


def _split_pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for part in re.split(r"[\n\r;\u2028\u2029]+", text):
        cells = [cell.strip(" ,") for cell in re.split(r"[\t,]", part) if cell.strip(" ,")]
        if "<" not in part and len(cells) == 2 and "@" in cells[1] and " " in cells[0] and "@" not in cells[0]:
            pieces.append(" ".join(cells))  # a row of a table: a name, and an address beside it
            continue
        whole = part.replace("\t", ",").strip(" ,")
        # “Lee, Ann <ann@example.org>” is one address with a comma in the name
        pieces += _ONE.findall(whole) if whole.count("@") > 1 else [whole] if "<" in whole else whole.split(",")
    return [piece.strip() for piece in pieces if line_of_text(piece)]
