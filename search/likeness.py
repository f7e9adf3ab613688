"""Bag of words: what two texts share, by the stems of the words that say something.

Pure: no database.
"""

from search.analyser import chunks, pieces, stem

_COMMON = (
    "a about again all and any are as at be because been before being between both but by can could did do does each "
    "for from get had has have how i if in into is it its know let make many me more most my no not of off on one or "
    "our out over own people same should so some than that the their them then there these they this those through to "
    "together too up us use used very was we well were what when where which who why will with without work would you "
    "your"
)
COMMON = frozenset(_COMMON.split())


def words_of(text: str, *, common: frozenset[str] = COMMON) -> dict[str, str]:
    """Stem → the word as it is written first, without what is common."""
    found: dict[str, str] = {}
    for chunk in chunks(text):
        for piece in pieces(chunk[0]):
            if len(piece) > 2 and piece not in common:
                found.setdefault(stem(piece), chunk[0])
    return found
