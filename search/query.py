"""Understanding what somebody typed: words, “phrases”, -minus, begin*. No Django in this module.

Whatever is typed becomes a ``Query`` of stems; no character of it reaches a database as syntax.
"""

import itertools
import re
from dataclasses import dataclass, field, replace
from hashlib import sha256

from search import abbreviations
from search.analyser import STOP_WORDS, Analysed, chunks, pieces, stem

MAX_CHARACTERS = 2_000
MAX_TERMS = 24
# Words that may be two, by their length, and how many parts of one word with hyphens are joined.
LEAST_JOINED, MOST_JOINED, MOST_PARTS = 4, 24, 4
_QUOTES = str.maketrans("“”„‟«»＂", '"""""""')
# A comma or full stop between figures belongs to the number.
_PART = re.compile(r'(?P<minus>(?<!\S)[-−]+(?=[^\s-]))?(?:"(?P<phrase>[^"]*)"|(?P<word>(?:[^\s"/,;|]|,(?=\d))+))')


@dataclass(frozen=True)
class Typed:
    """One word as it was typed, and where, so that a correction can take its place."""

    start: int
    end: int
    word: str


@dataclass(frozen=True)
class Term:
    """One thing to look for: a word, or several that follow each other. ``prefix``: words that begin so.

    ``text`` is how it was typed, for people to read.
    """

    stems: tuple[str, ...]
    prefix: bool = False
    text: str = ""
    typed: tuple[Typed, ...] = ()
    # The same said otherwise: “handover” for “hand-over”, “after action review” for “AAR”, and the reverse. One of them
    # is enough.
    others: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Query:
    """All of ``all`` and none of ``none``. ``text`` is what was typed, ``cut`` that it was too long to use whole.

    With ``any_word`` one of ``all`` is enough.
    """

    text: str
    all: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    cut: bool = False
    any_word: bool = False
    # The abbreviations with which it was read, for reading a corrected text.
    table: abbreviations.Table | None = field(default=None, compare=False, repr=False)

    @property
    def loosened(self) -> "Query | None":
        """The same, where any of the words is enough; None where that asks nothing else."""
        return replace(self, any_word=True) if len(self.all) > 1 and not self.any_word else None

    @property
    def is_blank(self) -> bool:
        """Nothing was typed: list everything."""
        return not self.text.strip()

    @property
    def asks_nothing(self) -> bool:
        """Something was typed, but no letter or figure in it."""
        return not self.is_blank and not self.all and not self.none

    @property
    def words(self) -> tuple[str, ...]:
        """What is looked for, for people to read."""
        return tuple(term.text for term in self.all) + tuple(f"-{term.text}" for term in self.none)


def parse(text: str, table: abbreviations.Table | None = None) -> Query:
    """Read what was typed. Never refuses anything: what makes no sense is left out. ``table``: the abbreviations of an
    organisation; without one, those that ship."""
    whole = text
    table = table or abbreviations.table()
    text = text[:MAX_CHARACTERS].translate(_QUOTES)
    wanted: list[Term] = []
    common: list[Term] = []
    unwanted: list[Term] = []
    row: list[Term] = []
    for part in _PART.finditer(text):
        if len(wanted) + len(common) + len(unwanted) == MAX_TERMS:
            wanted = _with_abbreviations(_with_neighbours(wanted or common), row, table)
            return Query(whole, _unique_terms(wanted), _unique_terms(unwanted), cut=True, table=table)
        quoted = part["phrase"] is not None
        term = _parse_term(text, *part.span("phrase" if quoted else "word"), quoted=quoted, table=table)
        if term is None:
            continue
        row.append(term)
        if part["minus"]:
            unwanted.append(term)
        elif not quoted and len(term.stems) == 1 and not term.prefix and term.typed[0].word in STOP_WORDS:
            common.append(term)
        else:
            wanted.append(term)
    if not wanted and not unwanted:
        wanted = common
    wanted = _with_abbreviations(_with_neighbours(wanted), row, table)
    was_cut = len(whole) > MAX_CHARACTERS
    return Query(whole, _unique_terms(wanted), _unique_terms(unwanted), cut=was_cut, table=table)


def key_of_words(query: Query) -> str:
    """Fingerprint of what is asked for: the same in another order, form or spelling of its words."""
    wanted = sorted(" ".join(term.stems) + "*" * term.prefix for term in query.all)
    unwanted = sorted(" ".join(term.stems) + "*" * term.prefix for term in query.none)
    return sha256(repr((wanted, unwanted)).encode()).hexdigest()


def matches(query: Query, words: Analysed) -> bool:
    """Whether one thing has what is asked for: what both engines say of it, without asking the index."""
    if query.asks_nothing:
        return False
    enough = any if query.any_word and query.all else all
    return enough(_stands_in(term, words) for term in query.all) and not any(
        _stands_in(term, words) for term in query.none
    )


def _stands_in(term: Term, words: Analysed) -> bool:
    if term.prefix:
        return any(word.startswith(term.stems[0]) for field in words.fields for word in field)
    return any(_runs_in(run, field) for run in (term.stems, *term.others) for field in words.fields)


def _runs_in(run: tuple[str, ...], field: list[str]) -> bool:
    return any(tuple(field[at : at + len(run)]) == run for at, word in enumerate(field) if word == run[0])


def _parse_term(text: str, start: int, end: int, *, quoted: bool, table: abbreviations.Table) -> Term | None:
    typed: list[Typed] = []
    for chunk in chunks(text[start:end]):
        for piece in pieces(chunk[0]):
            typed.append(Typed(start + chunk.start(), start + chunk.end(), piece))
    if not typed:
        return None
    typed = typed[:MAX_TERMS]
    words = text[start:end].replace("\0", "").strip()
    if not quoted and words.endswith("*") and len(typed) == 1 and len(typed[0].word) > 1:
        word = typed[0].word
        # The index holds stems: begin with the stem where it is shorter, so that connecting* finds connection.
        shorter = stem(word)
        begin = shorter if len(shorter) > 3 and word.startswith(shorter) else word
        return Term((begin,), prefix=True, text=words, typed=tuple(typed))
    found = tuple(stem(each.word) for each in typed)
    others = () if quoted else _spelt_otherwise([each.word for each in typed])
    if not quoted:
        others += table.meant_by(found, words)
    return Term(found, text=f"“{words}”" if quoted else words, typed=tuple(typed), others=others)


def _spelt_otherwise(words: list[str]) -> tuple[tuple[str, ...], ...]:
    """One word for several (“hand-over”), several for one (“handover”, “covid19”): as stems in the index."""
    if len(words) > 1:
        return ((stem("".join(words)),),) if len(words) <= MOST_PARTS and words[0] not in STOP_WORDS else ()
    word = words[0]
    if parts := re.fullmatch(r"([^\W\d_]{2,})(\d+)", word):
        return ((stem(parts[1]), stem(parts[2])),)
    if not (word.isascii() and word.isalpha()) or not LEAST_JOINED <= len(word) <= MOST_JOINED:
        return ()
    cuts = ((word[:at], word[at:]) for at in range(1, len(word) - 1))
    return tuple((stem(first), stem(rest)) for first, rest in cuts if _may_stand_alone(first, rest))


def _may_stand_alone(first: str, rest: str) -> bool:
    """Whether two halves could be words: “the rapist” is not what somebody means who types “therapist”."""
    return first not in STOP_WORDS - {"in", "on", "by", "as"} and rest not in STOP_WORDS


def _with_neighbours(terms: list[Term]) -> list[Term]:
    """Two words that follow each other may stand as one: “hand over” finds “handover”.

    Each of the two may be said by the joined word, so that either both of them stand there or it does.
    """
    found = list(terms)
    for at, (one, next_one) in enumerate(itertools.pairwise(terms)):
        if all(len(term.typed) == 1 and not term.prefix and not term.text.startswith("“") for term in (one, next_one)):
            joined = (stem(one.typed[0].word + next_one.typed[0].word),)
            found[at] = replace(found[at], others=(*found[at].others, joined))
            found[at + 1] = replace(found[at + 1], others=(*found[at + 1].others, joined))
    return found


def _with_abbreviations(terms: list[Term], row: list[Term], table: abbreviations.Table) -> list[Term]:
    """What is written out may stand there for short: “after action review” finds “AAR”.

    ``row`` is all that was typed, in its order and with the common words, as “to take out” has one.
    """
    shortened = table.shortened
    said: dict[int, tuple[tuple[str, ...], ...]] = {}
    for first in range(len(row)):
        for last in range(first, min(first + abbreviations.MOST_WORDS, len(row))):
            run = row[first : last + 1]
            if any(term.prefix or term.text.startswith("“") for term in run):
                break
            for short in shortened.get(tuple(word for term in run for word in term.stems), ()):
                for term in run:
                    start = term.typed[0].start
                    said[start] = (*said.get(start, ()), short)
    return [replace(term, others=(*term.others, *said.get(term.typed[0].start, ()))) for term in terms]


def _unique_terms(terms: list[Term]) -> tuple[Term, ...]:
    kept: dict[tuple[tuple[str, ...], bool], Term] = {}
    for term in terms:
        kept.setdefault((term.stems, term.prefix), term)
    return tuple(kept.values())
