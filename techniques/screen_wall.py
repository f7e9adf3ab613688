"""Layout of the big screen: type size, tracks and pages of the notes, worked out from their words. No Django here.

Everything is measured in pixels of a screen of 1920 × 1080, which the style sheet scales to the screen that is there
(``--u`` in room.css): so whoever turns the pages and everybody who looks at them have the same ones.
"""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import ceil
from typing import Generic, Protocol, TypeVar

# The smallest type is read at six metres: docs/decisions, “What the big screen shows is read at six metres”.
SIZES = (64, 54, 46, 38, 32)
# One note alone may be larger still.
SIZES_ALONE = (120, 96, 80, *SIZES)
WIDTH = 1920 - 2 * 48
# With the clock of its own beside what stands alone, and beside the question.
WIDTH_BESIDE_CLOCK = WIDTH - 380
GAP = 24
# A line of a note has room for some words, unless there are more columns than that leaves.
SHORTEST_LINE = 9.0
LINE, PADDING, SIDES, BETWEEN, BORDERS = 1.2, 0.4, 0.8, 0.22, 4
MOST_TRACKS = 6  # as the style sheet has them
# What stands above and below the notes; the clock beside the question is never less high.
MARGINS, FOOT, TITLE, CLOCK = 56 + 2 * 20, 96, 52, 190
NAME_SIZE, PROMPT_SIZE, HEADING_SIZE = 50, 40, 38
LEAST_HEIGHT = 300

# Widths of letters in the typeface of the portal, in ems and a little on the wide side.
_NARROW, _SLIM, _WIDE = set("!',.:;I|il`j"), set(' "()-/[\\]^rtf{}J'), set("%@MWmw—&")


class Text(Protocol):
    """Something with words that is laid out."""

    @property
    def text(self) -> str: ...


T = TypeVar("T", bound=Text)


@dataclass(frozen=True)
class Group(Generic[T]):
    """What stands below one heading, in its order."""

    key: str
    name: str
    entries: Sequence[T]


@dataclass(frozen=True)
class Part(Generic[T]):
    """What one page shows of a group: its tracks, side by side. ``count`` is of all pages."""

    key: str
    name: str
    count: int
    tracks: tuple[tuple[T, ...], ...]

    @property
    def span(self) -> int:
        return len(self.tracks)


@dataclass(frozen=True)
class Wall(Generic[T]):
    """All pages, in one type size. There is always at least one page."""

    size: int
    tracks: int
    pages: tuple[tuple[Part[T], ...], ...]


@dataclass(frozen=True)
class Shown(Generic[T]):
    """A wall with the page that is up: the last one where there are not as many as was ``asked`` for."""

    wall: Wall[T]
    asked: int

    @property
    def count(self) -> int:
        return len(self.wall.pages)

    @property
    def number(self) -> int:
        return max(min(self.asked, self.count), 1)

    @property
    def parts(self) -> tuple[Part[T], ...]:
        return self.wall.pages[self.number - 1]

    @property
    def before(self) -> int:
        """The number of the page before; 0 on the first."""
        return self.number - 1

    @property
    def after(self) -> int:
        """The number of the page after; 0 on the last."""
        return self.number + 1 if self.number < self.count else 0


@dataclass(frozen=True)
class Measured:
    """Words of one text, as widths in ems, line by line as they were typed."""

    lines: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, text: str) -> "Measured":
        return cls(tuple(tuple(width_of(word) for word in line.split()) for line in text.splitlines() or [""]))

    @cached_property
    def _widths(self) -> tuple[float, ...]:
        return tuple(sum(line) + _SPACE * max(len(line) - 1, 0) for line in self.lines)

    def lines_at_least(self, width: float) -> int:
        """Never more than ``lines_in``, and quickly known."""
        return sum(max(ceil(one / width), 1) for one in self._widths)

    def lines_in(self, width: float) -> int:
        """How many lines of ``width`` ems the words take; a word that is longer is broken."""
        return sum(_wrap(line, width) for line in self.lines)


def _wrap(words: Sequence[float], width: float) -> int:
    lines, at = 1, 0.0
    for word in words:
        if at and at + _SPACE + word <= width:
            at += _SPACE + word
            continue
        if at:
            lines += 1
        broken = max(ceil(word / width), 1)
        lines += broken - 1
        at = word if broken == 1 else max(word - (broken - 1) * width, 0.01)
    return lines


def width_of(word: str) -> float:
    """The width of a word in ems, rather too wide than too narrow."""
    return sum(map(_width_of_character, word))


def _width_of_character(character: str) -> float:
    if character in _NARROW:
        return 0.31 if character != "I" else 0.4
    if character in _SLIM:
        return 0.4 if character != "J" else 0.53
    if character in _WIDE:
        return 0.9
    if character.isascii():
        return 0.72 if character.isupper() else 0.59
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.4  # emoji are wider than an em in some typefaces
    return 0.8 if character.isalpha() and ord(character) > 0x24F else 0.72


_SPACE = 0.29


def height_of(measured: Measured, size: int, width: float, *, at_least: bool = False) -> float:
    """How high one note is in a track of ``width``, with the gap below it; or quickly, how high ``at_least``."""
    ems = (width - BORDERS - SIDES * size) / size
    count = measured.lines_at_least(ems) if at_least else measured.lines_in(ems)
    return count * LINE * size + PADDING * size + BORDERS + BETWEEN * size


@dataclass(frozen=True)
class One(Generic[T]):
    """One note in the largest type in which it fits."""

    entry: T
    size: int


@dataclass(frozen=True)
class Alone(Generic[T]):
    """What stands alone on the screen, beside a clock of its own: one note, or the pages of one group.

    ``handle`` is that of the note, or the key of the group; ``name`` its words.
    """

    handle: str
    name: str
    minutes: int
    ends_at: datetime
    note: One[T] | None = None
    group: Shown[T] | None = None

    @property
    def ends(self) -> int:
        """For the browser, in milliseconds."""
        return round(self.ends_at.timestamp() * 1000)


def show_all(groups: Sequence[Group[T]], page: int, name: str, prompts: Sequence[str]) -> Shown[T]:
    """A page of all notes of the stage that has this name and question."""
    return Shown(lay_out(groups, width=WIDTH, height=height_for_notes(name, prompts)), page)


def show_group(group: Group[T], page: int, name: str, prompts: Sequence[str]) -> Shown[T]:
    """A page of one group, beside its clock."""
    return Shown(lay_out([group], width=WIDTH_BESIDE_CLOCK, height=height_for_notes(name, prompts)), page)


def show_one(entry: T, name: str, prompts: Sequence[str]) -> One[T]:
    """One note beside its clock."""
    measured, height = Measured.of(_words_of(entry)), height_for_notes(name, prompts)
    fitting = (size for size in SIZES_ALONE if height_of(measured, size, WIDTH_BESIDE_CLOCK) <= height)
    return One(entry, next(fitting, SIZES[-1]))


def _words_of(entry: Text) -> str:
    """What is drawn of it: its text, and with it what is said of it."""
    return getattr(entry, "words_on_wall", entry.text)


def _is_heading(entry: Text) -> bool:
    return getattr(entry, "is_heading", False)


def height_for_notes(name: str, prompts: Sequence[str]) -> float:
    """What the name of the step and its question leave for the notes."""
    ask = TITLE + _lines(name, NAME_SIZE, WIDTH_BESIDE_CLOCK - 200) * 1.15 * NAME_SIZE
    ask += _lines(" ".join(prompts), PROMPT_SIZE, WIDTH_BESIDE_CLOCK) * 1.25 * PROMPT_SIZE + 8 if prompts else 0
    return max(1080 - MARGINS - FOOT - max(ask, CLOCK), LEAST_HEIGHT)


def _lines(words: str, size: int, width: float) -> int:
    return Measured.of(words).lines_in(width / size / 1.05)  # headings are bold


def lay_out(groups: Sequence[Group[T]], *, width: float, height: float) -> Wall[T]:
    """The largest type in which all notes stand on one page; else the fewest pages in the smallest.

    Another note never makes fewer pages.
    """
    measured = [[Measured.of(_words_of(entry)) for entry in group.entries] for group in groups]
    plans: list[_Plan[T]] = []
    for size in SIZES:
        plans = [
            _Plan(groups, measured, size, tracks, width, height)
            for tracks in _possible_tracks(len(groups), size, width)
        ]
        for plan in plans:
            if plan.may_fit() and plan.holds_longest and plan.pages == 1:
                return plan.draw()
    fitting = [plan for plan in plans if plan.holds_longest]
    return min(fitting or [min(plans, key=lambda plan: plan.tracks)], key=lambda plan: plan.pages).draw()


def _possible_tracks(groups: int, size: int, width: float) -> Iterator[int]:
    """How many tracks there may be side by side: the widest first, at least one for each group."""
    least = max(groups, 1)
    usual = [
        n
        for n in range(max(least, 2), MOST_TRACKS + 1)
        if _track(n, width) - BORDERS - SIDES * size >= SHORTEST_LINE * size
    ]
    yield from usual
    if least not in usual:
        yield least


def _track(tracks: int, width: float) -> float:
    return (width - GAP * (tracks - 1)) / tracks


class _Plan(Generic[T]):
    """One way to lay the notes out: a size and a number of tracks."""

    def __init__(
        self,
        groups: Sequence[Group[T]],
        measured: Sequence[Sequence[Measured]],
        size: int,
        tracks: int,
        width: float,
        height: float,
    ) -> None:
        self.groups, self.measured, self.size, self.tracks = groups, measured, size, tracks
        self.track = _track(tracks, width)
        self.holds = [{n for n, entry in enumerate(group.entries) if _is_heading(entry)} for group in groups]
        heading = max((_lines(f"{group.name} 999", HEADING_SIZE, self.track) for group in groups), default=0)
        self.height = height - (heading * 1.2 * HEADING_SIZE + 26)

    def may_fit(self) -> bool:
        """A quick look: whether one page might hold all of it."""
        every = (note for notes in self.measured for note in notes)
        least = sum(height_of(note, self.size, self.track, at_least=True) for note in every)
        return least <= (self.height + BETWEEN * self.size) * self.tracks

    @cached_property
    def heights(self) -> list[list[float]]:
        return [[height_of(one, self.size, self.track) for one in notes] for notes in self.measured]

    @cached_property
    def holds_longest(self) -> bool:
        return max((one for notes in self.heights for one in notes), default=0) <= self.height

    @cached_property
    def filled(self) -> list[list[list[int]]]:
        return [_fill(heights, self.height, holds) for heights, holds in zip(self.heights, self.holds, strict=True)]

    @cached_property
    def pages(self) -> int:
        """The fewest pages on which the tracks suffice for all groups, whoever gets how many of them."""
        pages = 1
        while sum(self._spans(pages)) > self.tracks:
            pages += 1
        return pages

    def _spans(self, pages: int) -> list[int]:
        return [max(ceil(len(filled) / pages), 1) for filled in self.filled]

    def draw(self) -> Wall[T]:
        spans = self._spans(self.pages)
        while spans and sum(spans) < self.tracks:  # tracks that are left go to who has most in each of theirs
            fullest = max(range(len(spans)), key=lambda n: (sum(self.heights[n]) / spans[n], -n))
            spans[fullest] += 1
        filled = self.filled
        if self.pages == 1:
            every = zip(self.heights, spans, self.holds, strict=True)
            filled = [_spread(heights, self.height, span, holds) for heights, span, holds in every]
        pages = tuple(
            tuple(
                self._part(group, span, tracks[page * span : (page + 1) * span])
                for group, span, tracks in zip(self.groups, spans, filled, strict=True)
            )
            for page in range(self.pages)
        )
        return Wall(self.size, max(sum(spans), 1), pages)

    def _part(self, group: Group[T], span: int, tracks: list[list[int]]) -> Part[T]:
        full = [*tracks, *([] for _ in range(span - len(tracks)))]
        count = sum(not _is_heading(entry) for entry in group.entries)
        return Part(group.key, group.name, count, tuple(tuple(group.entries[n] for n in track) for track in full))


def _fill(heights: Sequence[float], height: float, holds: Collection[int] = ()) -> list[list[int]]:
    """The notes in their order, in as few tracks as hold them; one that is higher than a track has its own.

    ``holds``: the places of headings, each of which begins a track rather than stand at the end of one.
    """
    tracks: list[list[int]] = []
    left = 0.0
    for number, one in enumerate(heights):
        needs = one + heights[number + 1] if number in holds and number + 1 < len(heights) else one
        if not tracks or needs > left:
            tracks.append([])
            left = height
        tracks[-1].append(number)
        left -= one
    return tracks


def _spread(heights: Sequence[float], height: float, tracks: int, holds: Collection[int] = ()) -> list[list[int]]:
    """The same in ``tracks`` tracks that are about equally full."""
    low, high = 0.0, height
    while high - low > 4:
        middle = (low + high) / 2
        if max(heights, default=0) <= middle and len(_fill(heights, middle, holds)) <= tracks:
            high = middle
        else:
            low = middle
    return _fill(heights, high, holds)
