"""The timeline: interventions as bars under their steps, a line for today, milestones below.

Two drawings of the same values: a wide one that scrolls in its own region where it does not fit, and a narrow one for
phones and paper with the names above the bars and x in per cent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal

from django.utils.formats import date_format

from kmportal.lib.charts.pieces import Anchor, DataTable, tidy, width_of, wrapped
from kmportal.lib.charts.steps import Look, look_of
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded

State = Literal["done", "doing", "late", "planned", "stopped"]
WIDTH, NAMES, TOP = 1120, 320, 66
NAME_LETTERS, NARROW_LETTERS = 36, 38


@dataclass(frozen=True)
class Bar:
    """One intervention. ``words`` say its state (“doing”, “11 days late”); a missing day is not guessed at.

    ``url`` is its page, ``owner`` who does it; a picture without pages leaves both empty.
    """

    name: str
    start: date | None
    end: date | None
    state: State
    words: str
    url: str = ""
    owner: str = ""

    @property
    def said(self) -> str:
        """Who does it and how it stands, as it is written beside the bar."""
        return f"{self.owner}, {self.words}" if self.owner else self.words

    @property
    def is_one_day(self) -> bool:
        return self.start is not None and self.start == self.end


@dataclass(frozen=True)
class Band:
    """One step with its interventions."""

    step: int
    name: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Milestone:
    day: date
    name: str


@dataclass(frozen=True)
class Tick:
    x: float
    name: str
    name_x: float
    year: str


@dataclass(frozen=True)
class DrawnBar:
    """A drawn row, a link where it has a ``url``; one day is a dot (``is_dot``) at ``x``.

    ``x`` and ``width`` are None where no day is known; ``edge`` is a lone end without a start.
    """

    y: float
    names: Sequence[tuple[float, str]]
    bar_y: float
    x: float | None
    width: float | None
    due_x: float | None
    words: str
    words_x: float
    words_anchor: Anchor
    words_y: float
    is_late: bool
    is_hollow: bool
    is_dot: bool
    url: str
    height: float


@dataclass(frozen=True)
class DrawnBand:
    step: int
    name: str
    look: Look
    y: float
    rule_y: float
    bars: Sequence[DrawnBar]


@dataclass(frozen=True)
class DrawnMilestone:
    x: float
    y: float
    name: str
    name_x: float
    anchor: Anchor


@dataclass(frozen=True)
class Drawing:
    """One of the two drawings."""

    width: float
    height: float
    foot: float
    ticks: Sequence[Tick]
    bands: Sequence[DrawnBand]
    milestones: Sequence[DrawnMilestone]
    today: float | None

    @property
    def is_longer_than_paper(self) -> bool:
        """Whether a page has no room for it under its heading."""
        return self.height > 1.2 * self.width


@dataclass(frozen=True)
class Timeline:
    """A drawn timeline."""

    template: ClassVar[str] = "components/charts/timeline.html"
    ident: str
    title: str
    wide: Drawing
    narrow: Drawing
    key: Sequence[tuple[str, str]]
    table: DataTable
    is_drawn: bool
    is_linked: bool = False


@dataclass(frozen=True)
class Span:
    """The months that a timeline shows, from the first day of one to the first day after another."""

    first: date
    last: date

    def share(self, day: date) -> float:
        """Where a day lies, between 0 and 1; days outside lie on the edge."""
        return min(max((day - self.first).days / (self.last - self.first).days, 0), 1)

    def holds(self, day: date) -> bool:
        return self.first <= day < self.last

    @property
    def ticks(self) -> list[tuple[date, date, str, str]]:
        """First day, day after, name and year of each division: weeks, months, quarters, years or more, by its length.

        The year stands only where it begins.
        """
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        if months == 1:
            return self._weeks
        size = 1 if months <= 14 else 3 if months <= 48 else 12 * -(-months // 168)
        starts = [self.first]
        while (following := _add_months(starts[-1], size)) < self.last:
            starts.append(following)
        ends = [*starts[1:], self.last]
        return [(a, b, *_tick_words(a, size, a == self.first)) for a, b in zip(starts, ends, strict=True)]

    @property
    def _weeks(self) -> list[tuple[date, date, str, str]]:
        """The month by weeks of seven days from its first: “1”, “8”, “15”, “22”, “29”."""
        starts = [day for n in (0, 7, 14, 21, 28) if (day := self.first + timedelta(days=n)) < self.last]
        ends = [*starts[1:], self.last]
        months = [date_format(self.first, "F Y"), *[""] * len(starts)]
        return [(a, b, str(a.day), month) for a, b, month in zip(starts, ends, months, strict=False)]


def timeline(
    bands: Sequence[Band],
    title: str,
    *,
    today: date,
    milestones: Sequence[Milestone] = (),
    ident: str = "timeline",
    span: Span | None = None,
) -> Timeline:
    """The timeline of these bands, over all the months in which something happens, or over ``span``."""
    known = [day for band in bands for bar in band.bars for day in (bar.start, bar.end) if day]
    known += [milestone.day for milestone in milestones]
    span = span or _span_of_bars(known or [today])
    key = [("doing", "done or under way, in the colour of its step"), ("planned", "planned")]
    return Timeline(
        ident=ident,
        title=title,
        wide=_draw_wide(bands, span, today, milestones),
        narrow=_draw_narrow(bands, span, today, milestones),
        key=[*key, ("mile", "milestone")] if milestones else key,
        table=_table_of_bars(bands, milestones),
        is_drawn=bool(known),
        is_linked=any(bar.url for band in bands for bar in band.bars),
    )


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _tick_words(day: date, months: int, is_first: bool) -> tuple[str, str]:
    if months >= 12:
        return str(day.year), ""
    return date_format(day, "M"), str(day.year) if is_first or day.month <= months else ""


def _span_of_bars(days: Sequence[date]) -> Span:
    first = min(days).replace(day=1)
    last = _add_months(max(days).replace(day=1), 1)
    while last < _add_months(first, 3):
        last = _add_months(last, 1)
    return Span(first, last)


def _extent_of_days(
    bar: Bar, at: Callable[[date], float], right: float
) -> tuple[float | None, float | None, float | None]:
    """x and width of a bar and x of a lone end. The last day counts whole; without an end the bar runs to the edge."""
    if bar.start is None:
        return None, None, at(bar.end) if bar.end else None
    x = at(bar.start)
    stop = right if bar.end is None else at(max(bar.end, bar.start) + timedelta(days=1))
    return tidy(x), tidy(max(stop - x, 0.8)), None


def _draw_wide(bands: Sequence[Band], span: Span, today: date, milestones: Sequence[Milestone]) -> Drawing:
    def at(day: date) -> float:
        return tidy(NAMES + (WIDTH - NAMES) * span.share(day))

    y, drawn = float(TOP), []
    now = at(today) if span.holds(today) else None
    for band in bands:
        head, y, bars = y, y + 38, []
        for bar in band.bars:
            names = wrapped(bar.name, NAME_LETTERS)
            extra = 18 * (len(names) - 1)
            bars.append(_draw_wide_bar(bar, names, y, at, now))
            y += 34 + extra
        y += 10
        drawn.append(DrawnBand(band.step, band.name, look_of(band.step), head, y - 4, bars))
    marks, depth = _milestones(milestones, y, at)
    ticks = [Tick(at(a), name, at(a) + 6, year) for a, _, name, year in span.ticks]
    return Drawing(WIDTH, y + depth, y - 4, ticks, drawn, marks, now)


def _draw_wide_bar(
    bar: Bar, names: Sequence[str], y: float, at: Callable[[date], float], now: float | None
) -> DrawnBar:
    x, width, due = _extent_of_days(bar, at, WIDTH)
    words = bar.said if x is not None or due is not None else f"{bar.said}, no dates yet"
    left, right = (x, x + (width or 0)) if x is not None else (due or NAMES, due or NAMES)
    long = width_of(words, 14)
    hit = now is not None and right < now < right + 8 + long
    after = right + 8 + long <= WIDTH and not (hit and left - 8 - long > NAMES)
    before = left - 8 - long > NAMES
    words_x, anchor = (right + 8, "start") if after else (left - 8, "end") if before else (WIDTH, "end")
    inside = not after and not before
    return DrawnBar(
        y=y,
        names=[(y + 21 + 18 * i, name) for i, name in enumerate(names)],
        bar_y=y + 7,
        x=x,
        width=width,
        due_x=due,
        words=words,
        words_x=tidy(words_x),
        words_anchor=anchor,  # type: ignore[arg-type]
        words_y=y + 21 if not inside else y + 5,
        is_late=bar.state == "late",
        is_hollow=bar.state == "planned",
        is_dot=bar.is_one_day,
        url=bar.url,
        height=34 + 18 * (len(names) - 1),
    )


def _milestones(
    milestones: Sequence[Milestone], y: float, at: Callable[[date], float]
) -> tuple[list[DrawnMilestone], float]:
    """Marks with their names below the bars, each name in the first line where it touches no other."""
    drawn: list[DrawnMilestone] = []
    ends: list[float] = []
    for milestone in sorted(milestones, key=lambda m: m.day):
        x, long = at(milestone.day), width_of(milestone.name, 15)
        before = x + 14 + long > WIDTH
        start = x - 14 - long if before else x - 8
        line = next((i for i, end in enumerate(ends) if end < start), len(ends))
        ends[line : line + 1] = [x + 8 if before else x + 14 + long]
        where = (x - 13, "end") if before else (x + 13, "start")
        drawn.append(DrawnMilestone(x, y + 3 + 24 * line, milestone.name, where[0], where[1]))  # type: ignore[arg-type]
    return drawn, 10 + 24 * len(ends)


def _draw_narrow(bands: Sequence[Band], span: Span, today: date, milestones: Sequence[Milestone]) -> Drawing:
    def at(day: date) -> float:
        return tidy(100 * span.share(day))

    y, drawn = 62.0, []
    for band in bands:
        head, y, bars = y, y + 40, []
        for bar in band.bars:
            x, width, due = _extent_of_days(bar, at, 100)
            words = bar.said if x is not None or due is not None else f"{bar.said}, no dates yet"
            is_long = len(words) > NARROW_LETTERS - 14  # then the words stand below the name, not beside it
            names = wrapped(bar.name, NARROW_LETTERS if is_long else max(14, NARROW_LETTERS - len(words)), lines=3)
            below = y + 18 * (len(names) - (0 if is_long else 1))
            bars.append(
                DrawnBar(
                    y=y,
                    names=[(y + 14 + 18 * i, name) for i, name in enumerate(names)],
                    bar_y=below + 22,
                    x=x,
                    width=width,
                    due_x=due,
                    words=words,
                    words_x=100,
                    words_anchor="end",
                    words_y=below + 14 if is_long else y + 14,
                    is_late=bar.state == "late",
                    is_hollow=bar.state == "planned",
                    is_dot=bar.is_one_day,
                    url=bar.url,
                    height=below - y + (48 if x is not None or due is not None else 30),
                )
            )
            y = below + (48 if x is not None or due is not None else 30)
        y += 10
        drawn.append(DrawnBand(band.step, band.name, look_of(band.step), head, y - 4, bars))
    marks = []
    for milestone in sorted(milestones, key=lambda m: m.day):
        x = at(milestone.day)
        marks.append(DrawnMilestone(x, y, milestone.name, x, "end" if x > 50 else "start"))
        y += 28
    ticks = []
    for start, end, name, year in span.ticks:
        short = name[0] if len(span.ticks) > 5 and not name.isdigit() else name
        ticks.append(Tick(at(start), short, tidy((at(start) + at(end)) / 2), year))
    return Drawing(100, y, y, ticks, drawn, marks, at(today) if span.holds(today) else None)


def _table_of_bars(bands: Sequence[Band], milestones: Sequence[Milestone]) -> DataTable:
    def day(value: date | None) -> str:
        return long_day(value) if value else "–"

    heads = [
        (worded("Intervention"), False),
        ("Step", False),
        ("Owner", False),
        ("From", False),
        ("To", False),
        ("State", False),
    ]
    rows = [
        [bar.name, f"{band.step} {band.name}", bar.owner or "–", day(bar.start), day(bar.end), bar.words]
        for band in bands
        for bar in band.bars
    ]
    marks = [[mark.name, "Milestone", "–", day(mark.day), "–", "–"] for mark in milestones]
    urls = [*(bar.url for band in bands for bar in band.bars), *("" for _ in milestones)]
    return DataTable(heads, rows + marks, urls)
