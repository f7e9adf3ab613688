"""The catalogue of interventions and the five steps, as they ship: read from ``content/`` and checked.

The classes are the schema of the files, and what ``CatalogueEntry.guidance`` holds. Pure: no Django. ``loading`` puts
what is read here into the database.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from kmportal.lib.content import (
    ContentError,
    Document,
    Named,
    Names,
    Problem,
    TypedDocument,
    check_files,
    draft_problems,
    is_sentence,
    name_sources,
    open_file,
    read_checked,
    repeated,
    sentence_problems,
    sentences,
    source_problems,
    sourced,
)
from kmportal.lib.content_classes import ONCE, Aliases, Content, Draft, Sourced, Text, Texts, recast

FOLDER = Path(__file__).parent / "content"
YES_OR_NO = ("Are ", "Can ", "Do ", "Does ", "Has ", "Have ", "Is ", "Will ")
SEED_COUNT = {1: 5, 2: 6, 3: 5, 4: 4, 5: 5}

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Step = Annotated[int, Meta(ge=1, le=5)]
Level = Literal["low", "medium", "high"]
AreaKey = Literal["foundation", "knowledge", "enablers", "context", "products"]


class EntryAdvice(Sourced):
    """What is said about an intervention beyond the columns of the database.

    ``template`` are the headings of a page to fill in.
    """

    why: Text
    how: Annotated[tuple[Text, ...], Meta(min_length=3, max_length=7, extra=ONCE)]
    who: Text
    time: Text
    cost: Level
    inputs: Texts
    outputs: Texts
    template: Texts
    visibility: Level
    tier: Literal["starter", "next", "advanced"]
    technique: Key = ""
    how_to_know: Text
    aliases: Aliases
    draft: Draft


class Guidance(EntryAdvice):
    """What the database keeps of it, with what its class of cost means."""

    cost_words: str = ""


class EntryInFile(EntryAdvice):
    """A kind of intervention as its file has it. ``extra`` marks what the original roadmap does not name."""

    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    extra: bool = False
    what: Text
    areas: Annotated[tuple[AreaKey, ...], Meta(min_length=1, extra=ONCE)]
    effort: Literal["quick", "medium", "long"]
    kind: Literal["quick-win", "strategic", "infrastructure", "process-change"]


class Entry(EntryInFile):
    """The same with its place: the step, and the number in it."""

    step: int
    position: int


class StepFile(Content):
    """The file of one step."""

    step: Step
    entries: Annotated[tuple[EntryInFile, ...], Meta(min_length=1)]


class StepWords(Content):
    """What a step is called and for, and the questions that show that it is well done. ``file`` has its entries."""

    number: Step
    key: Key
    name: Text
    file: Text
    purpose: Text
    exit_questions: Annotated[tuple[Text, ...], Meta(min_length=3, max_length=5, extra=ONCE)]


class Area(Content):
    """One of the five areas that a balanced plan serves."""

    key: AreaKey
    name: Text
    meaning: Text


class Costs(Content):
    """What the classes of cost mean."""

    low: Text
    medium: Text
    high: Text

    def words(self, level: str) -> str:
        """The words for ``low``, ``medium`` or ``high``."""
        return str(getattr(self, level))


class Guide(Sourced):
    """``steps.yaml``: steps, areas and costs."""

    steps: Annotated[tuple[StepWords, ...], Meta(min_length=5, max_length=5)]
    areas: Annotated[tuple[Area, ...], Meta(min_length=5, max_length=5)]
    costs: Costs


class SourceList(Content):
    """``sources.yaml``: mark → title. One of them says that something is our own."""

    sources: dict[Annotated[str, Meta(pattern=r"^(ours|[A-Z][0-9]+[a-z]?)$")], Text]


class Catalogue(Content):
    """All of it: steps, areas, what the classes of cost mean, and the entries in the order of the steps."""

    steps: tuple[StepWords, ...]
    areas: tuple[Area, ...]
    costs: Costs
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
    guides, problems = check_files([folder / "steps.yaml"], Guide, _guide_problems, sourced(known), base=folder.parent)
    if not guides:
        raise ContentError(problems)
    [guide] = guides
    files, more = check_files(
        _step_paths(folder, guide.content), StepFile, partial(_entry_problems, known), base=folder.parent
    )
    problems = problems + more or list(_together_problems(guide, files))
    if problems:
        raise ContentError(problems)
    return _put_together(guide.content, [document.content for document in files], known)


@cache
def shipped() -> Catalogue:
    """The catalogue that ships, read once for each process."""
    guide = open_file(FOLDER / "steps.yaml", Guide)
    return _put_together(guide, [open_file(path, StepFile) for path in _step_paths(FOLDER, guide)], read_sources())


def read_sources(folder: Path = FOLDER) -> dict[str, str]:
    """Sources: mark → title. Also for the content of the apps above."""
    [document] = read_checked([folder / "sources.yaml"], SourceList, _ours_problems, base=folder.parent)
    return document.content.sources


def technique_problems(techniques: Collection[str], folder: Path = FOLDER) -> list[Problem]:
    """Entries that name a technique which is not among ``techniques``. Asked by whoever knows the techniques."""
    [guide] = read_checked([folder / "steps.yaml"], Guide, base=folder.parent)
    files = read_checked(_step_paths(folder, guide.content), StepFile, base=folder.parent)
    return [
        document.problem(["entries", index, "technique"], f"There is no technique “{entry.technique}”.")
        for document in files
        for index, entry in enumerate(document.content.entries)
        if entry.technique and entry.technique not in techniques
    ]


def _step_paths(folder: Path, guide: Guide) -> list[Path]:
    return [folder / f"{step.file}.yaml" for step in guide.steps]


def _ours_problems(document: TypedDocument[SourceList]) -> Iterator[Problem]:
    if "ours" not in document.content.sources:
        yield document.problem(["sources"], "“ours” is missing.")


def _guide_problems(guide: TypedDocument[Guide]) -> Iterator[Problem]:
    for index, step in enumerate(guide.content.steps):
        path = ("steps", index)
        if step.number != index + 1:
            yield guide.problem([*path, "number"], f"This must be step {index + 1}.")
        if not is_sentence(step.purpose) or sentences(step.purpose) != 1:
            yield guide.problem([*path, "purpose"], "The purpose must be one full sentence.")
        for number, question in enumerate(step.exit_questions):
            if not question.endswith("?"):
                yield guide.problem([*path, "exit_questions", number], "An exit question ends with a question mark.")
            elif not question.startswith(YES_OR_NO):
                yield guide.problem([*path, "exit_questions", number], "One must be able to answer it with yes or no.")


def _entry_problems(known: Mapping[str, str], document: TypedDocument[StepFile]) -> Iterator[Problem]:
    for index, entry in enumerate(document.content.entries):
        path = ("entries", index)
        yield from draft_problems(document, path, document.data["entries"][index])
        yield from source_problems(document, path, entry.sources, known)
        yield from _entry_word_problems(document, path, entry)


def _entry_word_problems(document: Document, path: tuple[str, int], entry: EntryInFile) -> Iterator[Problem]:
    for name in ("what", "why", "who", "how_to_know"):
        if not is_sentence(getattr(entry, name)):
            yield document.problem([*path, name], "This must be a full sentence with a full stop.")
    yield from sentence_problems(
        document, [*path, "how"], entry.how, "Each step must be a full sentence with a full stop."
    )
    for name in ("time", "inputs", "outputs", "template"):
        texts = (entry.time,) if name == "time" else getattr(entry, name)
        for number, text in enumerate(texts):
            if text.endswith("."):
                yield document.problem([*path, name, number], "This is a short label, so it has no full stop.")


def _together_problems(guide: TypedDocument[Guide], files: list[TypedDocument[StepFile]]) -> Iterator[Problem]:
    """What can only be seen over all files: keys twice, a name with two meanings, the 25 of the seed."""
    keys = []
    for step, document in zip(guide.content.steps, files, strict=True):
        entries = document.content.entries
        if document.content.step != step.number:
            yield document.problem(["step"], f"The guide says that this is step {step.number}.")
        seed = sum(not entry.extra for entry in entries)
        if seed != SEED_COUNT[step.number]:
            yield document.problem(
                ["entries"], f"The roadmap has {SEED_COUNT[step.number]} entries in this step, but here are {seed}."
            )
        keys += [(entry.key, document, index) for index, entry in enumerate(entries)]
    twice = [word for word, _ in repeated((key, ()) for key, _, _ in keys)]
    for key in twice:
        document, index = [(document, index) for other, document, index in keys if other == key][-1]
        yield document.problem(["entries", index, "key"], f"The key “{key}” stands in the catalogue twice.")
    if not twice:
        entries = tuple(entry for document in files for entry in document.content.entries)
        for sentence in Names(Named("intervention", one.key, one.name, one.aliases) for one in entries).clashes:
            yield guide.problem([], sentence)


def _put_together(guide: Guide, files: list[StepFile], known: Mapping[str, str]) -> Catalogue:
    order = [area.key for area in guide.areas]
    return Catalogue(
        steps=guide.steps,
        areas=guide.areas,
        costs=guide.costs,
        entries=tuple(
            recast(
                name_sources(entry, known),
                Entry,
                step=file.step,
                position=position,
                areas=tuple(sorted(entry.areas, key=order.index)),
            )
            for file in files
            for position, entry in enumerate(file.entries, start=1)
        ),
    )
