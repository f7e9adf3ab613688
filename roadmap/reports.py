"""A programme as its pages show it: steps with progress, timeline, balance, catalogue. Plain values."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format

from kmportal.lib.charts import Balance, Band, Bar, Span, StepProgress, Timeline, balance, timeline
from kmportal.lib.days import due_in_words, long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.prepared import prepared
from kmportal.lib.presses import Press, offered
from kmportal.lib.sentences import apart, capital, counted, in_words, listed
from kmportal.lib.tallies import Tally
from kmportal.lib.things import Look
from organisations.models import Membership
from roadmap import policies
from roadmap.labels import STATES
from roadmap.models import (
    Area,
    CatalogueEntry,
    Intervention,
    InterventionQuerySet,
    Programme,
    ProgrammeStep,
    Step,
    StepGuide,
)

State = Intervention.State
# The state that one press leads to, and the words of the button.
_NEXT: dict[str, tuple[Intervention.State, str]] = {
    State.PLANNED: (State.DOING, "Start it"),
    State.DOING: (State.DONE, "Mark as done"),
    State.PAUSED: (State.DOING, "Take it up again"),
}
# So many interventions of one person at the same time are worth a sentence.
MANY_AT_ONCE = 3


@dataclass(frozen=True)
class Row:
    """One intervention in a list: its facts in one line, and its state as (kind, icon, words)."""

    intervention: Intervention
    facts: str
    state: tuple[str, str, str]
    warning: str = ""

    @property
    def key(self) -> str:
        """The row and the version that is shown, as “12-3”."""
        return f"{self.intervention.pk}-{self.intervention.version}"


@dataclass(frozen=True)
class StepView:
    """One step of a programme with all that is said about it."""

    step: ProgrammeStep
    progress: StepProgress
    rows: list[Row]
    dropped: list[Row]
    purpose: str
    exit_questions: list[str]
    begun: bool
    warning: str

    @property
    def state(self) -> tuple[str, str, str]:
        """What somebody said; while nobody did, what the interventions say."""
        if self.step.state == ProgrammeStep.State.DONE:
            return "good", "circle-check", "Done"
        return ("info", "arrow-right", "Under way") if self.begun else ("", "circle-dashed", "Not started")


@dataclass(frozen=True)
class NextDate:
    """A day on which something begins or ends."""

    day: date
    words: str
    url: str


def interventions_of(programme: Programme) -> list[Intervention]:
    """All of a programme, in the order of the plan, with what its pages need, in one query."""
    return _of(_interventions(programme.pk), programme)


@prepared
def _interventions(programme: int) -> QuerySet[Intervention]:
    rows = Intervention.objects.filter(programme=programme).select_related("owner", "entry")
    return rows.defer("entry__guidance", "entry__what")


def with_programme(rows: InterventionQuerySet, programme: Programme) -> list[Intervention]:
    """Rows of one programme with what its pages need, in one query."""
    return _of(list(rows.select_related("owner", "entry")), programme)


def _of(rows: list[Intervention], programme: Programme) -> list[Intervention]:
    for row in rows:
        row.programme = programme  # links are made without asking again
    return rows


@prepared
def _guides() -> QuerySet[StepGuide]:
    return StepGuide.objects.all()


@prepared
def _steps(programme: int) -> QuerySet[ProgrammeStep]:
    return ProgrammeStep.objects.filter(programme=programme).order_by("number")


def step_views(programme: Programme, interventions: Sequence[Intervention], *, on: date) -> list[StepView]:
    """The five steps in order."""
    by_step: dict[int, list[Intervention]] = defaultdict(list)
    for row in interventions:
        by_step[row.step].append(row)
    guides = {guide.number: guide for guide in _guides()}
    steps = _steps(programme.pk)
    for step in steps:
        step.programme = programme
    begun = {step.number for step in steps if _has_step_begun(step, by_step[step.number])}
    return [_view_of_step(step, by_step[step.number], guides.get(step.number), begun, on) for step in steps]


def step_lists(slug: str, programme: Programme, step: int) -> tuple[str, str, str, str]:
    """The lists behind the numbers of a step: done, all that count, late, without an owner."""
    plan = f"{reverse('programme_plan', args=[slug, programme.pk])}?step={step}"
    return f"{plan}&state=done", f"{plan}&which=counted", f"{plan}&which=late", f"{plan}&which=no_owner"


def _view_of_step(
    step: ProgrammeStep, rows: list[Intervention], guide: StepGuide | None, begun: set[int], on: date
) -> StepView:
    counted = [row for row in rows if row.state != State.DROPPED]
    return StepView(
        step=step,
        progress=_progress_of_step(step, counted, on),
        rows=[row_of(row, on=on) for row in counted],
        dropped=[row_of(row, on=on) for row in rows if row.state == State.DROPPED],
        purpose=guide.purpose if guide else "",
        exit_questions=list(guide.exit_questions) if guide else [],
        begun=step.number in begun,
        warning=_warning_of_step(step, counted, begun),
    )


def _progress_of_step(step: ProgrammeStep, counted: Sequence[Intervention], on: date) -> StepProgress:
    ownerless = sum(row.is_open and row.owner_id is None for row in counted)
    return StepProgress(
        number=step.number,
        name=step.get_number_display(),
        done=sum(row.state == State.DONE for row in counted),
        total=len(counted),
        url=f"#step-{step.number}",
        late=sum(row.days_late(on) > 0 for row in counted),
        ownerless=ownerless,
        lists=step_lists(step.programme.organisation.slug, step.programme, step.number),
    )


def _has_step_begun(step: ProgrammeStep, rows: Iterable[Intervention]) -> bool:
    return step.state != ProgrammeStep.State.OPEN or any(row.state in (State.DOING, State.DONE) for row in rows)


def _warning_of_step(step: ProgrammeStep, counted: Sequence[Intervention], begun: set[int]) -> str:
    """A gentle word when a step is passed over, or begun before the one before it. Never a block."""
    number = step.number
    if number not in begun and any(later > number for later in begun):
        later = min(later for later in begun if later > number)
        nothing = "nothing is planned here" if not counted else "nothing has started here"
        return f"Step {later} is under way, and {nothing} yet. You can go on. Look at the questions first."
    return ""


def row_of(intervention: Intervention, *, on: date) -> Row:
    """One row of a list."""
    owner = str(intervention.owner) if intervention.owner else "Nobody yet"
    when = days_in_words(intervention)
    facts = f"{apart(owner)}, {when}" if when else owner
    return Row(intervention, facts, state_of(intervention, on=on), outside_in_words(intervention))


def outside_in_words(intervention: Intervention) -> str:
    """That its days lie outside its programme, in a sentence; empty when they do not, or it is over."""
    programme, starts, ends = intervention.programme, intervention.starts_on, intervention.ends_on
    if not intervention.is_open:
        return ""
    parts = []
    if any(day and day < programme.starts_on for day in (starts, ends)):
        parts.append(f"before the {worded('programme')} starts on {long_day(programme.starts_on)}")
    if any(day and day > programme.ends_on for day in (starts, ends)):
        parts.append(f"after the {worded('programme')} ends on {long_day(programme.ends_on)}")
    return f"Its dates lie {' and '.join(parts)}." if parts else ""


def state_of(intervention: Intervention, *, on: date) -> Look:
    """The state as a list shows it: what is late or needs an owner says so."""
    if intervention.days_late(on):
        return Look("bad", "triangle-alert", due_in_words(intervention.ends_on, on=on))
    if intervention.is_late_to_begin(on):
        return Look("warn", "clock", "Late to begin")
    if intervention.state == State.PLANNED and intervention.owner_id is None:
        return Look("warn", "circle-alert", "Needs an owner")
    return STATES[State(intervention.state)]


def days_in_words(intervention: Intervention) -> str:
    """“until 19 March 2027”, “from 4 January 2027”, “9 November 2026 to 19 March 2027”."""
    starts, ends = intervention.starts_on, intervention.ends_on
    if starts and ends:
        return f"{long_day(starts)} to {long_day(ends)}" if starts != ends else long_day(starts)
    if ends:
        return f"until {long_day(ends)}"
    return f"from {long_day(starts)}" if starts else ""


def next_dates(interventions: Iterable[Intervention], *, on: date, most: int = 4) -> list[NextDate]:
    """The next days on which something planned begins or something open ends."""
    found = []
    for row in interventions:
        if row.state == State.PLANNED and row.starts_on and row.starts_on >= on:
            found.append(NextDate(row.starts_on, f"{row.title} begins", row.get_absolute_url()))
        if row.is_open and row.ends_on and row.ends_on >= on and row.ends_on != row.starts_on:
            found.append(NextDate(row.ends_on, f"{row.title} ends", row.get_absolute_url()))
    return sorted(found, key=lambda line: (line.day, line.words))[:most]


# --- The list ----------------------------------------------------------------------------------------------------

COLUMNS = [
    _("Intervention"), "Step", "Name of the step", "State", "Why it stopped", "Owner", "From", "To", "Kind", "Effort",
    "Areas", "Output", "What it is about", _("From the catalogue"), "Days late", "Late to begin",
]  # fmt: skip


def plan_table(rows: Iterable[Intervention], *, on: date) -> list[list[object]]:
    """The plan for a spreadsheet: each field of each row, days as 2027-03-19."""
    return [
        [
            row.title,
            row.step,
            row.get_step_display(),
            row.get_state_display(),
            row.state_reason,
            str(row.owner or ""),
            row.starts_on.isoformat() if row.starts_on else "",
            row.ends_on.isoformat() if row.ends_on else "",
            row.get_kind_display() if row.kind else "",
            row.get_effort_display() if row.effort else "",
            ", ".join(row.area_names),
            row.output,
            row.summary,
            str(row.entry or ""),
            row.days_late(on),
            "yes" if row.is_late_to_begin(on) else "",
        ]
        for row in rows
    ]


# --- The timeline ------------------------------------------------------------------------------------------------


SCALES = {"month": ("Month", 1), "quarter": ("Quarter", 3), "year": ("Year", 12)}


@dataclass(frozen=True)
class Window:
    """A month, a quarter or a year of the timeline, from its first day to the day after its last."""

    scale: str
    first: date
    last: date

    @classmethod
    def read(cls, scale: str, begin: str, *, on: date) -> "Window | None":
        """What an address asks for: ``scale``, and a month as 2026-11; without one the present."""
        if scale not in SCALES:
            return None
        try:
            day = date.fromisoformat(f"{begin}-01") if begin else on
            months = SCALES[scale][1]
            first = date(day.year, day.month - (day.month - 1) % months, 1)
            _later_month(first, -months)
            return cls(scale, first, _later_month(first, months))
        except ValueError:  # no month, or one at the end of the calendar
            return cls.read(scale, "", on=on)

    @property
    def words(self) -> str:
        """“November 2026”, “October to December 2026”, “2026”."""
        if self.scale == "year":
            return str(self.first.year)
        end = date_format(_later_month(self.last, -1), "F Y")
        return end if self.scale == "month" else f"{date_format(self.first, 'F')} to {end}"

    @property
    def moves(self) -> list[tuple[str, str]]:
        """Earlier and later, as words and the month to begin with."""
        months = SCALES[self.scale][1]
        return [("Earlier", f"{_later_month(self.first, -months):%Y-%m}"), ("Later", f"{self.last:%Y-%m}")]

    def holds(self, row: Intervention) -> bool:
        """Whether any day of it lies here; without a last day it goes on, without a first only its last counts."""
        first = row.starts_on or row.ends_on
        last = row.ends_on or (date.max if row.starts_on else None)
        return first is not None and last is not None and first < self.last and last >= self.first


def _later_month(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def timeline_of(
    programme: Programme, interventions: Iterable[Intervention], *, on: date, window: Window | None = None
) -> Timeline:
    """Bars under their steps; what was dropped is left out, and with a window what lies elsewhere."""
    shown = (row for row in interventions if row.state != State.DROPPED and (window is None or window.holds(row)))
    rows = sorted(shown, key=lambda row: row.step)
    bands = [
        Band(step, Step(step).label, [_bar_of_intervention(row, on) for row in group])
        for step, group in groupby(rows, key=lambda row: row.step)
    ]
    title = f"Timeline of {programme.name} by step"
    if window is None:
        return timeline(bands, title, today=on)
    return timeline(bands, f"{title}, {window.words}", today=on, span=Span(window.first, window.last))


def _bar_of_intervention(row: Intervention, on: date) -> Bar:
    late = row.days_late(on)
    drawn = {State.PLANNED: "planned", State.DOING: "doing", State.DONE: "done", State.PAUSED: "stopped"}
    words = due_in_words(row.ends_on, on=on) if late else row.get_state_display().lower()
    if row.is_late_to_begin(on):
        words = "late to begin"
    return Bar(
        row.title,
        row.starts_on,
        row.ends_on,
        "late" if late else drawn[State(row.state)],  # type: ignore[arg-type]
        words,
        url=row.get_absolute_url(),
        owner=str(row.owner or "Nobody yet"),
    )


def tallies_of_time(programme: Programme, interventions: Iterable[Intervention], *, on: date) -> list[Tally]:
    """What the finding counts, each with its list."""
    rows = [row for row in interventions if row.is_open]
    plan = reverse("programme_plan", args=[programme.organisation.slug, programme.pk])
    found = [
        Tally(sum(row.days_late(on) > 0 for row in rows), "late", f"{plan}?which=late"),
        Tally(sum(row.is_late_to_begin(on) for row in rows), "late to begin", f"{plan}?which=late_to_begin"),
        Tally(
            sum(row.starts_on is None and row.ends_on is None for row in rows),
            "without a date",
            f"{plan}?which=no_date",
        ),
    ]
    return [one for one in found if one.number]


def finding_of_time(interventions: Sequence[Intervention], *, on: date) -> str:
    """One or two sentences by rule: what is late, who has too much at once, what has no date."""
    rows = [row for row in interventions if row.state != State.DROPPED]
    if not rows:
        return ""
    late = sum(row.days_late(on) > 0 for row in rows)
    waiting = sum(row.is_late_to_begin(on) for row in rows)
    undated = sum(row.starts_on is None and row.ends_on is None for row in rows)
    parts = [
        counted(late, worded("intervention is late"), worded("interventions are late")) if late else "Nothing is late"
    ]
    if waiting:
        parts.append(
            counted(waiting, worded("intervention should have begun"), worded("interventions should have begun"))
        )
    if crowd := _busiest_people(rows, on):
        name, number, day = crowd
        parts.append(f"From {long_day(day)} {in_words(number)} {worded('interventions')} need {name} at the same time")
    if undated:
        parts.append(counted(undated, "has no dates yet", "have no dates yet"))
    return " ".join(f"{capital(part)}." for part in parts)


def _busiest_people(rows: Iterable[Intervention], on: date) -> tuple[str, int, date] | None:
    """Who does most at the same time from today on, how many, and from which day; only if it is many."""
    open_rows: dict[int, list[Intervention]] = defaultdict(list)
    for row in rows:
        if row.is_open and row.owner_id and row.starts_on and row.ends_on and row.ends_on >= on:
            open_rows[row.owner_id].append(row)
    found = []
    for mine in open_rows.values():
        for day in sorted({max(row.starts_on, on) for row in mine if row.starts_on}):
            together = sum(row.starts_on <= day <= row.ends_on for row in mine if row.starts_on and row.ends_on)
            found.append((-together, day, str(mine[0].owner)))
    if not found or -min(found)[0] < MANY_AT_ONCE:
        return None
    number, day, name = min(found)
    return name, -number, day


# --- The balance -------------------------------------------------------------------------------------------------


def balance_of(programme: Programme, interventions: Iterable[Intervention]) -> Balance:
    """How many interventions serve each area in each step; what was dropped does not count."""
    tally = Counter((area, row.step) for row in interventions if row.state != State.DROPPED for area in row.areas)
    slug = programme.organisation.slug
    plan = reverse("programme_plan", args=[slug, programme.pk])
    urls = [f"{plan}?which=counted&step={step.value}" for step in Step]
    return balance(
        [(step.value, step.label) for step in Step],
        [(area.label, [tally[area, step.value] for step in Step]) for area in Area],
        [
            [f"{url}&area={area}" if tally[area, step.value] else "" for step, url in zip(Step, urls, strict=True)]
            for area in Area
        ],
    )


def finding_of_balance(interventions: Iterable[Intervention]) -> str:
    """By rule: how many boxes are empty, which area nobody serves, which one stops after a step."""
    served: dict[str, set[int]] = {area: set() for area in Area.values}
    for row in interventions:
        if row.state != State.DROPPED:
            for area in row.areas:
                served[area].add(row.step)
    empty = sum(len(Step) - len(steps) for steps in served.values())
    if empty == len(Step) * len(Area):
        return "Nothing in the plan names an area yet."
    if not empty:
        return "No box is empty: the plan serves all five areas in all five steps."
    parts = [counted(empty, "box is empty", "boxes are empty")]
    nobody = [Area(area).label for area, steps in served.items() if not steps]
    if nobody:
        parts.append(f"nothing serves {listed([f'“{name}”' for name in nobody])}")
    stops = [(max(steps), Area(area).label) for area, steps in served.items() if steps and max(steps) < len(Step)]
    if stops:
        last, name = min(stops)
        parts.append(f"“{name}” stops after step {last}")
    return " ".join(f"{capital(part)}." for part in parts)


# --- The catalogue -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """One entry of the catalogue, and what stands for it in the plan."""

    entry: CatalogueEntry
    planned: list[Intervention]

    @property
    def facts(self) -> str:
        return f"{self.entry.get_kind_display()}, takes {self.entry.takes}"


@dataclass(frozen=True)
class Shelf:
    """A step of the catalogue: those of the roadmap first, then what else helps."""

    step: int
    name: str
    offers: list[Offer]
    extras: list[Offer]


def shelves(programme: Programme | None) -> list[Shelf]:
    """The catalogue by step, in two queries; what is dropped from the plan counts as not planned."""
    planned: dict[int, list[Intervention]] = defaultdict(list)
    if programme is not None:
        for row in interventions_of(programme):
            if row.entry_id and row.state != State.DROPPED:
                planned[row.entry_id].append(row)
    entries = list(CatalogueEntry.objects.filter(retired_at=None))
    return [
        Shelf(
            step.value,
            step.label,
            [Offer(e, planned[e.pk]) for e in entries if e.step == step and not e.is_extra],
            [Offer(e, planned[e.pk]) for e in entries if e.step == step and e.is_extra],
        )
        for step in Step
    ]


# --- Presses ---------------------------------------------------------------------------------------------------------


def intervention_presses(intervention: Intervention, membership: Membership) -> list[Press]:
    """The buttons on an intervention’s page: what may be done with it now."""
    slug = membership.organisation.slug
    allowed = policies.allowed(membership, intervention) - ({"plan_session"} if not intervention.is_open else set())
    plan_session = f"{reverse('session_new', args=[slug])}?intervention={intervention.pk}"
    presses = [Press("plan_session", worded("Plan a session"), plan_session, is_form=True)]
    if intervention.is_open and intervention.owner_id is None and "change" in allowed:
        presses = [
            Press("change", "Choose an owner", giving_url(intervention, slug), is_form=True),
            Press("plan_session", worded("Plan a session"), plan_session, is_form=True, look="secondary"),
        ]
    if following := _NEXT.get(intervention.state):
        state, words = following
        presses.append(
            Press(
                "set_state",
                words,
                reverse("intervention_state", args=[slug, intervention.pk]),
                look="secondary" if "plan_session" in allowed else "",
                about=intervention.title,
                fields=(("state", state),),
            )
        )
    change = reverse("intervention_edit", args=[slug, intervention.pk])
    presses.append(Press("change", "Change the plan", change, is_form=True, look="secondary"))
    delete = reverse("intervention_delete", args=[slug, intervention.pk])
    presses.append(Press("delete", "Delete", delete, is_form=True, look="quiet", about=intervention.title))
    return offered(presses, allowed | ({"delete"} if policies.may_delete(membership, intervention) else set()))


def giving_url(intervention: Intervention, slug: str) -> str:
    """The page on which this intervention gets an owner."""
    page = reverse("programme_change", args=[slug, intervention.programme_id])
    return f"{page}?move=give&row={intervention.pk}-{intervention.version}"


def programme_presses(programme: Programme, membership: Membership) -> list[Press]:
    """The buttons at the head of a programme."""
    args = [membership.organisation.slug, programme.pk]
    new, edit = reverse("intervention_new", args=args), reverse("programme_edit", args=args)
    presses = [
        Press("plan", worded("Add an intervention"), new, is_form=True, icon="plus"),
        Press("revise", worded("Change the programme"), edit, is_form=True, look="secondary", icon="pencil"),
        *current_presses(programme, membership, look="quiet"),
        Press(
            "delete",
            "Delete",
            reverse("programme_delete", args=args),
            is_form=True,
            look="quiet",
            about=programme.name,
        ),
    ]
    may_delete = {"delete"} if policies.may_delete_programme(membership, programme) else set()
    return offered(presses, policies.allowed_with_programme(membership, programme) | may_delete)


def current_presses(programme: Programme, membership: Membership, *, look: str) -> list[Press]:
    """The button that makes a programme the current one."""
    make = reverse("programme_make_current", args=[membership.organisation.slug, programme.pk])
    press = Press("make_current", "Make it the current one", make, look=look, about=programme.name)
    return offered([press], policies.allowed_with_programme(membership, programme))
