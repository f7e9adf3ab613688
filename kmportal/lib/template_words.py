"""Templates in the organisation’s words: the loader marks each word of the domain that a template shows.

What a template shows is its text and those attributes that are read out or seen, and the sentences among the arguments
of its tags. Nothing that comes in by a variable is touched, because people typed it. It happens once for each template,
when it is read; what is kept is the mark, not the word, so that two organisations share one compiled template.
"""

import re
from collections.abc import Iterator

from django.template import Origin
from django.template.loaders import app_directories, filesystem

from kmportal.lib.domain_words import FOUND

TAG = re.compile(r"(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)
# Attributes that somebody sees or hears, those among them that a style sheet or a script shows.
READ = {"title", "aria-label", "alt", "placeholder", "aria-description", "content", "label"}
READ |= {"data-label", "data-one", "data-many", "data-none", "data-closed"}
_ATTRIBUTE = re.compile(r"([\w:@.-]+)\s*=\s*$")
# Their arguments are names of files, pages, places and fields, or are compared.
_NOT_SAID = {"url", "here", "static", "extends", "load", "if", "elif", "slot", "icon", "block", "for", "ifchanged"}
_LITERAL = re.compile(r'(?<![\w:])"([^"]*)"')
_CHOICE = re.compile(r'(\|(?:pluralize|yesno):"[^"]*")')
_FALLBACK = re.compile(r'\|default:("[^"]*")')
_TERM_AFTER = re.compile(r"(?<![\w])(?P<article>[Aa]n?)(?P<space>\s+)$")
_ENDING = re.compile(r"\{\{\s*([^}]+?)\|pluralize\s*\}\}")


def in_marks(source: str, *, is_markup: bool = True) -> str:
    """The template with a mark for each of its words: “a lesson” becomes ``{% word "a lesson" %}``."""
    pieces = TAG.split(source)
    marked: list[str] = []
    reader = _Reader(is_markup)
    verbatim = False
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            follows = pieces[index + 1] if index + 1 < len(pieces) else ""
            marked.append(piece if verbatim else "".join(reader.read(piece, follows)))
            continue
        if before := _TERM_AFTER.search(marked[-1]) if piece.startswith("{% term ") else None:
            # “a {% term "round" %}”: the article goes with the word
            marked[-1] = marked[-1][: before.start()] + "\n" * before["space"].count("\n")
            piece = f'{piece[:-2].rstrip()} article="{before["article"]}" %}}'
        name = piece[2:-2].split()[0] if piece.startswith("{%") and piece[2:-2].split() else ""
        if name in ("comment", "verbatim"):
            verbatim = True
        elif name in ("endcomment", "endverbatim"):
            verbatim = False
        if reader.took_ending:
            reader.took_ending = False
            continue
        marked.append(piece if verbatim else _tag_in_marks(name, piece))
    return "".join(marked)


class _Reader:
    """Walks through markup and knows, over the gaps that tags leave, whether it stands in text or in an attribute."""

    def __init__(self, is_markup: bool) -> None:
        self.is_markup = is_markup
        self.is_inside = False  # of <…>
        self.quote = ""
        self.attribute = ""
        self.raw = ""  # the element whose text is code
        self.took_ending = False

    def read(self, text: str, follows: str) -> Iterator[str]:
        ending = _ENDING.fullmatch(follows)
        for shown, part, is_last in self._parts(text):
            if not shown:
                yield part
                continue
            end = 0
            for found in FOUND.finditer(part):
                if found["kept"]:
                    continue
                yield part[end : found.start()]
                end = found.end()
                words = " ".join(found[0].split())
                # A line’s end between article and word goes before both: white space shows the same there.
                yield "\n" * found[0].count("\n")
                if ending and is_last and end == len(part):
                    yield f'{{% word "{words}" {ending[1]} %}}'
                    self.took_ending = True
                else:
                    yield f'{{% word "{words}" %}}'
            yield part[end:]

    def _parts(self, text: str) -> Iterator[tuple[bool, str, bool]]:
        """(whether somebody sees it, the part, whether it is the last one)"""
        if not self.is_markup:
            yield True, text, True
            return
        start = place = 0
        while place < len(text):
            shown = self._is_shown
            place = self._next_turn(text, place)
            if self._is_shown != shown or place >= len(text):
                yield shown, text[start:place], place >= len(text)
                start = place
        if start < len(text):
            yield self._is_shown, text[start:], True

    @property
    def _is_shown(self) -> bool:
        if self.is_inside:
            return bool(self.quote) and self.attribute in READ
        return not self.raw

    def _next_turn(self, text: str, place: int) -> int:
        """Where the next part begins; what is known changes with it."""
        if not self.is_inside:
            opening = re.compile(r"<(?=[a-zA-Z/!])").search(text, place)
            if opening is None:
                return len(text)
            if opening.start() > place:
                return opening.start()
            self._open(text, place)
            return place + 1
        if self.quote:
            end = text.find(self.quote, place)
            if end < 0:
                return len(text)
            if end > place:
                return end
            self.quote = ""
            return place + 1
        turn = re.compile(r"[\"'>]").search(text, place)
        if turn is None:
            return len(text)
        if turn[0] == ">":
            self.is_inside = False
        else:
            name = _ATTRIBUTE.search(text[: turn.start()])
            self.quote, self.attribute = turn[0], name[1].lower() if name else ""
        return turn.end()

    def _open(self, text: str, place: int) -> None:
        self.is_inside = True
        name = re.match(r"</?([a-zA-Z]*)", text[place:])
        element = name[1].lower() if name else ""
        self.raw = element if element in ("script", "style") and text[place + 1] != "/" else ""


def _tag_in_marks(name: str, tag: str) -> str:
    if tag.startswith("{#") or name in _NOT_SAID or name.startswith("end"):
        return tag
    tag = _CHOICE.sub(lambda found: f"{found[1]}|worded" if FOUND.search(found[1]) else found[1], tag)
    tag = _FALLBACK.sub(lambda found: f"|default_words:{found[1]}" if FOUND.search(found[1]) else found[0], tag)
    if tag.startswith("{{"):
        return tag
    return _LITERAL.sub(lambda found: f"{found[0]}|worded" if _is_said(found[1]) else found[0], tag)


def _is_said(literal: str) -> bool:
    """Whether it is something to read: it has a word of ours, and a capital or a space, which no name of code has."""
    return any(not found["kept"] for found in FOUND.finditer(literal)) and (" " in literal or literal[:1].isupper())


class _Marking:
    """A loader of Django’s whose templates are read with their words marked."""

    def get_contents(self, origin: Origin) -> str:
        source: str = super().get_contents(origin)  # type: ignore[misc]
        return in_marks(source, is_markup=not str(origin.name).endswith(".txt"))


class FilesystemLoader(_Marking, filesystem.Loader):
    """The project’s templates."""


class AppsLoader(_Marking, app_directories.Loader):
    """Those of the libraries: what they show in our pages is said in the same words."""
