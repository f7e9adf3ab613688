"""The balance picture: how many interventions serve each area in each step, and where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from kmportal.lib.charts.pieces import tidy

MOST_DOTS = 8


@dataclass(frozen=True)
class BalanceCell:
    """A number, its dots (too many are left out: the number says it) and perhaps the list that it opens."""

    count: int
    dots: Sequence[float]
    width: float
    url: str


@dataclass(frozen=True)
class Balance:
    """Areas by steps, for ``{% balance_table balance %}``."""

    steps: Sequence[tuple[int, str]]
    rows: Sequence[tuple[str, Sequence[BalanceCell]]]

    @property
    def empty(self) -> int:
        """How many places have no intervention."""
        return sum(not cell.count for _, cells in self.rows for cell in cells)


def balance(
    steps: Sequence[tuple[int, str]],
    areas: Sequence[tuple[str, Sequence[int]]],
    urls: Sequence[Sequence[str]] = (),
) -> Balance:
    """The picture of counts per area and step; ``urls`` has the address of the list behind each number."""
    rows = []
    for i, (area, counts) in enumerate(areas):
        links = urls[i] if urls else [""] * len(counts)
        rows.append((area, [_draw_cell(count, url) for count, url in zip(counts, links, strict=True)]))
    return Balance(steps, rows)


def _draw_cell(count: int, url: str) -> BalanceCell:
    shown = count if count <= MOST_DOTS else 0
    width = max(56, 13 * shown)
    return BalanceCell(count, [tidy(width / 2 + (k - (shown - 1) / 2) * 13) for k in range(shown)], width, url)
