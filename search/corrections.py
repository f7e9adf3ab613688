"""Mistyped words: which word was meant, judged by what this reader would find with it.

Words are compared with all words that stand anywhere, but nothing is proposed that finds nothing for the reader: a
correction never tells what stands in texts they may not see.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
# Of a word among others, how many that may have been meant are looked up by themselves.
MOST_NEAR = 5


@dataclass(frozen=True)
class Choice:
    """A word that may have been meant. ``alone``: how much this reader finds with it and nothing else."""

    slips: int
    word: str
    alone: int = 0


def correct(query: Query, count: Count, *, hits: int) -> str | None:
    """The text with its mistyped words put right, or None. ``hits``: how many it has as it stands.

    Words that are found together go first. Where no such exist, each word that stands nowhere is put right by itself,
    since any of the words may be what was looked for.
    """
    suspects = _suspect_words(query, count, hits)
    if _is_one_word(query):
        choices = [_candidates(typed.word)[:MOST_TRIES] for typed, _ in suspects]
    else:
        choices = [_found_alone(typed, count) + _as_typed(typed, found) for typed, found in suspects]
    words = [typed for typed, _ in suspects]
    if better := _found_together(query, words, choices, count, least=max(1, hits * TIMES)):
        return better
    return None if hits else _each_by_itself(query, words, choices, count)


def _found_together(
    query: Query, typed: Sequence[Typed], choices: Sequence[Sequence[Choice]], count: Count, *, least: int
) -> str | None:
    """With the fewest slips what finds most, all words together."""
    tries = sorted(product(*choices), key=lambda chosen: sum(one.slips for one in chosen))
    best: tuple[int, int, str] | None = None
    for chosen in [chosen for chosen in tries if any(one.slips for one in chosen)][:MOST_TRIES]:
        slips = sum(one.slips for one in chosen)
        if best and slips > best[0]:
            break
        text = _with_change(query.text, typed, [one.word for one in chosen])
        found = count(parse(text, query.table))
        if found >= least and (best is None or found > best[1]):
            best = slips, found, text
    return best[2] if best else None


def _each_by_itself(
    query: Query, typed: Sequence[Typed], choices: Sequence[Sequence[Choice]], count: Count
) -> str | None:
    """Every word that stands nowhere, as the nearest that is found, where any of the words then finds something."""
    nearest = [
        (one, min(options, key=lambda choice: (choice.slips, -choice.alone)))
        for one, options in zip(typed, choices, strict=True)
        if options and all(choice.slips for choice in options)
    ]
    if not nearest:
        return None
    text = _with_change(query.text, [one for one, _ in nearest], [choice.word for _, choice in nearest])
    looser = parse(text, query.table).loosened
    return text if looser and count(looser) else None


def _as_typed(typed: Typed, found: int) -> list[Choice]:
    """The word itself, if it is found."""
    return [Choice(0, typed.word, found)] if found else []


def _found_alone(typed: Typed, count: Count) -> list[Choice]:
    """Of the nearest words those that this reader finds anything with."""
    near = [replace(one, alone=count(_query_of_one(one.word))) for one in _candidates(typed.word)[:MOST_NEAR]]
    return [one for one in near if one.alone]


def _is_one_word(query: Query) -> bool:
    return len(query.all) == 1 and len(query.all[0].stems) == 1 and not query.none


def _suspect_words(query: Query, count: Count, hits: int) -> list[tuple[Typed, int]]:
    """The words that hardly find anything by themselves, and how much they find."""
    typed = [each for term in query.all if not term.prefix for each in term.typed if _may_be_wrong(each)]
    if _is_one_word(query):
        return [(each, hits) for each in typed]
    alone = [(each, count(_query_of_one(each.word))) for each in typed[: 3 * MOST_WORDS]]
    return sorted((each for each in alone if each[1] < FEW), key=lambda each: each[1])[:MOST_WORDS]


def _query_of_one(word: str) -> Query:
    return Query(word, all=(Term((stem(word),)),))


def _may_be_wrong(typed: Typed) -> bool:
    return len(typed.word) >= 4 and typed.word.isalpha()


def _with_change(text: str, suspects: Sequence[Typed], words: Sequence[str]) -> str:
    text = text[:MAX_CHARACTERS]
    for typed, word in sorted(zip(suspects, words, strict=True), key=lambda each: -each[0].start):
        text = text[: typed.start] + word + text[typed.end :]
    return text


def _candidates(word: str) -> list[Choice]:
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
                found.append(Choice(apart, other))
    return sorted(
        found, key=lambda each: (each.slips, each.word[0] != word[0], abs(len(each.word) - length), each.word)
    )


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
