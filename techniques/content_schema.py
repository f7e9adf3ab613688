"""The techniques as they ship: card and script of each, read from ``content/`` and checked.

The classes are the schema of the files, and what the columns of the database hold. Pure: no Django.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from kmportal.lib.content import (
    LENGTHS,
    ContentError,
    Document,
    Key,
    Named,
    Names,
    Problem,
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
from kmportal.lib.content_classes import ONCE, Aliases, Content, Draft, Slug, Sourced, Text, Texts
from roadmap.catalogue import read_sources
from techniques.column_kinds import KINDS, ColumnKind, kind_of

FOLDER = Path(__file__).parent / "content"
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
    "kick-off-of-communities",
    "look-back-of-a-community",
)
# Words that ask people to sign what they write.
_NAMES = re.compile(r"\b(?:your|both|their|with a) names?\b", re.IGNORECASE)
FAMILIES = {"technique": KEYS, "meeting": MEETINGS}


Label = Annotated[str, Meta(min_length=1, max_length=60)]
FrontLine = Annotated[str, Meta(min_length=1, max_length=120)]
Count = Annotated[int, Meta(ge=0, le=480)]
FULL_SENTENCE = "This must be a full sentence with a full stop."


class Minutes(Content):
    """Minutes (or a number of rounds) for each of the three lengths. 0 leaves a stage out at that length."""

    short: Count
    standard: Count
    long: Count

    def of(self, length: str) -> int:
        """The figure for ``short``, ``standard`` or ``long``."""
        return int(getattr(self, length))


class Column(Content):
    """Where something is written.

    ``tells`` says which part of a story it is: what was expected (planned, hoped or feared), what happened, why, what
    was learned, which actions follow, or none of these. ``makes`` says what the close does with it. ``takes`` names its
    kind (``column_kinds``). ``names``: people write who they are, as they do where something is promised. ``fears``: of
    what is expected, what might go wrong; a session that looks back marks which of it came true.
    """

    key: Slug
    name: Label
    tells: Literal["expected", "happened", "why", "learned", "actions", "nothing"]
    makes: Literal["nothing", "summary", "actions", "lessons"]
    takes: Slug
    names: bool = False
    fears: bool = False

    @property
    def kind(self) -> ColumnKind:
        return kind_of(self.takes)


# What becomes an action or a lesson tells nothing else.
TOLD_BY_MAKING = {"actions": "actions", "lessons": "learned"}


class Part(Content):
    """A part of a stage that is gone through several times, such as one presenter’s turn."""

    name: Text
    prompts: Texts
    minutes: Minutes


class Stage(Content):
    """One stage of a script. ``rounds`` and ``parts`` are only set where a stage repeats something.

    ``say`` is what the facilitator may say aloud; ``reveal_reason`` is owed where something is written. ``takes`` names
    its helper (``helper_registry``), where it has one.
    """

    key: Slug
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    prompts: Texts
    say: Text
    minutes: Minutes
    columns: tuple[Column, ...]
    writes: Literal["everyone", "facilitator", "nobody"]
    reveal: Literal["open", "hidden"]
    reveal_reason: Text = ""
    rounds: Minutes | None = None
    parts: Annotated[tuple[Part, ...], Meta(min_length=1)] = ()
    takes: Annotated[str, Meta(pattern=r"^[a-z0-9-]*$", max_length=40)] = ""


class Role(Content):
    """Who takes part as what."""

    name: Text
    does: Text


class Preparation(Content):
    """Something to do, so many days before the session."""

    days: Annotated[int, Meta(ge=0, le=90)]
    text: Text


class Size(Content):
    """How many people it suits."""

    min: Annotated[int, Meta(ge=1)]
    max: Annotated[int, Meta(ge=1)]
    note: Text


class Front(Content):
    """The front of the card to print. Its back is made of the ground rules, the prompts and what goes wrong."""

    what: FrontLine
    when: FrontLine
    steps: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(min_length=3, max_length=8, extra=ONCE)
    ]


class Event(Content):
    """A line of a timetable that goes beyond the session."""

    when: Text
    what: Text


class Card(Sourced):
    """What is read about a technique, beyond what the database keeps in columns of its own.

    ``card_time`` is what the postcard of the framework gives, and for a meeting the usual time; ``ours`` names the
    lengths that no postcard gives. ``not_in_room`` is owed where no session can be held in the portal.
    """

    family: Literal["technique", "meeting"]
    aliases: Aliases
    front: Front
    not_in_room: Text = ""
    use_when: Texts
    not_when: Texts
    size: Size
    card_time: Text
    ours: Annotated[tuple[Literal["short", "standard", "long"], ...], Meta(extra=ONCE)]
    roles: Annotated[tuple[Role, ...], Meta(min_length=1)]
    prep: Annotated[tuple[Preparation, ...], Meta(min_length=1)]
    say_first: Texts
    timetable: Annotated[tuple[Event, ...], Meta(min_length=1)] = ()
    outputs: Texts
    keep: Texts
    dont_keep: Texts
    goes_wrong_when: Texts
    online: Text
    after_distress: Text
    confidentiality: Annotated[
        Literal["open", "no-blame", "chatham-house", "not-captured", "set-only", "consent", "private-pair"],
        Meta(extra={"blank": "no-blame"}),  # an unknown word keeps least
    ]
    draft: Draft


class Technique(Card):
    """A way of learning together, or a meeting: one file.

    ``card_words`` are the postcard’s own terms, which roles and stages must use, such as home team and visitors.
    """

    key: Slug
    position: Annotated[int, Meta(ge=1)]
    name: Label
    moment: Literal["before", "during", "after", "any"]
    tier: Literal["starter", "next", "advanced"]
    can_run: bool
    purpose: Text
    card_words: Texts = ()
    stages: Annotated[tuple[Stage, ...], Meta(min_length=3)]
    totals: Minutes


class Library(Content):
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


Script = TypedDocument[Technique]


def read(folder: Path = FOLDER) -> Library:
    """All techniques. Raises ``ContentError`` with everything that is wrong in any file."""
    known = read_sources()
    paths = sorted(folder.glob("*.yaml"))
    documents, problems = check_files(paths, Technique, sourced(known), *RULES, base=folder.parent)
    problems = problems or list(_together_problems(documents))
    if problems:
        raise ContentError(problems)
    techniques = (name_sources(document.content, known) for document in documents)
    return Library(techniques=tuple(sorted(techniques, key=lambda technique: technique.position)))


def _together_problems(documents: list[Script]) -> Iterator[Problem]:
    found = {document.content.key: document for document in documents}
    for family, keys in FAMILIES.items():
        for key in keys:
            if key not in found:
                yield Problem(f"content/{key}.yaml", 0, "", f"The file of this {family} is missing.")
            elif found[key].content.family != family:
                yield found[key].problem(["family"], f"This is a {family}.")
    positions = [(str(document.content.position), (number,)) for number, document in enumerate(documents)]
    for position, (number,) in repeated(positions):
        yield documents[int(number)].problem(["position"], f"Another technique has the position {position} already.")
    for sentence in Library(techniques=tuple(document.content for document in documents)).names().clashes:
        yield Problem("content", 0, "", sentence)


def _card_problems(document: Script) -> Iterator[Problem]:
    card = document.content
    yield from draft_problems(document, [], document.data)
    if (stem := Path(document.file).stem) != card.key:
        yield document.problem(["key"], f"The key must be the name of the file, “{stem}”.")
    if card.can_run == bool(card.not_in_room):
        yield document.problem(["can_run"], "Say why no room suits it (not_in_room), or let it be run.")
    if card.size.min > card.size.max:
        yield document.problem(["size"], "The smallest size is larger than the largest.")
    days = [item.days for item in card.prep]
    if days != sorted(days, reverse=True):
        yield document.problem(["prep"], "The checklist must go from the earliest day to the latest.")
    for _, path in repeated((item.text, ("prep", index)) for index, item in enumerate(card.prep)):
        yield document.problem(path, "This stands in the checklist twice.")


def _word_problems(document: Script) -> Iterator[Problem]:
    card = document.content
    if not is_sentence(card.purpose) or sentences(card.purpose) > 2:
        yield document.problem(["purpose"], "The purpose must be one full sentence, or two at most.")
    for name in ("use_when", "not_when", "say_first", "outputs", "keep", "dont_keep", "goes_wrong_when"):
        yield from sentence_problems(document, [name], getattr(card, name), FULL_SENTENCE)
    owed: list[tuple[tuple[Key, ...], str]] = [
        *((("prep", index, "text"), item.text) for index, item in enumerate(card.prep)),
        *((("roles", index, "does"), role.does) for index, role in enumerate(card.roles)),
        *((("timetable", index, "what"), event.what) for index, event in enumerate(card.timetable)),
        (("online",), card.online),
        (("after_distress",), card.after_distress),
        *([(("not_in_room",), card.not_in_room)] if card.not_in_room else []),
    ]
    for path, text in owed:
        if not is_sentence(text):
            yield document.problem(path, FULL_SENTENCE)


def _front_problems(document: Script) -> Iterator[Problem]:
    """The front is read at a glance, and every word that the postcard has of its own must be in the script too."""
    front = document.content.front
    for name, text in (("what", front.what), ("when", front.when)):
        if not is_sentence(text) or sentences(text) != 1:
            yield document.problem(["front", name], "On the card this is one full sentence.")
    yield from sentence_problems(
        document, ["front", "steps"], front.steps, "A step on the card must be a full sentence."
    )
    script = " ".join(_words_of_script({name: document.data[name] for name in ("roles", "size", "stages")})).casefold()
    for index, word in enumerate(document.content.card_words):
        if not re.search(rf"\b{re.escape(word.casefold())}", script):
            yield document.problem(
                ["card_words", index], f"The postcard says “{word}”, but roles and stages never use the word."
            )


def _words_of_script(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _words_of_script(item)


def _minute_problems(document: Script) -> Iterator[Problem]:
    stages, totals = document.content.stages, document.content.totals
    for length in LENGTHS:
        total = sum(stage.minutes.of(length) for stage in stages)
        if total != totals.of(length):
            yield document.problem(
                ["totals", length],
                f"The stages of the {length} length add up to {total} minutes, but the total says {totals.of(length)}.",
            )
    if not totals.short < totals.standard < totals.long:
        yield document.problem(["totals"], "Short must be shorter than standard, and standard shorter than long.")
    for index, stage in enumerate(stages):
        if (stage.rounds is not None) != bool(stage.parts):
            yield document.problem(["stages", index], "A stage that repeats needs both rounds and parts.")
        elif stage.rounds is not None:
            yield from _round_problems(document, index, stage, stage.rounds)


def _round_problems(document: Script, index: int, stage: Stage, rounds: Minutes) -> Iterator[Problem]:
    for length in LENGTHS:
        one = sum(part.minutes.of(length) for part in stage.parts)
        count, minutes = rounds.of(length), stage.minutes.of(length)
        if count * one != minutes:
            yield document.problem(
                ["stages", index, "minutes", length],
                f"{count} rounds of {one} minutes are {count * one} minutes, but the stage has {minutes}.",
            )


def _stages_problems(document: Script) -> Iterator[Problem]:
    stages = document.content.stages
    for index, stage in enumerate(stages):
        yield from _stage_problems(document, ("stages", index), stage)
    for key, path in repeated((stage.key, ("stages", index, "key")) for index, stage in enumerate(stages)):
        yield document.problem(path, f"The stage “{key}” stands here twice.")


def _stage_problems(document: Document, path: tuple[str, int], stage: Stage) -> Iterator[Problem]:
    if not is_sentence(stage.say):
        yield document.problem([*path, "say"], "The spoken words must be full sentences.")
    yield from sentence_problems(
        document, [*path, "prompts"], stage.prompts, "A prompt must be a full question or sentence."
    )
    if stage.columns:
        yield from _column_problems(document, path, stage)
        return
    if stage.writes != "nobody":
        yield document.problem([*path, "writes"], "Somebody may write, but there is no column to write in.")
    if stage.reveal == "hidden":
        yield document.problem([*path, "reveal"], "Nothing is written here, so nothing can be hidden.")


def _column_problems(document: Document, path: tuple[str, int], stage: Stage) -> Iterator[Problem]:
    """What a stage in which somebody writes owes."""
    for key, place in repeated((one.key, (*path, "columns", index)) for index, one in enumerate(stage.columns)):
        yield document.problem(place, f"The column “{key}” stands here twice.")
    for index, column in enumerate(stage.columns):
        place = (*path, "columns", index)
        if column.takes not in KINDS:
            yield document.problem([*place, "takes"], f"“{column.takes}” is not one of {', '.join(KINDS)}.")
        if column.tells != TOLD_BY_MAKING.get(column.makes, column.tells):
            owed = TOLD_BY_MAKING[column.makes]
            yield document.problem([*place, "tells"], f"What makes {column.makes} tells “{owed}”.")
    signed = any(column.names or column.makes == "actions" for column in stage.columns)
    if not signed and (asked := _NAMES.search(stage.say)):
        yield document.problem(
            [*path, "say"], f"“{asked[0]}” asks for names, but no column here makes actions or takes names."
        )
    if stage.writes == "nobody":
        yield document.problem([*path, "writes"], "There are columns, but nobody may write in them.")
    if not stage.reveal_reason:
        yield document.problem([*path, "reveal"], "Say why the notes are open or hidden (reveal_reason).")
    elif not is_sentence(stage.reveal_reason):
        yield document.problem([*path, "reveal_reason"], "The reason must be a full sentence with a full stop.")


RULES = (_card_problems, _word_problems, _front_problems, _minute_problems, _stages_problems)
