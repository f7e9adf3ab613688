"""Mistyped words: which word was meant, judged by what this reader would find with it.

Words are compared with all words that stand anywhere, but nothing is proposed that finds nothing for the reader: a
correction never tells what stands in texts they may not see.
"""

from collections.abc import Callable, Sequence
from itertools import product

from django.db.models import Q
from django.db.models.functions import Length

from search.analyser import stem
from search.models import Word
from search.query import MAX_CHARACTERS, Query, Term, Typed, parse

Count = Callable[[Query], int]
# A word with this many hits was not mistyped.
FEW = 5
# A correction of words that do find something must find this many times more.
TIMES = 8
MOST_WORDS = 3
MOST_TRIES = 8


def correct(query: Query, count: Count, *, hits: int) -> str | None:
    """The text with its mistyped words put right, or None. ``hits``: how many it has as it stands."""
    suspects = _suspect_words(query, count, hits)
    choices = [_candidates(typed.word)[:MOST_TRIES] + [(0, typed.word)] * bool(found) for typed, found in suspects]
    tries = sorted(product(*choices), key=lambda words: sum(slips for slips, _ in words))
    least = max(1, hits * TIMES)
    best: tuple[int, int, str] | None = None
    for words in [words for words in tries if any(slips for slips, _ in words)][:MOST_TRIES]:
        slips = sum(each for each, _ in words)
        if best and slips > best[0]:
            break
        text = _with_change(query.text, [typed for typed, _ in suspects], [word for _, word in words])
        found = count(parse(text))
        if found >= least and (best is None or found > best[1]):
            best = slips, found, text
    return best[2] if best else None


def _suspect_words(query: Query, count: Count, hits: int) -> list[tuple[Typed, int]]:
    """The words that hardly find anything by themselves, and how much they find."""
    typed = [each for term in query.all if not term.prefix for each in term.typed if _may_be_wrong(each)]
    if len(query.all) == 1 and len(query.all[0].stems) == 1 and not query.none:
        return [(each, hits) for each in typed]
    alone = [(each, count(_query_of_one(each))) for each in typed[: 3 * MOST_WORDS]]
    return sorted((each for each in alone if each[1] < FEW), key=lambda each: each[1])[:MOST_WORDS]


def _query_of_one(typed: Typed) -> Query:
    return Query(typed.word, all=(Term((stem(typed.word),)),))


def _may_be_wrong(typed: Typed) -> bool:
    return len(typed.word) >= 4 and typed.word.isalpha()


def _with_change(text: str, suspects: Sequence[Typed], words: Sequence[str]) -> str:
    text = text[:MAX_CHARACTERS]
    for typed, word in sorted(zip(suspects, words, strict=True), key=lambda each: -each[0].start):
        text = text[: typed.start] + word + text[typed.end :]
    return text


def _candidates(word: str) -> list[tuple[int, str]]:
    """Known words that may have been meant, the nearest first. They share its beginning or its end."""
    length, within = len(word), allowed(word)
    near = Word.objects.annotate(length=Length("word")).filter(
        Q(word__startswith=word[:2]) | Q(word__endswith=word[-2:]),
        length__gte=length - within,
        length__lte=length + within,
    )
    letters = _letter_bits(word)
    found = []
    for other in near.values_list("word", flat=True):
        # Each slip changes at most two letters of the set.
        if (letters ^ _letter_bits(other)).bit_count() <= 2 * within and stem(other) != stem(word):
            apart = distance(word, other, within)
            if apart <= within:
                found.append((apart, other))
    return sorted(found, key=lambda each: (each[0], each[1][0] != word[0], abs(len(each[1]) - length), each[1]))


def allowed(word: str) -> int:
    """How many slips a word of this length may hold."""
    return 1 if len(word) < 6 else 2 if len(word) < 11 else 3


def _letter_bits(word: str) -> int:
    """The letters of a word as bits, to leave out at once what cannot be near."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 61)
    return bits


def distance(one: str, other: str, within: int) -> int:
    """Slips between two words: a letter wrong, missing, too many, or two neighbours swapped; ``within`` + 1 is many."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row, older = row, [i], before
        for j, there in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = last
        if min(row) > within and min(before) > within:
            return within + 1
    return row[-1]
