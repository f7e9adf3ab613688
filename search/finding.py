"""Asking the index: what this member may see and what they asked for, decided together in the SQL.

One statement counts, one brings a page of keys, one its rows; for words the first two are one. None of them grows with
what there is (``search.lists``, ``search.ranking``). Corrections ask a few more, when there are hardly any hits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString

from kmportal.lib import things
from kmportal.lib.pagination import PageOf
from kmportal.lib.prepared import prepared
from kmportal.lib.things import Ref
from organisations.models import Membership
from search import corrections, lists, ranking
from search.asked import DOC, FACETS, Asked
from search.dictionary import table_for
from search.engines import EXACT
from search.highlighting import Highlighter
from search.lists import ORDERS, Place
from search.models import SearchDoc
from search.query import Query, parse

__all__ = ["FACETS", "ORDERS", "Hit", "Results", "find", "find_all", "find_idents"]


@dataclass(frozen=True)
class Hit:
    """One thing that was found, as this member may see it. The ``_html`` texts are escaped and marked. ``key`` is that
    of its row in the index."""

    key: int
    kind: str
    ident: int
    title: str
    title_html: SafeString
    snippet_html: SafeString
    url: str
    state: str
    subkind: str
    source: str
    year: int | None
    group_name: str
    at: datetime
    organisation_id: int | None


@dataclass(frozen=True)
class Results:
    """A page of hits with everything that belongs beside it.

    ``text`` is what was typed. ``more``: there are more than ``total``. ``corrected``: nothing was found for what was
    typed, and this is what was found for ``did_you_mean`` instead. ``loosened``: nothing has all the words, and this
    has any of them; ``any_total``: where little has all of them, how much has any (``any_more``: more than that).
    ``facets``: name → (value, count), values as they stand in an address. ``is_counted``: the counts of the facets are
    exact; else they only say what values there are.
    """

    text: str
    hits: list[Hit]
    total: int
    more: bool
    facets: dict[str, list[tuple[str, int]]]
    query: Query
    page: int = 1
    per_page: int = 20
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    did_you_mean: str | None = None
    corrected: bool = False
    loosened: bool = False
    any_total: int = 0
    any_more: bool = False
    is_counted: bool = True

    def page_of(self) -> PageOf:
        """Where in the list this page is. Pages of a list without words follow each other by key."""
        first, last = (self.hits[0].key, self.hits[-1].key) if self.hits and self.query.is_blank else (0, 0)
        return PageOf(self.page, self.per_page, self.total, self.more, first, last)


def find(
    membership: Membership,
    text: str,
    *,
    kinds: Sequence[str] = (),
    filters: Mapping[str, Sequence[str]] | None = None,
    facets: Sequence[str] = (),
    order: str = "best",
    page: int = 1,
    per_page: int = 20,
    correct: bool = False,
    any_word: bool = False,
    narrowed: Q | None = None,
    near: Sequence[int] = (),
    after: int = 0,
    before: int = 0,
) -> Results:
    """What this member may see of what was asked for.

    An empty text lists everything, newest first or in another of ``ORDERS``. ``kinds`` is the scope, ``filters`` a
    choice in it; each facet counts under all other filters. ``correct``: where nothing is found, answer for the
    corrected words, or else for any of the words. ``any_word``: one of the words is enough from the start. ``narrowed``
    is a condition over the columns of ``SearchDoc``, for a list of just what a figure counts. ``near``: what belongs to
    these groups comes first, in whatever order. ``after`` and ``before`` are the ``key`` of the hit beside the page of
    a list, which is then found without counting up to it.
    """
    query = _read(text, membership)
    query = (query.loosened or query) if any_word else query
    asked = Asked(membership, query, kinds, filters or {}, narrowed or Q(), near)
    place = Place(max(1, page), per_page, after, before)
    results = _answer_from(asked, facets, order, place)
    if asked.query.is_blank or results.total >= corrections.FEW:
        return results
    better = corrections.correct(
        asked.query, lambda words: ranking.count(asked.with_query(words, filtered=False)), hits=results.total
    )
    if better and correct and not results.total:
        corrected = asked.with_query(parse(better, asked.query.table))
        instead = _answer_from(corrected, facets, order, place)
        if instead.total:
            return replace(instead, text=text, did_you_mean=better, corrected=True)
        asked = corrected  # nothing has all of these words either, and any is enough
    return _loosen(replace(results, did_you_mean=better), asked, facets, order, place, correct=correct)


def _read(text: str, membership: Membership) -> Query:
    """What was typed, with the words that the organisation has explained; where no word was typed, nobody asks them."""
    query = parse(text)
    return query if query.is_blank or query.asks_nothing else parse(text, table_for(membership.organisation_id))


def find_idents(
    membership: Membership,
    text: str,
    *,
    kind: str,
    filters: Mapping[str, Sequence[str]] | None = None,
    any_word: bool = False,
    narrowed: Q | None = None,
) -> list[int]:
    """The keys alone of all that ``find`` would find of one kind, in no order; for a question that ``narrowed`` keeps
    small. Two queries, one of them for the words of the organisation.
    """
    query = _read(text, membership)
    query = (query.loosened or query) if any_word else query
    if query.asks_nothing:
        return []
    return _keys_of(Asked(membership, query, [kind], filters or {}, narrowed or Q()), order="")


def find_all(membership: Membership, text: str, *, kind: str, order: str = "best", **asked_for: Any) -> list[int]:
    """The keys of all that the pages of ``find`` would show, with the same words corrected or loosened, in order."""
    shown = find(membership, text, kinds=[kind], order=order, per_page=1, correct=True, **asked_for)
    filters, narrowed = asked_for.get("filters") or {}, asked_for.get("narrowed") or Q()
    asked = Asked(membership, shown.query, [kind], filters, narrowed, asked_for.get("near", ()))
    if asked.query.asks_nothing and not asked.query.is_blank:
        return []
    return _keys_of(asked, order)


def _keys_of(asked: Asked, order: str) -> list[int]:
    where, params = asked.where()
    is_ranked = order == "best" and bool(asked.query.all)
    score = f"({asked.match.score}) * (1 + {DOC}.rank / 500.0)" if is_ranked else "0"
    by = f"{asked.first_by(f'{DOC}.')}2 DESC, {ORDERS.get(order, ORDERS['newest']).by(f'{DOC}.')}"
    sql = f"SELECT {DOC}.ident, {score} FROM {asked.match.source} WHERE {where} ORDER BY {by}"  # noqa: S608  only what was compiled
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(asked.match.score_params if is_ranked else ()), *params])
        return [key for some in iter(lambda: cursor.fetchmany(2_000), []) for key, _ in some]


def _loosen(
    results: Results, asked: Asked, facets: Sequence[str], order: str, place: Place, *, correct: bool
) -> Results:
    """Where hardly anything has all the words: what has any of them, or how much that would be."""
    if not correct or (query := asked.query.loosened) is None:
        return results
    looser = asked.with_query(query)
    if results.total:
        number = ranking.count(looser)
        is_more = number > results.total
        return replace(results, any_total=min(number, EXACT) if is_more else 0, any_more=is_more and number > EXACT)
    instead = _answer_from(looser, facets, order, place)
    if not instead.total:
        return results
    return replace(instead, text=results.text, did_you_mean=results.did_you_mean, loosened=True)


def _answer_from(asked: Asked, facets: Sequence[str], order: str, place: Place) -> Results:
    query, size = asked.query, place.per_page
    nothing = Results(query.text, [], 0, False, {name: [] for name in facets}, query, 1, size, asked.filters)
    if query.asks_nothing:
        return nothing
    if query.is_blank:
        total, counts = lists.count(asked, facets)
        page = min(place.page, max(1, ceil(total / size)))
        order_of = ORDERS.get(order, ORDERS["newest"])
        at = place if page == place.page else Place(page, size)  # a list that has shrunk is not followed by key
        keys = lists.page_of_keys(asked, order_of, at, total) if total else []
        return replace(nothing, hits=_build_hits(keys, asked), total=total, facets=counts, page=page)
    found = ranking.rank(asked, facets, order, replace(place, page=min(place.page, ceil(EXACT / size))))
    return replace(
        nothing,
        hits=_build_hits(found.keys, asked),
        total=min(found.total, EXACT),
        more=found.total > EXACT,
        facets=found.facets,
        page=found.page,
        is_counted=found.is_whole,
    )


class _Row(NamedTuple):
    """What is shown of a thing."""

    pk: int
    kind: str
    ident: int
    title: str
    state: str
    subkind: str
    source: str
    year: int | None
    at: datetime
    organisation_id: int | None
    group_name: str | None
    abstract: str
    body: str


@prepared
def _shown(keys: tuple[int, ...]) -> QuerySet[SearchDoc, tuple[Any, ...]]:
    return SearchDoc.objects.filter(pk__in=keys).values_list(
        "pk", "kind", "ident", "title", "state", "subkind", "source", "year", "at", "organisation_id",
        "group__name", "text__abstract", "text__body",
    )  # fmt: skip


def _rows_of(keys: Sequence[int]) -> list[_Row]:
    """The rows of these keys with what is shown of them, in this order. One query."""
    found = {row[0]: _Row(*row) for row in _shown(tuple(keys))} if keys else {}
    return [found[key] for key in keys if key in found]


def _build_hits(keys: Sequence[int], asked: Asked) -> list[Hit]:
    rows = _rows_of(keys)
    highlighter = Highlighter(asked.query.all)
    pages = things.urls([Ref(row.kind, row.ident) for row in rows], asked.membership.organisation.slug)
    return [
        Hit(
            key=row.pk,
            kind=row.kind,
            ident=row.ident,
            title=row.title,
            title_html=highlighter.mark(row.title),
            snippet_html=highlighter.snippet(row.abstract, row.body),
            url=pages.get(Ref(row.kind, row.ident), ""),
            state=row.state,
            subkind=row.subkind,
            source=row.source,
            year=row.year,
            group_name=row.group_name or "",
            at=row.at,
            organisation_id=row.organisation_id,
        )
        for row in rows
    ]
