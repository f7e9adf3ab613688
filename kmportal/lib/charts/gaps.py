"""Gap bars: now, wanted and the way between, widest first. And the small one for lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import ClassVar

from kmportal.lib.charts.pieces import DataTable, number, tidy, wrapped

TOP, ROW, LINE_HEIGHT, LETTERS = 30, 64, 20, 30


@dataclass(frozen=True)
class Gap:
    """One criterion: both values, and the lowest and highest answer for now."""

    code: str
    name: str
    now: float | None
    wanted: float | None
    low: float | None = None
    high: float | None = None

    @property
    def words(self) -> str:
        """What stands at the end of the row."""
        if self.now is None or self.wanted is None:
            return "too few answers"
        size = round(self.wanted - self.now, 1)
        if size <= 0:
            return "reached"
        return f"+{number(size)}"


@dataclass(frozen=True)
class GapRow:
    """A drawn row. All x are per cent of the width, so that words keep their size on a phone."""

    y: float
    height: float
    bar_y: float
    names: Sequence[tuple[float, str]]
    words: str
    now: float | None
    wanted: float | None
    bar: tuple[float, float] | None
    spread: tuple[float, float] | None


@dataclass(frozen=True)
class GapBars:
    """Drawn gap bars. With a ``width`` the letters grow and shrink with the picture, as those of a radar do."""

    template: ClassVar[str] = "components/charts/gap_bars.html"
    bars: ClassVar[bool] = True
    ident: str
    title: str
    height: float
    ticks: Sequence[tuple[float, str]]
    rows: Sequence[GapRow]
    key: Sequence[tuple[str, str]]
    table: DataTable
    width: int = 0

    @property
    def is_drawn(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True)
class MiniGap:
    """One gap as a small picture of 200 × 22 for a row of a list; its words stand beside it."""

    template: ClassVar[str] = "components/charts/mini_gap.html"
    now: float | None
    wanted: float | None
    bar: tuple[float, float] | None


def gap_bars(gaps: Sequence[Gap], title: str, *, ident: str = "gaps", width: int = 0) -> GapBars:
    """The bars of these gaps in the given order, on a scale from 1 to 5, or wider where a value lies outside.

    On a page their words keep their size; ``width`` gives a picture for paper, where all letters are to be as tall.
    """
    values = [v for gap in gaps for v in (gap.now, gap.wanted, gap.low, gap.high) if v is not None]
    first, last = min(1, floor(min(values, default=1))), max(5, ceil(max(values, default=5)))

    def x(value: float) -> float:
        return tidy(1.5 + 96 * (value - first) / (last - first))

    rows, y = [], float(TOP)
    for gap in gaps:
        names = wrapped(f"{gap.code} {gap.name}".strip(), LETTERS)
        extra = LINE_HEIGHT * (len(names) - 1)
        rows.append(_draw_gap_row(gap, names, y, y + 36 + extra, x))
        y += ROW + extra
    has_spread = any(row.spread for row in rows)
    return GapBars(
        ident=ident,
        title=title,
        height=y,
        ticks=[(x(value), str(value)) for value in range(first, last + 1)],
        rows=rows,
        key=[("now", "now"), ("want", "wanted"), ("gap", "gap")]
        + ([("spread", "lowest to highest answer for now")] if has_spread else []),
        table=_table_of_gaps(gaps, has_spread),
        width=width,
    )


def _draw_gap_row(gap: Gap, names: Sequence[str], y: float, bar_y: float, x: Callable[[float], float]) -> GapRow:
    now = None if gap.now is None else x(gap.now)
    wanted = None if gap.wanted is None else x(gap.wanted)
    return GapRow(
        y=y,
        height=bar_y - y - 12,
        bar_y=bar_y,
        names=[(y + 18 + LINE_HEIGHT * i, name) for i, name in enumerate(names)],
        words=gap.words,
        now=now,
        wanted=wanted,
        bar=(now, tidy(wanted - now)) if now is not None and wanted is not None and wanted > now else None,
        spread=None if gap.low is None or gap.high is None else (x(gap.low), x(gap.high)),
    )


def _table_of_gaps(gaps: Sequence[Gap], has_spread: bool) -> DataTable:
    heads = [("Question", False), ("Now", True), ("Wanted", True), ("Gap", True)]
    rows = []
    for gap in gaps:
        size = None if gap.now is None or gap.wanted is None else gap.wanted - gap.now
        row = [f"{gap.code} {gap.name}".strip(), number(gap.now), number(gap.wanted), number(size)]
        rows.append([*row, f"{number(gap.low)}, {number(gap.high)}"] if has_spread else row)
    return DataTable([*heads, ("Lowest, highest", True)] if has_spread else heads, rows)


def mini_gap(now: float | None, wanted: float | None) -> MiniGap:
    """The small picture of one gap."""

    def x(value: float) -> float:
        return tidy(10 + 180 * (min(max(value, 1), 5) - 1) / 4)

    a, b = (None if value is None else x(value) for value in (now, wanted))
    return MiniGap(a, b, (a, tidy(b - a)) if a is not None and b is not None and b > a else None)
