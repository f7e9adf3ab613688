"""Searching for words: what fits them, the best first, out of so many matches as can be looked at closely.

A word may stand in a few things or in half of all. Of a word that stands in many, the newest matches are looked at, as
far back as it takes to have more than ``EXACT`` of them: what a search costs is bounded, however much there is. Then
the page says “more than 1,000”, and shows no counts beside its filters.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from search import engines
from search.asked import DOC, Asked, every
from search.engines.base import EXACT, MARK
from search.lists import ORDERS, Facets, Place, counts_of, page_of_keys, sorted_counts

# How much more is looked at in the next try at the least, where an estimate was too small.
FURTHER = 8
# So many matches are aimed at, where there are more than can be looked at.
AIM = 3 * EXACT // 2
# Of no more than so many things all are looked at at once; of more, so many first, to see how frequent the words are.
_AT_ONCE, _FIRST = 3_000, 500
_MANY = 10**9
_A_KIND = re.compile(r"[a-z0-9_-]{1,20}")


@dataclass(frozen=True)
class Ranked:
    """The keys of one page of what was found. ``is_whole``: every match was looked at, so the counts are exact."""

    keys: list[int]
    page: int
    total: int
    is_whole: bool
    facets: Facets


def rank(asked: Asked, names: Sequence[str], order: str, place: Place) -> Ranked:
    """One page of what has these words, with the total and the counts of the filters, as far as matches were looked
    at. Mostly two queries."""
    found = _look(asked, names, order, place, filtered=False)
    if not found.is_whole:
        facets = found.facets
        if asked.filters:
            found = _look(asked, (), order, place, filtered=True)
        found = Ranked(found.keys, found.page, found.total, False, facets)
        if order in ORDERS:
            fits = engines.current().row_fits(asked.query, f"{DOC}.id")
            at = place if found.page == place.page else Place(found.page, place.per_page)
            keys = page_of_keys(asked, ORDERS[order], at, _MANY, fits=fits)
            found = Ranked(keys, found.page, found.total, False, facets)
    return found


def count(asked: Asked) -> int:
    """How many match, up to a little over the exact limit."""
    if asked.query.asks_nothing:
        return 0
    return min(EXACT + 1, _look(asked, (), "newest", Place(1, 1), filtered=True).total)


def _look(asked: Asked, names: Sequence[str], order: str, place: Place, *, filtered: bool) -> Ranked:
    """Look at matches, the newest things first, until there are more than can be counted exactly, or no more."""
    newest = asked.newest
    span = _FIRST if newest > _AT_ONCE else newest
    while True:
        keys = range(newest - span, newest) if span < newest else None
        found, looked = _look_among(asked, names, order, place, keys, filtered=filtered)
        if found.is_whole or looked > EXACT:
            return found
        # As far back as should bring enough, and no further: each match that is looked at is scored.
        further = span * FURTHER
        wanted = max(span * AIM // looked, further) if looked else further
        span = min(wanted, newest)


def _look_among(
    asked: Asked, names: Sequence[str], order: str, place: Place, keys: range | None, *, filtered: bool
) -> tuple[Ranked, int]:
    """Look at the matches among the things with about these keys, or among all. Answers how many there were, too."""
    marks = [[f"{MARK}{audience}" for audience in asked.audiences]]
    kinds = asked.kinds or (asked.filters.get("kind", ()) if filtered else ())
    # Whatever else an address says is no kind, and must not reach the language of the engine.
    if known := [kind for kind in kinds if _A_KIND.fullmatch(kind)]:
        marks.append([f"{MARK}k{kind}" for kind in known])
    match = engines.current().match(asked.query, marks=marks, keys=keys)
    parts = [(match.where, list(match.params)), asked.scope()]
    if filtered:
        parts.append(asked.chosen(f"{DOC}."))
    where, params = every(parts)
    is_scored = order not in ORDERS and bool(asked.query.all)
    score, score_params = (match.score, match.score_params) if is_scored else ("0", ())
    counts, values = counts_of(asked, names)
    chosen, chosen_values = asked.chosen("")
    by = asked.first_by("") + (ORDERS[order].by() if order in ORDERS else "score DESC, at DESC, id DESC")
    # One page of them, in one statement with the counts; the last page, where an address asks for a later one.
    sql = f"""
        WITH found AS (
            SELECT {DOC}.id AS id, {DOC}.at AS at, {DOC}.title AS title, kind, state, subkind, source,
                coalesce({DOC}.year, 0) AS year, coalesce({DOC}.group_id, 0) AS group_id, 1 AS number,
                ({score}) * (1 + {DOC}.rank / 500.0) AS score
            FROM {match.source} WHERE {where} {match.order} LIMIT {match.most}
        ),
        placed AS (
            SELECT id, row_number() OVER (ORDER BY {by}) AS place, count(*) OVER () AS everything
            FROM found WHERE {chosen}
        )
        SELECT name, value, number FROM ({counts}) counts
        UNION ALL SELECT 'all', '', count(*) FROM found
        UNION ALL SELECT 'hit', CAST(id AS text), place FROM placed
            WHERE (place - 1) / %s = CASE WHEN everything > %s THEN %s ELSE (everything - 1) / %s END
    """  # noqa: S608  only conditions that were compiled, all values are parameters
    skipped, size = (place.page - 1) * place.per_page, place.per_page
    with connection.cursor() as cursor:
        cursor.execute(sql, [*score_params, *params, *chosen_values, *values, size, skipped, place.page - 1, size])
        rows = cursor.fetchall()
    looked = next(int(number) for name, _, number in rows if name == "all")
    hits = sorted((int(number), int(value)) for name, value, number in rows if name == "hit")
    total, facets = sorted_counts(names, [row for row in rows if row[0] not in ("all", "hit")])
    page = (hits[0][0] - 1) // size + 1 if hits else 1
    is_whole = keys is None and looked < match.most
    return Ranked([key for _, key in hits], page, total, is_whole, facets), looked
