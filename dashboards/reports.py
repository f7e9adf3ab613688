"""What the home pages show, worked out once as plain values. Every number carries the address of its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from actionplan.models import Action, ActionQuerySet
from actionplan.reports import Source, sources_of
from dashboards.benefits import reuse_in_figures
from dashboards.gaps import LatestRound, latest_round
from dashboards.todo import MOST, Need, needs_of
from kmportal.lib.charts import StepProgress
from kmportal.lib.days import YEAR, moment_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from kmportal.lib.sentences import capital, counted, in_words
from kmportal.lib.tallies import Tally
from kmportal.lib.things import Look
from lessons.labels import BROUGHT_IN, STATES
from lessons.models import IN_LISTS, Lesson, State
from lessons.reports.mine import OwnFigure, own_figures
from lessons.reports.pack_waiting import WaitingPacks, waiting_packs
from organisations.models import Membership
from organisations.permissions import Permission, Role
from roadmap.models import Intervention, Programme, Step
from roadmap.reports import step_lists
from techniques.models import Participant, Session

FROM_ELSEWHERE = {
    "brought": BROUGHT_IN,
    "others": Look("", "users", "Shared by others"),
}
SHOWN_STATES = (
    State.SUBMITTED,
    State.IN_REVIEW,
    State.IDENTIFIED,
    State.NOTED,
    State.ACTION_AGREED,
    State.LEARNED,
    State.EMBEDDED,
)


@dataclass(frozen=True)
class StateFigure:
    """How many lessons stand in one state."""

    look: tuple[str, str, str]
    count: int
    url: str


@dataclass(frozen=True)
class SessionLine:
    """One session to come."""

    title: str
    url: str
    when: str
    facts: str


@dataclass(frozen=True)
class LateLine:
    """One action past its day."""

    title: str
    url: str
    owner: str
    source: Source | None
    days: int


@dataclass(frozen=True)
class Move:
    """Something that moved along the thread lately."""

    at: datetime
    words: str
    title: str
    url: str


@dataclass(frozen=True)
class Figure:
    """A number with what it is measured against; each opens its list. A share has a ``value`` and no number."""

    label: str
    url: str
    number: int | None = None
    value: str = ""
    of: Tally | None = None
    beside: Sequence[Tally] = ()
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """The plan in one sentence of facts, for whoever has two minutes; each number opens its list."""

    done: Tally
    planned: Tally
    late: Tally | None

    @classmethod
    def build(cls, steps: Sequence[StepProgress], membership: Membership, programme: Programme) -> "Verdict | None":
        """None while nothing is planned."""
        plan = reverse("programme_plan", args=[membership.organisation.slug, programme.pk])
        done, counted = sum(step.done for step in steps), sum(step.total for step in steps)
        late = sum(step.late for step in steps)
        if not counted:
            return None
        interventions = worded(ngettext("intervention", "interventions", counted))
        return cls(
            Tally(done, "", f"{plan}?state=done"),
            Tally(counted, interventions, f"{plan}?which=counted"),
            Tally(late, "late", f"{plan}?which=late") if late else None,
        )


@prepared
def _current_programme(membership: Membership) -> QuerySet[Programme]:
    return Programme.objects.visible_to(membership).current().select_related("lead", "sponsor")[:1]


@dataclass(frozen=True)
class Home:
    """The home page of one member."""

    greeting: str
    lead: str
    notable: Tally | None
    verdict: "Verdict | None"
    needs: Sequence[Need]
    more_needs: Sequence[Need]
    programme: Programme | None
    steps: Sequence[StepProgress]
    round: LatestRound
    lessons: Sequence[StateFigure]
    own_lessons: Sequence[OwnFigure]
    packs: WaitingPacks
    sessions: Sequence[SessionLine]
    late: Sequence[LateLine]
    late_count: int
    late_url: str
    moves: Sequence[Move]
    figures: Sequence[Figure]

    @classmethod
    def build(cls, membership: Membership, *, at: datetime) -> "Home":
        """All that the page needs. The queries do not grow with the number of rows."""
        today = timezone.localdate(at)
        programme = _current_programme.first(membership)
        steps = step_figures(programme, membership, today)
        latest = latest_round(membership)
        packs = waiting_packs(membership, today)
        needs = needs_of(membership, latest, at=at, packs=packs)
        late, late_count = _late_actions(membership, today)
        oversees = membership.can(Permission.OVERSEE)
        return cls(
            greeting=f"{_greeting_at(at)}, {membership.person.first_name}",
            lead=_lead_sentence(needs),
            notable=_notable_in(steps, membership, programme, today),
            verdict=Verdict.build(steps, membership, programme) if programme else None,
            needs=needs[:MOST],
            more_needs=needs[MOST:],
            programme=programme,
            steps=steps,
            round=latest,
            lessons=_lessons_by_state(membership),
            own_lessons=own_figures(membership) if membership.can(Permission.CONTRIBUTE) else (),
            packs=packs,
            sessions=_sessions_to_come(membership, at, today),
            late=late,
            late_count=late_count,
            late_url=_late_list_url(membership),
            moves=_latest_moves(membership, at),
            figures=_home_figures(membership, programme, steps, today)
            if oversees and membership.role == Role.SPONSOR
            else (),
        )


@prepared
def _steps_in_figures(programme: int, today: date) -> QuerySet[Intervention, tuple[int, ...]]:
    late = Q(ends_on__lt=today) & ~Q(state__in=[Intervention.State.DONE, Intervention.State.DROPPED])
    alive = Q(state__in=[Intervention.State.PLANNED, Intervention.State.DOING, Intervention.State.PAUSED])
    rows = Intervention.objects.filter(programme=programme).counted().order_by()
    return rows.values_list("step").annotate(
        counted=Count("pk"),
        done=Count("pk", filter=Q(state=Intervention.State.DONE)),
        late=Count("pk", filter=late),
        ownerless=Count("pk", filter=alive & Q(owner=None)),
    )


def step_figures(programme: Programme | None, membership: Membership, today: date) -> list[StepProgress]:
    """The five steps of a programme, always five, in one query."""
    if programme is None:
        return []
    rows = {step: counts for step, *counts in _steps_in_figures(programme.pk, today)}
    page = reverse("programme_detail", args=[membership.organisation.slug, programme.pk])
    figures = []
    for number in Step.values:
        total, done, late, ownerless = rows.get(number, (0, 0, 0, 0))
        figures.append(
            StepProgress(
                number,
                Step(number).label,
                done=done,
                total=total,
                late=late,
                ownerless=ownerless,
                url=f"{page}#step-{number}",
                lists=step_lists(membership.organisation.slug, programme, number),
            )
        )
    return figures


def _greeting_at(at: datetime) -> str:
    hour = timezone.localtime(at).hour
    return "Good morning" if 4 <= hour < 12 else "Good afternoon" if 12 <= hour < 18 else "Good evening"


def _lead_sentence(needs: Sequence[Need]) -> str:
    """The first fact as a sentence."""
    if not needs:
        return "Nothing needs you today."
    if len(needs) > MOST:
        return f"More than {in_words(MOST)} things need you today. The most pressing stand first."
    return f"{capital(counted(len(needs), 'thing needs', 'things need'))} you today."


@prepared
def _late_to_begin(programme: int, today: date) -> QuerySet[Intervention]:
    return Intervention.objects.filter(programme=programme).late_to_begin(on=today)


def _notable_in(
    steps: Sequence[StepProgress], membership: Membership, programme: Programme | None, today: date
) -> Tally | None:
    """The second, for whoever plans or oversees: what is late in the plan, or should have begun, or has nobody yet."""
    if programme is None or not (membership.can(Permission.PLAN) or membership.can(Permission.OVERSEE)):
        return None
    plan = reverse("programme_plan", args=[membership.organisation.slug, programme.pk])
    if late := sum(step.late for step in steps):
        return Tally(
            late, worded(ngettext("intervention is late", "interventions are late", late)), f"{plan}?which=late"
        )
    if waiting := _late_to_begin.count(programme.pk, today):
        words = worded(ngettext("intervention should have begun", "interventions should have begun", waiting))
        return Tally(waiting, words, f"{plan}?which=late_to_begin")
    if ownerless := sum(step.ownerless for step in steps):
        words = worded(ngettext("intervention has no owner yet", "interventions have no owner yet", ownerless))
        return Tally(ownerless, words, f"{plan}?which=no_owner")
    return None


@prepared
def _counts_by_state(membership: Membership) -> QuerySet[Lesson, tuple[str, str, int]]:
    """How many stand in each state, by whose they are: what came from elsewhere was not checked here."""
    here = Q(organisation=membership.organisation)
    whose = Case(
        When(here & Q(source=""), then=Value("us")), When(here, then=Value("brought")), default=Value("others")
    )
    rows = Lesson.objects.visible_to(membership).filter(merged_into=None).order_by()
    return rows.annotate(whose=whose).values_list("whose", "state").annotate(n=Count("pk"))


def _lessons_by_state(membership: Membership) -> list[StateFigure]:
    counts = {(whose, state): number for whose, state, number in _counts_by_state(membership)}
    page = reverse("lesson_list", args=[membership.organisation.slug])
    rows = [
        StateFigure(STATES[state], counts.get(("us", state), 0), f"{page}?state={state}&from=us")
        for state in SHOWN_STATES
    ]
    rows += [
        StateFigure(look, sum(counts.get((whose, state), 0) for state in IN_LISTS), f"{page}?from={whose}")
        for whose, look in FROM_ELSEWHERE.items()
    ]
    return [row for row in rows if row.count]


@prepared
def _next_sessions(membership: Membership, since: datetime) -> QuerySet[Session]:
    rows = Session.objects.visible_to(membership).to_come().filter(starts_at__gte=since)
    return rows.select_related("organisation", "technique", "facilitator").order_by("starts_at")[:3]


def _sessions_to_come(membership: Membership, at: datetime, today: date) -> list[SessionLine]:
    return [
        SessionLine(
            session.title,
            session.get_absolute_url(),
            capital(moment_in_words(timezone.localtime(session.starts_at), on=today)),
            ". ".join(
                part
                for part in (
                    session.technique.name,
                    session.place,
                    f"{session.facilitator.first_name} leads" if session.facilitator else "",
                )
                if part
            ),
        )
        for session in _next_sessions(membership, at - timedelta(hours=12))
    ]


@prepared
def _latest_actions(membership: Membership, today: date) -> QuerySet[Action]:
    return _overdue_here(membership, today).select_related("organisation", "owner").by_day()[:3]


@prepared
def _overdue(membership: Membership, today: date) -> QuerySet[Action]:
    return _overdue_here(membership, today)


def _overdue_here(membership: Membership, today: date) -> ActionQuerySet:
    return Action.objects.visible_to(membership).filter(organisation=membership.organisation).overdue(on=today)


def _late_actions(membership: Membership, today: date) -> tuple[list[LateLine], int]:
    first = _latest_actions(membership, today)
    sources = sources_of(first, membership)
    lines = [
        LateLine(
            action.title,
            action.get_absolute_url(),
            action.owner_name,
            sources.get(action.pk),
            action.days_late(today),
        )
        for action in first
    ]
    return lines, (_overdue.count(membership, today) if len(lines) == 3 else len(lines))


def _late_list_url(membership: Membership) -> str:
    return reverse("action_list", args=[membership.organisation.slug]) + "?show=all&late=1"


@prepared
def _held_since(membership: Membership, since: datetime) -> QuerySet[Session]:
    rows = Session.objects.visible_to(membership).held().filter(closed_at__gte=since, starts_at__gte=since)
    return rows.select_related("organisation", "technique").order_by("-closed_at")[:5]


@prepared
def _checked_since(membership: Membership, since: datetime) -> QuerySet[Lesson]:
    rows = Lesson.objects.visible_to(membership).filter(organisation=membership.organisation, source="")
    rows = rows.filter(validated_at__gte=since).select_related("organisation", "revision")
    return rows.order_by("-validated_at")[:5]


@prepared
def _done_since(membership: Membership, since: datetime) -> QuerySet[Action]:
    rows = Action.objects.visible_to(membership).done().filter(organisation=membership.organisation)
    return rows.filter(done_at__gte=since).select_related("organisation").order_by("-done_at")[:5]


def _latest_moves(membership: Membership, at: datetime) -> list[Move]:
    """The last five things that moved along the thread in the past fortnight."""
    since = at - timedelta(days=14)
    moves = [
        Move(min(row.starts_at, row.closed_at), f"{row.technique} held", row.title, row.get_absolute_url())
        for row in _held_since(membership, since)
        if row.closed_at
    ]
    moves += [
        Move(row.validated_at, worded("Lesson checked"), str(row.revision), row.get_absolute_url())
        for row in _checked_since(membership, since)
        if row.validated_at
    ]
    moves += [
        Move(row.done_at, worded("Action done"), row.title, row.get_absolute_url())
        for row in _done_since(membership, since)
        if row.done_at
    ]
    return sorted(moves, key=lambda move: move.at, reverse=True)[:5]


def _home_figures(
    membership: Membership, programme: Programme | None, steps: Sequence[StepProgress], today: date
) -> list[Figure]:
    """What a sponsor reads first: six numbers, each beside what it is measured against."""
    slug = membership.organisation.slug
    year_ago = today - YEAR
    done, counted = sum(step.done for step in steps), sum(step.total for step in steps)
    here = membership.organisation
    due = Intervention.objects.visible_to(membership).filter(programme__is_current=True).due(on=today).count()
    promised = Action.objects.visible_to(membership).filter(organisation=here).owed(on=today, since=year_ago)
    on_time, owed = promised.on_time().count(), promised.count()
    held = Session.objects.visible_to(membership).held_since(year_ago)
    people = Participant.objects.filter(session__in=held).here().count()
    readable = Lesson.objects.visible_to(membership)
    checked, brought_in = readable.checked_here(here).count(), readable.brought_in(here).count()
    shared = readable.validated().exclude(organisation=here).count()
    lessons, actions = reverse("lesson_list", args=[slug]), reverse("action_list", args=[slug])
    sessions = reverse("session_list", args=[slug]) + "?held=year#held"
    helped, benefits, helped_url = reuse_in_figures(membership)
    plan = (
        reverse("programme_plan", args=[slug, programme.pk]) if programme else reverse("programme_current", args=[slug])
    )
    apart = [
        Tally(brought_in, "brought in besides", f"{lessons}?from=brought") if brought_in else None,
        Tally(shared, "shared by others besides", f"{lessons}?from=others") if shared else None,
    ]
    return [
        Figure(worded("interventions done"), f"{plan}?state=done", done, of=Tally(counted, "", f"{plan}?which=counted"),
               beside=[Tally(due, "should be done by now", f"{plan}?which=due")]),
        Figure(worded("of actions done on time"), f"{actions}?show=year", value=f"{round(100 * on_time / owed)}%",
               beside=[Tally(on_time, "on time", f"{actions}?show=year&when=on_time"),
                       Tally(owed, "due in the past year", f"{actions}?show=year")])
        if owed
        else Figure(worded("of actions done on time"), f"{actions}?show=year", value="–", note="None were due yet"),
        Figure(worded("sessions held"), sessions, held.count(), note="In the past year"),
        Figure("people took part", sessions, people, note=worded("Counted once for each session")),
        Figure(worded("lessons checked"), f"{lessons}?from=us", checked, beside=[one for one in apart if one],
               note="Here, by us"),
        Figure(worded("times a lesson helped"), helped_url, helped, beside=benefits),
    ]  # fmt: skip
