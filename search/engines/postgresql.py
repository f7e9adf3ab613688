"""PostgreSQL: a ``tsvector`` beside the texts, with an inverted index.

The vector is written out here, word by word with its places, instead of being parsed by PostgreSQL, which would split
and keep words differently from the other database.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from kmportal.lib.bulk import copy_in
from search.engines.base import MARK, Match, Words
from search.query import Query, Term

# Each match looks its row up by key (OFFSET 0 keeps it so): the planner thinks that many words match far more than
# they do, and would read all rows instead.
SOURCE = (
    "search_searchtext matched CROSS JOIN LATERAL "
    '(SELECT * FROM search_searchdoc doc WHERE doc.id = matched.doc_id OFFSET 0) "search_searchdoc"'
)
INDEX = "search_searchtext matched"
# Weights of D, C, B, A: body, abstract, tags, title. 1: long texts count a little less.
SCORE = "ts_rank('{0.1, 0.2, 0.4, 1.0}', matched.tsv, %s::tsquery, 1)"

# Blocks of rows by their key, as powers of two: a word with its block finds the newest rows without reading all that
# have it. Of one size, so many are asked for at most.
_BLOCKS = {"a": 11, "b": 14, "c": 17}
_MOST_BLOCKS = 9


class Engine:
    """tsvector and GIN."""

    def write(self, rows: Iterable[Words]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE search_searchtext SET tsv = %s::tsvector WHERE doc_id = %s",
                [(_vector_of(row), row.key) for row in rows],
            )

    def add(self, rows: Iterable[tuple[Words, tuple[str, str, str]]]) -> None:
        copy_in(
            "search_searchtext",
            ("doc_id", "tags", "abstract", "body", "tsv"),
            ((row.key, *texts, _vector_of(row)) for row, texts in rows),
        )

    def match(self, query: Query, *, marks: Sequence[Sequence[str]] = (), keys: range | None = None) -> Match:
        asked = _asked(query)
        score = SCORE if query.all else "0"
        scored = (asked,) if query.all else ()
        among = [some for some in (*marks, _blocks_over(keys) if keys else ()) if some]
        found = " & ".join([asked, *("(" + " | ".join(f"'{mark}'" for mark in some) + ")" for some in among)])
        order = "" if keys else "ORDER BY matched.doc_id DESC"  # of all, the newest are looked at
        where = "matched.tsv @@ %s::tsquery"
        return Match(SOURCE, INDEX, "matched.doc_id", where, (found,), score, scored, order=order)

    def newest(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(id) FROM search_searchdoc")
            return cursor.fetchone()[0] or 0

    def row_fits(self, query: Query, key: str) -> tuple[str, list[Any]]:
        text = f"SELECT matched.tsv FROM search_searchtext matched WHERE matched.doc_id = {key}"  # noqa: S608  constants
        return f"({text}) @@ %s::tsquery", [_asked(query)]

    def faults(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM search_searchdoc d LEFT JOIN search_searchtext t ON t.doc_id = d.id "
                "WHERE t.doc_id IS NULL OR (t.tsv = '' AND d.title ~ '[[:alnum:]]')"
            )
            missing = cursor.fetchone()[0]
        return [f"{missing} rows have no words in the text index."] if missing else []

    def tidy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE search_searchdoc, search_doccount, search_searchtext, search_word")


def _asked(query: Query) -> str:
    wanted = (" | " if query.any_word else " & ").join(map(_compile_term, query.all))
    return " & ".join([*([f"({wanted})"] if wanted else []), *(f"!{_compile_term(term)}" for term in query.none)])


def _blocks_of(key: int) -> list[str]:
    """The marks of the blocks of rows that one stands in, a small, a middle and a large one."""
    return [f"{MARK}{name}{key >> bits}" for name, bits in _BLOCKS.items()]


def _blocks_over(keys: range) -> list[str]:
    """The blocks in which these rows stand: few of one size, where there are not very many."""
    for name, bits in _BLOCKS.items():
        first, last = keys.start >> bits, keys.stop >> bits
        if last - first < _MOST_BLOCKS or name == max(_BLOCKS):
            return [f"{MARK}{name}{number}" for number in range(first, last + 1)]
    raise AssertionError


def _vector_of(row: Words) -> str:
    """The vector as PostgreSQL writes it. A gap between fields keeps a phrase from reaching across."""
    places: dict[str, str] = {}
    place = 0
    for weight, field in zip("ABCD", row.words.fields, strict=True):
        for at, word in enumerate(field, start=place + 1):
            before = places.get(word)
            places[word] = f"{at}{weight}" if before is None else f"{before},{at}{weight}"
        place += len(field) + 1
    words = [f"'{word}':{found}" for word, found in places.items()]
    return " ".join([*words, *(f"'{mark}'" for mark in (*row.marks, *_blocks_of(row.key)))])


def _compile_term(term: Term) -> str:
    """A term in PostgreSQL’s language. Stems hold no quotes, and in quotes nothing is an operator."""
    asked = [" <-> ".join(f"'{word}'" for word in stems) for stems in (term.stems, *term.others)]
    return f"{asked[0]}:*" if term.prefix else "(" + " | ".join(f"({one})" for one in asked) + ")"
