"""Asking the index: what this member may see and what they asked for, decided together in the SQL.

One statement brings a page of hits with the total, one brings all counts of the filters, the same on both databases;
an engine only adds how its text index matches. Corrections ask a few small ones more, when there are hardly any hits.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Q
from django.utils.safestring import SafeString

from kmportal.lib import things
from kmportal.lib.things import Ref
from organisations.models import Membership
from organisations.visibility import within_reach
from search import corrections, engines
from search.dictionary import table_for
from search.highlighting import Highlighter
from search.models import SearchDoc
from search.query import Query, parse

# Totals are exact up to here; beyond, the page says “more than 1,000” and pages end.
EXACT = 1_000
# Matches that are ranked by their text; of more, those of the highest rank are.
RANKED = 10_000

# The orders of a list beside “best”, as columns of the row.
ORDERS = {
    "newest": "{row}at DESC, {row}id DESC",
    "oldest": "{row}at, {row}id",
    "title": "lower({row}title), {row}id",
}

_DOC = '"search_searchdoc"'
# What can be filtered by and counted: name → its value as text. The group is known by its name.
FACETS = {
    "kind": f"{_DOC}.kind",
    "state": f"{_DOC}.state",
    "subkind": f"{_DOC}.subkind",
    "source": f"{_DOC}.source",
    "year": f"CAST({_DOC}.year AS text)",
    "group": "facet_group.name",
}
_GROUP = f"LEFT JOIN organisations_group facet_group ON facet_group.id = {_DOC}.group_id"
_GROUP_FILTER = f"{_DOC}.group_id IN (SELECT id FROM organisations_group WHERE name IN ({{}}))"  # noqa: S608  constants
_COLUMNS = ", ".join(f"d.{column.column}" for column in SearchDoc._meta.concrete_fields)


@dataclass(frozen=True)
class Hit:
    """One thing that was found, as this member may see it. The ``_html`` texts are escaped and marked."""

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
    has any of them; ``any_total``: where little has all of them, how much has any. ``facets``: name → (value, count),
    values as they stand in an address.
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
) -> Results:
    """What this member may see of what was asked for.

    An empty text lists everything, newest first or in another of ``ORDERS``. ``kinds`` is the scope, ``filters`` a
    choice in it; each facet counts under all other filters. ``correct``: where nothing is found, answer for the
    corrected words, or else for any of the words. ``any_word``: one of the words is enough from the start. ``narrowed``
    is a condition over the columns of ``SearchDoc``, for a list of just what a figure counts. ``near``: what belongs to
    these groups comes first, in whatever order.
    """
    query = _read(text, membership)
    query = (query.loosened or query) if any_word else query
    asked = _Asked(membership, query, kinds, filters or {}, narrowed or Q(), near)
    results = _answer_from(asked, facets, order, page, per_page)
    if asked.query.is_blank or results.total >= corrections.FEW:
        return results
    better = corrections.correct(
        asked.query, lambda words: asked.with_query(words, filtered=False).count(), hits=results.total
    )
    if better and correct and not results.total:
        instead = _answer_from(asked.with_query(parse(better, asked.query.table)), facets, order, page, per_page)
        if instead.total:
            return replace(instead, text=text, did_you_mean=better, corrected=True)
        # Nothing has all of these words either, and any is enough.
        asked = asked.with_query(parse(better, asked.query.table))
    return _loosen(replace(results, did_you_mean=better), asked, facets, order, page, per_page, correct=correct)


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
    return _keys_of(_Asked(membership, query, [kind], filters or {}, narrowed or Q()), order="")


def find_all(membership: Membership, text: str, *, kind: str, order: str = "best", **asked_for: Any) -> list[int]:
    """The keys of all that the pages of ``find`` would show, with the same words corrected or loosened, in order."""
    shown = find(membership, text, kinds=[kind], order=order, per_page=1, correct=True, **asked_for)
    filters, narrowed = asked_for.get("filters") or {}, asked_for.get("narrowed") or Q()
    asked = _Asked(membership, shown.query, [kind], filters, narrowed, asked_for.get("near", ()))
    if asked.query.asks_nothing and not asked.query.is_blank:
        return []
    return _keys_of(asked, order)


def _keys_of(asked: "_Asked", order: str) -> list[int]:
    where, params = asked.where()
    is_ranked = order == "best" and bool(asked.query.all)
    score = f"({asked.match.score}) * (1 + {_DOC}.rank / 500.0)" if is_ranked else "0"
    by = ORDERS.get(order, ORDERS["newest"]).format(row=f"{_DOC}.")
    first = asked.first.format(row=f"{_DOC}.")
    sql = f"SELECT {_DOC}.ident, {score} FROM {asked.match.source} WHERE {where} ORDER BY {first}2 DESC, {by}"  # noqa: S608  as in _listed_rows
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(asked.match.score_params if is_ranked else ()), *params])
        return [key for some in iter(lambda: cursor.fetchmany(2_000), []) for key, _ in some]


def _loosen(
    results: Results, asked: "_Asked", facets: Sequence[str], order: str, page: int, per_page: int, *, correct: bool
) -> Results:
    """Where hardly anything has all the words: what has any of them, or how much that would be."""
    if not correct or (query := asked.query.loosened) is None:
        return results
    looser = asked.with_query(query)
    if results.total:
        number = looser.count()
        return replace(results, any_total=number if number > results.total else 0)
    instead = _answer_from(looser, facets, order, page, per_page)
    if not instead.total:
        return results
    return replace(instead, text=results.text, did_you_mean=results.did_you_mean, loosened=True)


class _Asked:
    """One question put as SQL: where the rows come from and the conditions on them."""

    def __init__(
        self,
        membership: Membership,
        query: Query,
        kinds: Sequence[str],
        filters: Mapping[str, Sequence[str]],
        narrowed: Q,
        near: Sequence[int] = (),
    ) -> None:
        if unknown := set(filters) - set(FACETS):
            raise ValueError(f"No such filter: {', '.join(sorted(unknown))}")
        self.membership = membership
        self.kinds = tuple(kinds)
        # Whole numbers, so that nothing of them has to be a parameter.
        groups = ", ".join(str(int(group)) for group in near)
        self.first = f"CASE WHEN {{row}}group_id IN ({groups}) THEN 0 ELSE 1 END, " if groups else ""
        self.filters = {name: tuple(map(_without_nulls, chosen)) for name, chosen in filters.items() if chosen}
        self.scope_sql, self.scope_params = compile_condition(
            within_reach(membership) & _of_these_kinds(self.kinds) & narrowed
        )
        self.query = query
        self.match = _match_rows(query)

    def with_query(self, query: Query, *, filtered: bool = True) -> "_Asked":
        """The same question with other words, or without the filters."""
        other = copy(self)
        other.query, other.match = query, _match_rows(query)
        if not filtered:
            other.filters = {}
        return other

    def where(self, *, filtered: bool = True) -> tuple[str, list[Any]]:
        """The whole condition: the words, what the member may see, the scope, and the chosen filters."""
        parts = [(self.match.where, self.match.params), (self.scope_sql, self.scope_params)]
        if filtered:
            parts.append(self.chosen())
        return " AND ".join(f"({sql})" for sql, _ in parts), [value for _, params in parts for value in params]

    def chosen(self) -> tuple[str, list[Any]]:
        """The chosen filters."""
        parts: list[str] = ["1 = 1"]
        params: list[Any] = []
        for name, values in self.filters.items():
            marks = _placeholders(values)
            parts.append(_GROUP_FILTER.format(marks) if name == "group" else f"{FACETS[name]} IN ({marks})")
            params.extend(values)
        return " AND ".join(parts), params

    def count(self) -> int:
        """How many match, up to a little over the exact limit."""
        if self.query.asks_nothing:
            return 0
        where, params = self.where()
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {self.match.source} WHERE {where} LIMIT {EXACT + 1}) found"  # noqa: S608  as in _listed_rows
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchone()[0]


def _match_rows(query: Query) -> engines.Match:
    return engines.current().match(query) if query.all or query.none else engines.Match()


def _placeholders(values: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(values))


def _without_nulls(value: str) -> str:
    return str(value).replace("\0", "")


def _of_these_kinds(kinds: Sequence[str]) -> Q:
    return Q(kind__in=kinds) if kinds else Q()


def compile_condition(condition: Q) -> tuple[str, list[Any]]:
    """A condition over the columns of the row, as SQL. The rule of who sees what is thus written once, in Django."""
    query = SearchDoc.objects.filter(condition).query
    try:
        sql, params = query.where.as_sql(query.get_compiler(connection=connection), connection)
    except EmptyResultSet:
        return "1 = 0", []
    except FullResultSet:
        return "1 = 1", []
    assert sum(map(bool, query.alias_refcount.values())) <= 1, "the condition must not need another table"  # noqa: S101  programming error
    return sql, list(params)


def _answer_from(asked: _Asked, facets: Sequence[str], order: str, page: int, per_page: int) -> Results:
    def read(page: int) -> list[Any]:
        return (
            _listed_rows(asked, order, page, per_page)
            if asked.query.is_blank
            else _ranked_rows(asked, order, page, per_page)
        )

    if asked.query.asks_nothing:
        return Results(
            asked.query.text, [], 0, False, {name: [] for name in facets}, asked.query, 1, per_page, asked.filters
        )
    page = max(1, page)
    if not asked.query.is_blank:
        page = min(page, ceil(EXACT / per_page))
    rows = read(page)
    if not rows and page > 1:  # beyond the end: show the last page
        first = read(1)
        page = ceil(first[0].total / per_page) if first else 1
        rows = read(page) if page > 1 else first
    total = rows[0].total if rows else 0
    more = not asked.query.is_blank and total > EXACT
    return Results(
        text=asked.query.text,
        hits=_build_hits(rows, asked),
        total=EXACT if more else total,
        more=more,
        facets=_count_facets(asked, facets) if rows or asked.filters else {name: [] for name in facets},
        query=asked.query,
        page=page,
        per_page=per_page,
        filters=asked.filters,
    )


def _listed_rows(asked: _Asked, order: str, page: int, per_page: int) -> list[Any]:
    """Everything, newest first where no other order is asked for, with its exact number."""
    where, params = asked.where()
    by = asked.first + ORDERS.get(order, ORDERS["newest"])
    sql = f"""
        SELECT {_COLUMNS}, t.abstract AS abstract, t.body AS body, g.name AS group_name, p.total AS total
        FROM (
            SELECT id, (SELECT count(*) FROM {_DOC} WHERE {where}) AS total
            FROM {_DOC} WHERE {where} ORDER BY {by.format(row="")} LIMIT %s OFFSET %s
        ) p
        JOIN search_searchdoc d ON d.id = p.id
        JOIN search_searchtext t ON t.doc_id = d.id
        LEFT JOIN organisations_group g ON g.id = d.group_id
        ORDER BY {by.format(row="d.")}
    """  # noqa: S608  only conditions that were compiled, all values are parameters
    return list(SearchDoc.objects.raw(sql, [*params, *params, per_page, (page - 1) * per_page]))


def _ranked_rows(asked: _Asked, order: str, page: int, per_page: int) -> list[Any]:
    """What matches: text score times rank, and how many there are."""
    where, params = asked.where()
    match = asked.match
    is_ranked = order not in ORDERS and bool(asked.query.all)
    by = "{row}score DESC, {row}at DESC, {row}id DESC" if is_ranked else ORDERS.get(order, ORDERS["newest"])
    by = asked.first + by
    sql = f"""
        WITH h AS (
            SELECT {_DOC}.id AS id, {_DOC}.at AS at, {_DOC}.title AS title, {_DOC}.group_id AS group_id,
                ({match.score}) * (1 + {_DOC}.rank / 500.0) AS score
            FROM {match.source} WHERE {where}
            ORDER BY {asked.first.format(row=f"{_DOC}.")}{_DOC}.rank DESC, {_DOC}.id DESC LIMIT {RANKED}
        )
        SELECT {_COLUMNS}, t.abstract AS abstract, t.body AS body, g.name AS group_name, p.total AS total
        FROM (SELECT h.*, (SELECT count(*) FROM h) AS total FROM h ORDER BY {by.format(row="")} LIMIT %s OFFSET %s) p
        JOIN search_searchdoc d ON d.id = p.id
        JOIN search_searchtext t ON t.doc_id = d.id
        LEFT JOIN organisations_group g ON g.id = d.group_id
        ORDER BY {by.format(row="p.")}
    """  # noqa: S608  only conditions that were compiled, all values are parameters
    return list(SearchDoc.objects.raw(sql, [*match.score_params, *params, per_page, (page - 1) * per_page]))


def _count_facets(asked: _Asked, names: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """How many there are of each value, under all filters but the facet’s own, the most frequent first."""
    if not names:
        return {}
    where, params = asked.where(filtered=False)
    values = ", ".join(f"{FACETS[name]} AS f_{name}" for name in dict.fromkeys([*names, *asked.filters]))
    group = _GROUP if "group" in (*names, *asked.filters) else ""
    counts = []
    for name in names:
        conditions = [f"f_{name} <> ''"]
        for other, chosen in asked.filters.items():
            if other != name:
                conditions.append(f"f_{other} IN ({_placeholders(chosen)})")
                params.extend(chosen)
        narrowed = " AND ".join(conditions)
        counts.append(f"SELECT '{name}', f_{name}, count(*) FROM found WHERE {narrowed} GROUP BY f_{name}")  # noqa: S608
    sql = (
        f"WITH found AS (SELECT {values} FROM {asked.match.source} {group} WHERE {where}) {' UNION ALL '.join(counts)}"  # noqa: S608
    )
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for name, value, number in cursor.fetchall():
            found[name].append((value, number))
    for name, counted in found.items():
        if name == "year":
            counted.sort(reverse=True)
        else:
            counted.sort(key=lambda each: (-each[1], each[0].casefold(), each[0]))
    return found


def _build_hits(rows: Iterable[Any], asked: _Asked) -> list[Hit]:
    rows = list(rows)
    highlighter = Highlighter(asked.query.all)
    pages = things.urls([Ref(row.kind, row.ident) for row in rows], asked.membership.organisation.slug)
    return [
        Hit(
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
