"""Ties: people around a circle, and an arrow from each who helped to whom they helped, thicker the more often."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin
from typing import ClassVar

from kmportal.lib.charts.pieces import Anchor, DataTable, Label, Point, tidy, wrapped

WIDTH, HEIGHT, CENTRE = 700, 560, Point(350, 280)
RADIUS, DOT, SIZE = 190, 7, 16
# Widths of the arrows: once, two or three times, more often.
THIN, MIDDLE, THICK = 1.5, 3.0, 5.0


@dataclass(frozen=True)
class Tie:
    """That one helped another so many times; both are places in the list of people."""

    helper: int
    helped: int
    times: int


@dataclass(frozen=True)
class Arrow:
    """A line that ends short of the person, its width, and the three corners of its head."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    head: str


@dataclass(frozen=True)
class Ties:
    """Drawn ties; without any the people stand alone."""

    template: ClassVar[str] = "components/charts/ties.html"
    key: ClassVar[tuple[tuple[str, str], ...]] = ()
    fixed: ClassVar[bool] = False
    ident: str
    title: str
    arrows: Sequence[Arrow]
    dots: Sequence[Point]
    labels: Sequence[Label]
    table: DataTable
    box: tuple[int, int] = (WIDTH, HEIGHT)
    is_drawn: bool = True


def ties(people: Sequence[str], found: Sequence[Tie], title: str, *, heads: tuple[str, str, str]) -> Ties:
    """The picture of these people in their order, and its table: helper, helped, how often. ``heads`` are its words."""
    places = [_place(index, len(people), RADIUS) for index in range(len(people))]
    return Ties(
        ident="ties",
        title=title,
        arrows=[_arrow(places[tie.helper], places[tie.helped], _width_of(tie.times)) for tie in found],
        dots=places,
        labels=[_label(index, len(people), name) for index, name in enumerate(people)],
        table=DataTable(
            [(heads[0], False), (heads[1], False), (heads[2], True)],
            [[people[tie.helper], people[tie.helped], f"{tie.times:,}"] for tie in found],
        ),
    )


def _place(index: int, count: int, radius: float) -> Point:
    turn = 2 * pi * index / max(count, 1)
    return Point(tidy(CENTRE.x + radius * sin(turn)), tidy(CENTRE.y - radius * cos(turn)))


def _width_of(times: int) -> float:
    return THIN if times == 1 else MIDDLE if times <= 3 else THICK


def _arrow(start: Point, end: Point, width: float) -> Arrow:
    """A little to its right, so that an arrow there and one back stand beside each other."""
    length = hypot(end.x - start.x, end.y - start.y)
    along = Point((end.x - start.x) / length, (end.y - start.y) / length)
    aside = Point(-along.y * 4, along.x * 4)
    size = 7 + width

    def at(point: Point, forwards: float, sideways: float = 0) -> Point:
        return Point(
            tidy(point.x + along.x * forwards + aside.x - along.y * sideways),
            tidy(point.y + along.y * forwards + aside.y + along.x * sideways),
        )

    tip, back = at(end, -DOT - 3), at(end, -DOT - 3 - size)
    left, right = at(end, -DOT - 3 - size, size / 2), at(end, -DOT - 3 - size, -size / 2)
    begin = at(start, DOT + 3)
    head = " ".join(f"{point.x:g},{point.y:g}" for point in (tip, left, right))
    return Arrow(begin.x, begin.y, back.x, back.y, width, head)


def _label(index: int, count: int, name: str) -> Label:
    beside = _place(index, count, RADIUS + 18)
    off = beside.x - CENTRE.x
    anchor: Anchor = "middle" if abs(off) < RADIUS / 6 else "start" if off > 0 else "end"
    lines = wrapped(name, 14)
    below = beside.y - CENTRE.y > RADIUS * 0.6
    first = beside.y + (SIZE * 0.8 if below else SIZE * 0.35 - SIZE * 1.1 * (len(lines) - 1))
    return Label(beside.x, [(tidy(first + SIZE * 1.1 * n), line) for n, line in enumerate(lines)], anchor)
