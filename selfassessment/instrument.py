"""The instrument of self-assessment as it ships: read from ``content/`` and checked.

Pure: no Django. ``loading`` puts what is read here into the database.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from kmportal.lib.content import (
    ContentError,
    Document,
    Named,
    Names,
    Problem,
    draft_problems,
    is_sentence,
    read_yaml,
    repeated,
    schema_problems,
    sentences,
    source_problems,
    text_problems,
)
from roadmap import catalogue
from techniques import content_schema

CONTENT = Path(__file__).parent / "content"
SCHEMA = CONTENT / "framework.schema.json"
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


@dataclass(frozen=True)
class Level:
    """A level with its name and a rule of thumb."""

    number: int
    name: str
    rule: str


@dataclass(frozen=True)
class Suggestion:
    """What to do about a gap. ``intervention`` and ``technique`` are keys, or empty."""

    title: str
    text: str
    effort: str
    becomes: str
    intervention: str
    technique: str


@dataclass(frozen=True)
class Criterion:
    """A question with five statements, lowest level first. ``helps`` are keys, in the order of the file."""

    code: str
    name: str
    question: str
    statements: tuple[str, ...]
    evidence: tuple[str, ...]
    helps: tuple[Named, ...]
    first: Suggestion
    stretch: Suggestion
    iso: tuple[str, ...]
    outcomes: tuple[int, ...]
    legacy: tuple[str, ...]
    draft: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A heading with its criteria. ``other_name`` is a second name that the heading has had."""

    key: str
    prefix: str
    name: str
    short_name: str
    other_name: str
    purpose: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Framework:
    """The whole instrument."""

    key: str
    title: str
    summary: str
    note: str
    short_note: str
    minutes_to_answer: int
    months_ahead: int
    priorities_limit: int
    how_to_answer: tuple[str, ...]
    levels: tuple[Level, ...]
    sections: tuple[Section, ...]
    sources: tuple[str, ...]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, in order."""
        return tuple(criterion for section in self.sections for criterion in section.criteria)


def read(folder: Path = FOLDER, *, names: Names | None = None) -> Framework:
    """The instrument in ``folder``. Raises ``ContentError`` with everything that is wrong in any file.

    ``names`` is what ``helps`` and suggestions may name; by default the bundled catalogue and techniques.
    """
    names = names or known_names()
    whole = read_yaml(folder / "framework.yaml", base=folder.parent)
    problems = schema_problems(whole, SCHEMA, "framework")
    if problems:
        raise ContentError(problems)
    known = catalogue.read_sources()
    problems += _framework_problems(whole)
    problems += source_problems(whole, [], whole.data["sources"], known)
    files = [read_yaml(folder / f"{key}.yaml", base=folder.parent) for key in whole.data["sections"]]
    for document in files:
        problems += _section_problems(document, names)
    if not problems:
        problems += _together_problems(files)
        problems += _coverage_problems(whole, files)
    if problems:
        raise ContentError(problems)
    return _build(whole.data, [document.data for document in files], names, known)


def known_names() -> Names:
    """The names of all catalogue entries and techniques. Raises ``ContentError`` when a name means two things."""
    whole = catalogue.read()
    entries, techniques = whole.names(), content_schema.read().names()
    held = ((entries.find(entry.key), techniques.find(entry.technique)) for entry in whole.entries if entry.technique)
    names = Names([*entries, *techniques], pairs=[(one, other) for one, other in held if one and other])
    if names.clashes:
        raise ContentError(Problem("catalogue and techniques", 0, "", sentence) for sentence in names.clashes)
    return names


def _framework_problems(whole: Document) -> Iterator[Problem]:
    yield from text_problems(whole)
    for index, level in enumerate(whole.data["levels"]):
        if level["number"] != index + 1:
            yield whole.problem(["levels", index, "number"], f"This must be level {index + 1}.")
        if not is_sentence(level["rule"]) or sentences(level["rule"]) != 1:
            yield whole.problem(["levels", index, "rule"], "The rule of thumb must be one full sentence.")
    for field in ("summary", "note", "short_note"):
        if not is_sentence(whole.data[field]):
            yield whole.problem([field], "This must be a full sentence with a full stop.")
    for index, text in enumerate(whole.data["how_to_answer"]):
        if not is_sentence(text):
            yield whole.problem(["how_to_answer", index], "This must be a full sentence with a full stop.")


def _section_problems(document: Document, names: Names) -> list[Problem]:
    problems = schema_problems(document, SCHEMA, "section")
    if problems:
        return problems
    problems += text_problems(document)
    if (stem := Path(document.file).stem) != document.data["key"]:
        problems.append(document.problem(["key"], f"The key must be the name of the file, “{stem}”."))
    for index, criterion in enumerate(document.data["criteria"]):
        path = ("criteria", index)
        expected = f"{document.data['prefix']}{index + 1}"
        if criterion["code"] != expected:
            problems.append(document.problem([*path, "code"], f"The code of this criterion must be {expected}."))
        problems += draft_problems(document, path, criterion)
        problems += _criterion_problems(document, path, criterion, names)
        for band in ("first", "stretch"):
            problems += _suggestion_problems(document, (*path, band), criterion[band], names)
        if criterion["first"]["title"].casefold() == criterion["stretch"]["title"].casefold():
            problems.append(document.problem([*path, "stretch", "title"], "Both suggestions have the same title."))
    return problems


def _criterion_problems(
    document: Document, path: tuple[str, int], criterion: dict[str, Any], names: Names
) -> Iterator[Problem]:
    if not criterion["question"].endswith("?"):
        yield document.problem([*path, "question"], "The question must end with a question mark.")
    for level, statement in enumerate(criterion["statements"], start=1):
        place: tuple[str | int, ...] = (*path, "statements", level - 1)
        if not statement.endswith(".") or not is_sentence(statement):
            yield document.problem(place, f"The statement of level {level} must be a sentence with a full stop.")
        elif sentences(statement) > 1:
            yield document.problem(place, f"The statement of level {level} must be one sentence only.")
        if level > 2 and _TWO_THINGS.search(statement):
            yield document.problem(place, f"The statement of level {level} says two things. Choose the one to tick.")
        if found := _SIGH.search(statement):
            yield document.problem(place, f"Nobody can see “{found[0]}”. Say what people do.")
    said = " ".join(criterion["statements"]).casefold()
    for word in _OWED:
        if word in criterion["question"].casefold() and word not in said:
            yield document.problem([*path, "statements"], f"The question names “{word}”, but no statement does.")
    paths = [(text, (*path, "statements", number)) for number, text in enumerate(criterion["statements"])]
    for _, place in repeated(paths):
        yield document.problem(place, "Two levels have the same statement.")
    for number, word in enumerate(criterion["helps"]):
        if names.find(word) is None:
            yield document.problem(
                [*path, "helps", number], f"“{word}” is neither in the catalogue nor among the techniques."
            )


def _suggestion_problems(
    document: Document, path: tuple[str | int, ...], suggestion: dict[str, Any], names: Names
) -> Iterator[Problem]:
    if suggestion["title"].endswith((".", "?")):
        yield document.problem([*path, "title"], "A title has no full stop.")
    if not is_sentence(suggestion["text"]):
        yield document.problem([*path, "text"], "The text must be full sentences.")
    if not 2 <= sentences(suggestion["text"]) <= 4:
        yield document.problem([*path, "text"], "The text must have two to four sentences.")
    if "library" not in suggestion["text"].casefold():
        yield document.problem([*path, "text"], "The text must say what the library can offer.")
    if (suggestion["becomes"] == "intervention") != ("intervention" in suggestion):
        yield document.problem(
            [*path, "becomes"], "What becomes an intervention names one of the catalogue, and an action names none."
        )
    for field in ("intervention", "technique"):
        found = names.find(suggestion[field], field) if field in suggestion else None
        if field in suggestion and (found is None or found.key != suggestion[field]):
            kind = "catalogue entry" if field == "intervention" else "technique"
            yield document.problem([*path, field], f"There is no {kind} with the key “{suggestion[field]}”.")


def _together_problems(files: list[Document]) -> Iterator[Problem]:
    """What can only be seen over all sections: two criteria that are hard to tell apart."""
    for field in ("prefix", "name", "short_name"):
        seen: set[str] = set()
        for document in files:
            if document.data[field] in seen:
                yield document.problem([field], f"Another section has “{document.data[field]}” already.")
            seen.add(document.data[field])
    words: set[str] = set()
    for document in files:
        for index, criterion in enumerate(document.data["criteria"]):
            texts = [("name", criterion["name"]), ("question", criterion["question"])]
            texts += [(band, criterion[band]["title"]) for band in ("first", "stretch")]
            for field, text in texts:
                if text.casefold() in words:
                    yield document.problem(["criteria", index, field], f"“{text}” stands in another criterion too.")
                words.add(text.casefold())


def _coverage_problems(whole: Document, files: list[Document]) -> Iterator[Problem]:
    """What the whole must name, research in every section, and statements of two criteria that say nearly the same."""
    said: dict[tuple[int, int, int], str] = {}
    for number, document in enumerate(files):
        for index, criterion in enumerate(document.data["criteria"]):
            for level, statement in enumerate(criterion["statements"]):
                said[number, index, level] = statement
        here = " ".join(text for place, text in said.items() if place[0] == number).casefold()
        if "research" not in here and "evidence" not in here:
            yield document.problem(["criteria"], "No statement of this section names research or evidence.")
    questions = (criterion["question"] for document in files for criterion in document.data["criteria"])
    everything = " ".join([*questions, *said.values()]).casefold()
    for place, word in enumerate(whole.data.get("must_say", ())):
        if word.casefold() not in everything:
            yield whole.problem(["must_say", place], f"Neither a question nor a statement names “{word}”.")
    words = {place: frozenset(_LONGER.findall(text.casefold())) for place, text in said.items()}
    for one, other in combinations(said, 2):
        if one[:2] != other[:2] and _overlap(words[one], words[other]) > SAME_WORDS:
            yield files[other[0]].problem(
                ["criteria", other[1], "statements", other[2]],
                f"This is hard to tell from “{said[one]}”, which stands in another criterion.",
            )


def _overlap(words: frozenset[str], others: frozenset[str]) -> float:
    """The share of words that two sentences have in common, of all that they use."""
    return len(words & others) / len(words | others) if words | others else 0.0


def _build(whole: dict[str, Any], sections: list[dict[str, Any]], names: Names, known: dict[str, str]) -> Framework:
    return Framework(
        key=whole["key"],
        title=whole["title"],
        summary=whole["summary"],
        note=whole["note"],
        short_note=whole["short_note"],
        minutes_to_answer=whole["minutes_to_answer"],
        months_ahead=whole["months_ahead"],
        priorities_limit=whole["priorities_limit"],
        how_to_answer=tuple(whole["how_to_answer"]),
        levels=tuple(Level(**level) for level in whole["levels"]),
        sections=tuple(
            Section(
                key=section["key"],
                prefix=section["prefix"],
                name=section["name"],
                short_name=section["short_name"],
                other_name=section.get("other_name", ""),
                purpose=section["purpose"],
                criteria=tuple(_criterion(criterion, names) for criterion in section["criteria"]),
            )
            for section in sections
        ),
        sources=tuple(known[mark] for mark in whole["sources"]),
    )


def _criterion(criterion: dict[str, Any], names: Names) -> Criterion:
    found = (names.find(word) for word in criterion["helps"])
    return Criterion(
        code=criterion["code"],
        name=criterion["name"],
        question=criterion["question"],
        statements=tuple(criterion["statements"]),
        evidence=tuple(criterion["evidence"]),
        helps=tuple(dict.fromkeys(thing for thing in found if thing)),
        first=_suggestion(criterion["first"]),
        stretch=_suggestion(criterion["stretch"]),
        iso=tuple(criterion["iso"]),
        outcomes=tuple(criterion["outcomes"]),
        legacy=tuple(criterion["legacy"]),
        draft=tuple(criterion["draft"]),
    )


def _suggestion(suggestion: dict[str, Any]) -> Suggestion:
    return Suggestion(
        title=suggestion["title"],
        text=suggestion["text"],
        effort=suggestion["effort"],
        becomes=suggestion["becomes"],
        intervention=suggestion.get("intervention", ""),
        technique=suggestion.get("technique", ""),
    )
