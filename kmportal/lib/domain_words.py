"""The words of the domain, as an organisation says them: our intervention may be called *a piece of the plan* there.

Templates and sentences are written in our own words, in plain English. ``worded`` swaps each word of the closed
list below, with the article before it, for the one that the organisation has chosen. Templates need no call: the loader
(``kmportal.lib.template_words``) does it to every word that they show. In Python every sentence that somebody reads is
handed over, and only the sentence: what people typed goes in afterwards, so that nobody’s words are ever changed.

Whose words they are hangs on the request, mail or job that runs (``bound``), never on the process.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.functional import lazy

from kmportal.lib.sentences import capital

LONGEST = 60


class Forms(NamedTuple):
    """One word as it stands in a sentence: “lesson”, “lessons”, “a lesson”."""

    one: str
    many: str
    a: str

    @classmethod
    def of(cls, one: str, many: str) -> "Forms":
        """With the article that its first letter asks for."""
        return cls(one, many, f"{article_of(one)} {one}")


@dataclass(frozen=True)
class Word:
    """A word of the portal. ``others`` are further ways in which we say the same: they follow the first."""

    key: str
    usual: Forms
    others: tuple[Forms, ...] = ()

    @property
    def all_forms(self) -> tuple[Forms, ...]:
        return (self.usual, *self.others)


def article_of(word: str) -> str:
    """“an” before a vowel, “a” before all others. Who says *an hour* or *a unit* writes it so themself."""
    return "an" if word[:1].lower() in "aeiou" else "a"


WORDS = (
    Word("programme", Forms.of("programme", "programmes")),
    Word("roadmap", Forms.of("roadmap", "roadmaps")),
    Word("intervention", Forms.of("intervention", "interventions")),
    Word("starter", Forms.of("starter", "starters")),
    Word("catalogue", Forms.of("catalogue", "catalogues")),
    Word(
        "assessment",
        Forms.of("self-assessment", "self-assessments"),
        (Forms.of("assessment", "assessments"),),
    ),
    Word("round", Forms.of("round", "rounds")),
    Word("section", Forms.of("section", "sections")),
    Word("gap_report", Forms.of("gap report", "gap reports")),
    Word("suggestion", Forms.of("suggestion", "suggestions")),
    Word("technique", Forms.of("technique", "techniques")),
    Word("session", Forms.of("session", "sessions")),
    Word("lesson", Forms.of("lesson", "lessons")),
    Word("action", Forms.of("action", "actions")),
    Word("thread", Forms.of("thread", "threads")),
    Word("group", Forms.of("group", "groups")),
    Word(
        "community",
        Forms.of("community", "communities"),
        (Forms.of("community of practice", "communities of practice"),),
    ),
    Word("facilitator", Forms.of("facilitator", "facilitators")),
    Word("sponsor", Forms.of("sponsor", "sponsors")),
    Word("km_lead", Forms.of("KM lead", "KM leads")),
)
BY_KEY = {word.key: word for word in WORDS}

# Where one of these words means something else: names of methods, and what the health service itself says.
NOT_THE_WORD = (
    r"(?:[Aa]n )?[Aa]ction learning",
    r"(?:[Aa] )?gift rounds?",
    r"(?:after|before) action reviews?",
    r"round tables?",
    r"[Ss]taff groups?",
    r"community work",
)


class Vocabulary:
    """The words in which an organisation differs from us. Two with the same words are one: see ``vocabulary``."""

    def __init__(self, chosen: Mapping[str, Forms]) -> None:
        self.chosen = dict(chosen)


@lru_cache(maxsize=256)
def _vocabulary(chosen: tuple[tuple[str, Forms], ...]) -> Vocabulary:
    return Vocabulary(dict(chosen))


def vocabulary(kept: Mapping[str, Sequence[str]]) -> Vocabulary:
    """From what an organisation keeps: the three forms of each word that it has chosen."""
    return _vocabulary(tuple((key, Forms(*forms)) for key, forms in sorted(kept.items()) if key in BY_KEY))


OURS = vocabulary({})
_bound: ContextVar[Vocabulary] = ContextVar("vocabulary", default=OURS)


@contextmanager
def bound(words: Vocabulary) -> Iterator[None]:
    """Say these words until the block ends."""
    token = _bound.set(words)
    try:
        yield
    finally:
        _bound.reset(token)


def bind(words: Vocabulary) -> None:
    """Say these words from here to the end of the ``bound`` block around it: for a page whose place is found late."""
    _bound.set(words)


def _anywhere(words: str) -> str:
    """A pattern for these words, which may stand over a line’s end."""
    return r"\s+".join(map(re.escape, words.split()))


def _any_first_letter(words: str) -> str:
    first, rest = words[0], words[1:]
    pattern = _anywhere(first + rest)
    return f"[{first.upper()}{first.lower()}]{pattern[1:]}" if first.isalpha() else pattern


_PLACES = {
    form.lower(): (word.key, kind)
    for word in WORDS
    for forms in word.all_forms
    for kind, form in (("one", forms.one), ("many", forms.many))
}
_FORMS = "|".join(_any_first_letter(form) for form in sorted(_PLACES, key=len, reverse=True)).replace("[Kk]m", "KM")
FOUND = re.compile(
    rf"(?P<kept>(?<![\w-])(?:{'|'.join(NOT_THE_WORD)})(?![\w-]))"
    rf"|(?<![\w/.-])(?:(?P<article>[Aa]n?)(?P<space>\s+))?(?P<word>{_FORMS})(?![\w-]|/|\.\w)",
)


@lru_cache(maxsize=8192)
def _swapped(text: str, words: Vocabulary) -> str:
    return FOUND.sub(lambda found: _form_of(found, words.chosen), text)


def _form_of(found: re.Match[str], chosen: Mapping[str, Forms]) -> str:
    """What stands instead of one find; the find itself where the organisation says it as we do."""
    if found["kept"]:
        return found[0]
    key, kind = _PLACES[" ".join(found["word"].lower().split())]
    if key not in chosen:
        return found[0]
    said, article = chosen[key], found["article"] or ""
    if article and kind == "one":
        words, before = said.a, ""
    else:
        words, before = getattr(said, kind), article + (found["space"] or "")
    begins = found[0] if not before else found["word"]
    return before + (capital(words) if begins[0].isupper() and not begins.startswith("KM") else words)


def worded(text: str) -> str:
    """A sentence of the portal as the organisation says it whose page, mail or job this is. Never for what somebody
    typed."""
    words = _bound.get()
    return _swapped(text, words) if words.chosen else text


def worded_apart(article: str, text: str) -> tuple[str, str]:
    """An article and the word that stands after it inside an element of its own: “an ” and “intervention”."""
    alone, together = worded(text), worded(f"{article} {text}")
    return together[: len(together) - len(alone)], alone


# For what is written down when the code is read, once for all: labels, choices, headings. Said when it is shown.
worded_later: Any = lazy(worded, str)


# --- What an organisation may choose ---------------------------------------------------------------------------------


def find_problems(kept: Mapping[str, Forms]) -> Iterator[tuple[str, str]]:
    """What is wrong with the words that somebody has chosen: the key of the word, and a sentence."""
    says = {word.key: (kept[word.key],) if word.key in kept else word.all_forms for word in WORDS}
    for key, forms in kept.items():
        if not all(forms):
            yield key, "Say the word for one, for several, and with its article"
        elif max(map(len, forms)) > LONGEST:
            yield key, f"A word may have {LONGEST} characters"
        elif not all(_SAYABLE.fullmatch(form) for form in forms):
            yield key, "Use letters, spaces, hyphens and apostrophes only"
        elif not forms.a.lower().endswith(f" {forms.one.lower()}"):
            yield key, f"The article stands before the word, as in “{article_of(forms.one)} {forms.one}”"
        else:
            taken = {
                form.lower() for other in WORDS if other.key != key for each in says[other.key] for form in each[:2]
            }
            if twice := next((form for form in forms[:2] if form.lower() in taken), None):
                yield key, f"“{twice}” is the word for something else here"


_SAYABLE = re.compile(r"[^\W\d_](?:[^\W_]|[ ’'-])*")
