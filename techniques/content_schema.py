"""The techniques as they ship: card and script of each, read from ``content/`` and checked.

Pure: no Django. ``loading`` puts what is read here into the database.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmportal.lib.content import (
    LENGTHS,
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
from roadmap.catalogue import read_sources

FOLDER = Path(__file__).parent / "content"
SCHEMA = FOLDER / "technique.schema.json"
KEYS = (
    "after-action-review",
    "before-action-review",
    "retrospect",
    "peer-assist",
    "appreciative-inquiry",
    "fishbowl",
    "knowledge-cafe",
    "randomised-coffee-trial",
    "action-learning-set",
    "knowledge-harvesting",
    "knowledge-asset",
    "community-of-practice",
)
MEETINGS = (
    "self-assessment-meeting",
    "open-discussion",
    "brown-bag-lunch",
    "wants-and-offers",
    "strategy-vision",
    "strategy-ambition",
    "strategy-objectives",
    "programme-kick-off",
)
# Words that ask people to sign what they write.
_NAMES = re.compile(r"\b(?:your|both|their|with a) names?\b", re.IGNORECASE)
FAMILIES = {"technique": KEYS, "meeting": MEETINGS}


@dataclass(frozen=True)
class Minutes:
    """Minutes (or a number of rounds) for each of the three lengths."""

    short: int
    standard: int
    long: int

    def of(self, length: str) -> int:
        """The figure for ``short``, ``standard`` or ``long``."""
        return int(getattr(self, length))

    def as_dict(self) -> dict[str, int]:
        return {length: self.of(length) for length in LENGTHS}


@dataclass(frozen=True)
class Column:
    """Where notes are written, and what the close makes of them: nothing, summary, actions or lessons.

    ``names``: people write into the note who they are, as they do where something is promised.
    """

    key: str
    name: str
    makes: str
    names: bool = False


@dataclass(frozen=True)
class Part:
    """A part of a stage that is gone through several times, such as one presenter’s turn."""

    name: str
    prompts: tuple[str, ...]
    minutes: Minutes


@dataclass(frozen=True)
class Stage:
    """One stage of a script. ``rounds`` and ``parts`` are only set where a stage repeats something."""

    key: str
    name: str
    prompts: tuple[str, ...]
    say: str
    minutes: Minutes
    columns: tuple[Column, ...]
    writes: str
    reveal: str
    reveal_reason: str
    rounds: Minutes | None
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Role:
    """Who takes part as what."""

    name: str
    does: str


@dataclass(frozen=True)
class Preparation:
    """Something to do, so many days before the session."""

    days: int
    text: str


@dataclass(frozen=True)
class Front:
    """The front of the card to print. Its back is made of the ground rules, the prompts and what goes wrong."""

    what: str
    when: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Technique:
    """A way of learning together, or a meeting. ``ours`` names the lengths that no postcard gives."""

    key: str
    position: int
    name: str
    aliases: tuple[str, ...]
    family: str
    moment: str
    tier: str
    can_run: bool
    not_in_room: str
    purpose: str
    use_when: tuple[str, ...]
    not_when: tuple[str, ...]
    size_min: int
    size_max: int
    size_note: str
    card_time: str
    front: Front
    roles: tuple[Role, ...]
    prep: tuple[Preparation, ...]
    say_first: tuple[str, ...]
    stages: tuple[Stage, ...]
    totals: Minutes
    ours: tuple[str, ...]
    timetable: tuple[tuple[str, str], ...]
    outputs: tuple[str, ...]
    keep: tuple[str, ...]
    dont_keep: tuple[str, ...]
    goes_wrong_when: tuple[str, ...]
    online: str
    after_distress: str
    confidentiality: str
    sources: tuple[str, ...]
    draft: tuple[str, ...]


@dataclass(frozen=True)
class Library:
    """All techniques and meetings, in the order in which they are shown."""

    techniques: tuple[Technique, ...]

    def names(self) -> Names:
        """What other content may call the techniques."""
        return Names(Named("technique", one.key, one.name, one.aliases) for one in self.techniques)

    def technique(self, key: str) -> Technique:
        """The technique of that key. Raises ``KeyError``."""
        for technique in self.techniques:
            if technique.key == key:
                return technique
        raise KeyError(key)


def read(folder: Path = FOLDER) -> Library:
    """All techniques. Raises ``ContentError`` with everything that is wrong in any file."""
    known = read_sources()
    documents = [read_yaml(path, base=folder.parent) for path in sorted(folder.glob("*.yaml"))]
    problems = [problem for document in documents for problem in file_problems(document, known)]
    if not problems:
        problems += _together_problems(documents, known)
    if problems:
        raise ContentError(problems)
    techniques = [_build(document.data, known) for document in documents]
    return Library(tuple(sorted(techniques, key=lambda technique: technique.position)))


def _together_problems(documents: list[Document], known: dict[str, str]) -> Iterator[Problem]:
    found = {document.data["key"]: document for document in documents}
    for family, keys in FAMILIES.items():
        for key in keys:
            if key not in found:
                yield Problem(f"content/{key}.yaml", 0, "", f"The file of this {family} is missing.")
            elif found[key].data["family"] != family:
                yield found[key].problem(["family"], f"This is a {family}.")
    positions = [(str(document.data["position"]), (number,)) for number, document in enumerate(documents)]
    for position, (number,) in repeated(positions):
        yield documents[int(number)].problem(["position"], f"Another technique has the position {position} already.")
    for sentence in Library(tuple(_build(document.data, known) for document in documents)).names().clashes:
        yield Problem("content", 0, "", sentence)


def file_problems(document: Document, known: dict[str, str]) -> list[Problem]:
    """Everything that is wrong with the file of one technique, as far as it can be seen alone."""
    problems = schema_problems(document, SCHEMA)
    if problems:
        return problems
    data = document.data
    problems += text_problems(document)
    problems += draft_problems(document, [], data)
    problems += source_problems(document, [], data["sources"], known)
    if (stem := Path(document.file).stem) != data["key"]:
        problems.append(document.problem(["key"], f"The key must be the name of the file, “{stem}”."))
    if data["can_run"] == ("not_in_room" in data):
        problems.append(document.problem(["can_run"], "Say why no room suits it (not_in_room), or let it be run."))
    if data["size"]["min"] > data["size"]["max"]:
        problems.append(document.problem(["size"], "The smallest size is larger than the largest."))
    days = [item["days"] for item in data["prep"]]
    if days != sorted(days, reverse=True):
        problems.append(document.problem(["prep"], "The checklist must go from the earliest day to the latest."))
    steps = [(item["text"], ("prep", index)) for index, item in enumerate(data["prep"])]
    problems += [document.problem(path, "This stands in the checklist twice.") for _, path in repeated(steps)]
    problems += _word_problems(document)
    problems += _minute_problems(document)
    for index, stage in enumerate(data["stages"]):
        problems += _stage_problems(document, ("stages", index), stage)
    paths = [(stage["key"], ("stages", index, "key")) for index, stage in enumerate(data["stages"])]
    problems += [document.problem(path, f"The stage “{key}” stands here twice.") for key, path in repeated(paths)]
    return problems


def _word_problems(document: Document) -> Iterator[Problem]:
    data = document.data
    if not is_sentence(data["purpose"]) or sentences(data["purpose"]) > 2:
        yield document.problem(["purpose"], "The purpose must be one full sentence, or two at most.")
    for field in ("use_when", "not_when", "say_first", "outputs", "keep", "dont_keep", "goes_wrong_when"):
        for index, text in enumerate(data[field]):
            if not is_sentence(text):
                yield document.problem([field, index], "This must be a full sentence with a full stop.")
    for field, name in (("prep", "text"), ("roles", "does"), ("timetable", "what")):
        for index, item in enumerate(data.get(field, [])):
            if not is_sentence(item[name]):
                yield document.problem([field, index, name], "This must be a full sentence with a full stop.")
    for field in ("online", "after_distress", "not_in_room"):
        if field in data and not is_sentence(data[field]):
            yield document.problem([field], "This must be a full sentence with a full stop.")
    yield from _front_problems(document)


def _front_problems(document: Document) -> Iterator[Problem]:
    """The front is read at a glance, and every word that the postcard has of its own must be in the script too."""
    front = document.data["sides"]
    for field in ("what", "when"):
        if not is_sentence(front[field]) or sentences(front[field]) != 1:
            yield document.problem(["sides", field], "On the card this is one full sentence.")
    for index, step in enumerate(front["steps"]):
        if not is_sentence(step):
            yield document.problem(["sides", "steps", index], "A step on the card must be a full sentence.")
    script = " ".join(_words({name: document.data[name] for name in ("roles", "size", "stages")})).casefold()
    for index, word in enumerate(document.data.get("card_words", ())):
        if not re.search(rf"\b{re.escape(word.casefold())}", script):
            yield document.problem(
                ["card_words", index], f"The postcard says “{word}”, but roles and stages never use the word."
            )


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _words(item)


def _minute_problems(document: Document) -> Iterator[Problem]:
    data = document.data
    for length in LENGTHS:
        total = sum(stage["minutes"][length] for stage in data["stages"])
        if total != data["totals"][length]:
            yield document.problem(
                ["totals", length],
                f"The stages of the {length} length add up to {total} minutes, but the total says "
                f"{data['totals'][length]}.",
            )
    if not data["totals"]["short"] < data["totals"]["standard"] < data["totals"]["long"]:
        yield document.problem(["totals"], "Short must be shorter than standard, and standard shorter than long.")
    for index, stage in enumerate(data["stages"]):
        if ("rounds" in stage) != ("parts" in stage):
            yield document.problem(["stages", index], "A stage that repeats needs both rounds and parts.")
            continue
        for length in LENGTHS if "rounds" in stage else ():
            one = sum(part["minutes"][length] for part in stage["parts"])
            rounds, minutes = stage["rounds"][length], stage["minutes"][length]
            if rounds * one != minutes:
                yield document.problem(
                    ["stages", index, "minutes", length],
                    f"{rounds} rounds of {one} minutes are {rounds * one} minutes, but the stage has {minutes}.",
                )


def _stage_problems(document: Document, path: tuple[str, int], stage: dict[str, Any]) -> Iterator[Problem]:
    if not is_sentence(stage["say"]):
        yield document.problem([*path, "say"], "The spoken words must be full sentences.")
    for index, prompt in enumerate(stage["prompts"]):
        if not is_sentence(prompt):
            yield document.problem([*path, "prompts", index], "A prompt must be a full question or sentence.")
    columns = [(column["key"], (*path, "columns", index)) for index, column in enumerate(stage["columns"])]
    for key, place in repeated(columns):
        yield document.problem(place, f"The column “{key}” stands here twice.")
    signed = any(column.get("names") or column["makes"] == "actions" for column in stage["columns"])
    if stage["columns"] and not signed and (asked := _NAMES.search(stage["say"])):
        yield document.problem(
            [*path, "say"], f"“{asked[0]}” asks for names, but no column here makes actions or takes names."
        )
    if stage["columns"]:
        if stage["writes"] == "nobody":
            yield document.problem([*path, "writes"], "There are columns, but nobody may write in them.")
        if "reveal_reason" not in stage:
            yield document.problem([*path, "reveal"], "Say why the notes are open or hidden (reveal_reason).")
        elif not is_sentence(stage["reveal_reason"]):
            yield document.problem([*path, "reveal_reason"], "The reason must be a full sentence with a full stop.")
    else:
        if stage["writes"] != "nobody":
            yield document.problem([*path, "writes"], "Somebody may write, but there is no column to write in.")
        if stage["reveal"] == "hidden":
            yield document.problem([*path, "reveal"], "Nothing is written here, so nothing can be hidden.")


def _build(data: dict[str, Any], known: dict[str, str]) -> Technique:
    return Technique(
        key=data["key"],
        position=data["position"],
        name=data["name"],
        aliases=tuple(data["aliases"]),
        family=data["family"],
        moment=data["moment"],
        tier=data["tier"],
        can_run=data["can_run"],
        not_in_room=data.get("not_in_room", ""),
        purpose=data["purpose"],
        use_when=tuple(data["use_when"]),
        not_when=tuple(data["not_when"]),
        size_min=data["size"]["min"],
        size_max=data["size"]["max"],
        size_note=data["size"]["note"],
        card_time=data["card_time"],
        front=Front(data["sides"]["what"], data["sides"]["when"], tuple(data["sides"]["steps"])),
        roles=tuple(Role(**role) for role in data["roles"]),
        prep=tuple(Preparation(**item) for item in data["prep"]),
        say_first=tuple(data["say_first"]),
        stages=tuple(_stage(stage) for stage in data["stages"]),
        totals=Minutes(**data["totals"]),
        ours=tuple(data["ours"]),
        timetable=tuple((item["when"], item["what"]) for item in data.get("timetable", [])),
        outputs=tuple(data["outputs"]),
        keep=tuple(data["keep"]),
        dont_keep=tuple(data["dont_keep"]),
        goes_wrong_when=tuple(data["goes_wrong_when"]),
        online=data["online"],
        after_distress=data["after_distress"],
        confidentiality=data["confidentiality"],
        sources=tuple(known[mark] for mark in data["sources"]),
        draft=tuple(data["draft"]),
    )


def _stage(stage: dict[str, Any]) -> Stage:
    return Stage(
        key=stage["key"],
        name=stage["name"],
        prompts=tuple(stage["prompts"]),
        say=stage["say"],
        minutes=Minutes(**stage["minutes"]),
        columns=tuple(Column(**column) for column in stage["columns"]),
        writes=stage["writes"],
        reveal=stage["reveal"],
        reveal_reason=stage.get("reveal_reason", ""),
        rounds=Minutes(**stage["rounds"]) if "rounds" in stage else None,
        parts=tuple(
            Part(part["name"], tuple(part["prompts"]), Minutes(**part["minutes"])) for part in stage.get("parts", [])
        ),
    )
