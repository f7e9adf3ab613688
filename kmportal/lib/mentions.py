"""Mentions and quotations: whom a text names with “@”, and what it says again of somebody else’s. Pure: no database.

A whole name counts, and a first name that only one of the people has: “@Farah Siddiqui”, “@farah”.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from django.utils.text import Truncator

from kmportal.lib.cleaning import reading_key

MOST = 10  # so that one post does not call everybody
_CALL = re.compile(r"(?:^|[^\w@])@(?=\w)")


def mentioned(text: str, people: Mapping[int, str]) -> list[int]:
    """The keys of those whom a text names, in its order, each once."""
    whole = {reading_key(name): key for key, name in people.items()}
    first_names = Counter(reading_key(name).split(" ")[0] for name in people.values() if name)
    first = {
        word: key for key, name in people.items() if first_names[word := reading_key(name).split(" ")[0]] == 1 and word
    }
    found: list[int] = []
    for call in _CALL.finditer(text):
        rest = reading_key(text[call.end() : call.end() + 200])
        key = next((whole[name] for name in sorted(whole, key=len, reverse=True) if _begins(rest, name)), None)
        if key is None:
            key = next((first[name] for name in first if _begins(rest, name)), None)
        if key is not None and key not in found:
            found.append(key)
    return found[:MOST]


def _begins(text: str, name: str) -> bool:
    """Whether a text begins with this name and not with a longer word."""
    return bool(name) and text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def without_calls(text: str, names: Iterable[str]) -> str:
    """A text without the whole names that it calls with “@”: to call somebody is not to write about them."""
    for name in sorted(names, key=len, reverse=True):
        # Whichever apostrophe a keyboard has.
        words = re.sub("['’]", "['’]", r"\s+".join(re.escape(word) for word in name.split()))
        text = re.sub(rf"(^|[^\w@])@{words}(?!\w)", r"\1@", text, flags=re.IGNORECASE) if words else text
    return text


LONGEST_QUOTE = 1_500


def quotation(name: str, text: str) -> str:
    """What somebody wrote as a blockquote under their name, with room for one’s own words. What they quoted themselves
    is left out, so that quotations do not grow."""
    own = Truncator(without_quotations(text).strip()).chars(LONGEST_QUOTE)
    lines = [f"**{name}:**", "", *own.splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


def without_quotations(text: str) -> str:
    """One’s own words in it."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))
