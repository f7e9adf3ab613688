"""Columns over time with a target. The last column is the present one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from kmportal.lib.charts.pieces import DataTable, number, tidy, width_of

TOP, BASE, HEIGHT, SHARE = 34, 194, 230, 82
MANY = 8  # with more columns units and every second name are left out, so that words do not touch on a phone


@dataclass(frozen=True)
class Column:
    """A drawn column. All x are per cent of the width; ``mid`` is where its words stand."""

    x: float
    width: float
    mid: float
    y: float
    height: float
    words: str
    words_width: float
    words_half: float
    name: str
    is_last: bool


@dataclass(frozen=True)
class Columns:
    """Drawn columns; ``target`` is the y of the dashed line with its words."""

    template: ClassVar[str] = "components/charts/columns.html"
    bars: ClassVar[bool] = True
    ident: str
    title: str
    columns: Sequence[Column]
    target: tuple[float, str] | None
    key: Sequence[tuple[str, str]]
    table: DataTable
    height: int = HEIGHT
    base: int = BASE

    @property
    def is_drawn(self) -> bool:
        return bool(self.columns)


def columns(
    rows: Sequence[tuple[str, float | None]],
    title: str,
    *,
    target: float | None = None,
    unit: str = "",
    ident: str = "columns",
    heads: tuple[str, str] = ("Month", "Value"),
) -> Columns:
    """The columns of (name, value) pairs. ``unit`` follows each value, with its space: ``" %"``."""
    values = [value for _, value in rows if value is not None]
    highest = max([*values, target or 0, 0]) or 1
    share = SHARE if target is not None else 100
    each, many = share / max(len(rows), 1), len(rows) > MANY

    def y(value: float) -> float:
        return tidy(BASE - (BASE - TOP) * max(value, 0) / highest)

    drawn = []
    for i, (name, value) in enumerate(rows):
        words = number(value, "" if many else unit)
        last = i == len(rows) - 1
        drawn.append(
            Column(
                x=tidy(each * (i + 0.18)),
                width=tidy(each * 0.64),
                mid=tidy(each * (i + 0.5)),
                y=y(value or 0),
                height=tidy(BASE - y(value or 0)),
                words=words,
                words_width=tidy(width_of(words, 17) + 8),
                words_half=tidy(width_of(words, 17) / 2 + 4),
                name="" if many and not last and (len(rows) - i) % 2 == 0 else name,
                is_last=last,
            )
        )
    return Columns(
        ident=ident,
        title=title,
        columns=drawn,
        target=None if target is None else (y(target), number(target, unit)),
        key=[],
        table=DataTable([(heads[0], False), (heads[1], True)], [[name, number(value, unit)] for name, value in rows]),
    )
