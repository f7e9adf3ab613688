"""Lists of everything that a member may see: a page in an order, and how many there are of each value of a filter.

Neither grows with what there is. A page is read from an index in its order, a few rows from each part of what the
member may see; the next one begins behind the last row of this one (keyset pagination). The figures come from what is
counted with each change (``search.counting``), so they are exact.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Lower

from search.asked import DOC, FACETS, Asked, Part, Sql, every, placeholders
from search.models import SearchDoc

Facets = dict[str, list[tuple[str, int]]]
# The columns of what is counted, and of a row.
_COUNTED = "kind, state, name, value, within, number"
_ROW = "kind, state, subkind, source, coalesce(year, 0) AS year, coalesce(group_id, 0) AS group_id"


@dataclass(frozen=True)
class Order:
    """An order of a list: by a value of the row, and by its key where that is the same."""

    value: str
    falls: bool = False

    def by(self, row: str = "", *, backwards: bool = False) -> str:
        way = "DESC" if self.falls != backwards else "ASC"
        return f"{self.value.format(row=row)} {way}, {row}id {way}"

    def behind(self, key: int, asked: Asked, *, backwards: bool) -> list[Part]:
        """The part of each part that is behind a row, or before it; nothing where the member sees no such row."""
        sorts_by = Lower("title") if self.value.startswith("lower") else F("at")
        rows = SearchDoc.objects.visible_to(asked.membership).filter(pk=key)
        found = rows.annotate(sorts_by=sorts_by).values_list("sorts_by", "group_id").first()
        if found is None:
            return []
        value, group = found
        value = connection.ops.adapt_datetimefield_value(value) if self.value == "{row}at" else value
        sign = "<" if self.falls != backwards else ">"
        beside: Sql = f"({self.value.format(row=f'{DOC}.')}, {DOC}.id) {sign} (%s, %s)", [value, key]
        is_later = bool(asked.near) and group not in asked.near
        same = [part._replace(where=every([part.where, beside])) for part in asked.parts() if part.later == is_later]
        others = [part for part in asked.parts() if part.later != is_later]
        # What comes first lies all before what comes later, and the other way round.
        return [*same, *others] if is_later == backwards else same


_ALL = 10**9
# The orders of a list beside “best”.
ORDERS = {"newest": Order("{row}at", falls=True), "oldest": Order("{row}at"), "title": Order("lower({row}title)")}


@dataclass(frozen=True)
class Place:
    """Which page of a list: its number, and the key of the row that it follows or goes before, where one is known."""

    page: int
    per_page: int
    after: int = 0
    before: int = 0


def count(asked: Asked, names: Sequence[str]) -> tuple[int, Facets]:
    """How many there are under all filters; and of each value, under all filters but the facet’s own. One query."""
    sql, params = _counted(asked, names) or _counts_of_rows(asked, names)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return sorted_counts(names, cursor.fetchall())


def counts_of(asked: Asked, names: Sequence[str], found: str = "found") -> Sql:
    """Counts of rows with the columns of a facet and a ``number``: name, value and number. The row without a name is
    the total."""
    where, params = asked.chosen("")
    parts = [f"SELECT '' AS name, '' AS value, sum(number) AS number FROM {found} WHERE {where}"]  # noqa: S608  compiled
    for name in names:
        column = FACETS[name]
        where, values = asked.chosen(f"{found}.", but=name)
        params += values
        rows, value, some = found, f"{found}.{column}", f"{found}.{column} <> ''"
        if name == "group":
            rows, value = f"{found} JOIN organisations_group g ON g.id = {found}.group_id", "g.name"
            some = f"{found}.group_id <> 0"
        elif name == "year":
            value, some = f"CAST({found}.year AS text)", f"{found}.year <> 0"
        parts.append(
            f"SELECT '{name}', {value}, sum(number) FROM {rows} WHERE {some} AND {where} "  # noqa: S608  the same
            f"GROUP BY {value} HAVING sum(number) > 0"
        )
    return " UNION ALL ".join(parts), params


def sorted_counts(names: Sequence[str], rows: Sequence[tuple[str, str, Any]]) -> tuple[int, Facets]:
    """The most frequent value first, the latest year."""
    total, sums = 0, {name: Counter[str]() for name in names}
    for name, value, number in rows:
        if name:
            sums[name][value] += int(number)
        else:
            total += int(number or 0)
    facets = {name: list(counted.items()) for name, counted in sums.items()}
    for name, counted in facets.items():
        if name == "year":
            counted.sort(reverse=True)
        else:
            counted.sort(key=lambda each: (-each[1], each[0].casefold(), each[0]))
    return total, facets


def _counted(asked: Asked, names: Sequence[str]) -> Sql | None:
    """The counts of ``DocCount`` for what others share, and of the rows for what one sees only because one wrote it.
    None where that is not enough: two filters besides kind and state, or something that is not counted."""
    filters = [name for name in asked.filters if name not in ("kind", "state")]
    if len(filters) > 1 or asked.is_narrowed:
        return None
    kinds = every([_among("kind", asked.kinds)] if asked.kinds else [])
    read: list[Sql] = [("within = ''", [])]
    # All that the filters leave, in the rows that were read; and of each facet those with its values.
    everything: Sql = ("found.name = ''", [])
    values_of = dict.fromkeys(names, "found.within = ''")
    if filters:
        [name] = filters
        read = [
            (f"within = '' AND name = '{name}'", []),
            every([(f"within = '{name}'", []), _among("within_value", asked.values_of(name))]),
        ]
        everything = every([("found.within = ''", []), _among("found.value", asked.values_of(name))])
        values_of = {each: f"found.within = '{'' if each == name else name}'" for each in names}
    parts = [_sum_of("", "''", everything, asked)]
    for each in names:
        if each in ("kind", "state"):
            parts.append(_sum_of(each, f"found.{each}", everything, asked))
        else:
            parts.append(_sum_of(each, "found.value", (f"{values_of[each]} AND found.name = '{each}'", []), asked))
    own_where, own_params = asked.own()
    own_sql, own_values = counts_of(asked, names, "own")
    rows = [every([_among("audience", asked.audiences), kinds, each]) for each in read]
    found = " UNION ALL ".join(f"SELECT {_COUNTED} FROM search_doccount WHERE {where}" for where, _ in rows)  # noqa: S608
    sums = " UNION ALL ".join(sql for sql, _ in parts)
    sql = f"""
        WITH found AS ({found}), own AS (SELECT {_ROW}, 1 AS number FROM {DOC} WHERE {own_where})
        {sums} UNION ALL {own_sql}
    """  # noqa: S608  only what was compiled
    return sql, [*_values_in(rows), *own_params, *_values_in(parts), *own_values]


def _values_in(parts: Sequence[Sql]) -> list[Any]:
    return [value for _, values in parts for value in values]


def _among(column: str, values: Sequence[str]) -> Sql:
    return f"{column} IN ({placeholders(values)})" if values else "1 = 0", list(values)


def _sum_of(name: str, value: str, those: Sql, asked: Asked) -> Sql:
    """One facet of what is counted, or the total."""
    where, params = every([those, asked.chosen("found.", only={"kind", "state"}, but=name)])
    if name == "group":
        key = "CAST(CASE found.name WHEN 'group' THEN found.value END AS bigint)"
        rows = f"found JOIN organisations_group g ON g.id = {key}"
        value, where = "g.name", f"{where} AND found.value <> ''"
    else:
        rows, where = "found", f"{where} AND {value} <> ''" if name else where
    grouped = f"GROUP BY {value} HAVING sum(number) > 0" if name else ""
    sql = f"SELECT '{name}' AS name, {value} AS value, sum(number) AS number FROM {rows} WHERE {where} {grouped}"  # noqa: S608
    return sql, params


def _counts_of_rows(asked: Asked, names: Sequence[str]) -> Sql:
    """The rows themselves, where what narrows them is not counted."""
    where, params = asked.scope()
    narrowing = [asked.chosen(f"{DOC}.", only={name}) for name in asked.filters if name not in ("kind", "state")]
    if len(narrowing) > 1:  # each figure is under one of them at least
        where = f"({where}) AND ({' OR '.join(sql for sql, _ in narrowing)})"
        params = [*params, *(value for _, values in narrowing for value in values)]
    sql, values = counts_of(asked, names, "found")
    return f"WITH found AS (SELECT {_ROW}, 1 AS number FROM {DOC} WHERE {where}) {sql}", [*params, *values]  # noqa: S608  compiled


def page_of_keys(asked: Asked, order: Order, place: Place, total: int, *, fits: Sql = ("1 = 1", [])) -> list[int]:
    """The keys of one page of a list of ``total`` rows, in their order. ``fits`` is a condition more on each row."""
    if place.after or place.before:
        backwards = not place.after
        parts = order.behind(place.after or place.before, asked, backwards=backwards)
        found = _keys(parts, order, place.per_page, backwards=backwards, fits=fits)
        if len(found) == place.per_page or (found and not backwards):
            return found
    parts, skipped = asked.parts(), (place.page - 1) * place.per_page
    most = max(0, min(place.per_page, total - skipped))
    if skipped > total - skipped - most:  # the end is nearer
        return _keys(parts, order, most, total - skipped - most, backwards=True, fits=fits)
    return _keys(parts, order, place.per_page, skipped, fits=fits)


def _keys(
    parts: Sequence[Part], order: Order, most: int, skipped: int = 0, *, backwards: bool = False, fits: Sql
) -> list[int]:
    """From each part as many rows as could be on the page, and of these the page."""
    if not parts or not most:
        return []
    value, by = order.value.format(row=f"{DOC}."), order.by(f"{DOC}.", backwards=backwards)
    selects: list[str] = []
    params: list[Any] = []
    for number, part in enumerate(parts):
        where, values = every([part.where, fits])
        rows = f"{DOC} WHERE {where}"
        if part.few and connection.vendor == "postgresql":  # it would walk through the whole list until it meets them
            rows = f"(SELECT * FROM {rows} LIMIT {_ALL}) {DOC}"  # noqa: S608  compiled
        selects.append(
            f"SELECT * FROM (SELECT {DOC}.id AS id, {value} AS value, {int(part.later)} AS later FROM {rows} "  # noqa: S608  compiled
            f"ORDER BY {by} LIMIT %s) part{number}"
        )
        params += [*values, skipped + most]
    way, first = "DESC" if order.falls != backwards else "ASC", "DESC" if backwards else "ASC"
    sql = f"SELECT id FROM ({' UNION ALL '.join(selects)}) found ORDER BY later {first}, value {way}, id {way}"  # noqa: S608  compiled
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s OFFSET %s", [*params, most, skipped])
        keys = [key for (key,) in cursor.fetchall()]
    return keys[::-1] if backwards else keys
