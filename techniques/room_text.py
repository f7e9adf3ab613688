"""Text that people typed in a room, as it is kept."""

import unicodedata

TURNING_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_text(text: str) -> str:
    """Without control characters, which no database keeps, and without marks that turn the direction of reading."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in plain if one in "\n\t" or not (_is_control(one) or one in TURNING_MARKS))


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}
