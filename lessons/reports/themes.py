"""Coverage: how many lessons checked here each theme of a set has, by where they stand, and how many from elsewhere
besides; every number opens its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from lessons.labels import STATE_FILTERS
from lessons.models import Lesson, LessonTheme, State, Theme, ThemeSet
from organisations.models import Membership

# The columns of the table, in the order of a lesson’s life. What was replaced or taken out of use covers no theme.
STANDINGS = (State.NOTED, State.IDENTIFIED, State.ACTION_AGREED, State.LEARNED, State.EMBEDDED)
# What was not checked here, in columns of its own where there is any (``from`` in the address of the list).
ELSEWHERE = {"brought": "Brought in", "others": "Shared by others"}


@dataclass(frozen=True)
class Cell:
    """One number, and the list that it opens; nothing opens where there is none."""

    number: int
    url: str


@dataclass(frozen=True)
class ThemeRow:
    """One theme: all its lessons that were checked here, how many stand where, and how many came from elsewhere."""

    theme: Theme
    total: Cell
    cells: Sequence[Cell]
    elsewhere: Sequence[Cell]

    @property
    def has_lessons(self) -> bool:
        return any(cell.number for cell in (self.total, *self.elsewhere))

    @property
    def all_cells(self) -> list[Cell]:
        return [self.total, *self.cells, *self.elsewhere]


@dataclass(frozen=True)
class Coverage:
    """A set as a table. ``uncovered``: themes without a lesson, wherever it was checked."""

    theme_set: ThemeSet
    heads: Sequence[str]
    rows: Sequence[ThemeRow]
    retired: Sequence[ThemeRow]
    uncovered: int

    @classmethod
    def build(cls, theme_set: ThemeSet, membership: Membership) -> "Coverage":
        """Three queries, however many themes there are."""
        numbers, apart = _numbers(theme_set, membership), _numbers_from_elsewhere(theme_set, membership)
        listed = reverse("lesson_list", args=[membership.organisation.slug])
        themes = theme_set.themes.order_by("position", "pk")
        shown = [whose for whose in ELSEWHERE if any(one[whose] for one in apart.values())]
        rows = [_row(theme, numbers.get(theme.pk, {}), apart.get(theme.pk, {}), shown, listed) for theme in themes]
        in_use = [row for row in rows if row.theme.retired_at is None]
        return cls(
            theme_set=theme_set,
            heads=[*(STATE_FILTERS[state] for state in STANDINGS), *(ELSEWHERE[whose] for whose in shown)],
            rows=in_use,
            retired=[row for row in rows if row.theme.retired_at is not None and row.has_lessons],
            uncovered=sum(not row.has_lessons for row in in_use),
        )


def _numbers(theme_set: ThemeSet, membership: Membership) -> dict[int, dict[str, int]]:
    """Of each theme, how many stand in each state."""
    ours = Lesson.objects.visible_to(membership).checked_here(membership.organisation).order_by()
    ties = LessonTheme.objects.filter(theme__theme_set=theme_set, lesson__in=ours)
    found: dict[int, dict[str, int]] = {}
    for theme, state, number in ties.values_list("theme", "lesson__state").annotate(n=Count("pk")):
        found.setdefault(theme, {})[state] = number
    return found


def _numbers_from_elsewhere(theme_set: ThemeSet, membership: Membership) -> dict[int, dict[str, int]]:
    """Of each theme, how many were brought in and how many are shared by others."""
    here = Q(lesson__organisation=membership.organisation)
    rest = Lesson.objects.visible_to(membership).in_use().order_by()
    ties = LessonTheme.objects.filter(theme__theme_set=theme_set, lesson__in=rest)
    rows = ties.values_list("theme").annotate(
        brought=Count("pk", filter=here & ~Q(lesson__source="")), others=Count("pk", filter=~here)
    )
    return {theme: {"brought": brought, "others": others} for theme, brought, others in rows}


def _row(theme: Theme, numbers: dict[str, int], apart: dict[str, int], shown: Sequence[str], listed: str) -> ThemeRow:
    def cell(number: int, whose: str, *states: State) -> Cell:
        query = [("theme", str(theme.pk)), ("from", whose), *(("state", str(one)) for one in states)]
        return Cell(number, f"{listed}?{urlencode(query)}" if number else "")

    return ThemeRow(
        theme,
        cell(sum(numbers.get(state, 0) for state in STANDINGS), "us", *STANDINGS),
        [cell(numbers.get(state, 0), "us", state) for state in STANDINGS],
        [cell(apart.get(whose, 0), whose, *STANDINGS) for whose in shown],
    )
