"""Reading content that ships as YAML: safely, typed, checked, with errors that name file, line and place.

Knows no app. A module of an app reads its own files with ``read_checked``, a content class and rules of its own, and
gets every mistake at once as ``ContentError``, so that somebody who edits words sees all of them in one go.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
import yaml
from msgspec.structs import replace

from kmportal.lib import readability
from kmportal.lib.content_classes import Content, Key, Sourced, find_mistakes, plain

C = TypeVar("C", bound=Content)
S = TypeVar("S", bound=Sourced)
LENGTHS = ("short", "standard", "long")


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, as a sentence, and where."""

    file: str
    line: int
    place: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}: {self.place}: {self.sentence}" if self.place else f"{where}: {self.sentence}"


class ContentError(Exception):
    """Content that must not be used. ``problems`` holds every mistake that was found, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Document:
    """A parsed file that still knows on which line each value stands."""

    file: str
    data: Any
    lines: Mapping[tuple[Key, ...], int]

    def problem(self, path: Sequence[Key], sentence: str) -> Problem:
        """A problem at ``path``; the nearest known line is named."""
        keys = tuple(path)
        line = next((self.lines[keys[:end]] for end in range(len(keys), -1, -1) if keys[:end] in self.lines), 0)
        return Problem(self.file, line, self.place(keys), sentence)

    def place(self, path: Sequence[Key]) -> str:
        """``path`` in words: list items are called by their code, key or name, or by their number."""
        words: list[str] = []
        value = self.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                value = None
            words.append(_name_in_path(step, value))
        return " › ".join(word for word in words if word)


def _name_in_path(step: Key, value: Any) -> str:
    if isinstance(step, str):
        return step
    if isinstance(value, dict):
        for name in ("code", "key", "name", "title"):
            if isinstance(value.get(name), str):
                return str(value[name])
    return f"no. {step + 1}"


# The same rules in C where PyYAML was built with it: ten times faster.
_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc, valid-type]
    """Safe, and strict where YAML guesses: a date or "no" stays a text, a key twice is an error."""


_Loader.yaml_implicit_resolvers = {
    letter: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}
    ]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read_yaml(path: Path, *, base: Path | None = None) -> Document:
    """Parse one file. Raises ``ContentError`` when it is missing, is not YAML or has a key twice."""
    file = path.relative_to(base).as_posix() if base else path.name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError([Problem(file, 0, "", "The file is missing.")]) from None
    except UnicodeDecodeError:
        raise ContentError([Problem(file, 0, "", "The file is not UTF-8 text.")]) from None
    return parse_yaml(text, file=file)


def parse_yaml(text: str, *, file: str) -> Document:
    """Parse the text of one file; ``file`` is the name that errors give it."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[tuple[Key, ...], int] = {}
        if node is not None:
            lines.update(_lines_of_nodes(node, (), file))
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ContentError([Problem(file, line, "", f"This is not valid YAML: {error.problem}.")]) from None
    except yaml.YAMLError:
        raise ContentError([Problem(file, 0, "", "This is not valid YAML.")]) from None
    finally:
        loader.dispose()
    return Document(file, data, lines)


def _lines_of_nodes(node: yaml.Node, path: tuple[Key, ...], file: str) -> Iterator[tuple[tuple[Key, ...], int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            key = str(name.value)
            line = name.start_mark.line + 1
            if key in seen:
                raise ContentError([Problem(file, line, "", f"“{key}” stands here twice.")])
            seen.add(key)
            yield from _lines_of_nodes(value, (*path, key), file)
            yield (*path, key), line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines_of_nodes(value, (*path, index), file)


# --- Words ------------------------------------------------------------------------------------------------------

_ENDS = (".", "?", ".”", "?”")
_STRAIGHT = re.compile(r"['\"`]")
_FOREIGN = re.compile(
    r"\b(?:e\.g\.|i\.e\.|etc\b|utili[sz]\w+|leverag\w+|synerg\w+|stakeholders?|learnings|going forward|best-in-class|"
    r"(?:organi|recogni|prioriti|summari|emphasi|reali)z\w+|behavior\w*|programs?\b|colors?\b|centers?\b)",
    re.IGNORECASE,
)
LONGEST_SENTENCE = 30  # words


def text_problems(document: Document) -> Iterator[Problem]:
    """House style for every text of a file: typographic quotes, no exclamation marks, no stray spaces, plain words."""
    for path, text in _texts_inside(document.data, ()):
        if path and path[0] == "sources":
            continue
        if " " in text and "aliases" not in path:
            yield from _plain_problems(document, path, text)
        if _STRAIGHT.search(text) and "aliases" not in path:
            yield document.problem(path, "Use the typographic marks ’ “ ” instead of straight ones.")
        if "!" in text:
            yield document.problem(path, "There must be no exclamation mark.")
        if text != text.strip() or "  " in text or "\n" in text:
            yield document.problem(path, "There are spaces or line breaks too many.")


def _plain_problems(document: Document, path: Sequence[Key], text: str) -> Iterator[Problem]:
    """Words that nobody says, or not in Britain, and sentences that lose their reader."""
    if found := _FOREIGN.search(text):
        yield document.problem(path, f"Say it in plainer or British words: “{found[0]}”.")
    is_long = len(text.split()) > LONGEST_SENTENCE
    if is_long and (longest := readability.read([text]).longest) > LONGEST_SENTENCE:
        yield document.problem(path, f"A sentence here has {longest} words. {LONGEST_SENTENCE} are the most.")


def _texts_inside(value: Any, path: tuple[Key, ...]) -> Iterator[tuple[tuple[Key, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts_inside(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts_inside(item, (*path, index))


def is_sentence(text: str) -> bool:
    """Whether a text begins with a capital (or an opening quotation mark) and ends as a sentence does."""
    first = text.lstrip("“")[:1]
    return text.endswith(_ENDS) and (first.isupper() or first.isdigit())


def sentences(text: str) -> int:
    """How many sentences a text has."""
    return len(re.findall(r"[.?]”?(?:\s+(?=[“A-Z0-9])|$)", text))


def repeated(items: Iterable[tuple[str, tuple[Key, ...]]]) -> Iterator[tuple[str, tuple[Key, ...]]]:
    """Of (word, path) pairs those whose word has come before, ignoring case."""
    seen: set[str] = set()
    for word, path in items:
        if word.casefold() in seen:
            yield word, path
        seen.add(word.casefold())


def draft_problems(document: Document, path: Sequence[Key], item: Mapping[str, Any]) -> Iterator[Problem]:
    """Each name under ``draft`` must be a field of the same thing; a dot reaches into a list ("stages.say")."""
    for name in item.get("draft", []):
        head, _, tail = name.partition(".")
        value = item.get(head, {})
        parts = value if isinstance(value, list) else [value]
        if head not in item or (tail and not any(isinstance(part, dict) and tail in part for part in parts)):
            yield document.problem([*path, "draft"], f"“{name}” is marked as draft, but there is no such field.")


def source_problems(
    document: Document, path: Sequence[Key], marks: Iterable[str], known: Mapping[str, str]
) -> Iterator[Problem]:
    """Marks under ``sources`` that the list of sources does not have."""
    for index, mark in enumerate(marks):
        if mark not in known:
            yield document.problem([*path, "sources", index], f"There is no source with the mark “{mark}”.")


# --- Files that are right ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TypedDocument(Document, Generic[C]):
    """A file whose form is right, with its content as an object."""

    content: C


Rule = Callable[[TypedDocument[C]], Iterable[Problem]]


def check(document: Document, cls: type[C], *rules: Rule[C]) -> tuple[TypedDocument[C] | None, list[Problem]]:
    """One file as ``cls``, and what is wrong with it: its form, and only where that is right, house style and rules."""
    mistakes = [document.problem(path, sentence) for path, sentence in find_mistakes(document.data, cls)]
    if mistakes:
        return None, mistakes
    typed = TypedDocument(document.file, document.data, document.lines, msgspec.convert(document.data, cls))
    return typed, [problem for rule in (text_problems, *rules) for problem in rule(typed)]


def check_files(
    paths: Iterable[Path], cls: type[C], *rules: Rule[C], base: Path
) -> tuple[list[TypedDocument[C]], list[Problem]]:
    """Files of one kind, those of the right form, and everything that is wrong in any of them."""
    checked = [check(read_yaml(path, base=base), cls, *rules) for path in paths]
    documents = [document for document, _ in checked if document is not None]
    return documents, [problem for _, problems in checked for problem in problems]


def open_file(path: Path, cls: type[C]) -> C:
    """One file of ours as ``cls``, without house style and rules: pages trust what ``load_content`` has checked.

    Raises ``msgspec.ValidationError`` when it is no ``cls``.
    """
    loader = _Loader(path.read_text(encoding="utf-8"))
    try:
        return msgspec.convert(loader.get_single_data(), cls)
    finally:
        loader.dispose()


def read_checked(paths: Iterable[Path], cls: type[C], *rules: Rule[C], base: Path) -> list[TypedDocument[C]]:
    """Files of one kind that are all right. Raises ``ContentError`` with everything that is wrong in any of them."""
    documents, problems = check_files(paths, cls, *rules, base=base)
    if problems:
        raise ContentError(problems)
    return documents


def sentence_problems(
    document: Document, path: Sequence[Key], texts: Iterable[str], sentence: str
) -> Iterator[Problem]:
    """Of a list of texts those that are no full sentences; ``path`` leads to the list."""
    for index, text in enumerate(texts):
        if not is_sentence(text):
            yield document.problem([*path, index], sentence)


def sourced(known: Mapping[str, str]) -> Rule[Any]:
    """The rule that a file’s own list of sources has known marks only."""
    return lambda document: source_problems(document, [], document.content.sources, known)


def name_sources(thing: S, known: Mapping[str, str]) -> S:
    """The same content with the titles of its sources instead of their marks."""
    return replace(thing, sources=tuple(known[mark] for mark in thing.sources))


# --- Names ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """Something that other content may name: by its key, its name or one of its aliases."""

    kind: str
    key: str
    name: str
    aliases: tuple[str, ...] = ()


class Names:
    """Finds what a name means, whatever its capitals. A word that means two things is a clash.

    ``pairs`` may share their words: the first stands for both where no kind is asked for, as an intervention does for
    the meeting in which it is held.
    """

    def __init__(self, things: Iterable[Named] = (), *, pairs: Iterable[tuple[Named, Named]] = ()) -> None:
        self._by_word: dict[str, list[Named]] = {}
        self.clashes: list[str] = []
        allowed = {frozenset(pair) for pair in pairs}
        for thing in things:
            for word in sorted({_plain_letters(word) for word in (thing.key, thing.name, *thing.aliases)}):
                known = self._by_word.setdefault(word, [])
                self.clashes += [
                    f"“{word}” means both “{other.name}” and “{thing.name}”."
                    for other in known
                    if other != thing and frozenset((other, thing)) not in allowed
                ]
                known.append(thing)

    def find(self, word: str, kind: str = "") -> Named | None:
        """The thing of that key, name or alias, or None. With ``kind`` only among the things of that kind."""
        known = self._by_word.get(_plain_letters(word), [])
        return next((thing for thing in known if kind in {"", thing.kind}), None)

    def __iter__(self) -> Iterator[Named]:
        return iter(dict.fromkeys(thing for known in self._by_word.values() for thing in known))


def _plain_letters(word: str) -> str:
    return " ".join(word.replace("’", "'").casefold().split())


def checksum(value: Any) -> str:
    """A fingerprint that is equal exactly when the content is."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=plain).encode()).hexdigest()
