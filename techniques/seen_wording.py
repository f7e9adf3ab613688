"""What a room sees of its close while it is worded: values without rows, and without anybody’s name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kmportal.lib.domain_words import worded
from techniques.models import Participant, Stage, Wish, Wording
from techniques.screen_wall import Group

WORDS_OF_STATES = {Wish.State.TAKEN: "Taken up", Wish.State.LEFT_OUT: "Left out after a talk", Wish.State.OPEN: ""}


@dataclass(frozen=True)
class WordedLine:
    """One line of the close on the big screen; the name of a step is a heading among them."""

    text: str
    is_heading: bool = False

    @property
    def drawing(self) -> str:
        return "techniques/_room_wall_heading.html" if self.is_heading else "techniques/_room_wall_line.html"


@dataclass(frozen=True)
class SeenWish:
    """What somebody would word otherwise. ``is_mine``: for its writer alone."""

    handle: UUID
    about: str
    text: str
    is_open: bool
    standing: str
    is_mine: bool


@dataclass(frozen=True)
class SeenWording:
    """The close as the room reads it. ``agreed`` is how many of those who are here agree to this ``version``."""

    version: int
    summary: tuple[dict[str, str], ...]
    actions: tuple[dict[str, str], ...]
    lessons: tuple[dict[str, str], ...]
    wishes: tuple[SeenWish, ...]
    agreed: int
    people: int
    is_agreed: bool

    @property
    def has_words(self) -> bool:
        return bool(self.summary or self.actions or self.lessons)

    @property
    def agreed_in_words(self) -> str:
        """For the big screen."""
        return (
            f"{self.agreed} of {self.people} agree to these words. Press “I agree” on your phone."
            if self.people
            else ""
        )

    @property
    def on_wall(self) -> tuple[Group[Any], ...]:
        """For the big screen: what is agreed, who does what, and what others can learn."""
        agreed = []
        for part in self.summary:
            agreed.append(WordedLine(part["name"], is_heading=True))
            agreed += [WordedLine(line) for line in part["words"].splitlines() if line.strip()]
        actions = [
            WordedLine(f"{one['title']} ({one['who']}{one['when'] and ', ' + one['when']})") for one in self.actions
        ]
        lessons = [WordedLine(one["words"]) for one in self.lessons]
        groups = (("agreed", "What we agreed", agreed), ("actions", worded("Our actions"), actions))
        every = (*groups, ("lessons", worded("Lessons for others"), lessons))
        return tuple(Group(key, name, lines) for key, name, lines in every if lines)

    @property
    def open_wishes(self) -> tuple[SeenWish, ...]:
        return tuple(wish for wish in self.wishes if wish.is_open)


def wording_in_room(
    wording: Wording | None, wishes: Iterable[Wish], people: Sequence[Participant], mine: int | None
) -> SeenWording:
    """The draft of the close for one audience; with ``mine`` also what is this participant’s own."""
    shown: dict[str, Any] = wording.shown if wording else {}
    version = wording.version if wording else 0
    agreed = [person.pk for person in people if version and person.agreed_to == version]
    return SeenWording(
        version=version,
        summary=tuple(shown.get("summary", ())),
        actions=tuple(shown.get("actions", ())),
        lessons=tuple(shown.get("lessons", ())),
        wishes=tuple(_see_wish(one, mine) for one in wishes),
        agreed=len(agreed),
        people=len(people),
        is_agreed=mine in agreed,
    )


def is_last(stage: Stage, stages: Sequence[Stage]) -> bool:
    """Whether this is the step in which a session words what it keeps."""
    return bool(stages) and stages[-1].pk == stage.pk


def _see_wish(wish: Wish, mine: int | None) -> SeenWish:
    return SeenWish(
        handle=wish.client_id,
        about=wish.get_about_display(),
        text=wish.text,
        is_open=wish.state == Wish.State.OPEN,
        standing=WORDS_OF_STATES[Wish.State(wish.state)],
        is_mine=mine is not None and wish.author_id == mine,
    )
