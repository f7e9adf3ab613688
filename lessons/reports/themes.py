"""Coverage: how many checked lessons each theme of a set has, by where they stand; every number opens its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from lessons.labels import STATES
from lessons.models import SHARED, Lesson, LessonTheme, State, Theme, ThemeSet
from organisations.models import Membership

# The columns of the table, in the order of a lesson’s life.
STANDINGS = (State.NOTED, State.IDENTIFIED, State.ACTION_AGREED, State.LEARNED, State.EMBEDDED)
# What the column of all counts besides.
ALL = tuple(sorted(SHARED))


@dataclass(frozen=True)
class Cell:
    """One number, and the list that it opens; nothing opens where there is none."""

    number: int
    url: str


@dataclass(frozen=True)
class ThemeRow:
    """One theme: all its checked lessons, and how many stand where."""

    theme: Theme
    total: Cell
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Coverage:
    """A set as a table. ``uncovered``: themes without a checked lesson."""

    theme_set: ThemeSet
    heads: Sequence[str]
    rows: Sequence[ThemeRow]
    retired: Sequence[ThemeRow]
    uncovered: int

    @classmethod
    def build(cls, theme_set: ThemeSet, membership: Membership) -> "Coverage":
        """Two queries, however many themes there are."""
        numbers = _numbers(theme_set, membership)
        listed = reverse("lesson_list", args=[membership.organisation.slug])
        rows = [_row(theme, numbers.get(theme.pk, {}), listed) for theme in theme_set.themes.order_by("position", "pk")]
        in_use = [row for row in rows if row.theme.retired_at is None]
        return cls(
            theme_set=theme_set,
            heads=[str(STATES[state].word) for state in STANDINGS],
            rows=in_use,
            retired=[row for row in rows if row.theme.retired_at is not None and row.total.number],
            uncovered=sum(not row.total.number for row in in_use),
        )


def _numbers(theme_set: ThemeSet, membership: Membership) -> dict[int, dict[str, int]]:
    readable = Lesson.objects.visible_to(membership).validated().order_by()
    ties = LessonTheme.objects.filter(theme__theme_set=theme_set, lesson__in=readable)
    found: dict[int, dict[str, int]] = {}
    for theme, state, number in ties.values_list("theme", "lesson__state").annotate(n=Count("pk")):
        found.setdefault(theme, {})[state] = number
    return found


def _row(theme: Theme, numbers: dict[str, int], listed: str) -> ThemeRow:
    total = sum(numbers.get(state, 0) for state in ALL)
    cells = [
        Cell(number, f"{listed}?{urlencode({'theme': theme.pk, 'state': str(state)})}" if number else "")
        for state in STANDINGS
        for number in [numbers.get(state, 0)]
    ]
    return ThemeRow(theme, Cell(total, f"{listed}?theme={theme.pk}" if total else ""), cells)
