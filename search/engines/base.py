"""What an engine has to offer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from organisations.visibility import Reach
from search.analyser import Analysed
from search.query import Query

# Totals of a search are exact up to here; beyond, the page says “more than 1,000” and pages end.
EXACT = 1_000


@dataclass(frozen=True)
class Match:
    """How rows are matched, in SQL: what to select from, on which condition, and the score of a row by its text.

    ``index`` is the text index alone, without the rows, and ``key`` the column in it that holds the key of a row.
    ``weighs_rarity``: the score of a rare word is higher than that of a common one already. ``order`` makes sure that
    of more than ``most`` matches the newest are looked at.
    """

    source: str = '"search_searchdoc"'
    index: str = '"search_searchdoc"'
    key: str = '"search_searchdoc".id'
    where: str = "1 = 1"
    params: tuple[Any, ...] = ()
    score: str = "0"
    score_params: tuple[Any, ...] = ()
    weighs_rarity: bool = False
    order: str = ""
    most: int = 8 * EXACT


@dataclass(frozen=True)
class Words:
    """What the text index keeps of one row: its words, and whose it is, so that it need not be looked up for those who
    may not see it. The marks only leave out: the condition on the row itself always decides."""

    key: int
    words: Analysed
    marks: tuple[str, ...] = ()


# No letter of any language, so that no word can be one.
MARK = "§"


def marks_of(kind: str, organisation_id: int | None, reach: str, group_id: int | None) -> tuple[str, ...]:
    """What a row is, and whose: its organisation’s, the network’s, a group’s."""
    found = [f"{MARK}k{kind}", f"{MARK}o{organisation_id or 0}"]
    if reach == Reach.NETWORK:
        found.append(f"{MARK}n")
    if reach == Reach.GROUP and group_id:
        found.append(f"{MARK}g{group_id}")
    return tuple(found)


class Engine(Protocol):
    """The text index of one kind of database."""

    def write(self, rows: Iterable[Words]) -> None:
        """Keep these words for these rows, in place of what was kept; in the caller’s transaction."""

    def add(self, rows: Iterable[tuple[Words, tuple[str, str, str]]]) -> None:
        """Keep the texts (tags, abstract, body) and words of rows that have neither yet, in few statements."""

    def match(self, query: Query, *, marks: Sequence[Sequence[str]] = (), keys: range | None = None) -> Match:
        """The match of a query that asks for, or shuts out, at least one term. ``marks``: only rows with one of each
        need be looked at. ``keys``: only rows with about these keys are."""

    def newest(self) -> int:
        """The key of the newest row, where matches must be looked at in spans; nought where the index answers the
        newest first."""

    def row_fits(self, query: Query, key: str) -> tuple[str, list[Any]]:
        """The condition that a row matches, asked for one row at a time. ``key`` is the column with its key."""

    def faults(self) -> list[str]:
        """What is wrong between the rows and the text index, in sentences; empty when all is well."""

    def tidy(self) -> None:
        """After many changes: bring the index and the planner’s statistics in order."""
