"""What stands around a search: what answers it, whom else to ask, the page of those that found nothing, and
that of what words mean."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from django.urls import reverse

from kmportal.lib import things
from kmportal.lib.presses import Press
from kmportal.lib.things import Look, Pointer
from organisations.models import Membership
from search import abbreviations
from search.analyser import STOP_WORDS, chunks, pieces, stem
from search.dictionary import table_for
from search.finding import Results
from search.models import UnansweredSearch, Word
from search.policies import may_answer, words_to_keep
from search.query import key_of_words, parse
from search.things import STATES

State = UnansweredSearch.State
LONGEST_ABBREVIATION = 6


@dataclass(frozen=True)
class Answer:
    """What somebody who curates said to the same search: a thing that this reader may see, a line, or both."""

    asked: str
    pointer: Pointer | None
    words: str


def answer_to(text: str, membership: Membership) -> Answer | None:
    """What answers these words here, as far as this reader may see it. One query, and one for the thing."""
    query = parse(text)
    if query.is_blank or query.asks_nothing:
        return None
    rows = UnansweredSearch.objects.filter(organisation=membership.organisation_id)
    row = rows.filter(key=key_of_words(query)).first()
    if row is None or not row.has_answer:
        return None
    pointer = things.pointers([row.answer], membership).get(row.answer) if row.answer else None
    return Answer(text, pointer, row.answer_words) if pointer or row.answer_words else None


@dataclass(frozen=True)
class AskInstead:
    """Where a search did not find what was typed: whom to ask. ``may_keep``: its words may be kept for the librarian.
    ``is_kept``: they were, because nothing at all was found.
    """

    text: str
    may_keep: bool
    is_kept: bool = False


def ask_instead(results: Results, *, narrowed: bool = False) -> AskInstead | None:
    """Nothing has all the words that were typed. Filters are no reason: without them there may be something."""
    if narrowed or results.page > 1 or not results.text.strip() or results.query.asks_nothing:
        return None
    if results.total and not (results.corrected or results.loosened):
        return None
    return AskInstead(results.text, bool(words_to_keep(results.text)))


# --- The page of those who curate ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One search without a result, in a list."""

    search: UnansweredSearch
    look: Look
    answer: Pointer | None


def lines_of(rows: Iterable[UnansweredSearch], membership: Membership) -> list[Line]:
    """With what answers each, as far as this reader sees it. A query for each kind of answer."""
    rows = list(rows)
    found = things.pointers([row.answer for row in rows if row.answer], membership)
    return [Line(row, STATES[row.state], found.get(row.answer) if row.answer else None) for row in rows]


def answer_words_of(search: UnansweredSearch, membership: Membership) -> dict[str, str]:
    """What was said to answer it, in the words of the form that asks for it."""
    [line] = lines_of([search], membership)
    about = f"{things.kind(search.answer_kind).word}: {line.answer.title}" if line.answer else ""
    if search.answer and not line.answer:
        about = "Something that you cannot read"
    return {"about": about, "words": search.answer_words}


def presses_of(search: UnansweredSearch, membership: Membership) -> Sequence[Press]:
    """Besides answering: set it aside, which takes its answer back, or have it wait again."""
    page = partial(reverse, args=[membership.organisation.slug, search.pk])
    if not may_answer(membership, search):
        return []
    seen = (("seen", str(search.version)),)
    aside = Press("aside", "Not for us", page("unanswered_aside"), look="secondary", fields=seen)
    again = Press("open", "Open it again", page("unanswered_open"), look="secondary")
    return {State.OPEN: [aside], State.ANSWERED: [again, aside], State.ASIDE: [again]}[State(search.state)]


# --- What words mean -------------------------------------------------------------------------------------------------

# So many searches are looked through for words that nobody has explained, and so many words are shown.
LOOKED_THROUGH, MOST_SUGGESTED = 500, 12


@dataclass(frozen=True)
class Suggestion:
    """A short word that people typed, that stands in no text and that nobody has explained: in how many searches."""

    word: str
    searches: int


def words_to_explain(membership: Membership) -> list[Suggestion]:
    """Abbreviations, by their looks, among searches that found nothing: those of most searches first. Three queries."""
    rows = UnansweredSearch.objects.visible_to(membership).in_state(State.OPEN).newest_first()
    searches: Counter[str] = Counter()
    for words in rows.values_list("words", flat=True)[:LOOKED_THROUGH]:
        for word in {piece for chunk in chunks(words) for piece in pieces(chunk[0])}:
            if 2 <= len(word) <= LONGEST_ABBREVIATION and word.isalpha() and word not in STOP_WORDS:
                searches[word] += 1
    known = set(Word.objects.filter(word__in=list(searches)).values_list("word", flat=True)) if searches else set()
    table = table_for(membership.organisation_id)
    explained = {*table.written_out, *table.shortened}
    found = [
        Suggestion(word, number)
        for word, number in searches.items()
        if word not in known and (stem(word),) not in explained
    ]
    return sorted(found, key=lambda one: (-one.searches, one.word))[:MOST_SUGGESTED]


def shipped_words() -> list[tuple[str, list[tuple[str, str]]]]:
    """What search knows without being told, by field of work."""
    return [
        (one.name, [(each.short, ", ".join(each.long)) for each in one.entries]) for one in abbreviations.read().fields
    ]
