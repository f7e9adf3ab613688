"""The arithmetic of a gap report: medians, gaps, spread, the order of suggestions, and the floor of five.

Pure functions over plain numbers, so that the rules can be read, published and tested by themselves. ``None`` always
means *too few answers to say*, never nought.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

FLOOR = 5
"""With fewer people than this, a figure could give one of them away: nothing but their number is shown. Somebody can
answer many times through the one link, so beside people who were asked one by one its answers count for none."""

LEVELS = range(1, 6)
STRENGTH = 4
SPLIT = 2
FIRST_STEP_BELOW = 2.5
TOP = 5
EFFORT_FACTOR = {"quick": Fraction(6, 5), "medium": Fraction(1), "long": Fraction(4, 5)}


@dataclass(frozen=True)
class Measure:
    """What a round says about one criterion. A figure that fewer than five people stand behind is None.

    ``answered`` are all answers, ``people`` those that the floor counts; ``is_enough``: those are five or more.
    """

    now: float | None
    wanted: float | None
    low: int | None
    high: int | None
    middle: int | None
    votes: int | None
    answered: int | None
    people: int | None
    is_enough: bool

    @property
    def gap(self) -> float | None:
        """How far *wanted* lies above *now*; below nought when people want less."""
        return None if self.now is None or self.wanted is None else self.wanted - self.now

    @property
    def spread(self) -> int | None:
        """How many levels the lowest and the highest answer for *now* lie apart."""
        return None if self.low is None or self.high is None else self.high - self.low

    @property
    def is_strength(self) -> bool:
        return self.now is not None and self.now >= STRENGTH

    @property
    def is_split(self) -> bool:
        return self.spread is not None and self.spread >= SPLIT


def enough(people: int, *, doubtful: int = 0) -> bool:
    """Whether so many people may be shown as figures, when so many of them may be somebody else’s making."""
    return people - doubtful >= FLOOR


@dataclass(frozen=True)
class Said:
    """What one respondent says about one criterion; ``counts``: whether it is a person to the floor."""

    now: int | None
    wanted: int | None
    dont_know: bool = False
    votes: bool = False
    counts: bool = True

    @property
    def is_given(self) -> bool:
        return bool(self.now or self.wanted or self.dont_know)


def measure(said: Iterable[Said], *, doubtful: int = 0) -> Measure:
    """Work out one criterion from all answers to it; those who said *don’t know* have answered as well.

    *now* and *wanted* are judged by the floor each for itself, since people may answer one without the other; how many
    it matters most to, by those who said either: beside four who don’t know, the ticks of the fifth are hers.
    """
    rows = list(said)
    levels = sorted(row.now for row in rows if row.now)
    shown = enough(sum(row.counts for row in rows if row.now), doubtful=doubtful)
    wants = enough(sum(row.counts for row in rows if row.wanted), doubtful=doubtful)
    rate = enough(sum(row.counts for row in rows if row.now or row.wanted), doubtful=doubtful)
    people = sum(row.counts for row in rows if row.is_given)
    is_enough = enough(people, doubtful=doubtful)
    return Measure(
        now=middle_of(levels) if shown else None,
        wanted=middle_of(row.wanted for row in rows if row.wanted) if wants else None,
        low=levels[0] if shown else None,
        high=levels[-1] if shown else None,
        middle=levels[(len(levels) - 1) // 2] if shown else None,
        votes=sum(row.votes for row in rows) if rate else None,
        answered=sum(row.is_given for row in rows) if is_enough else None,
        people=people if is_enough else None,
        is_enough=is_enough,
    )


def middle_of(levels: Iterable[int]) -> float:
    """The median, which may lie between two levels."""
    return float(median(levels))


def average(medians: Iterable[float | None]) -> float | None:
    """The score of a section: the mean of its criteria’s medians, to one decimal; criteria without one do not count."""
    known = [Fraction(value) for value in medians if value is not None]
    return to_one_decimal(sum(known, Fraction(0)) / len(known)) if known else None


def to_one_decimal(value: Fraction) -> float:
    """Rounded as people round: a half goes up (Python would round 2.25 down to 2.2)."""
    tenths, rest = divmod(value * 10, 1)
    return (int(tenths) + (rest >= Fraction(1, 2))) / 10


def difference(wanted: float | None, now: float | None) -> float | None:
    """The gap between two printed scores, so that the three figures agree on the page."""
    return None if wanted is None or now is None else round(wanted - now, 1)


def band(now: float) -> str:
    """Which advice fits: the first step while *now* is low, the stretch afterwards."""
    return "first" if now < FIRST_STEP_BELOW else "stretch"


def priority(gap: float, *, votes: int, people: int, effort: str) -> Fraction:
    """(wanted − now) × (1 + share of “matters most”) × 1.2 if it takes days, 1 if weeks, 0.8 if months."""
    share = Fraction(votes, people) if people else Fraction(0)
    return Fraction(gap) * (1 + share) * EFFORT_FACTOR[effort]
