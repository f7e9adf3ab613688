"""Proposals for sorting notes: which share a word, and which say the same.

Pure: no database. It proposes, and a person decides.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kmportal.lib.cleaning import reading_key
from search.analyser import chunks, pieces, stem

_COMMON = (
    "a about after again all also and any are as at be because been before being between both but by can could "
    "did do does done each every few first for from get got had has have he her how i if in into is it its just "
    "know last less let like make many me more most much my need never next no not now of off on once one only or "
    "other our out over own people really same she should so some still than that the their them then there these "
    "they thing this those through time to too two under until up us use used very was we well went were what "
    "when where which while who why will with without work worked would you your "
)
COMMON = frozenset(_COMMON.split())
# More proposals than these are not read in a session, and of more notes none is worked out.
MOST_PROPOSALS, MOST_NOTES = 6, 500
# A word in more than half of the notes is what all of them are about, and sorts nothing.
COMMON_SHARE = 0.5


@dataclass(frozen=True)
class Proposal:
    """Notes that could stand together, by their places in what was given, and the word that they share."""

    word: str
    places: tuple[int, ...]


def share_a_word(texts: Sequence[str]) -> list[Proposal]:
    """Groups of at least two notes that share a word, the largest first; no note is in two of them."""
    found, spelt = _places_by_stem(texts[:MOST_NOTES])
    left = set(range(len(texts)))
    proposals: list[Proposal] = []
    most = max(2, int(len(texts) * COMMON_SHARE))
    while len(proposals) < MOST_PROPOSALS:
        free = {word: [place for place in places if place in left] for word, places in found.items()}
        fit = [word for word, places in free.items() if 2 <= len(places) <= most]
        if not fit:
            break
        best = max(fit, key=lambda word: (len(free[word]), len(word), word))
        proposals.append(Proposal(spelt[best], tuple(free[best])))
        left.difference_update(free[best])
    return proposals


def say_the_same(texts: Sequence[str]) -> list[Proposal]:
    """Notes with the same words, whatever their capitals, spaces and full stops; ``word`` is the first of them."""
    same: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts[:MOST_NOTES]):
        same[reading_key(text).rstrip(".!")].append(place)
    found = [Proposal(texts[places[0]], tuple(places)) for key, places in same.items() if key and len(places) > 1]
    return found[:MOST_PROPOSALS]


def _places_by_stem(texts: Iterable[str]) -> tuple[dict[str, list[int]], dict[str, str]]:
    """Stem → where it stands, and how it is spelt first."""
    places: dict[str, list[int]] = defaultdict(list)
    spelt: dict[str, str] = {}
    for place, text in enumerate(texts):
        for word, spelling in _words_of(text).items():
            places[word].append(place)
            spelt.setdefault(word, spelling)
    return places, spelt


def _words_of(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks(text):
        for piece in pieces(chunk[0]):
            if len(piece) > 2 and piece not in COMMON:
                found.setdefault(stem(piece), chunk[0])
    return found
