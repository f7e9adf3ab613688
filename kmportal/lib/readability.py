"""How hard a text is to read: Flesch–Kincaid, told as the age at which a British pupil reads it with ease.

Syllables are estimated from the letters, so a figure for one short sentence says little; compare groups of texts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[a-zé]+(?:[’'-][a-zé]+)*", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouyé]+")
_SENTENCE = re.compile(r"[.?:]”?(?:\s+(?=[“A-Z0-9])|$)")


@dataclass(frozen=True)
class Reading:
    """Figures for a group of texts. ``longest`` is the number of words in the longest sentence."""

    texts: int
    words: int
    sentences: int
    syllables: int
    longest: int

    @property
    def words_per_sentence(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0

    @property
    def age(self) -> float:
        """Reading age in years: the American grade plus five; 0 for no text."""
        if not self.words:
            return 0.0
        return 0.39 * self.words_per_sentence + 11.8 * self.syllables / self.words - 15.59 + 5


def read(texts: Iterable[str]) -> Reading:
    """Figures over all texts together; a text without a full stop counts as one sentence."""
    count = words = sentences = syllables = longest = 0
    for text in texts:
        count += 1
        for sentence in _SENTENCE.split(text):
            found = _WORD.findall(sentence)
            if found:
                sentences += 1
                words += len(found)
                syllables += sum(syllables_of(word) for word in found)
                longest = max(longest, len(found))
    return Reading(count, words, sentences, syllables, longest)


def syllables_of(word: str) -> int:
    """An estimate: groups of vowels, without a silent e at the end."""
    word = word.casefold().replace("’", "'").split("'")[0]
    count = len(_VOWELS.findall(word))
    if word.endswith(("e", "es", "ed")) and not word.endswith(("le", "ted", "ded", "ses", "ces", "ges", "xes", "ches")):
        count -= 1
    return max(count, 1)
