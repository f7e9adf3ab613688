"""Nonsense for the portal: what a form could be sent, and what an address could be asked.

The fields of a page are found as a browser would find them (by reading it), and as its author wrote them: the forms
and the names of posted values in the module of the view.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import BaseForm, BaseFormSet

LONG = "x" * 100_000
# A form may hold five megabytes in all, so only some of many fields can be as long at once.
LONG_AT_ONCE = 40
TEXTS = {
    "nothing at all": "",
    "spaces": " \t\r\n ",
    "too long": LONG,
    "a null": "a\x00b",
    "other letters": "🧑🏽‍⚕️ ‮abc‬ \u2028 ﷽ İ ß",
    "two lines": "one\r\nBcc: somebody@x.example\r\n\r\ntwo",
    "markup": "<script>alert(1)</script>{{ 7 }}{% now %}'\";--",
    "a huge number": "9" * 30,
    "a number nobody can read": "9" * 5_000,
    "below nought": "-1",
    "no number": "1e9999",
    "a day that is none": "31 February 2027",
    "a day long ago": "0000-00-00",
    "a far day": "2199-12-31",
    "a wrong kind": "[]",
    "no identifier": "00000000-0000-0000-0000-00000000000g",
}
# Written into a form that is filled in well, so that they reach what stands behind the first check.
SHARP = ("too long", "a null", "two lines", "other letters", "markup", "a far day")
# For what is chosen and not written: one field at a time.
KEYS = ("a huge number", "a number nobody can read", "a null")
FILES = {
    "an empty file": b"",
    "no text": bytes(range(256)) * 20,
    "a zip that ends": b"PK\x03\x04" + b"\x00" * 40,
    "a picture that ends": b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    "a number nobody can read": b'{"title": "A", "lesson": ' + b"9" * 5_000 + b"}\n",
    "half a letter": b'{"title": "A \\ud800", "lesson": "B \\ud800"}\n',
    "a null": b'{"title\\u0000": "A\\u0000", "lesson": "B\\u0000"}\n',
    "too deep": b'{"title": "A", "lesson": ' + b"[" * 100_000 + b"\n",
    "a quotation mark": b'title,lesson\n"A,B\n',
}
# What somebody sensible writes, by the name of the field; everything else gets some words.
SENSIBLE = {"email": "new@x.example", "guest_email": "new@x.example", "addresses": "new@x.example", "guest_name": ""}
_DAY = re.compile(r"_on$|_day$|^(?:until|to)$")
_TIME = re.compile(r"_time$")
_POSTED = re.compile(r"request\.POST(?:\.get\(|\.getlist\(|\[)\"([^\"]+)\"|\"([^\"]+)\" (?:not )?in request\.POST")
_ASKED = re.compile(r"(?:request\.GET|query|params)(?:\.get\(|\.getlist\(|\[)\"([^\"]+)\"")


class Fields(HTMLParser):
    """The controls of a page in forms that post, as somebody sensible fills them in; what is written, and the files."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.written: set[str] = set()
        self.files: set[str] = set()
        self._posts = False
        self._open = ""
        self.feed(page)
        self.found.pop("csrfmiddlewaretoken", None)
        self.found = {name: value or _sensible(name) for name, value in self.found.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "form":
            self._posts = given.get("method") == "post"
        elif self._posts and tag == "input" and name:
            self._input(name, kind, given)
        elif self._posts and tag in ("textarea", "select") and name:
            self.found.setdefault(name, "")
            self._open = name
            self.written |= {name} if tag == "textarea" else set()
        elif self._open and tag == "option" and ("selected" in given or not self.found[self._open]):
            self.found[self._open] = given.get("value", "")

    def _input(self, name: str, kind: str, given: dict[str, str]) -> None:
        if kind == "file":
            self.files.add(name)
        elif kind in ("radio", "checkbox") and ("checked" in given or name not in self.found):
            self.found[name] = given.get("value", "on")
        elif kind not in ("radio", "checkbox", "submit", "button"):
            self.found[name] = given.get("value", "")
            self.written |= {name} if kind == "text" else set()

    def handle_data(self, words: str) -> None:
        if self._open and words.strip():
            self.found[self._open] = words.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self._open = ""


def _sensible(name: str) -> str:
    if name in SENSIBLE:
        return SENSIBLE[name]
    if _DAY.search(name):
        return "tomorrow"
    return "14:30" if _TIME.search(name) else "Some words"


def names_of(view: Callable[..., Any]) -> set[str]:
    """What the module of a view reads of a form that was posted, whichever view it is."""
    module = sys.modules[view.__module__]
    names = {name for pair in _POSTED.findall(inspect.getsource(module)) for name in pair if name}
    for thing in vars(module).values():
        if inspect.isclass(thing) and issubclass(thing, BaseForm):
            names |= set(getattr(thing, "base_fields", ()))  # BaseForm itself has none
        elif inspect.isclass(thing) and issubclass(thing, BaseFormSet):
            names |= {f"{prefix}-0-{name}" for prefix in ("a", "l") for name in thing.form.base_fields}
    return names


def asked_of(view: Callable[..., Any]) -> set[str]:
    """What the module of a view reads of the address."""
    return set(_ASKED.findall(inspect.getsource(sys.modules[view.__module__])))


def posts(view: Callable[..., Any], page: str, ids: list[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What to send to one address whose page this is, each with what is wrong with it. ``ids`` are things of others."""
    fields = Fields(page)
    good = fields.found
    names = sorted({*good, *names_of(view)} - fields.files)
    yield "nothing", {}
    yield "as it is", good
    if page and not good:  # it only shows something, whatever is sent to it
        return
    for kind, text in TEXTS.items():
        yield f"{kind}, everywhere", dict.fromkeys(names if text != LONG else names[:LONG_AT_ONCE], text)
    for pk in ids:
        yield f"foreign {pk}, everywhere", dict.fromkeys(names, str(pk))
    yield "each twice", {name: ["1", "words"] for name in names}
    yield "files for words", {**good, **{name: SimpleUploadedFile("a.txt", b"words") for name in names}}
    for kind in SHARP:
        wrong = sorted(fields.written)[: LONG_AT_ONCE if kind == "too long" else None]
        yield f"{kind}, written", {**good, **dict.fromkeys(wrong, TEXTS[kind])}
    for name in sorted(set(good) - fields.written):
        for kind in KEYS:
            yield f"{kind} as {name}", {**good, name: TEXTS[kind]}
    for name in sorted(fields.files):
        yield f"words as {name}", {**good, name: "words"}
        for kind, content in FILES.items():
            yield f"{kind} as {name}", {**good, name: SimpleUploadedFile("l.jsonl", content)}


def questions(view: Callable[..., Any]) -> Iterator[dict[str, str]]:
    """What to ask of one address, as its query."""
    names = asked_of(view)
    for kind, text in TEXTS.items():
        if kind != "too long" and (names or kind == "a null"):
            yield dict.fromkeys([*names, "page"], text)
