"""The benefits register: what reuse of lessons saved and what stories of communities claim, with how sure it is.

Only like is added to like: hours to hours and pounds to pounds, and what is confirmed never to what is claimed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Value
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from communities.models import ClaimedBenefit, ClaimedBenefitQuerySet
from kmportal.lib.amounts import hours_in_words, pounds_in_words
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.links import absolute
from kmportal.lib.tallies import Tally
from kmportal.lib.things import Look
from lessons.labels import SAVING_STATES
from lessons.models import Measure, Reuse, Saving, SavingQuerySet, Sureness
from lessons.policies import may_confirm_benefits
from organisations.models import Membership

SAVING, STORY = "saving", "story"
# Of what a benefit is so much: the first five are numbers that can be added up.
WHAT = {
    "hours": "Time, in hours",
    "days": "Time, in days",
    "pounds": "Money",
    "people": "People",
    "times": "Times",
    "quality": "Quality",
    "safety": "Safety",
    "words": "Something else, in words",
}
_OF_MEASURE: dict[str, str] = {
    Measure.TIME: "hours",
    Measure.MONEY: "pounds",
    Measure.QUALITY: "quality",
    Measure.SAFETY: "safety",
}
_MEASURE_OF = {what: measure for measure, what in _OF_MEASURE.items()}
COLUMNS = (
    "Day", "From", "Title", "Where", "What", "Amount", "In words", "How sure", "State", "Decided by", "Reason", "Link",
)  # fmt: skip
TOTAL_COLUMNS = ("What", "State", "Entries", "Together", "The least sure of it")


@dataclass(frozen=True)
class BenefitChoice:
    """What the register is narrowed to. Anything odd in the address narrows nothing.

    ``waits`` are those that this member can confirm, or say why not.
    """

    what: str = ""
    state: str = ""
    sure: str = ""
    waits: bool = False

    @classmethod
    def of(cls, params: QueryDict) -> "BenefitChoice":
        what, state, sure = (params.get(name, "") for name in ("what", "state", "sure"))
        return cls(
            what=what if what in WHAT else "",
            state=state if state in Saving.State.values else "",
            sure=sure if sure in Sureness.values else "",
            waits=params.get("waits") == "1",
        )

    def savings(self, membership: Membership) -> SavingQuerySet:
        rows = Saving.objects.visible_to(membership)
        if self.waits:
            rows = rows.to_decide(membership) if _may_decide(membership) else rows.none()
        if self.what:
            rows = rows.filter(measure=_MEASURE_OF.get(self.what, ""))
        return _narrowed(rows, self)

    def stories(self, membership: Membership) -> ClaimedBenefitQuerySet:
        rows = ClaimedBenefit.objects.visible_to(membership).filter(organisation=membership.organisation_id)
        if self.waits:
            rows = rows.to_decide(membership) if _may_decide(membership) else rows.none()
        if self.what:
            rows = rows.filter(unit="" if self.what == "words" else self.what)
        return _narrowed(rows, self)


def _may_decide(membership: Membership) -> bool:
    return may_confirm_benefits(membership, membership.organisation)


def _narrowed(rows: Any, choice: BenefitChoice) -> Any:
    if choice.state:
        rows = rows.filter(state=choice.state)
    return rows.filter(sureness=choice.sure) if choice.sure else rows


@dataclass(frozen=True)
class Line:
    """One benefit, wherever it was told."""

    on: date
    source: str
    title: str
    url: str
    where: str
    what: str
    amount: Decimal | None
    unit: str
    words: str
    sureness: str
    look: Look
    decided_by: str
    reason: str

    @property
    def much(self) -> str:
        """“£1,200”, “3 days”; empty where it is told in words alone."""
        return "" if self.amount is None else amount_in_words(self.unit, self.amount)


@dataclass(frozen=True)
class Cell:
    """One total: like with like in one state, as sure as the least sure in it. ``much`` is empty for words."""

    tally: Tally
    much: str
    sureness: Sureness


@dataclass(frozen=True)
class Totals:
    """One row of the table of totals: of one kind, a cell for each state; None where there is nothing."""

    what: str
    cells: Sequence[Cell | None]


def amount_in_words(unit: str, amount: Decimal) -> str:
    """“£1,200”, “40 hours”, “3 days”, “12 people”, “4 times”."""
    if unit == "pounds":
        return pounds_in_words(amount)
    if unit == "hours":
        return hours_in_words(amount)
    number = f"{amount:,.2f}".rstrip("0").rstrip(".")
    one = {"days": "day", "people": "person", "times": "time"}[unit]
    return f"{number} {one if amount == 1 else unit}"


def count_benefits(membership: Membership) -> int:
    """How many stand in the register for this member."""
    everything = BenefitChoice()
    return everything.savings(membership).count() + everything.stories(membership).count()


def totals_of(membership: Membership, choice: BenefitChoice) -> list[Totals]:
    """The table of totals, however the list is narrowed, but for how sure: that is chosen for both. Two queries."""
    sure = BenefitChoice(sure=choice.sure)
    found: dict[tuple[str, str], _Sum] = {}
    for measure, state, sureness, number, much in sure.savings(membership).totals():
        _add(found, (_OF_MEASURE[measure], state), _Sum(number, much or Decimal(), Sureness(sureness)))
    for unit, state, sureness, number, much in sure.stories(membership).totals():
        _add(found, (unit or "words", state), _Sum(number, much or Decimal(), Sureness(sureness)))
    page = reverse("benefit_list", args=[membership.organisation.slug])
    rows = []
    for what, label in WHAT.items():
        cells: list[Cell | None] = []
        for state in Saving.State.values:
            one = found.get((what, state))
            if one is None:
                cells.append(None)
                continue
            query = f"?what={what}&state={state}" + (f"&sure={choice.sure}" if choice.sure else "")
            tally = Tally(one.number, "entry" if one.number == 1 else "entries", f"{page}{query}")
            cells.append(Cell(tally, amount_in_words(what, one.much) if one.much else "", one.sureness))
        if any(cells):
            rows.append(Totals(label, cells))
    return rows


class _Sum(NamedTuple):
    number: int
    much: Decimal
    sureness: Sureness


def _add(found: dict[tuple[str, str], _Sum], key: tuple[str, str], more: _Sum) -> None:
    before = found.get(key)
    if before is not None:
        least = Sureness.least(before.sureness, more.sureness)
        more = _Sum(before.number + more.number, before.much + more.much, least)
    found[key] = more


def cells_of_totals(rows: Iterable[Totals]) -> Iterator[Sequence[object]]:
    """The table of totals for a spreadsheet, under ``TOTAL_COLUMNS``: a line for each total."""
    for row in rows:
        for state, cell in zip(Saving.State.labels, row.cells, strict=True):
            if cell:
                yield row.what, state, cell.tally.number, cell.much, cell.sureness.label


def keys_of(membership: Membership, choice: BenefitChoice) -> QuerySet[Any, Any]:
    """The benefits of both origins in one order, the newest first: (moment, origin, key)."""
    savings = choice.savings(membership).order_by().annotate(origin=Value(SAVING))
    stories = choice.stories(membership).order_by().annotate(origin=Value(STORY))
    keys = savings.values_list("at", "origin", "pk").union(stories.values_list("at", "origin", "pk"), all=True)
    return keys.order_by("-at", "origin", "-pk")


def lines_of(keys: Iterable[tuple[Any, str, int]], zone: ZoneInfo | None = None) -> list[Line]:
    """The lines for some keys, in their order. Two queries."""
    keys = list(keys)
    savings = Saving.objects.select_related(
        "reuse__lesson__revision", "reuse__organisation", "reuse__group", "decided_by"
    ).in_bulk([key for _at, origin, key in keys if origin == SAVING])
    stories = ClaimedBenefit.objects.select_related("story__community", "story__organisation", "decided_by").in_bulk(
        [key for _at, origin, key in keys if origin == STORY]
    )
    lines = []
    for at, origin, key in keys:
        on = timezone.localdate(at, zone)
        if origin == SAVING and key in savings:
            lines.append(_line_of_saving(savings[key], on))
        elif origin == STORY and key in stories:
            lines.append(_line_of_story(stories[key], on))
    return lines


def _line_of_saving(saving: Saving, on: date) -> Line:
    reuse = saving.reuse
    return Line(
        on=on,
        source=worded("Reuse of a lesson"),
        title=reuse.lesson.words.title,
        url=reuse.get_absolute_url(),
        where=reuse.where,
        what=WHAT[_OF_MEASURE[saving.measure]],
        amount=saving.amount,
        unit=_OF_MEASURE[saving.measure],
        words=saving.words or reuse.changed,
        sureness=saving.get_sureness_display(),
        look=SAVING_STATES[saving.state],
        decided_by=str(saving.decided_by or ""),
        reason=saving.reason,
    )


def _line_of_story(benefit: ClaimedBenefit, on: date) -> Line:
    return Line(
        on=on,
        source=worded("Story of a community"),
        title=benefit.story.title,
        url=benefit.story.get_absolute_url(),
        where=benefit.story.community.name,
        what=WHAT[benefit.unit or "words"],
        amount=benefit.amount,
        unit=benefit.unit,
        words=benefit.what,
        sureness=benefit.get_sureness_display(),
        look=SAVING_STATES[benefit.state],
        decided_by=str(benefit.decided_by or ""),
        reason=benefit.reason,
    )


def cells_of(keys: QuerySet[Any, Any], zone: ZoneInfo, at_a_time: int = 500) -> Iterator[Sequence[object]]:
    """The register for a spreadsheet, under ``COLUMNS``. Read when the view is over, so the zone is named."""
    start = 0
    while batch := list(keys[start : start + at_a_time]):
        for line in lines_of(batch, zone):
            yield (
                long_day(line.on), line.source, line.title, line.where, line.what,
                line.amount, line.words, line.sureness, line.look.word, line.decided_by, line.reason,
                absolute(line.url),
            )  # fmt: skip
        start += at_a_time


def reuse_in_figures(membership: Membership) -> tuple[int, list[Tally], str]:
    """For the home of a sponsor: how often a lesson helped, and how many benefits stand in the register."""
    slug = membership.organisation.slug
    helped = Reuse.objects.visible_to(membership).helped().count()
    benefits = count_benefits(membership)
    register = reverse("benefit_list", args=[slug])
    words = "benefit in the register" if benefits == 1 else "benefits in the register"
    return helped, [Tally(benefits, words, register)], f"{reverse('reuse_list', args=[slug])}?kind=helped"
