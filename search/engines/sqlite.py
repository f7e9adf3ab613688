"""SQLite: an FTS5 table beside the rows. It is given stems, so its tokenizer has nothing to do but split at spaces.

The tokenizer ``ascii`` counts every letter beyond ASCII as part of a word, whatever the age of SQLite’s Unicode tables.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from search.engines.base import EXACT, Match, Words
from search.query import Query, Term

# CROSS JOIN keeps the text index as the outer loop; the rows are then looked up by key.
SOURCE = 'search_fts CROSS JOIN "search_searchdoc" ON "search_searchdoc".id = search_fts.rowid'
# Title, tags, abstract, body.
SCORE = "-bm25(search_fts, 8.0, 4.0, 2.0, 1.0)"

# The index is read from its end, and no further than needed.
NEWEST = "ORDER BY {} DESC"
MOST = 2 * EXACT


class Engine:
    """FTS5."""

    def write(self, rows: Iterable[Words]) -> None:
        rows = list(rows)
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM search_fts WHERE rowid = %s", [(row.key,) for row in rows])
            cursor.executemany(
                "INSERT INTO search_fts (rowid, title, tags, abstract, body) VALUES (%s, %s, %s, %s, %s)",
                [(row.key, *_fields_of(row)) for row in rows],
            )

    def add(self, rows: Iterable[tuple[Words, tuple[str, str, str]]]) -> None:
        rows = list(rows)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_searchtext (doc_id, tags, abstract, body) VALUES (%s, %s, %s, %s)",
                [(row.key, *texts) for row, texts in rows],
            )
        self.write(row for row, _ in rows)

    def match(self, query: Query, *, marks: Sequence[Sequence[str]] = (), keys: range | None = None) -> Match:
        wanted = (" OR " if query.any_word else " AND ").join(map(_compile_term, query.all))
        unwanted = " OR ".join(map(_compile_term, query.none))
        if not wanted:  # FTS5 cannot begin with NOT
            others = '"search_searchdoc".id NOT IN (SELECT rowid FROM search_fts WHERE search_fts MATCH %s)'
            return Match(where=others, params=(unwanted,), order=NEWEST.format('"search_searchdoc".id'), most=MOST)
        asked = f"({wanted}) NOT ({unwanted})" if unwanted else wanted
        for some in marks:
            asked = f"({asked}) AND tags : ({' OR '.join(map(_quoted, some))})"
        return Match(
            SOURCE, "search_fts", "search_fts.rowid", "search_fts MATCH %s", (asked,), SCORE, (), weighs_rarity=True,
            order=NEWEST.format("search_fts.rowid"), most=MOST,
        )  # fmt: skip

    def newest(self) -> int:
        return 0

    def row_fits(self, query: Query, key: str) -> tuple[str, list[Any]]:
        match = self.match(query)
        if not query.all:
            return match.where.replace('"search_searchdoc".id', key), list(match.params)
        return f"EXISTS (SELECT 1 FROM search_fts WHERE {match.where} AND search_fts.rowid = {key})", [*match.params]  # noqa: S608  constants

    def faults(self) -> list[str]:
        checks = (
            (
                "SELECT count(*) FROM search_searchdoc WHERE id NOT IN (SELECT rowid FROM search_fts)",
                "{} rows have no words in the text index.",
            ),
            (
                "SELECT count(*) FROM search_fts WHERE rowid NOT IN (SELECT id FROM search_searchdoc)",
                "{} entries of the text index belong to no row.",
            ),
            (
                "SELECT 1 - count(*) FROM sqlite_master WHERE type = 'trigger' AND name = 'search_fts_drop'",
                "The trigger that clears the text index is gone.",
            ),
            (
                "SELECT 3 - count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search_count_%'",
                "{} triggers that count the rows are gone.",
            ),
        )
        found = []
        with connection.cursor() as cursor:
            for sql, sentence in checks:
                cursor.execute(sql)
                if count := cursor.fetchone()[0]:
                    found.append(sentence.format(count))
        return found

    def tidy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_fts WHERE rowid NOT IN (SELECT id FROM search_searchdoc)")
            cursor.execute("INSERT INTO search_fts (search_fts) VALUES ('optimize')")
            cursor.execute("ANALYZE")


def _quoted(word: str) -> str:
    return f'"{word}"'


def _fields_of(row: Words) -> tuple[str, str, str, str]:
    """The words of each field; whose the row is stands behind its tags."""
    title, tags, abstract, body = (" ".join(field) for field in row.words.fields)
    return title, " ".join(filter(None, (tags, *row.marks))), abstract, body


def _compile_term(term: Term) -> str:
    """A term in FTS5’s language. Stems hold no quotes, and in quotes nothing is an operator."""
    asked = [f'"{" ".join(stems)}"' for stems in (term.stems, *term.others)]
    return f"{asked[0]} *" if term.prefix else f"({' OR '.join(asked)})"
