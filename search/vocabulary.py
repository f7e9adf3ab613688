"""The words that stand in the texts, for mistyped ones to be compared with."""

from collections.abc import Iterable

from search import analyser
from search.models import SearchDoc, SearchText, Word

_SLICE = 500


def learn(words: Iterable[str]) -> None:
    """Remember words. Called after the commit of the texts they stand in.

    In their own short statement, in order: two people saving at once neither wait for each other nor lock each other.
    """
    for some in _slices_of_words(sorted(set(words))):
        known = set(Word.objects.filter(word__in=some).values_list("word", flat=True))
        Word.objects.bulk_create([Word(word=word) for word in some if word not in known], ignore_conflicts=True)


def refresh() -> None:
    """Learn all words anew and forget those that stand nowhere any more."""
    words: set[str] = set()
    for title in SearchDoc.objects.values_list("title", flat=True).iterator():
        words |= analyser.vocabulary([title])
    for texts in SearchText.objects.values_list("tags", "abstract", "body").iterator():
        words |= analyser.vocabulary(texts)
    gone = [word for word in Word.objects.values_list("word", flat=True).iterator() if word not in words]
    for some in _slices_of_words(gone):
        Word.objects.filter(word__in=some).delete()
    learn(words)


def _slices_of_words(words: list[str]) -> Iterable[list[str]]:
    return (words[start : start + _SLICE] for start in range(0, len(words), _SLICE))
