"""The pictures of a gap report."""

from collections.abc import Sequence
from dataclasses import dataclass

from kmportal.lib.charts import Axis, Gap, GapBars, Radar, gap_bars, radar
from selfassessment.reports.values import WIDEST_SHOWN, GapReport, Result, level

PRINTED_WIDTH = 482  # at 84 mm as tall in its letters as the radar at 82


@dataclass(frozen=True)
class Pictures:
    """The radar of all criteria and the bars of the widest gaps; ``printed`` are the same bars for paper."""

    radar: Radar
    bars: GapBars
    printed: GapBars


def pictures_of(report: GapReport) -> Pictures:
    """Draw a report. Below the floor there is nothing in it to draw."""
    short = {row.key: row.short_name for row in report.sections}
    axes = [Axis(row.code, row.name, short[row.section], row.figures.now, row.figures.wanted) for row in report.results]
    return Pictures(
        radar=radar(axes, _describe_shape(report.results)),
        bars=_draw_bars(report.widest[:WIDEST_SHOWN], "gaps"),
        printed=_draw_bars(report.widest[:WIDEST_SHOWN], "gaps-printed", width=PRINTED_WIDTH),
    )


def _draw_bars(rows: Sequence[Result], ident: str, *, width: int = 0) -> GapBars:
    gaps = [
        Gap(row.code, row.name, row.figures.now, row.figures.wanted, row.figures.low, row.figures.high) for row in rows
    ]
    said = ", ".join(f"{row.name} {level(row.figures.gap)}" for row in rows)
    return gap_bars(gaps, f"The widest gaps, in levels: {said}." if rows else "No gaps", ident=ident, width=width)


def _describe_shape(results: Sequence[Result]) -> str:
    """What a reader who cannot see the radar should hear: the ranges, and the widest place."""
    now = [row.figures.now for row in results if row.figures.now is not None]
    wanted = [row.figures.wanted for row in results if row.figures.wanted is not None]
    if not now or not wanted:
        return f"Radar of {len(results)} questions. Too few answers to draw it."
    known = [row for row in results if row.figures.gap is not None]
    widest = max(known, key=lambda row: row.figures.gap or 0, default=None)
    ranges = (
        f"Radar of {len(results)} questions. Now lies between {level(min(now))} and {level(max(now))}, "
        f"wanted between {level(min(wanted))} and {level(max(wanted))}."
    )
    return f"{ranges} They are furthest apart at {widest.label}." if widest and widest.figures.gap else ranges
