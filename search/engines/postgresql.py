"""PostgreSQL: a ``tsvector`` beside the texts, with an inverted index.

The vector is written out here, word by word with its places, instead of being parsed by PostgreSQL, which would split
and keep words differently from the other database.
"""

from collections.abc import Iterable

from django.db import connection

from kmportal.lib.bulk import copy_in
from search.analyser import Analysed
from search.engines.base import Match
from search.query import Query, Term

SOURCE = 'search_searchtext matched JOIN "search_searchdoc" ON "search_searchdoc".id = matched.doc_id'
INDEX = "search_searchtext matched"
# Weights of D, C, B, A: body, abstract, tags, title. 1: long texts count a little less.
SCORE = "ts_rank('{0.1, 0.2, 0.4, 1.0}', matched.tsv, %s::tsquery, 1)"


class Engine:
    """tsvector and GIN."""

    def write(self, rows: Iterable[tuple[int, Analysed]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE search_searchtext SET tsv = %s::tsvector WHERE doc_id = %s",
                [(_vector_of(words), ident) for ident, words in rows],
            )

    def add(self, rows: Iterable[tuple[int, tuple[str, str, str], Analysed]]) -> None:
        copy_in(
            "search_searchtext",
            ("doc_id", "tags", "abstract", "body", "tsv"),
            ((ident, *texts, _vector_of(words)) for ident, texts, words in rows),
        )

    def match(self, query: Query) -> Match:
        wanted = (" | " if query.any_word else " & ").join(map(_compile_term, query.all))
        asked = " & ".join([*([f"({wanted})"] if wanted else []), *(f"!{_compile_term(term)}" for term in query.none)])
        score = SCORE if query.all else "0"
        scored = (asked,) if query.all else ()
        return Match(SOURCE, INDEX, "matched.doc_id", "matched.tsv @@ %s::tsquery", (asked,), score, scored)

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
            cursor.execute("ANALYZE search_searchdoc, search_searchtext, search_word")


def _vector_of(words: Analysed) -> str:
    """The vector as PostgreSQL writes it. A gap between fields keeps a phrase from reaching across."""
    places: dict[str, str] = {}
    place = 0
    for weight, field in zip("ABCD", words.fields, strict=True):
        for at, word in enumerate(field, start=place + 1):
            before = places.get(word)
            places[word] = f"{at}{weight}" if before is None else f"{before},{at}{weight}"
        place += len(field) + 1
    return " ".join([f"'{word}':{found}" for word, found in places.items()])


def _compile_term(term: Term) -> str:
    """A term in PostgreSQL’s language. Stems hold no quotes, and in quotes nothing is an operator."""
    asked = [" <-> ".join(f"'{word}'" for word in stems) for stems in (term.stems, *term.others)]
    return f"{asked[0]}:*" if term.prefix else "(" + " | ".join(f"({one})" for one in asked) + ")"
