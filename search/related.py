"""What fits a text: query by document. Things that have its telling words, most and rarest first, each with the words
that it shares.

A search asks for all words and is short; a piece of work is described in many, and no lesson has all of them. So each
word, and each pair that stands together, is weighed by how rare it is (inverse document frequency); the rarest ones
find the candidates; whoever has many different ones comes before who repeats one. Two statements, however much there
is, and what each reads is bounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Any

from django.db import connection
from django.db.models import Q

from organisations.models import Membership
from organisations.visibility import within_reach
from search import engines
from search.analyser import STOP_WORDS, stems
from search.asked import compile_condition
from search.engines.base import Match
from search.models import SearchDoc
from search.query import Query, Term, parse

# Of a text, so many different words and pairs are weighed.
MOST_TERMS = 40
# Of a word, so many things are counted: what more of them have is common, and finds no candidates.
COMMON = 2_000
# So much is read for all words together, and of each kind so many of the best are looked at closely.
MOST_READ = 5_000
CANDIDATES = 60
# How much more it says that a thing has many of the words (a power; 0 would count only how often).
COVERAGE = 0.5
# One shared word is chance, unless a title or a tag has it, or it is so much of what the text says.
ENOUGH = 0.25
_DOC = '"search_searchdoc"'
# Words with which every piece of work is described.
_SAYS_NOTHING = (
    "come comes coming work works worked working piece begin begins start starts started starting new use used uses "
    "using make makes "
    "making need needs help helps helping one two three first next day days week weeks month months year years people "
    "team teams everybody each all also more most other others another some any many much well good better best about "
    "into over before after during within there here every between through up out outside inside so no yes get gets "
    "put set setting way ways plan plans planned planning take takes taking stay stays keep keeping own while whether "
    "must go ahead already together run running under bring bringing somebody who whom onto choose choosing"
)
SAYS_NOTHING = STOP_WORDS | frozenset(_SAYS_NOTHING.split())


@dataclass(frozen=True)
class Related:
    """One thing that fits: what it is, how well, the words that it shares, as they were typed, and those of its tags
    among them."""

    kind: str
    ident: int
    score: float
    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class _Weighed:
    """One word or pair of the text: how many things have it, and what it weighs."""

    term: Term
    match: Match
    number: int
    weight: float

    @property
    def is_pair(self) -> bool:
        return len(self.term.typed) > 1 and " " in self.term.text


def find_related(
    membership: Membership, texts: Sequence[str], *, kinds: Mapping[str, int], narrowed: Q | None = None
) -> dict[str, list[Related]]:
    """What this member may see of things that fit these texts, the best first: of each kind at most so many.

    ``narrowed`` is a condition over the columns of ``SearchDoc``. Two queries; none where the texts say nothing.
    """
    found: dict[str, list[Related]] = {kind: [] for kind in kinds}
    weighed = _telling(_weigh(telling_terms(texts)))
    if not weighed:
        return found
    condition = within_reach(membership) & Q(kind__in=list(kinds)) & (narrowed or Q())
    for row in _candidates(weighed, condition):
        related, is_enough = _look_closely(row, weighed)
        if is_enough:
            found[row.kind].append(related)
    return {kind: sorted(found[kind], key=lambda one: (-one.score, -one.ident))[:most] for kind, most in kinds.items()}


def telling_terms(texts: Iterable[str]) -> list[Term]:
    """The words of these texts that say something, and pairs of them that stand together, each once."""
    kept: dict[tuple[str, ...], Term] = {}
    for text in texts:
        terms = [term for term in parse(text).all if not term.prefix and not term.text.startswith("“")]
        for one in filter(_says_something, terms):
            kept.setdefault(one.stems, one)
        for one, after in pairwise(terms):
            stand_together = after.typed[0].start - one.typed[-1].end == 1
            if stand_together and _says_something(one) and _says_something(after):
                both = (*one.stems, *after.stems)
                kept.setdefault(both, Term(both, text=f"{one.text} {after.text}", typed=(*one.typed, *after.typed)))
    return list(kept.values())[:MOST_TERMS]


def _says_something(term: Term) -> bool:
    return any(typed.word not in SAYS_NOTHING and len(typed.word) > 2 for typed in term.typed)


def _weigh(terms: Sequence[Term]) -> list[_Weighed]:
    """What each word weighs, the rarest first, without those that nothing has. One query."""
    if not terms:
        return []
    matches = [engines.current().match(Query(term.text, all=(term,))) for term in terms]
    counts = "".join(
        f" UNION ALL SELECT {at}, count(*) FROM (SELECT 1 FROM {one.index} WHERE {one.where} LIMIT {COMMON}) word{at}"  # noqa: S608  constants
        for at, one in enumerate(matches)
    )
    with connection.cursor() as cursor:
        params = [value for match in matches for value in match.params]
        cursor.execute(f"SELECT -1, max(id) FROM search_searchdoc{counts}", params)  # noqa: S608  constants
        found = dict(cursor.fetchall())
    everything = found.pop(-1) or 1
    weighed = [
        _Weighed(terms[at], matches[at], number, log(1 + everything / number)) for at, number in found.items() if number
    ]
    return sorted(weighed, key=lambda one: one.number)


def _telling(weighed: Sequence[_Weighed]) -> list[_Weighed]:
    """The rarest words, as many as may be read together; where all are common, the rarest of them at once, as one."""
    kept: list[_Weighed] = []
    read = 0
    for one in weighed:
        read += one.number
        if one.number >= COMMON or (kept and read > MOST_READ):
            break
        kept.append(one)
    if kept or not weighed:
        return kept
    together = Query("", all=tuple(one.term for one in weighed[:3]))
    return [_Weighed(weighed[0].term, engines.current().match(together), COMMON, 1.0)]


def _candidates(weighed: Sequence[_Weighed], condition: Q) -> list[Any]:
    """The things that have these words, with what the text index says of each, and bits for the words. One query."""
    scope, scope_params = compile_condition(condition)
    parts: list[str] = []
    params: list[Any] = []
    for at, one in enumerate(weighed):
        match = one.match
        weight = 1.0 if match.weighs_rarity else one.weight
        parts.append(
            f"SELECT * FROM (SELECT {match.key} AS id, {weight:.4f} * ({match.score}) AS weight, {1 << at} AS bit "  # noqa: S608  constants
            f"FROM {match.index} WHERE {match.where} LIMIT {COMMON}) word{at}"
        )
        params += [*match.score_params, *match.params]
    sql = f"""
        WITH scored AS (
            SELECT id, sum(weight) AS weight, sum(bit) AS bits FROM ({" UNION ALL ".join(parts)}) every_word GROUP BY id
        ),
        placed AS (
            SELECT scored.id AS id, scored.weight AS weight, scored.bits AS bits, row_number() OVER (
                PARTITION BY {_DOC}.kind ORDER BY scored.weight DESC, scored.id DESC
            ) AS place
            FROM scored JOIN {_DOC} ON {_DOC}.id = scored.id WHERE {scope}
        )
        SELECT d.*, t.tags AS tags, placed.weight AS weight, placed.bits AS bits
        FROM placed JOIN search_searchdoc d ON d.id = placed.id JOIN search_searchtext t ON t.doc_id = d.id
        WHERE placed.place <= {CANDIDATES}
    """  # noqa: S608  only conditions that were compiled, all values are parameters
    return list(SearchDoc.objects.raw(sql, [*params, *scope_params]))


def _look_closely(row: Any, weighed: Sequence[_Weighed]) -> tuple[Related, bool]:
    """What it shares with the text, how well it fits (many different words, and what is proved and used first), and
    whether that is enough to speak of it."""
    bits = int(row.bits)
    shared = [one for at, one in enumerate(weighed) if bits >> at & 1]
    tags = frozenset(stems(row.tags))
    names = tags.union(stems(row.title))
    coverage = sum(one.weight for one in shared) / sum(one.weight for one in weighed)
    words = [one for one in shared if not one.is_pair]
    related = Related(
        row.kind,
        row.ident,
        float(row.weight) * coverage**COVERAGE * (1 + row.rank / 1_000),
        tuple(_as_said(one) for one in words),
        tuple(_as_said(one) for one in words if tags.issuperset(one.term.stems)),
    )
    is_named = any(names.issuperset(one.term.stems) for one in words)
    return related, is_named or len(words) > 1 or coverage >= ENOUGH


def _as_said(one: _Weighed) -> str:
    """The word as it was typed, without the full stop behind it."""
    return one.term.text.strip(".,:;!?()[]{}'’‘")
