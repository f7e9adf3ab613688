"""The catalogue of interventions and the five steps, as they ship: read from ``content/`` and checked.

Pure: no Django. ``loading`` puts what is read here into the database.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

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

FOLDER = Path(__file__).parent / "content"
SCHEMA = FOLDER / "catalogue.schema.json"
YES_OR_NO = ("Are ", "Can ", "Do ", "Does ", "Has ", "Have ", "Is ", "Will ")
SEED_COUNT = {1: 5, 2: 6, 3: 5, 4: 4, 5: 5}


@dataclass(frozen=True)
class Entry:
    """A kind of intervention with its guidance. ``extra`` marks what the original roadmap does not name."""

    key: str
    name: str
    step: int
    position: int
    aliases: tuple[str, ...]
    what: str
    why: str
    how: tuple[str, ...]
    who: str
    time: str
    cost: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    template: tuple[str, ...]
    areas: tuple[str, ...]
    effort: str
    visibility: str
    kind: str
    tier: str
    technique: str
    how_to_know: str
    sources: tuple[str, ...]
    draft: tuple[str, ...]
    extra: bool


@dataclass(frozen=True)
class StepWords:
    """What a step is called and for, and the questions that show that it is well done."""

    number: int
    key: str
    name: str
    purpose: str
    exit_questions: tuple[str, ...]


@dataclass(frozen=True)
class Area:
    """One of the five areas that a balanced plan serves."""

    key: str
    name: str
    meaning: str


@dataclass(frozen=True)
class Catalogue:
    """All of it: steps, areas, what the classes of cost mean, and the entries in the order of the steps."""

    steps: tuple[StepWords, ...]
    areas: tuple[Area, ...]
    costs: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]

    def names(self) -> Names:
        """What other content may call the entries."""
        return Names(Named("intervention", entry.key, entry.name, entry.aliases) for entry in self.entries)

    def entry(self, key: str) -> Entry:
        """The entry of that key. Raises ``KeyError``."""
        for entry in self.entries:
            if entry.key == key:
                return entry
        raise KeyError(key)


def read(folder: Path = FOLDER) -> Catalogue:
    """The whole catalogue. Raises ``ContentError`` with everything that is wrong in any of its files."""
    known = read_sources(folder)
    guide, files = _documents(folder)
    problems = [*_guide_problems(guide), *source_problems(guide, [], guide.data["sources"], known)]
    for document in files:
        problems += _file_problems(document, known)
    if not problems:
        problems += _together_problems(guide, files, known)
    if problems:
        raise ContentError(problems)
    return _build(guide, files, known)


def read_sources(folder: Path = FOLDER) -> dict[str, str]:
    """Sources: mark → title. Also for the content of the apps above."""
    document = read_yaml(folder / "sources.yaml", base=folder.parent)
    if problems := schema_problems(document, SCHEMA, "sources"):
        raise ContentError(problems)
    return dict(document.data["sources"])


def technique_problems(techniques: Collection[str], folder: Path = FOLDER) -> list[Problem]:
    """Entries that name a technique which is not among ``techniques``. Asked by whoever knows the techniques."""
    _, files = _documents(folder)
    return [
        document.problem(["entries", index, "technique"], f"There is no technique “{entry['technique']}”.")
        for document in files
        for index, entry in enumerate(document.data["entries"])
        if "technique" in entry and entry["technique"] not in techniques
    ]


def _documents(folder: Path) -> tuple[Document, list[Document]]:
    guide = read_yaml(folder / "steps.yaml", base=folder.parent)
    if problems := schema_problems(guide, SCHEMA, "guide"):
        raise ContentError(problems)
    return guide, [read_yaml(folder / f"{step['file']}.yaml", base=folder.parent) for step in guide.data["steps"]]


def _guide_problems(guide: Document) -> Iterator[Problem]:
    yield from text_problems(guide)
    for index, step in enumerate(guide.data["steps"]):
        path = ("steps", index)
        if step["number"] != index + 1:
            yield guide.problem([*path, "number"], f"This must be step {index + 1}.")
        if not is_sentence(step["purpose"]) or sentences(step["purpose"]) != 1:
            yield guide.problem([*path, "purpose"], "The purpose must be one full sentence.")
        for number, question in enumerate(step["exit_questions"]):
            if not question.endswith("?"):
                yield guide.problem([*path, "exit_questions", number], "An exit question ends with a question mark.")
            elif not question.startswith(YES_OR_NO):
                yield guide.problem([*path, "exit_questions", number], "One must be able to answer it with yes or no.")


def _file_problems(document: Document, known: dict[str, str]) -> list[Problem]:
    problems = schema_problems(document, SCHEMA, "step_file")
    if problems:
        return problems
    problems += text_problems(document)
    for index, entry in enumerate(document.data["entries"]):
        path = ("entries", index)
        problems += draft_problems(document, path, entry)
        problems += source_problems(document, path, entry["sources"], known)
        for field in ("what", "why", "who", "how_to_know"):
            if not is_sentence(entry[field]):
                problems.append(document.problem([*path, field], "This must be a full sentence with a full stop."))
        for number, step in enumerate(entry["how"]):
            if not is_sentence(step):
                problems.append(
                    document.problem([*path, "how", number], "Each step must be a full sentence with a full stop.")
                )
        for field in ("time", "inputs", "outputs", "template"):
            values = [entry[field]] if field == "time" else entry[field]
            for number, text in enumerate(values):
                if text.endswith("."):
                    place: tuple[str | int, ...] = (*path, field, number)
                    problems.append(document.problem(place, "This is a short label, so it has no full stop."))
    return problems


def _together_problems(guide: Document, files: list[Document], known: dict[str, str]) -> Iterator[Problem]:
    """What can only be seen over all files: keys twice, a name with two meanings, the 25 of the seed."""
    keys = []
    for step, document in zip(guide.data["steps"], files, strict=True):
        entries = document.data["entries"]
        if document.data["step"] != step["number"]:
            yield document.problem(["step"], f"The guide says that this is step {step['number']}.")
        seed = sum(not entry.get("extra", False) for entry in entries)
        if seed != SEED_COUNT[step["number"]]:
            yield document.problem(
                ["entries"], f"The roadmap has {SEED_COUNT[step['number']]} entries in this step, but here are {seed}."
            )
        keys += [(entry["key"], document, index) for index, entry in enumerate(entries)]
    twice = [word for word, _ in repeated((key, ()) for key, _, _ in keys)]
    for key in twice:
        document, index = [(document, index) for other, document, index in keys if other == key][-1]
        yield document.problem(["entries", index, "key"], f"The key “{key}” stands in the catalogue twice.")
    if not twice:
        for sentence in _build(guide, files, known).names().clashes:
            yield guide.problem([], sentence)


def _build(guide: Document, files: list[Document], known: dict[str, str]) -> Catalogue:
    data = guide.data
    return Catalogue(
        steps=tuple(
            StepWords(step["number"], step["key"], step["name"], step["purpose"], tuple(step["exit_questions"]))
            for step in data["steps"]
        ),
        areas=tuple(Area(area["key"], area["name"], area["meaning"]) for area in data["areas"]),
        costs=tuple(data["costs"].items()),
        entries=tuple(
            Entry(
                key=entry["key"],
                name=entry["name"],
                step=document.data["step"],
                position=position,
                aliases=tuple(entry["aliases"]),
                what=entry["what"],
                why=entry["why"],
                how=tuple(entry["how"]),
                who=entry["who"],
                time=entry["time"],
                cost=entry["cost"],
                inputs=tuple(entry["inputs"]),
                outputs=tuple(entry["outputs"]),
                template=tuple(entry["template"]),
                areas=tuple(area["key"] for area in data["areas"] if area["key"] in entry["areas"]),
                effort=entry["effort"],
                visibility=entry["visibility"],
                kind=entry["kind"],
                tier=entry["tier"],
                technique=entry.get("technique", ""),
                how_to_know=entry["how_to_know"],
                sources=tuple(known[mark] for mark in entry["sources"]),
                draft=tuple(entry["draft"]),
                extra=entry.get("extra", False),
            )
            for document in files
            for position, entry in enumerate(document.data["entries"], start=1)
        ),
    )
