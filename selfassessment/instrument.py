"""The instrument of self-assessment as it ships: read from ``content/`` and checked.

Pure: no Django. ``loading`` puts what is read here into the database.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from kmportal.lib.content import (
    ContentError,
    Document,
    Names,
    Problem,
    Rule,
    TypedDocument,
    check_files,
    draft_problems,
    is_sentence,
    name_sources,
    repeated,
    sentence_problems,
    sentences,
    sourced,
)
from kmportal.lib.content_classes import ONCE, Content, Draft, Slug, Sourced, Text, Texts, recast
from roadmap import catalogue
from techniques import content_schema

CONTENT = Path(__file__).parent / "content"
FOLDER = CONTENT / "four-headings"

# Statements whose longer words are this alike cannot be told apart by somebody who ticks.
SAME_WORDS = 0.6
_LONGER = re.compile(r"[a-z]{4,}")
# Two claims in one sentence: one could be true without the other.
_TWO_THINGS = re.compile(r"[;:]|, (?:and|but) (?:it|they|we|people|nobody|somebody|everyone|staff|teams?)\b")
# What can be felt but not seen.
_SIGH = re.compile(
    r"\b(?:culture|mindset|ethos|naturally|second nature|embedded|embrace\w*|passion\w*|taken for granted|habit)\b",
    re.IGNORECASE,
)
# What the question asks about by name, a statement has to name too.
_OWED = ("profession", "site", "patient", "resident", "partner", "research", "experience", "confidence", "shift")


FULL_SENTENCE = "This must be a full sentence with a full stop."

Label = Annotated[str, Meta(min_length=1, max_length=60)]
Effort = Literal["quick", "medium", "long"]
# Clauses of ISO 30401.
Clause = Literal[
    "4.1", "4.2", "4.3", "4.4.1", "4.4.2", "4.4.3", "4.4.4", "4.5", "5.1", "5.2", "5.3", "6.1", "6.2", "7.1", "7.2",
    "7.3", "7.4", "7.5", "8", "9.1", "9.2", "9.3", "10.1", "10.2",
]  # fmt: skip


class Level(Content):
    """A level with its name and a rule of thumb."""

    number: Annotated[int, Meta(ge=1, le=5)]
    name: Annotated[str, Meta(min_length=1, max_length=30)]
    rule: Text


class Suggestion(Content):
    """What to do about a gap. ``intervention`` and ``technique`` are keys, or empty."""

    title: Label
    text: Text
    effort: Effort
    becomes: Literal["intervention", "action"]
    intervention: Slug = ""
    technique: Slug = ""


class Criterion(Content):
    """A question with five statements, lowest level first.

    ``helps`` names catalogue entries and techniques: in the file by name, key or alias, once read by key. ``iso`` are
    clauses of ISO 30401, ``outcomes`` the NHS Quality and Improvement Outcomes, ``legacy`` those of the older LQAF.
    """

    code: Annotated[str, Meta(pattern="^[A-Z][1-9]$")]
    name: Label
    question: Annotated[str, Meta(min_length=1, max_length=200)]
    statements: Annotated[tuple[Text, ...], Meta(min_length=5, max_length=5)]
    evidence: Texts
    helps: Texts
    first: Suggestion
    stretch: Suggestion
    iso: Annotated[tuple[Clause, ...], Meta(min_length=1, extra=ONCE)]
    outcomes: Annotated[tuple[Annotated[int, Meta(ge=1, le=6)], ...], Meta(min_length=1, extra=ONCE)]
    legacy: Annotated[tuple[Literal["5.4a"], ...], Meta(extra=ONCE)]
    draft: Draft


class Section(Content):
    """A heading with its criteria: one file. ``other_name`` is a second name that the heading has had."""

    key: Slug
    prefix: Annotated[str, Meta(pattern="^[A-Z]$")]
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    short_name: Annotated[str, Meta(min_length=1, max_length=40)]
    purpose: Annotated[str, Meta(min_length=1, max_length=300)]
    criteria: Annotated[tuple[Criterion, ...], Meta(min_length=1)]
    other_name: Text = ""


class FrameworkWords(Sourced):
    """What an instrument says about itself."""

    key: Slug
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    summary: Text
    note: Text
    short_note: Annotated[str, Meta(min_length=1, max_length=200)]
    minutes_to_answer: Annotated[int, Meta(ge=1)]
    months_ahead: Annotated[int, Meta(ge=1)]
    priorities_limit: Annotated[int, Meta(ge=1)]
    how_to_answer: Texts
    levels: Annotated[tuple[Level, ...], Meta(min_length=5, max_length=5)]


class FrameworkFile(FrameworkWords):
    """``framework.yaml``. ``must_say`` lists what questions and statements together have to name, somewhere."""

    sections: Annotated[tuple[Slug, ...], Meta(min_length=1, extra=ONCE)]
    must_say: Texts = ()


class Framework(FrameworkWords):
    """The whole instrument."""

    sections: tuple[Section, ...]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, in order."""
        return tuple(criterion for section in self.sections for criterion in section.criteria)


def read(folder: Path = FOLDER, *, names: Names | None = None) -> Framework:
    """The instrument in ``folder``. Raises ``ContentError`` with everything that is wrong in any file.

    ``names`` is what ``helps`` and suggestions may name; by default the bundled catalogue and techniques.
    """
    names, known = names or known_names(), catalogue.read_sources()
    rules: list[Rule[FrameworkFile]] = [_framework_problems, sourced(known)]
    wholes, problems = check_files([folder / "framework.yaml"], FrameworkFile, *rules, base=folder.parent)
    if not wholes:
        raise ContentError(problems)
    [whole] = wholes
    paths = [folder / f"{key}.yaml" for key in whole.content.sections]
    files, more = check_files(paths, Section, partial(_section_problems, names), base=folder.parent)
    problems = problems + more or [*_together_problems(files), *_coverage_problems(whole, files)]
    if problems:
        raise ContentError(problems)
    sections = tuple(_with_their_keys(document.content, names) for document in files)
    return recast(name_sources(whole.content, known), Framework, sections=sections)


def _with_their_keys(section: Section, names: Names) -> Section:
    """The section in which ``helps`` names everything by its key, each thing once."""
    found = [[thing.key for word in one.helps if (thing := names.find(word))] for one in section.criteria]
    criteria = zip(section.criteria, found, strict=True)
    return replace(section, criteria=tuple(replace(one, helps=tuple(dict.fromkeys(keys))) for one, keys in criteria))


def known_names() -> Names:
    """The names of all catalogue entries and techniques. Raises ``ContentError`` when a name means two things."""
    whole = catalogue.read()
    entries, techniques = whole.names(), content_schema.read().names()
    held = ((entries.find(entry.key), techniques.find(entry.technique)) for entry in whole.entries if entry.technique)
    names = Names([*entries, *techniques], pairs=[(one, other) for one, other in held if one and other])
    if names.clashes:
        raise ContentError(Problem("catalogue and techniques", 0, "", sentence) for sentence in names.clashes)
    return names


def _framework_problems(whole: TypedDocument[FrameworkFile]) -> Iterator[Problem]:
    for index, level in enumerate(whole.content.levels):
        if level.number != index + 1:
            yield whole.problem(["levels", index, "number"], f"This must be level {index + 1}.")
        if not is_sentence(level.rule) or sentences(level.rule) != 1:
            yield whole.problem(["levels", index, "rule"], "The rule of thumb must be one full sentence.")
    for name in ("summary", "note", "short_note"):
        if not is_sentence(getattr(whole.content, name)):
            yield whole.problem([name], FULL_SENTENCE)
    yield from sentence_problems(whole, ["how_to_answer"], whole.content.how_to_answer, FULL_SENTENCE)


def _section_problems(names: Names, document: TypedDocument[Section]) -> Iterator[Problem]:
    section = document.content
    if (stem := Path(document.file).stem) != section.key:
        yield document.problem(["key"], f"The key must be the name of the file, “{stem}”.")
    for index, criterion in enumerate(section.criteria):
        path = ("criteria", index)
        expected = f"{section.prefix}{index + 1}"
        if criterion.code != expected:
            yield document.problem([*path, "code"], f"The code of this criterion must be {expected}.")
        yield from draft_problems(document, path, document.data["criteria"][index])
        yield from _criterion_problems(document, path, criterion, names)
        yield from _suggestion_problems(document, (*path, "first"), criterion.first, names)
        yield from _suggestion_problems(document, (*path, "stretch"), criterion.stretch, names)
        if criterion.first.title.casefold() == criterion.stretch.title.casefold():
            yield document.problem([*path, "stretch", "title"], "Both suggestions have the same title.")


def _criterion_problems(
    document: Document, path: tuple[str, int], criterion: Criterion, names: Names
) -> Iterator[Problem]:
    if not criterion.question.endswith("?"):
        yield document.problem([*path, "question"], "The question must end with a question mark.")
    for level, statement in enumerate(criterion.statements, start=1):
        place: tuple[str | int, ...] = (*path, "statements", level - 1)
        if not statement.endswith(".") or not is_sentence(statement):
            yield document.problem(place, f"The statement of level {level} must be a sentence with a full stop.")
        elif sentences(statement) > 1:
            yield document.problem(place, f"The statement of level {level} must be one sentence only.")
        if level > 2 and _TWO_THINGS.search(statement):
            yield document.problem(place, f"The statement of level {level} says two things. Choose the one to tick.")
        if found := _SIGH.search(statement):
            yield document.problem(place, f"Nobody can see “{found[0]}”. Say what people do.")
    said = " ".join(criterion.statements).casefold()
    for word in _OWED:
        if word in criterion.question.casefold() and word not in said:
            yield document.problem([*path, "statements"], f"The question names “{word}”, but no statement does.")
    paths = [(text, (*path, "statements", number)) for number, text in enumerate(criterion.statements)]
    for _, place in repeated(paths):
        yield document.problem(place, "Two levels have the same statement.")
    for number, word in enumerate(criterion.helps):
        if names.find(word) is None:
            yield document.problem(
                [*path, "helps", number], f"“{word}” is neither in the catalogue nor among the techniques."
            )


def _suggestion_problems(
    document: Document, path: tuple[str | int, ...], suggestion: Suggestion, names: Names
) -> Iterator[Problem]:
    if suggestion.title.endswith((".", "?")):
        yield document.problem([*path, "title"], "A title has no full stop.")
    if not is_sentence(suggestion.text):
        yield document.problem([*path, "text"], "The text must be full sentences.")
    if not 2 <= sentences(suggestion.text) <= 4:
        yield document.problem([*path, "text"], "The text must have two to four sentences.")
    if "library" not in suggestion.text.casefold():
        yield document.problem([*path, "text"], "The text must say what the library can offer.")
    if (suggestion.becomes == "intervention") != bool(suggestion.intervention):
        yield document.problem(
            [*path, "becomes"], "What becomes an intervention names one of the catalogue, and an action names none."
        )
    for name, kind in (("intervention", "catalogue entry"), ("technique", "technique")):
        key = getattr(suggestion, name)
        found = names.find(key, name) if key else None
        if key and (found is None or found.key != key):
            yield document.problem([*path, name], f"There is no {kind} with the key “{key}”.")


def _together_problems(files: list[TypedDocument[Section]]) -> Iterator[Problem]:
    """What can only be seen over all sections: two criteria that are hard to tell apart."""
    for name in ("prefix", "name", "short_name"):
        seen: set[str] = set()
        for document in files:
            value = getattr(document.content, name)
            if value in seen:
                yield document.problem([name], f"Another section has “{value}” already.")
            seen.add(value)
    words: set[str] = set()
    for document in files:
        for index, criterion in enumerate(document.content.criteria):
            texts = [("name", criterion.name), ("question", criterion.question)]
            texts += [("first", criterion.first.title), ("stretch", criterion.stretch.title)]
            for name, text in texts:
                if text.casefold() in words:
                    yield document.problem(["criteria", index, name], f"“{text}” stands in another criterion too.")
                words.add(text.casefold())


def _coverage_problems(whole: TypedDocument[FrameworkFile], files: list[TypedDocument[Section]]) -> Iterator[Problem]:
    """What the whole must name, research in every section, and statements of two criteria that say nearly the same."""
    said: dict[tuple[int, int, int], str] = {}
    for number, document in enumerate(files):
        for index, criterion in enumerate(document.content.criteria):
            for level, statement in enumerate(criterion.statements):
                said[number, index, level] = statement
        here = " ".join(text for place, text in said.items() if place[0] == number).casefold()
        if "research" not in here and "evidence" not in here:
            yield document.problem(["criteria"], "No statement of this section names research or evidence.")
    questions = (criterion.question for document in files for criterion in document.content.criteria)
    everything = " ".join([*questions, *said.values()]).casefold()
    for place, word in enumerate(whole.content.must_say):
        if word.casefold() not in everything:
            yield whole.problem(["must_say", place], f"Neither a question nor a statement names “{word}”.")
    words = {place: frozenset(_LONGER.findall(text.casefold())) for place, text in said.items()}
    for one, other in combinations(said, 2):
        if one[:2] != other[:2] and _find_overlap(words[one], words[other]) > SAME_WORDS:
            yield files[other[0]].problem(
                ["criteria", other[1], "statements", other[2]],
                f"This is hard to tell from “{said[one]}”, which stands in another criterion.",
            )


def _find_overlap(words: frozenset[str], others: frozenset[str]) -> float:
    """The share of words that two sentences have in common, of all that they use."""
    return len(words & others) / len(words | others) if words | others else 0.0
