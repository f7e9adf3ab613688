"""What an engine has to offer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from search.analyser import Analysed
from search.query import Query


@dataclass(frozen=True)
class Match:
    """How rows are matched, in SQL: what to select from, on which condition, and the score of a row by its text.

    ``index`` is the text index alone, without the rows, and ``key`` the column in it that holds the key of a row.
    ``weighs_rarity``: the score of a rare word is higher than that of a common one already.
    """

    source: str = '"search_searchdoc"'
    index: str = '"search_searchdoc"'
    key: str = '"search_searchdoc".id'
    where: str = "1 = 1"
    params: tuple[Any, ...] = ()
    score: str = "0"
    score_params: tuple[Any, ...] = ()
    weighs_rarity: bool = False


class Engine(Protocol):
    """The text index of one kind of database."""

    def write(self, rows: Iterable[tuple[int, Analysed]]) -> None:
        """Keep these words for these rows, in place of what was kept; in the caller’s transaction."""

    def add(self, rows: Iterable[tuple[int, tuple[str, str, str], Analysed]]) -> None:
        """Keep the texts (tags, abstract, body) and words of rows that have neither yet, in few statements."""

    def match(self, query: Query) -> Match:
        """The match of a query that asks for, or shuts out, at least one term."""

    def faults(self) -> list[str]:
        """What is wrong between the rows and the text index, in sentences; empty when all is well."""

    def tidy(self) -> None:
        """After many changes: bring the index and the planner’s statistics in order."""
