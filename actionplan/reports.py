"""The list of actions as the page and the CSV show it: filtered, in order, in sections."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext

from actionplan import policies
from actionplan.labels import look_of
from actionplan.models import Action, ActionQuerySet
from actionplan.weeks import last_of_week
from kmportal.lib import things
from kmportal.lib.days import day_in_words, long_day
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.presses import Press, offered
from kmportal.lib.sentences import capital, counted
from kmportal.lib.things import Look
from organisations.models import Membership, Person
from organisations.visibility import OPEN

TITLES = {
    "mine": _("My actions"),
    "all": _("Everybody’s actions"),
    "done": _("Actions that are done"),
    "year": "Due in the past year",
}
# After “12 actions” in the heading of the list, so that it says which they are.
WORDS_OF_SHOW = {"mine": "to do", "all": "to do", "done": "done or dropped", "year": "due in the past year"}
WORDS_OF_WHEN = {
    "late": "that are late",
    "week": "due in the next seven days",
    "later": "due later",
    "none": "without a date",
    "on_time": "done in time, of those due in the past year",
}
HEADINGS = {"late": "Late", "week": "The next seven days", "later": "Later", "none": "No date yet"}
COLUMNS = (_("Action"), "Details", "Who does it", "Until", "Days late", "State", "Done on", "From")


@dataclass(frozen=True)
class Source:
    """Where an action was agreed, in words; with a link if the reader sees that page."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One row, where it comes from, and whether this reader may complete it."""

    action: Action
    source: Source | None
    may_complete: bool
    when: str
    kept: str


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


def words_of_list(show: str, when: str) -> str:
    """What a list holds, after the number of its actions: “to do”, “that are late”."""
    holds = when and (when == "on_time" or show in ("mine", "all"))
    return WORDS_OF_WHEN[when] if holds else WORDS_OF_SHOW[show]


def counts(membership: Membership, *, on: date) -> Counts:
    """All figures in one query."""
    mine = Q(state=Action.State.OPEN, owner=membership.person_id)
    return Counts(
        **Action.objects.visible_to(membership)
        .filter(organisation=membership.organisation_id)
        .aggregate(
            mine=Count("pk", filter=mine),
            mine_late=Count("pk", filter=mine & Q(due_on__lt=on)),
            mine_week=Count("pk", filter=mine & Q(due_on__gte=on, due_on__lte=last_of_week(on))),
            everybody=Count("pk", filter=Q(state=Action.State.OPEN)),
            done=Count("pk", filter=~Q(state=Action.State.OPEN)),
        )
    )


def listed(membership: Membership) -> ActionQuerySet:
    """What the list chooses from: what this member may see of their organisation, with what a row shows."""
    rows = Action.objects.visible_to(membership).filter(organisation=membership.organisation_id)
    return rows.select_related("owner", "organisation", "done_by")


def owners(membership: Membership) -> Iterable[Person]:
    """Those who own an action that this member may see."""
    rows = Action.objects.visible_to(membership).filter(organisation=membership.organisation_id)
    return Person.objects.filter(pk__in=rows.values("owner")).order_by("name", "pk")


def sections(rows: Iterable[Action], membership: Membership, *, on: date) -> list[Section]:
    """Open actions under Late, The next seven days, Later, No date yet; empty ones left out."""
    found: dict[str, list[Line]] = {key: [] for key in HEADINGS}
    for line in lines(rows, membership, on=on):
        found[_when_in_words(line.action, on)].append(line)
    return [Section(key, HEADINGS[key], rows) for key, rows in found.items() if rows]


def lines(rows: Iterable[Action], membership: Membership, *, on: date) -> list[Line]:
    """Rows with where they come from and what this reader may do."""
    actions = list(rows)
    sources = sources_of(actions, membership)
    return [
        Line(
            action,
            sources.get(action.pk),
            "complete" in policies.allowed(membership, action),
            _due_in_words(action, on),
            _kept_in_words(action),
        )
        for action in actions
    ]


def sources_of(actions: Iterable[Action], membership: Membership | None) -> dict[int, Source]:
    """Where actions were agreed, by the key of the action; what the reader may not see is left out.

    Without a membership the reader is the guest who does it: told where it was agreed, unless only a group may know,
    and without a link.
    """
    if membership is None:
        refs = {action.pk: action.source for action in actions if action.source and action.reach in OPEN}
        titles = things.titles(refs.values())
        return {pk: Source(titles[ref], "") for pk, ref in refs.items() if ref in titles}
    refs = {action.pk: action.source for action in actions if action.source}
    pages = things.pointers(refs.values(), membership)
    return {pk: Source(*pages[ref]) for pk, ref in refs.items() if ref in pages}


@dataclass(frozen=True)
class ActionPage:
    """The page of one action: its state, where it comes from, and what this reader may do with it."""

    action: Action
    look: Look
    source: Source | None
    main: list[Press]
    more: list[Press]
    shows_addresses: bool

    @classmethod
    def build(cls, action: Action, membership: Membership, *, on: date) -> "ActionPage":
        """What is offered follows from the policies alone."""
        allowed = policies.allowed(membership, action)
        return cls(
            action,
            look_of(action, on=on),
            sources_of([action], membership).get(action.pk),
            offered(_main_presses(action), allowed),
            offered(_more_presses(action), allowed),
            bool(allowed),
        )


def _main_presses(action: Action) -> list[Press]:
    """On top of the page. Who does it comes first where nobody does."""
    page = partial(_page_of_action, action)
    hand_over = Press("hand_over", "Choose an owner", page("action_hand_over"), is_form=True)
    done = Press("complete", "Mark as done", page("action_done"), icon="check", about=action.title)
    first = [done] if action.owner_name else [hand_over, replace(done, look="secondary")]
    words = "Move the date" if action.due_on else "Set the date"
    return [
        *first,
        Press("reschedule", words, page("action_move"), is_form=True, look="secondary"),
        Press(
            "reopen",
            "Open it again",
            page("action_reopen"),
            look="secondary",
            icon="rotate-ccw",
            about=action.title,
        ),
    ]


def _more_presses(action: Action) -> list[Press]:
    """Below the facts."""
    page = partial(_page_of_action, action)
    hand_over = Press("hand_over", "Hand it over", page("action_hand_over"), is_form=True, look="secondary")
    return [
        *([hand_over] if action.owner_name else []),
        Press("reword", "Reword it", page("action_edit"), is_form=True, look="quiet", icon="pencil"),
        Press("drop", "Drop it", page("action_drop"), is_form=True, look="quiet"),
    ]


def _page_of_action(action: Action, name: str) -> str:
    return reverse(name, args=[action.organisation.slug, action.pk])


def _due_in_words(action: Action, on: date) -> str:
    """The day at the end of a row: “Today”, “Wednesday 25 November”, “4 December 2026”. What is late says so itself."""
    day = action.due_on
    if day is None or day < on:
        return ""
    if (day - on).days < 2:
        return capital(day_in_words(day, on=on))
    if day <= last_of_week(on):
        return date_format(day, "l j F")
    return long_day(day)


def _kept_in_words(action: Action) -> str:
    """Whether what was promised was kept: “Due 3 March 2026, done 5 March 2026, 2 days late”."""
    due = f"due {long_day(action.due_on)}" if action.due_on else ""
    if not action.done_at:
        dropped = action.state == Action.State.DROPPED
        return capital(due if dropped else ", ".join(part for part in (due, "not done yet") if part))
    day = timezone.localtime(action.done_at).date()
    late = (day - action.due_on).days if action.due_on else 0
    words = f"{late} {ngettext('day', 'days', late)} late" if late > 0 else "in time" if action.due_on else ""
    return capital(", ".join(part for part in (due, f"done {long_day(day)}", words) if part))


def table(rows: Iterable[Action], membership: Membership, *, on: date) -> Iterator[list[object]]:
    """Exactly what is shown, for a spreadsheet: one row for each action, under ``COLUMNS``."""
    actions = list(rows)
    sources = sources_of(actions, membership)
    for action in actions:
        yield [
            action.title,
            action.detail,
            action.owner_name,
            long_day(action.due_on) if action.due_on else "",
            action.days_late(on) or "",
            action.get_state_display(),
            long_day(timezone.localtime(action.done_at).date()) if action.done_at else "",
            sources[action.pk].title if action.pk in sources else "",
        ]


def _when_in_words(action: Action, on: date) -> str:
    if action.due_on is None:
        return "none"
    if action.due_on < on:
        return "late"
    return "week" if action.due_on <= last_of_week(on) else "later"
