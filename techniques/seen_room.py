"""A room as somebody may see it: values without rows, made by ``techniques.room_visibility`` alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import ngettext

from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded_later as _
from techniques.column_kinds import ColumnKind
from techniques.likeness import Proposal, say_the_same, share_a_word
from techniques.models import Session, Stage
from techniques.screen_wall import Alone, Group, Shown, show_all
from techniques.seen_votes import NO_VOTES
from techniques.seen_votes import SeenVotes as SeenVotes
from techniques.seen_wording import SeenWording


class Audience(StrEnum):
    """For whom a piece of the room is drawn; everybody of one audience gets the same bytes."""

    PARTICIPANT = "participant"
    FACILITATOR = "facilitator"
    SCREEN = "screen"


@dataclass(frozen=True)
class SeenComment:
    """A line below a note."""

    handle: UUID
    text: str
    is_mine: bool = False


@dataclass(frozen=True)
class SeenNote:
    """A note that may be read. ``handle`` is the identifier that the writer’s browser made: it tells no order.

    ``is_shown``: everybody reads it. ``under`` names the column to its writer, where the stage has several; ``hint``
    tells the writer alone what in it may show who somebody is. ``writers`` is how many wrote the same, where equal
    notes were made one; ``me_too`` how many others would have, and ``is_agreed`` whether the viewer is one of them.
    """

    handle: UUID
    column: str
    text: str
    kind: ColumnKind
    is_mine: bool = False
    is_shown: bool = True
    under: str = ""
    hint: str = ""
    writers: int = 1
    me_too: int = 0
    is_agreed: bool = False
    comments: tuple[SeenComment, ...] = ()
    votes: SeenVotes = NO_VOTES
    stage: str = ""
    by: str = ""
    promised_by: str = ""
    due_on: date | None = None

    @property
    def promise(self) -> str:
        """“Farah, by 5 December 2026”: who does it and by when, as its writer said."""
        day = f"by {long_day(self.due_on)}" if self.due_on else ""
        return ", ".join(filter(None, (self.promised_by, day)))

    @property
    def drawing(self) -> str:
        return self.kind.drawing

    @property
    def fresh_id(self) -> UUID:
        """For the form of a comment: sent twice it saves once."""
        return uuid4()

    @property
    def said(self) -> str:
        """“2 wrote this, 3 me too, 7 votes”."""
        facts = [f"{self.writers} wrote this"] if self.writers > 1 else []
        facts += [f"{self.me_too} me too"] if self.me_too else []
        facts += [self.votes.count_in_words] if self.votes.count else []
        return ", ".join(facts)

    @property
    def to_keep(self) -> dict[str, Any]:
        """What outlives the session beside the note, where notes do."""
        facts = {"writers": self.writers, "me_too": self.me_too, "comments": [one.text for one in self.comments]}
        return facts if self.votes.count is None else {**facts, "votes": self.votes.count}

    @property
    def words_on_wall(self) -> str:
        """What is laid out on the big screen."""
        return " ".join(filter(None, (self.by and f"{self.by}:", self.text, self.promise, self.said)))


@dataclass(frozen=True)
class Heading:
    """The name of a group among the notes of the big screen."""

    text: str
    is_heading: bool = True
    drawing: str = "techniques/_room_wall_heading.html"


@dataclass(frozen=True)
class SeenGroup:
    """Notes of a column that stand together. Those in no group have neither ``handle`` nor ``name``."""

    handle: UUID | None
    name: str
    notes: tuple[SeenNote, ...]
    votes: SeenVotes = NO_VOTES

    @property
    def key(self) -> str:
        return str(self.handle) if self.handle else ""

    @property
    def heading(self) -> Heading:
        count = self.votes.count_in_words or str(len(self.notes))
        return Heading(f"{self.name} ({count})" if self.handle else str(IN_NO_GROUP))

    @property
    def name_and_votes(self) -> str:
        return f"{self.name} ({self.votes.count_in_words})" if self.votes.count is not None else self.name


IN_NO_GROUP = _("In no group")


@dataclass(frozen=True)
class SeenColumn:
    """A column with the notes that may be read, and how many there are; while its stage hides them, nobody is told.

    ``groups``: the notes as they stand, at the end always those in no group, be there any or not.
    """

    key: str
    name: str
    kind: ColumnKind
    count: int
    notes: tuple[SeenNote, ...]
    groups: tuple[SeenGroup, ...] = ()
    makes_actions: bool = False

    @property
    def named_groups(self) -> tuple[SeenGroup, ...]:
        return tuple(group for group in self.groups if group.handle)

    @property
    def on_wall(self) -> Group[SeenNote | Heading]:
        """For the big screen: the notes, with the names of their groups between them."""
        entries: list[SeenNote | Heading] = []
        for group in self.groups:
            if self.named_groups and group.notes:
                entries.append(group.heading)
            entries.extend(group.notes)
        return Group(self.key, self.name, entries)


@dataclass(frozen=True)
class SeenProposal:
    """Notes that could be made one, or put under the ``word`` that they share."""

    word: str
    notes: tuple[SeenNote, ...]
    merges: bool


def _proposal(notes: Sequence[SeenNote], found: Proposal, *, merges: bool = False) -> SeenProposal:
    return SeenProposal(found.word.capitalize(), tuple(notes[place] for place in found.places), merges)


@dataclass(frozen=True)
class SeenVoting:
    """The vote of a stage. How many have ``voted`` is told to whoever leads, and at the end to all."""

    is_open: bool
    on_groups: bool
    budget: int
    voted: int = 0
    left: int = 0

    @property
    def words(self) -> str:
        """For the big screen."""
        if self.is_open:
            budget = ngettext("one vote", f"{self.budget} votes", self.budget)
            return f"Vote now on your phone. Each of you has {budget}, and nobody sees for what."
        people = ngettext("1 person has", f"{self.voted} people have", self.voted)
        return f"{people} voted. The most votes stand first."


@dataclass(frozen=True)
class SeenCorrection:
    """What whoever leads has done to a note, for its writer."""

    pk: int
    before: str
    after: str
    place: str


@dataclass(frozen=True)
class SeenHelper:
    """What a step has besides notes, as far as this viewer may know (``seen``), with how it is drawn and told."""

    key: str
    drawing: str
    own: str
    outcome: str
    script: str
    told: str
    seen: Any
    on_wall: tuple[Group[Any], ...] = ()
    has_wall: bool = False
    fills_wall: bool = False

    @property
    def needs_wall(self) -> bool:
        """Whether columns in which nothing stands make room on the big screen for what it has there."""
        return self.fills_wall and bool(self.on_wall)


@dataclass(frozen=True)
class SeenStage:
    """One stage. While it ``is_hidden`` its columns have neither notes nor counts: in a small room a count by column
    tells who wrote what kind of note. ``mine`` are the viewer’s own notes; only whoever leads is told of ``writers``
    and of the ``silent``.

    ``takes_names``: people are asked to write names into the words, as where somebody agrees to do it.
    """

    pk: int
    key: str
    number: int
    name: str
    prompts: tuple[str, ...]
    say: str
    minutes: int
    columns: tuple[SeenColumn, ...]
    count: int
    writers: int
    silent: int
    mine: tuple[SeenNote, ...]
    writes: str
    is_hidden: bool
    hides_first: bool
    takes_names: bool
    was_started: bool
    is_current: bool
    screen_page: int
    alone: Alone[SeenNote | Heading] | None
    voting: SeenVoting | None = None
    helper: SeenHelper | None = None
    can_undo: str = ""
    undo_steps: int = 0
    wording: SeenWording | None = None

    @cached_property
    def wall(self) -> Shown[SeenNote | Heading]:
        """The page of its notes that is on the big screen."""
        is_needed = self.is_worded or (self.helper is not None and self.helper.needs_wall)
        groups = [column.on_wall for column in self.columns if column.notes or not is_needed]
        groups += self.wording.on_wall if self.wording else ()
        groups += self.helper.on_wall if self.helper else ()
        return show_all(groups, self.screen_page, self.name, self.asked_on_wall)

    @cached_property
    def proposals(self) -> tuple[SeenProposal, ...]:
        """What could be sorted next, column by column: what says the same, and notes in no group that share a word."""
        found = []
        for column in self.columns:
            found += [_proposal(column.notes, one, merges=True) for one in say_the_same([n.text for n in column.notes])]
            loose = column.groups[-1].notes if column.groups else ()
            found += [_proposal(loose, one) for one in share_a_word([note.text for note in loose])]
        return tuple(found)

    @property
    def asked_on_wall(self) -> tuple[str, ...]:
        """What stands above the notes on the big screen."""
        said = self.voting.words if self.voting else ""
        agreed = self.wording.agreed_in_words if self.is_worded and self.wording else ""
        return tuple(filter(None, (*self.prompts, said, agreed)))

    @property
    def has_wall(self) -> bool:
        """Whether the big screen has a place for notes in this step, or for what its helper puts there."""
        return self.is_written or (self.helper is not None and self.helper.has_wall)

    @property
    def is_worded(self) -> bool:
        """Whether there are words of the close to read in this step."""
        return self.wording is not None and self.wording.has_words

    @property
    def named_groups(self) -> tuple[SeenGroup, ...]:
        return tuple(group for column in self.columns for group in column.named_groups)

    @property
    def mine_in_words(self) -> str:
        """How many of the viewer’s own notes are saved."""
        return ngettext("One note saved", f"{len(self.mine)} notes saved", len(self.mine))

    @property
    def mine_while_hidden(self) -> tuple[SeenNote, ...]:
        """The viewer’s own notes, as long as they do not stand among those of all."""
        return self.mine if self.is_hidden else ()

    @property
    def is_written(self) -> bool:
        """Whether notes are taken in this stage at all."""
        return bool(self.columns) and self.writes != Stage.Writes.NOBODY

    @property
    def boxes(self) -> tuple[tuple[ColumnKind, tuple[SeenColumn, ...]], ...]:
        """Each kind that its columns take, with the columns of that kind: a box to write in for each."""
        kinds = dict.fromkeys(column.kind for column in self.columns)
        return tuple((kind, tuple(one for one in self.columns if one.kind == kind)) for kind in kinds)

    @property
    def everyone_writes(self) -> bool:
        return self.is_written and self.writes == Stage.Writes.EVERYONE

    @property
    def others(self) -> int:
        """How many notes are not the viewer’s own."""
        return self.count - len(self.mine)

    @property
    def notes(self) -> tuple[SeenNote, ...]:
        """All notes that may be read, column after column."""
        return tuple(note for column in self.columns for note in column.notes)


@dataclass(frozen=True)
class Clock:
    """The room’s clock: a deadline, or what is left while it is paused. ``later``: minutes of the steps to come."""

    ends_at: datetime | None
    paused_seconds: int | None
    minutes: int
    later: int = 0

    @property
    def is_paused(self) -> bool:
        return self.paused_seconds is not None

    @property
    def paused_words(self) -> str:
        """“08:40”, for those without a running clock."""
        seconds = max(self.paused_seconds or 0, 0)
        return f"{seconds // 60:02}:{seconds % 60:02}"


@dataclass(frozen=True)
class SeenPerson:
    """Somebody who has joined, for whoever leads. ``pk`` is what a button sends to take them out; ``is_here``: their
    screen is open just now."""

    pk: int
    name: str
    is_here: bool = True


@dataclass(frozen=True)
class SeenRoom:
    """A room as one audience sees it, as of event number ``seq``."""

    session: Session
    audience: Audience
    seq: int
    stages: tuple[SeenStage, ...]
    clock: Clock
    people: int
    here: tuple[SeenPerson, ...]
    pace: str
    ready: int = 0
    is_ready: bool = False
    corrections: tuple[SeenCorrection, ...] = ()
    wording: SeenWording | None = None

    @property
    def here_now(self) -> int:
        """How many of them have their screen open."""
        return sum(person.is_here for person in self.here)

    @property
    def current(self) -> SeenStage | None:
        return next((stage for stage in self.stages if stage.is_current), None)

    @property
    def unshown(self) -> tuple[SeenStage, ...]:
        """Other stages than the present one with notes that nobody has seen."""
        return tuple(stage for stage in self.stages if stage.is_hidden and stage.count and not stage.is_current)

    def before(self, stage: SeenStage) -> SeenStage | None:
        """The nearest earlier stage that has notes to look at."""
        earlier = [one for one in self.stages if one.number < stage.number and one.notes]
        return earlier[-1] if earlier else None

    def after(self, stage: SeenStage) -> SeenStage | None:
        """The stage that follows in the script."""
        return next((one for one in self.stages if one.number == stage.number + 1), None)

    def stage(self, key: str) -> SeenStage | None:
        return next((stage for stage in self.stages if stage.key == key), None)
