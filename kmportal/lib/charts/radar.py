"""The radar: the shape of many criteria at a glance. Now is a filled shape, wanted a dashed line with squares."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin
from typing import ClassVar

from kmportal.lib.charts.pieces import Anchor, DataTable, Label, Line, Point, number, tidy, width_of, wrapped

WIDTH, HEIGHT, CENTRE = 500, 540, Point(250, 270)
FULL_RADIUS, LABEL_SIZE = 178, 17


@dataclass(frozen=True)
class Axis:
    """One criterion: its short code, its name, its section, and both values on the scale."""

    code: str
    name: str
    section: str
    now: float | None
    wanted: float | None


@dataclass(frozen=True)
class Radar:
    """A drawn radar; ``is_drawn`` is false when there is too little to draw a shape of."""

    template: ClassVar[str] = "components/charts/radar.html"
    key: ClassVar[tuple[tuple[str, str], ...]] = (("nowline", "now"), ("wantline", "wanted in 12 months"))
    fixed: ClassVar[bool] = True
    ident: str
    title: str
    is_drawn: bool
    short_labels: bool
    rings: Sequence[str]
    ring_numbers: Sequence[Label]
    borders: Sequence[Line]
    area: str
    now_lines: Sequence[str]
    wanted_lines: Sequence[str]
    now_marks: Sequence[Point]
    wanted_marks: Sequence[Point]
    labels: Sequence[Label]
    sections: Sequence[Label]
    table: DataTable
    box: tuple[int, int] = (WIDTH, HEIGHT)


def radar(axes: Sequence[Axis], title: str, *, ident: str = "radar", top: int = 5) -> Radar:
    """The radar of these criteria, on a scale that ends at ``top``. Below three criteria there is no shape."""
    known = [value for axis in axes for value in (axis.now, axis.wanted) if value is not None]
    count = max(len(axes), 1)
    texts = [wrapped(axis.code, 12) for axis in axes]
    widest = max((width_of(line, LABEL_SIZE) for lines in texts for line in lines), default=0)
    radius = max(60, min(FULL_RADIUS, CENTRE.x - 22 - widest))

    def place(index: float, value: float, beyond: float = 0) -> Point:
        turn, length = 2 * pi * index / count, radius * value / top + beyond
        return Point(tidy(CENTRE.x + length * sin(turn)), tidy(CENTRE.y - length * cos(turn)))

    def ring(value: float) -> str:
        return _points_of_ring([place(index, value) for index in range(count)])

    now = [None if axis.now is None else place(i, axis.now) for i, axis in enumerate(axes)]
    wanted = [None if axis.wanted is None else place(i, axis.wanted) for i, axis in enumerate(axes)]
    return Radar(
        ident=ident,
        title=title,
        is_drawn=len(axes) >= 3 and bool(known),
        short_labels=widest <= width_of("C10", LABEL_SIZE),
        rings=[ring(level) for level in range(1, top + 1)],
        ring_numbers=[_centred_text(place(0.5, level), str(level)) for level in range(1, top + 1, 2)],
        borders=[_from_centre(place(i - 0.5, top, 10)) for i in _section_starts(axes)],
        area="" if None in now else _points_of_ring([point for point in now if point]),
        now_lines=_stretches_of(now),
        wanted_lines=_stretches_of(wanted),
        now_marks=[point for point in now if point],
        wanted_marks=[point for point in wanted if point],
        labels=[_label_around(place(i, top, 18), lines) for i, lines in enumerate(texts)],
        sections=_corner_names(axes),
        table=DataTable(
            [("Question", False), ("Now", True), ("Wanted", True)],
            [[_name_of_axis(axis), number(axis.now), number(axis.wanted)] for axis in axes],
        ),
    )


def _name_of_axis(axis: Axis) -> str:
    return axis.name if axis.code == axis.name else f"{axis.code} {axis.name}".strip()


def _points_of_ring(points: Sequence[Point]) -> str:
    return " ".join(f"{point.x:g},{point.y:g}" for point in points)


def _centred_text(point: Point, text: str) -> Label:
    return Label(point.x, [(tidy(point.y + 5), text)], "middle")


def _from_centre(point: Point) -> Line:
    return Line(CENTRE.x, CENTRE.y, point.x, point.y)


def _section_starts(axes: Sequence[Axis]) -> list[int]:
    """Where a section begins; none when all criteria are of one."""
    starts = [i for i, axis in enumerate(axes) if axis.section != axes[i - 1].section]
    return starts if len(starts) > 1 else []


def _stretches_of(points: Sequence[Point | None]) -> list[str]:
    """The closed line through all points as polylines; a missing one leaves a hole instead of a lie."""
    if len(points) < 2:
        return []
    if None not in points:
        return [_points_of_ring([point for point in [*points, points[0]] if point])]
    hole = points.index(None)
    turned = [*points[hole:], *points[:hole], None]
    runs: list[list[Point]] = [[]]
    for before, point in pairwise(turned):
        if point is None:
            runs.append([])
        elif before is None or runs[-1]:
            runs[-1].append(point)
    return [_points_of_ring(run) for run in runs if len(run) > 1]


def _label_around(point: Point, lines: Sequence[str]) -> Label:
    """A label outside the ring, anchored so that it grows away from it."""
    aside = point.x - CENTRE.x
    anchor: Anchor = "middle" if abs(aside) < 40 else "start" if aside > 0 else "end"
    shift = 0 if anchor == "middle" else (-7 if anchor == "start" else 7)
    first = point.y + 6 - (len(lines) - 1) * (9 if anchor != "middle" else 18 if point.y < CENTRE.y else 0)
    return Label(tidy(point.x + shift), [(tidy(first + 19 * i), line) for i, line in enumerate(lines)], anchor)


def _corner_names(axes: Sequence[Axis]) -> list[Label]:
    """The sections’ names in the corners nearest to them; none unless each has a corner to itself."""
    groups: dict[str, list[int]] = {}
    for index, axis in enumerate(axes):
        groups.setdefault(axis.section, []).append(index)
    corners: dict[tuple[bool, bool], Label] = {}
    for name, members in groups.items():
        turn = 2 * pi * (sum(members) / len(members)) / len(axes)
        right, low = sin(turn) > 0, cos(turn) < 0
        if (right, low) in corners or not name:
            return []
        lines = wrapped(name, 18)
        first = HEIGHT - 8 - 22 * (len(lines) - 1) if low else 20
        ys = [(first + 22 * i, line) for i, line in enumerate(lines)]
        corners[right, low] = Label(WIDTH if right else 0, ys, "end" if right else "start")
    return list(corners.values())
