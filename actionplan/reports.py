"""The list of actions as the page and the CSV show it: filtered, in order, in sections."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from actionplan.models import Action, ActionQuerySet
from actionplan.policies import may_change
from kmportal.lib.days import MONTHS, day_in_words, long_day
from kmportal.lib.sentences import capital, counted
from organisations.models import Membership, Person

HEADINGS = {"late": "Late", "week": "The next seven days", "later": "Later", "none": "No date yet"}
COLUMNS = ("Action", "Details", "Who does it", "Until", "Days late", "State", "Done on", "From")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Line:
    """One row, and whether this reader may change it."""

    action: Action
    may_change: bool
    when: str


@dataclass(frozen=True)
class Section:
    """Rows under one heading."""

    key: str
    heading: str
    lines: list[Line]


@dataclass(frozen=True)
class Counts:
    """How much there is: the figures in the tabs and in the sentence under the heading."""

    mine: int
    mine_late: int
    mine_week: int
    everybody: int
    done: int

    @property
    def sentence(self) -> str:
        """“Two are late, three are due this week.”"""
        if not self.mine:
            return "Nothing is waiting for you."
        parts = []
        if self.mine_late:
            parts.append(counted(self.mine_late, "is late", "are late"))
        if self.mine_week:
            parts.append(counted(self.mine_week, "is due in the next seven days", "are due in the next seven days"))
        if not parts:
            return "Nothing is late, and nothing is due in the next seven days."
        return f"{capital(', '.join(parts))}."


def soon(on: date) -> date:
    """The last of the next seven days, today being the first."""
    return on + timedelta(days=6)


def counts(membership: Membership, *, on: date) -> Counts:
    """All figures in one query."""
    mine = Q(state=Action.State.OPEN, owner=membership.person_id)
    return Counts(
        **Action.objects.visible_to(membership)
        .filter(organisation=membership.organisation_id)
        .aggregate(
            mine=Count("pk", filter=mine),
            mine_late=Count("pk", filter=mine & Q(due_on__lt=on)),
            mine_week=Count("pk", filter=mine & Q(due_on__gte=on, due_on__lte=soon(on))),
            everybody=Count("pk", filter=Q(state=Action.State.OPEN)),
            done=Count("pk", filter=~Q(state=Action.State.OPEN)),
        )
    )


def chosen(membership: Membership, *, show: str, owner: str, when: str, on: date) -> ActionQuerySet:
    """The rows that the filters of the page leave, in the order of the page."""
    rows = Action.objects.visible_to(membership).filter(organisation=membership.organisation_id)
    rows = rows.select_related("owner", "organisation", "done_by")
    rows = rows.over() if show == "done" else rows.open().by_day()
    if show == "mine":
        rows = rows.owned_by(membership.person)
    elif owner == "nobody":
        rows = rows.filter(owner=None, guest_name="")
    elif owner == "guests":
        rows = rows.filter(owner=None).exclude(guest_name="")
    elif owner:
        rows = rows.filter(owner=int(owner))
    if when and show != "done":
        rows = rows.filter(_due(when, on))
    return rows


def owners(membership: Membership) -> Iterable[Person]:
    """Those who own an action that this member may see."""
    rows = Action.objects.visible_to(membership).filter(organisation=membership.organisation_id)
    return Person.objects.filter(pk__in=rows.values("owner")).order_by("name", "pk")


def sections(rows: Iterable[Action], membership: Membership, *, on: date) -> list[Section]:
    """Open actions under Late, The next seven days, Later, No date yet; empty ones left out."""
    found: dict[str, list[Line]] = {key: [] for key in HEADINGS}
    for line in lines(rows, membership, on=on):
        found[_when(line.action, on)].append(line)
    return [Section(key, HEADINGS[key], rows) for key, rows in found.items() if rows]


def lines(rows: Iterable[Action], membership: Membership, *, on: date) -> list[Line]:
    """Rows with what this reader may do."""
    return [Line(action, may_change(action, membership), _when_due(action, on)) for action in rows]


def _when_due(action: Action, on: date) -> str:
    """The day at the end of a row: “Today”, “Wednesday 25 November”, “4 December 2026”. What is late says so itself."""
    day = action.due_on
    if day is None or day < on:
        return ""
    if (day - on).days < 2:
        return capital(day_in_words(day, on=on))
    if day <= soon(on):
        return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return long_day(day)


def table(rows: Iterable[Action], *, on: date) -> Iterator[list[object]]:
    """Exactly what is shown, for a spreadsheet: one row for each action, under ``COLUMNS``."""
    for action in rows:
        yield [
            action.title,
            action.detail,
            action.owner_name,
            long_day(action.due_on) if action.due_on else "",
            action.days_late(on) or "",
            action.get_state_display(),
            long_day(timezone.localtime(action.done_at).date()) if action.done_at else "",
            action.source,
        ]


def _due(when: str, on: date) -> Q:
    last = soon(on)
    return {
        "late": Q(due_on__lt=on),
        "week": Q(due_on__gte=on, due_on__lte=last),
        "later": Q(due_on__gt=last),
        "none": Q(due_on=None),
    }[when]


def _when(action: Action, on: date) -> str:
    if action.due_on is None:
        return "none"
    if action.due_on < on:
        return "late"
    return "week" if action.due_on <= soon(on) else "later"
