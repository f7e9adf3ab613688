"""Turning text into the words that the index keeps.

Both databases are given words that were already folded, split and stemmed here, and are told to leave them alone: that
is why they find the same things. No Django in this module.
"""

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import snowballstemmer

# Raise it when the words of a text come out differently: the drift check then asks for a rebuild.
VERSION = 2
# PostgreSQL keeps positions up to 16,383 and 256 of them per word. The same limits for both keep counts the same.
MAX_WORDS = 16_000
MAX_SAME_WORD = 250
MAX_LENGTH = 64

# Apostrophes, soft hyphens, zero-width characters and combining accents stand inside a word without ending it.
_INSIDE = "'’ʼ\u00ad\u200b\u200c\u200d\u2060\u0300-\u036f"
_WORD = re.compile(rf"[^\W_]+(?:[{_INSIDE}]+[^\W_]+)*[\u0300-\u036f]*")
_PIECE = re.compile(r"[^\W_]+")
_DROP = dict.fromkeys(map(ord, "'’ʼ\u00ad\u200b\u200c\u200d\u2060"))
# The short cut for plain letters: the marks of good typography are plain ones, or stand between words.
_PLAIN_MARKS = str.maketrans({"’": "'", "ʼ": "'"} | dict.fromkeys("‘“”„–—…•·£€°§«»\u00a0\u2028\u2029\ufffd", " "))
_PLAIN_WORD = re.compile(r"[a-z0-9]+")
_PLAIN_INSIDE = re.compile(r"(?<=[a-z0-9])'+(?=[a-z0-9])")
# Letters that Unicode does not take apart.
_LETTERS = _DROP | str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ı": "i"}
)
# British and American spelling find each other.
_SPELLINGS = (
    (re.compile(r"(?<=[a-z]{3})iz(e|ed|er|ers|es|ing|able|ation|ations|ational)$"), r"is\1"),
    (re.compile(r"yz(e|ed|er|ers|es|ing)$"), r"ys\1"),
    (re.compile(r"^(arm|behavi|col|fav|flav|harb|hon|hum|lab|neighb|od|rum|tum|vap|vig)our"), r"\1or"),
    (re.compile(r"^((?:centi|kilo|milli)?met|cent|fib|lit|theat)re(s?)$"), r"\1er\2"),
    (re.compile(r"^programme(s?)$"), r"program\1"),
)
# Plurals that no rule makes.
_PLURALS = {
    "children": "child", "childrens": "child", "men": "man", "mens": "man", "women": "woman", "womens": "woman",
    "feet": "foot", "teeth": "tooth", "mice": "mouse", "wives": "wife", "midwives": "midwife", "lives": "life",
    "knives": "knife", "halves": "half", "crises": "crisis", "diagnoses": "diagnosis", "analyses": "analysis",
    "criteria": "criterion", "phenomena": "phenomenon", "bacteria": "bacterium",
}  # fmt: skip
_COMMON = (
    "a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it "
    "its me my no not of on or our she should so such than that the their them then there these they this those to "
    "was we were what when where which while who why will with would you your"
)
# Left out of a question (not of the index) unless nothing else was asked or they stand in a phrase.
STOP_WORDS = frozenset(_COMMON.split())

_stemmer = snowballstemmer.stemmer("english")
_stemming = threading.Lock()  # the stemmer keeps its place in itself


def fold(text: str) -> str:
    """Lower case, no accents, no apostrophes: ``Résumé`` and ``resume`` are the same word."""
    text = text.translate(_LETTERS)
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return text.casefold()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of one folded word. What holds a figure (a part number) or a foreign letter is left as it is."""
    if not (word.isascii() and word.isalpha()):
        return word[:MAX_LENGTH]
    word = _PLURALS.get(word, word)
    for pattern, spelling in _SPELLINGS:
        word = pattern.sub(spelling, word)
    with _stemming:
        return _stemmer.stemWord(word[:MAX_LENGTH])


@lru_cache(maxsize=65_536)
def pieces(chunk: str) -> tuple[str, ...]:
    """The folded words of one run of letters; mostly one, but ``½`` is two."""
    return tuple(piece[:MAX_LENGTH] for piece in _PIECE.findall(fold(chunk)))


def chunks(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """The runs of letters and figures in a text, with their places."""
    return _WORD.finditer(text, start)


def words_of(text: str) -> list[str]:
    """All folded words of a text in their order. Nearly all texts are plain letters but for a few marks between words:
    those take a short cut to the same words."""
    plain = text if text.isascii() else text.translate(_PLAIN_MARKS)
    if not plain.isascii():
        return [piece for chunk in chunks(text) for piece in pieces(chunk[0])]
    plain = plain.lower()
    plain = _PLAIN_INSIDE.sub("", plain) if "'" in plain else plain
    found = _PLAIN_WORD.findall(plain)
    return found if len(max(found, key=len, default="")) <= MAX_LENGTH else [word[:MAX_LENGTH] for word in found]


def stems(text: str) -> list[str]:
    """All stems of a text in their order, common words too."""
    return list(map(stem, words_of(text)))


@dataclass(frozen=True)
class Analysed:
    """The stems of one thing, field by field, within the limits of both databases."""

    title: list[str]
    tags: list[str]
    abstract: list[str]
    body: list[str]

    @property
    def fields(self) -> tuple[list[str], list[str], list[str], list[str]]:
        return self.title, self.tags, self.abstract, self.body


def analyse(title: str, tags: str, abstract: str, body: str) -> Analysed:
    """What the index keeps of one thing. Beyond the limits words are left out, the last ones first."""
    return _within_limits([stems(title), stems(tags), stems(abstract), stems(body)])


def _within_limits(found: list[list[str]]) -> Analysed:
    seen: Counter[str] = Counter(chain.from_iterable(found))
    if sum(map(len, found)) <= MAX_WORDS and max(seen.values(), default=0) <= MAX_SAME_WORD:
        return Analysed(*found)
    seen.clear()
    left = MAX_WORDS
    fields = []
    for words in found:
        kept: list[str] = []
        for word in words:
            seen[word] += 1
            if len(kept) < left and seen[word] <= MAX_SAME_WORD:
                kept.append(word)
        left -= len(kept)
        fields.append(kept)
    return Analysed(*fields)


def vocabulary(texts: Iterable[str]) -> set[str]:
    """Words worth comparing a mistyped one with: letters only, four to thirty of them."""
    pieces_of_all = set(chain.from_iterable(map(words_of, texts)))
    return {piece for piece in pieces_of_all if 4 <= len(piece) <= 30 and piece.isalpha()}
