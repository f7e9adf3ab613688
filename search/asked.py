"""One question to the index put as SQL: what this member may see and what they asked for, as conditions over rows.

The rule of who sees what is written once, in Django (``organisations.visibility``), and compiled here.
"""

from collections.abc import Container, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast

from organisations.models import Group, Membership
from organisations.visibility import audiences_for, circles_of, parts_within_reach, shared_with, within_reach
from search import engines
from search.models import DocCount, SearchDoc
from search.query import Query

Sql = tuple[str, list[Any]]

DOC = '"search_searchdoc"'
# What can be filtered by and counted: name → its column. The group is known by its name.
FACETS = {
    "kind": "kind",
    "state": "state",
    "subkind": "subkind",
    "source": "source",
    "year": "year",
    "group": "group_id",
}


NO_YEAR = "-1"
# So many groups are read each by itself, in the order of the list; more of them together.
MOST_APART = 24


class Part(NamedTuple):
    """Rows of a list that are read by themselves, in its order. ``later``: behind all of what comes first. ``few``: so
    few that they are found first and put in order then."""

    where: Sql
    later: bool
    few: bool = False


class Asked:
    """One question: the words, whose it is, which kinds, what is chosen in the filters, and what narrows it besides.
    ``near``: what belongs to these groups comes first."""

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
        self.near = frozenset(map(int, near))
        self.filters = {name: tuple(map(_without_nulls, chosen)) for name, chosen in filters.items() if chosen}
        if "year" in self.filters:
            self.filters["year"] = tuple(map(_year_of, self.filters["year"]))
        self.is_narrowed = bool(narrowed)
        self.narrowed = narrowed & (Q(kind__in=self.kinds) if self.kinds else Q())
        self.query = query
        self.match = _match_rows(query)

    def with_query(self, query: Query, *, filtered: bool = True) -> "Asked":
        """The same question with other words, or without the filters."""
        other = copy(self)
        other.query, other.match = query, _match_rows(query)
        if not filtered:
            other.filters = {}
        return other

    @cached_property
    def circles(self) -> list[int]:
        """The member’s groups. One query."""
        return circles_of(self.membership)

    @cached_property
    def newest(self) -> int:
        """The key of the newest thing, where the engine looks back from it. One query, also for other words."""
        return engines.current().newest()

    @cached_property
    def audiences(self) -> list[str]:
        """Whose things the member sees, whoever wrote them."""
        return audiences_for(self.membership, self.circles)

    @cached_property
    def groups_chosen(self) -> dict[int, bool]:
        """The groups with the names that are chosen, and whether anything that others share belongs to them. One query,
        where any are: very many organisations may have a “Ward 6”."""
        names = self.filters.get("group")
        if not names:
            return {}
        here = DocCount.objects.filter(audience__in=self.audiences, within="", name="group")
        here = here.filter(value=Cast(OuterRef("pk"), CharField()), **{"kind__in": self.kinds} if self.kinds else {})
        groups = Group.objects.filter(name__in=names).annotate(is_there=Exists(here)).order_by("pk")
        return dict(groups.values_list("pk", "is_there"))

    def values_of(self, name: str) -> list[str]:
        """What is chosen in one filter, as it is counted."""
        return [str(key) for key in self.groups_chosen] if name == "group" else list(self.filters[name])

    def scope(self) -> Sql:
        """What the member may see of the kinds."""
        return compile_condition(within_reach(self.membership) & self.narrowed)

    def where(self, *, filtered: bool = True) -> Sql:
        """The whole condition: the words, what the member may see, the kinds, and the chosen filters."""
        parts = [(self.match.where, list(self.match.params)), self.scope()]
        if filtered:
            parts.append(self.chosen(f"{DOC}."))
        return every(parts)

    def chosen(self, row: str, *, but: str = "", only: Container[str] = FACETS) -> Sql:
        """The chosen filters over the columns of ``row``, an alias with a full stop, without one of them."""
        chosen = [(name, values) for name, values in self.filters.items() if name != but and name in only]
        return every([self._choice(row, name, values) for name, values in chosen])

    def _choice(self, row: str, name: str, values: Sequence[Any]) -> Sql:
        if name == "group":
            values = list(self.groups_chosen)
        elif name == "year":
            values = [int(value) for value in values]
        return f"{row}{FACETS[name]} IN ({placeholders(values)})" if values else "1 = 0", list(values)

    def first_by(self, row: str) -> str:
        """The beginning of an order: what comes first. Whole numbers, so that nothing of them has to be a parameter."""
        groups = ", ".join(map(str, sorted(self.near)))
        return f"CASE WHEN {row}group_id IN ({groups}) THEN 0 ELSE 1 END, " if groups else ""

    def parts(self) -> list[Part]:
        """What the member may see under the filters, in parts that have no row in common, each of which an index has in
        the order of the list: where groups are chosen or come first, each of them by itself."""
        shared, own = parts_within_reach(self.membership, self.circles)
        chosen = [key for key, is_there in self.groups_chosen.items() if is_there]
        circles = [key for key in self.circles if key in chosen] if "group" in self.filters else self.circles
        found = [(part & among, later, False) for part in shared for among, later in self._split(chosen)]
        found += [(shared_with(groups), later, False) for groups, later in self._apart(circles)]
        found += [(own & among, later, True) for among, later in self._split([*self.groups_chosen], most=0)]
        rest = self.chosen(f"{DOC}.", but="group")
        compiled = [(compile_condition(part & self.narrowed), later, few) for part, later, few in found]
        return [Part(every([where, rest]), later, few) for where, later, few in compiled if where[0] != "1 = 0"]

    def _split(self, chosen: Sequence[int], most: int = MOST_APART) -> list[tuple[Q, bool]]:
        """Conditions on the group: one for each that is chosen, or for each that comes first, and one for the rest."""
        if "group" in self.filters:
            return [(Q(group_id__in=groups), later) for groups, later in self._apart(chosen, most)]
        if not self.near:
            return [(Q(), False)]
        first = [(Q(group_id__in=groups), False) for groups, _ in self._apart(sorted(self.near), most)]
        return [*first, (~Q(group_id__in=sorted(self.near)), True)]

    def _apart(self, groups: Sequence[int], most: int = MOST_APART) -> list[tuple[list[int], bool]]:
        """Each group by itself, and whether it comes later; of very many those that come first, and the others."""
        first = [key for key in groups if key in self.near]
        others = [key for key in groups if key not in self.near]
        if len(groups) > most:
            return [(some, later) for some, later in ((first, False), (others, bool(self.near))) if some]
        return [*(([key], False) for key in first), *(([key], bool(self.near)) for key in others)]

    def own(self) -> Sql:
        """The part of it that one sees only because one wrote it."""
        return compile_condition(parts_within_reach(self.membership, self.circles)[1] & self.narrowed)


def every(parts: Sequence[Sql]) -> Sql:
    """All of the conditions."""
    return " AND ".join(f"({sql})" for sql, _ in parts) or "1 = 1", [value for _, params in parts for value in params]


def compile_condition(condition: Q) -> Sql:
    """A condition over the columns of the row, as SQL."""
    query = SearchDoc.objects.filter(condition).query
    try:
        sql, params = query.where.as_sql(query.get_compiler(connection=connection), connection)
    except EmptyResultSet:
        return "1 = 0", []
    except FullResultSet:
        return "1 = 1", []
    assert sum(map(bool, query.alias_refcount.values())) <= 1, "the condition must not need another table"  # noqa: S101  programming error
    return sql, list(params)


def placeholders(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _match_rows(query: Query) -> engines.Match:
    return engines.current().match(query) if query.all or query.none else engines.Match()


def _year_of(value: str) -> str:
    """A year as it is counted. What is none, and nought, which stands for no year at all, is a year of nothing."""
    is_year = value.isascii() and value.isdigit() and len(value) < 9 and int(value) > 0
    return str(int(value)) if is_year else NO_YEAR


def _without_nulls(value: str) -> str:
    return str(value).replace("\0", "")
