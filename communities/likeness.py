"""Which communities are like the one that somebody is about to begin: by the words that they share.

Pure: no database. ``common`` words say nothing; a word of the name counts twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from search import likeness
from search.analyser import fold

_OF_COMMUNITIES = "community group network team practice problem question help better time"
COMMON = likeness.COMMON | frozenset(_OF_COMMUNITIES.split())
MOST = 3


@dataclass(frozen=True)
class Likeness:
    """One community that is alike: its key, and the words that both have, as the new one spells them."""

    key: int
    shared: tuple[str, ...]


def words_of(text: str) -> dict[str, str]:
    """Stem → the word as it is written first, without what is common."""
    return likeness.words_of(text, common=COMMON)


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
