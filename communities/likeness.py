"""Which communities are like the one that somebody is about to begin: by the words that they share.

Pure: no database. ``common`` words say nothing; a word of the name counts twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from search.analyser import chunks, fold, pieces, stem

_COMMON = (
    "a about again all and any are as at be because been before being between both but by can could did do does each "
    "for from get had has have how i if in into is it its know let make many me more most my no not of off on one or "
    "our out over own people same should so some than that the their them then there these they this those through to "
    "together too up us use used very was we well were what when where which who why will with without work would you "
    "your community group network team practice problem question help better time"
)
COMMON = frozenset(_COMMON.split())
MOST = 3


@dataclass(frozen=True)
class Likeness:
    """One community that is alike: its key, and the words that both have, as the new one spells them."""

    key: int
    shared: tuple[str, ...]


def words_of(text: str) -> dict[str, str]:
    """Stem → the word as it is written first, without what is common."""
    found: dict[str, str] = {}
    for chunk in chunks(text):
        for piece in pieces(chunk[0]):
            if len(piece) > 2 and piece not in COMMON:
                found.setdefault(stem(piece), chunk[0])
    return found


def alike(name: str, question: str, others: Iterable[tuple[int, str, str]]) -> list[Likeness]:
    """The most alike of ``others`` (key, name, question), with what they share; those that share nothing are left out.

    One shared word is enough if it stands in a name, two if they stand in the questions.
    """
    own_name, own = words_of(name), words_of(f"{name} {question}")
    weighed = []
    for key, their_name, their_question in others:
        names = own_name.keys() & words_of(their_name).keys()
        shared = own.keys() & words_of(f"{their_name} {their_question}").keys()
        in_a_name = own_name.keys() & shared | shared & words_of(their_name).keys()
        same = fold(name).strip() == fold(their_name).strip() and bool(name.strip())
        weight = len(shared) + len(in_a_name) + len(names) + 9 * same
        if same or in_a_name or len(shared) > 1:
            weighed.append((-weight, key, tuple(word for stemmed, word in own.items() if stemmed in shared)))
    return [Likeness(key, shared) for _, key, shared in sorted(weighed)[:MOST]]
