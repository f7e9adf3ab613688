"""Charts: geometry as plain frozen values, drawn by the SVG templates in ``templates/components/charts``.

Make one in a view or report, draw it with ``{% figure picture "Heading" say="The finding." %}`` (heading, legend,
drawing, finding, table) or ``{% chart picture %}`` (the drawing alone). Colours are presentation attributes, which
reach the PDF, and classes, which follow light, dark and forced colours in a browser. ``None`` means that there is no
value, for example since too few have answered: nothing is drawn for it, and the table has a dash.
"""

from kmportal.lib.charts.balance import Balance, balance
from kmportal.lib.charts.columns import Columns, columns
from kmportal.lib.charts.gaps import Gap, GapBars, MiniGap, gap_bars, mini_gap
from kmportal.lib.charts.pieces import DataTable
from kmportal.lib.charts.radar import Axis, Radar, radar
from kmportal.lib.charts.steps import StepProgress
from kmportal.lib.charts.ties import Tie, Ties, ties
from kmportal.lib.charts.timeline import Band, Bar, Milestone, Span, Timeline, timeline

__all__ = [
    "Axis",
    "Balance",
    "Band",
    "Bar",
    "Columns",
    "DataTable",
    "Gap",
    "GapBars",
    "Milestone",
    "MiniGap",
    "Radar",
    "Span",
    "StepProgress",
    "Tie",
    "Ties",
    "Timeline",
    "balance",
    "columns",
    "gap_bars",
    "mini_gap",
    "radar",
    "ties",
    "timeline",
]
