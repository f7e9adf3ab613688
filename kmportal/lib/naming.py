"""Words about people: what people type about others is looked at once before it is kept, and they decide.

``AboutPeople`` goes into every form with such words. What may show who somebody is stands as an error beside its
field, with a box to keep the words as they are: no script is needed, and nothing typed is lost. Where stopping would
break the flow (a note in a room, an answer that saves itself) ``hints_in`` gives a quiet hint instead.

``names_known`` says for the length of a request who is known there; the names are read when a text could hold one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from django import forms

from kmportal.lib.personal_data import CAPITAL, Hint, personal

Names = Callable[[], Iterable[str]]
_known: ContextVar[Names | None] = ContextVar("names_known", default=None)
# “Anna Weber”, “Anna de Vries”, “J. Smith”
_TWO_NAMES = re.compile(rf"\b[{CAPITAL}][\w’'-]*\.? (?:[\w’'-]+ ){{0,3}}[{CAPITAL}]")
KEEP = "-keep"


@contextmanager
def names_known(names: Names) -> Iterator[None]:
    """Inside, the names that this function gives are found in texts, however they are written."""
    token = _known.set(cache(names))
    try:
        yield
    finally:
        _known.reset(token)


def hints_in(*texts: str) -> list[Hint]:
    """What in these texts may show who somebody is, each once."""
    text = "\n".join(texts)
    names = _known.get()
    return personal(text, names=names() if names and _TWO_NAMES.search(text) else ())


def sentence_of(hints: Iterable[Hint]) -> str:
    """“Mary Smith” looks like somebody’s name. “07700 900123” looks like a telephone number."""
    return " ".join(f"{hint}." for hint in hints)


def mark_of(hints: Iterable[Hint]) -> str:
    """What a box to keep sends: it is good for what was found, and not for a name that is added afterwards."""
    return sha256("\n".join(hint.words for hint in hints).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Keep:
    """The box with which somebody keeps words as they are: its name and value in the form, and whether it is ticked."""

    name: str
    value: str
    is_ticked: bool
    sentence: str


class AboutPeople(forms.BaseForm):
    """Form mixin, before the form’s own class: ``about_people`` names the fields in which people write about others.

    Only words that somebody changed are asked about, unless ``about_initial``: what a form begins with was asked about
    when it was written.
    """

    about_people: tuple[str, ...] = ()
    about_initial = False
    # Nobody is stopped: the hint stands beside the field, and the view decides what to make of it.
    asks_quietly = False

    def fields_about_people(self) -> Iterable[str]:
        """The fields to look at, for a form that makes its fields as it goes."""
        return self.about_people

    def words_to_look_at(self, name: str, text: str) -> str:
        """What of a field somebody wrote now: for a form whose fields hold words of others, too."""
        return text

    def full_clean(self) -> None:
        """After the form’s own rules, so that they see what was typed."""
        super().full_clean()
        self.keeps: Mapping[str, Keep] = dict(self._ask_about_names()) if self.is_bound else {}

    def _ask_about_names(self) -> Iterator[tuple[str, Keep]]:
        for name in self.fields_about_people():
            text = getattr(self, "cleaned_data", {}).get(name)
            if not isinstance(text, str) or not (self.about_initial or name in self.changed_data):
                continue
            hints = hints_in(self.words_to_look_at(name, text))
            if not hints:
                continue
            sent = f"{self.add_prefix(name)}{KEEP}"
            keep = Keep(sent, mark_of(hints), self.data.get(sent) == mark_of(hints), sentence_of(hints))
            if not keep.is_ticked and not self.asks_quietly:
                self.add_error(name, f"{keep.sentence} Change it, or tick the box to keep it")
            yield name, keep

    @property
    def to_ask(self) -> list[Keep]:
        """What was found and not decided yet."""
        return [keep for keep in self.keeps.values() if not keep.is_ticked]
