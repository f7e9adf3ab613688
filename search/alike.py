"""Near-duplicate search: what there is already that is like what somebody writes, and which words both have.

What it costs is bounded, however many things there are: of what was typed the rarest words ask, each up to ``CAP``
things, and the best ``WEIGHED`` of what they find are compared word by word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from django.db import connection
from django.db.models import Q

from organisations.models import Membership
from organisations.visibility import within_reach
from search import engines
from search.analyser import fold
from search.asked import compile_condition
from search.likeness import words_of
from search.models import SearchDoc
from search.query import Query, Term

MOST = 5
# So many different words are looked up, so many of the rarest ask, and a word that more things have says little.
LOOKED_UP, ASKING, CAP = 16, 6, 400
WEIGHED = 20
READ = 1_500


@dataclass(frozen=True)
class Alike:
    """One thing that is alike, and the words that both have, as whoever writes spells them. None: the same title."""

    doc: SearchDoc
    shared: tuple[str, ...]


def alike(
    membership: Membership, title: str, text: str, *, kind: str, states: Sequence[str] = (), but: int | None = None
) -> list[Alike]:
    """Things of one kind that this member may see and that are like ``title`` and ``text``, the most alike first.

    ``but`` is the key of the thing itself. Six queries at most.
    """
    heading = words_of(title[:READ])
    written = {**heading, **words_of(text[:READ])}
    if not written:  # a title of everyday words alone may stand there already
        heading = written = words_of(title[:READ], says_little=frozenset())
    if not written:
        return []
    numbers = _numbers_of(list(written)[:LOOKED_UP])
    condition = within_reach(membership) & Q(kind=kind)
    condition &= Q(state__in=states) if states else Q()
    condition &= ~Q(ident=but) if but else Q()
    docs = _candidates(numbers, condition)
    weighed = [found for doc in docs if (found := _weigh(doc, title, heading, written, numbers))]
    return [one for _, one in sorted(weighed, key=lambda each: (-each[0], -each[1].doc.ident))[:MOST]]


def _numbers_of(stems: Sequence[str]) -> dict[str, int]:
    """How many things have each word, counted up to a little over ``CAP``; words that nothing has are left out."""
    parts, params = [], []
    for stem in stems:
        match = engines.current().match(Query(stem, (Term((stem,)),)))
        rows = f"SELECT 1 FROM {match.source} WHERE {match.where} LIMIT {CAP + 1}"  # noqa: S608  constants
        parts.append(f"SELECT %s, (SELECT count(*) FROM ({rows}) found)")  # noqa: S608  the same
        params += [stem, *match.params]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return {stem: number for stem, number in cursor.fetchall() if number}


def _candidates(numbers: dict[str, int], condition: Q) -> list[SearchDoc]:
    """What has any of the rarest words; where all words are frequent, what has the two rarest of them."""
    rarest = sorted(numbers, key=lambda stem: (numbers[stem], stem))
    asking = [stem for stem in rarest if numbers[stem] <= CAP][:ASKING]
    is_any = len(asking) > 1 or len(rarest) < 2
    stems = (asking if is_any else rarest[:2]) or rarest[:1]
    if not stems:
        return []
    match = engines.current().match(Query(" ".join(stems), tuple(Term((stem,)) for stem in stems), any_word=is_any))
    seen, params = compile_condition(condition)
    sql = f"""
        WITH h AS (
            SELECT "search_searchdoc".id AS id, "search_searchdoc".rank AS rank, ({match.score}) AS score
            FROM {match.source} WHERE ({match.where}) AND ({seen}) LIMIT {ASKING * CAP}
        )
        SELECT id FROM h ORDER BY score DESC, rank DESC, id DESC LIMIT {WEIGHED}
    """  # noqa: S608  only conditions that were compiled, all values are parameters
    values: list[Any] = [*match.score_params, *match.params, *params]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        keys = [key for (key,) in cursor.fetchall()]
    return list(SearchDoc.objects.filter(pk__in=keys).select_related("text"))


def _weigh(
    doc: SearchDoc, title: str, heading: dict[str, str], written: dict[str, str], numbers: dict[str, int]
) -> tuple[float, Alike] | None:
    """How alike it is. Two shared words are enough where one of them stands in a title, otherwise it takes three.

    The rarer a word, the more it counts (inverse document frequency).
    """
    theirs = words_of(doc.title)
    shared = [
        stem for stem in written if stem in theirs.keys() | words_of(f"{doc.text.abstract}\n{doc.text.body}"[:READ])
    ]
    in_a_title = [stem for stem in shared if stem in theirs or stem in heading]
    if title.strip() and fold(title).strip() == fold(doc.title).strip():
        return 1_000.0, Alike(doc, ())
    if len(shared) < 2 or (len(shared) == 2 and not in_a_title):
        return None
    weight = sum((2 if stem in in_a_title else 1) / log2(2 + numbers.get(stem, CAP)) for stem in shared)
    # What is rare is a reason; what very many things have is one only where there is no other.
    reasons = [stem for stem in shared if numbers.get(stem, CAP) <= CAP] or shared
    return weight, Alike(doc, tuple(written[stem] for stem in sorted(reasons, key=lambda one: numbers.get(one, CAP))))
