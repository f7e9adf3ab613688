"""Cross tabulation: two sets of themes as one table, how many lessons belong to a theme of each; every number
opens its list. The two sets of change that ship make the square of service and way of working."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from kmportal.lib.model_fields import key_of_name
from lessons.models import Lesson, LessonQuerySet, LessonTheme, Theme, ThemeSet
from lessons.theme_sets import SERVICE, WORK, shipped_sets
from organisations.models import Membership

# More rows or columns than this nobody takes in: those without a lesson are left out, then those with the fewest.
MOST_LINES = 20
# Of the picture, in units of its own: half of its box, the largest and the smallest disc.
HALF, LARGEST, SMALLEST = 28, 26, 5


@dataclass(frozen=True)
class MatrixCell:
    """Where a row meets a column: a number, the list that it opens, and the disc whose area says the same. ``name`` and
    ``text`` where the place has a name."""

    number: int
    url: str
    about: str
    radius: float = 0
    name: str = ""
    text: str = ""


@dataclass(frozen=True)
class MatrixRow:
    """One theme of the set that goes down, and all its lessons, whether or not they belong to the other set."""

    theme: Theme
    cells: Sequence[MatrixCell]
    total: MatrixCell


@dataclass(frozen=True)
class Matrix:
    """Both sets. ``left_out``: how many themes have no room."""

    down: ThemeSet
    across: ThemeSet
    columns: Sequence[Theme]
    rows: Sequence[MatrixRow]
    totals: Sequence[MatrixCell]
    left_out: int
    is_square: bool

    @property
    def is_blank(self) -> bool:
        return not any(cell.number for row in self.rows for cell in row.cells)

    @classmethod
    def build(cls, down: ThemeSet, across: ThemeSet, membership: Membership) -> "Matrix":
        """Five queries, however many themes and lessons there are."""
        readable = Lesson.objects.visible_to(membership).validated().order_by()
        of_down, of_across = _numbers(down, readable), _numbers(across, readable)
        met = _meetings(down, across, readable)
        rows, without_row = _with_room(down, of_down)
        columns, without_column = _with_room(across, of_across)
        listed = reverse("lesson_list", args=[membership.organisation.slug])
        largest = max((met.get((row.pk, column.pk), 0) for row in rows for column in columns), default=0)
        names = _names(down, across)
        return cls(
            down=down,
            across=across,
            columns=columns,
            rows=[
                MatrixRow(
                    row,
                    [
                        _cell(met.get((row.pk, column.pk), 0), listed, row, column, largest=largest, names=names)
                        for column in columns
                    ],
                    _cell(of_down.get(row.pk, 0), listed, row),
                )
                for row in rows
            ],
            totals=[_cell(of_across.get(column.pk, 0), listed, column) for column in columns],
            left_out=without_row + without_column,
            is_square=bool(names),
        )


def sets_to_cross(membership: Membership, down: int, across: int) -> tuple[Sequence[ThemeSet], list[ThemeSet]]:
    """The sets in use, and the two that an address asks for; the square where it asks for none, or else the first two.
    Fewer than two where there are no two."""
    sets = list(ThemeSet.objects.visible_to(membership).in_use().select_related("organisation"))
    by_key = {one.pk: one for one in sets}
    by_name = {one.name_key: one for one in sets}
    shipped = filter(None, map(shipped_sets().called, (SERVICE, WORK)))
    square = [by_name.get(key_of_name(one.name)) for one in shipped]
    wanted = [by_key.get(down), by_key.get(across)]
    asked = [one for one in (wanted if any(wanted) else square) if one is not None]
    return sets, list(dict.fromkeys([*asked, *sets]))[:2]


def _numbers(theme_set: ThemeSet, readable: LessonQuerySet) -> dict[int, int]:
    ties = LessonTheme.objects.filter(theme__theme_set=theme_set, lesson__in=readable)
    return dict(ties.values_list("theme").annotate(n=Count("pk")))


def _meetings(down: ThemeSet, across: ThemeSet, readable: LessonQuerySet) -> dict[tuple[int, int], int]:
    ties = LessonTheme.objects.filter(
        theme__theme_set=down, lesson__in=readable, lesson__theme_ties__theme__theme_set=across
    )
    met = ties.values_list("theme", "lesson__theme_ties__theme").annotate(n=Count("pk"))
    return {(row, column): number for row, column, number in met}


def _with_room(theme_set: ThemeSet, numbers: Mapping[int, int]) -> tuple[list[Theme], int]:
    """Its themes in their order, and how many have no room."""
    themes = list(theme_set.themes.filter(retired_at=None).order_by("position", "pk"))
    best = sorted(themes, key=lambda theme: -numbers.get(theme.pk, 0))[:MOST_LINES]
    kept = {theme.pk for theme in best}
    return [theme for theme in themes if theme.pk in kept], len(themes) - len(kept)


def _cell(
    number: int,
    listed: str,
    *themes: Theme,
    largest: int = 0,
    names: Mapping[tuple[str, str], tuple[str, str]] | None = None,
) -> MatrixCell:
    url = f"{listed}?{'&'.join(f'theme={theme.pk}' for theme in themes)}" if number else ""
    name, text = (names or {}).get((themes[0].name_key, themes[-1].name_key), ("", ""))
    radius = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(number / largest) if number and largest else 0
    return MatrixCell(number, url, ", ".join(theme.name for theme in themes), round(radius, 1), name, text)


def _names(down: ThemeSet, across: ThemeSet) -> dict[tuple[str, str], tuple[str, str]]:
    """What the four places of the square are called, by the keys of their themes, whichever of its sets goes down; no
    names for other sets."""
    shipped = shipped_sets()
    keys = {key_of_name(one.name): one for one in shipped.sets}
    rows, columns = keys.get(down.name_key), keys.get(across.name_key)
    if rows is None or columns is None or {rows.key, columns.key} != {SERVICE, WORK}:
        return {}
    of_row, of_column = ({theme.key: key_of_name(theme.name) for theme in one.themes} for one in (rows, columns))
    is_turned = rows.key == WORK
    found = {}
    for one in shipped.fields:
        row, column = (one.work, one.service) if is_turned else (one.service, one.work)
        found[of_row[row], of_column[column]] = (one.name, one.text)
    return found
