"""A kick-off and its problems as their readers see them.

Nothing here is sorted by a person, and no name stands beside a problem: names are said where people have said “count me
in” and a community begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from communities import catalogue, labels, policies
from communities.models import Community, KickOff, NamedBarrier, Problem, Support, Topic
from communities.models.community import CommunityQuerySet
from communities.models.kickoff import ProblemQuerySet
from communities.transitions import CountedIn, people_counted_in
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.prepared import prepared
from kmportal.lib.presses import Press, offered
from kmportal.lib.sentences import people_in_words
from kmportal.lib.things import Look
from organisations.models import GroupMembership, Membership

PER_PAGE = 25
NEWEST, SHARED = "newest", "shared"


@dataclass(frozen=True)
class ProblemRow:
    """One problem in a list."""

    problem: Problem
    look: Look
    shared: str


@dataclass(frozen=True)
class TopicBox:
    """One topic with its problems, and how many have said that they would be in."""

    topic: Topic
    rows: Sequence[ProblemRow]
    counted_in: int


@dataclass(frozen=True)
class BarrierBox:
    """Something that gets in the way here: one of the list with what helps, or words."""

    named: NamedBarrier
    known: catalogue.Barrier | None

    @property
    def words(self) -> str:
        return self.known.says if self.known else self.named.words


@dataclass(frozen=True)
class KickOffPage:
    """A kick-off for one reader. ``loose`` are the problems that stand in no topic, a page at a time."""

    kickoff: KickOff
    look: Look
    when: str
    allowed: frozenset[str]
    presses: Sequence[Press]
    topics: Sequence[TopicBox]
    loose: Sequence[ProblemRow]
    page: Page
    sort: str
    barriers: Sequence[BarrierBox]

    @classmethod
    def build(
        cls, kickoff: KickOff, membership: Membership, *, at: datetime, sort: str = "", number: str = ""
    ) -> "KickOffPage":
        """A dozen queries, however many problems."""
        allowed = policies.allowed_in_kickoff(membership, kickoff, at)
        problems = Problem.objects.filter(kickoff=kickoff)
        sorted_ones = in_order(problems, sort)
        presses = _presses_of_kickoff(kickoff, membership, has_some=problems.exists())
        page = Paginator(sorted_ones.filter(topic=None), PER_PAGE).get_page(number or 1)
        return cls(
            kickoff=kickoff,
            look=labels.kickoff_look(kickoff, at),
            when=when_in_words(kickoff, at),
            allowed=allowed,
            presses=offered(presses, allowed),
            topics=_topics_of(kickoff, list(sorted_ones.exclude(topic=None)), membership),
            loose=problem_rows(list(page), membership),
            page=page,
            sort=SHARED if sort == SHARED else NEWEST,
            barriers=barriers_of(kickoff),
        )


def _presses_of_kickoff(kickoff: KickOff, membership: Membership, *, has_some: bool) -> list[Press]:
    """``has_some``: there are problems that can be sorted."""
    page = partial(_page_of, membership, kickoff.pk)
    sort = Press("sort", "Sort them into topics", page("kickoff_sort"), is_form=True, look="secondary")
    return [
        Press("raise", "Raise a problem", page("problem_new"), is_form=True, icon="plus"),
        *([sort] if has_some else []),
    ]


def _page_of(membership: Membership, pk: int, name: str) -> str:
    return reverse(name, args=[membership.organisation.slug, pk])


def in_order(problems: ProblemQuerySet, sort: str) -> ProblemQuerySet:
    """The newest first; or, to help to choose, those that most people share."""
    rows = problems.with_shares().select_related("topic", "community", "kickoff", "organisation")
    order = [(F("shares") + F("voices")).desc(), "pk"] if sort == SHARED else ["-pk"]
    return rows.order_by(*order)


def when_in_words(kickoff: KickOff, at: datetime) -> str:
    """Until when people can write, or since when not any more."""
    if kickoff.ended_at:
        return f"It ended on {long_day(timezone.localdate(kickoff.ended_at))}."
    if not kickoff.has_begun(at):
        return f"People can write from {long_day(kickoff.opens_on)} until {long_day(kickoff.last_on)}."
    return f"People can write until {long_day(kickoff.last_on)}."


def problem_rows(problems: Sequence[Problem], membership: Membership) -> list[ProblemRow]:
    """Rows for problems that were read ``with_shares``. One query."""
    keys = [one.pk for one in problems]
    shared = set(
        Support.objects.filter(problem__in=keys, person=membership.person_id).values_list("problem", flat=True)
    )
    yours = {one.pk: one.pk in shared or one.person_id == membership.person_id for one in problems}
    return [
        ProblemRow(one, labels.PROBLEMS[labels.problem_state(one)], shared_in_words(one, is_yours=yours[one.pk]))
        for one in problems
    ]


def shared_in_words(problem: Problem, *, is_yours: bool = False) -> str:
    """How many have it: whoever raised it, and those who share it; those in a room apart, where nobody has a name."""
    number = 1 + getattr(problem, "shares", 0)
    people = f"{people_in_words(number)} {ngettext('has', 'have', number)} it"
    if is_yours:
        people = "You have it" if number == 1 else f"{people}, you too"
    if not problem.voices:
        return people
    return f"{people}. It was shared {ngettext('once', f'{problem.voices} times', problem.voices)} in the room"


def _topics_of(kickoff: KickOff, problems: Sequence[Problem], membership: Membership) -> list[TopicBox]:
    rows: dict[int, list[ProblemRow]] = {}
    for row in problem_rows(problems, membership):
        rows.setdefault(row.problem.topic_id or 0, []).append(row)
    willing: dict[int, set[int]] = {}
    for problem in problems:
        if problem.is_in and problem.person_id:
            willing.setdefault(problem.topic_id or 0, set()).add(problem.person_id)
    said = Support.objects.filter(problem__in=[one.pk for one in problems], is_in=True)
    for topic_id, person_id in said.values_list("problem__topic", "person"):
        willing.setdefault(topic_id, set()).add(person_id)
    topics = kickoff.topics.select_related("community__organisation")
    return [TopicBox(one, rows.get(one.pk, []), len(willing.get(one.pk, ()))) for one in topics]


def barriers_of(kickoff: KickOff) -> list[BarrierBox]:
    """Those of the list in its order, then what people have said in their words."""
    known = {one.key: one for one in catalogue.barriers()}
    place = {key: number for number, key in enumerate(known)}
    boxes = [BarrierBox(one, known.get(one.key)) for one in kickoff.barriers.all() if not one.key or one.key in known]
    return sorted(boxes, key=lambda box: (place.get(box.named.key, len(place)), box.named.pk))


@dataclass(frozen=True)
class ProblemPage:
    """One problem for one reader."""

    problem: Problem
    look: Look
    shared: str
    allowed: frozenset[str]
    presses: Sequence[Press]
    own: Support | None
    is_writer: bool
    counted_in: Sequence[CountedIn]
    may_give_back: bool

    @classmethod
    def build(cls, problem: Problem, membership: Membership, *, at: datetime) -> "ProblemPage":
        """``own``: what the reader has said, if they share it."""
        counted = Problem.objects.with_shares().get(pk=problem.pk)
        allowed = policies.allowed_with_problem(membership, problem, at)
        if "take_up" in allowed and not communities_that_take_up(membership).exists():
            allowed -= {"take_up"}
        return cls(
            problem=problem,
            look=labels.PROBLEMS[labels.problem_state(problem)],
            shared=shared_in_words(counted),
            allowed=allowed,
            presses=offered(_presses_of_problem(problem, membership), allowed),
            own=problem.supports.filter(person=membership.person_id).first(),
            is_writer=policies.is_writer(membership, problem),
            counted_in=people_counted_in([problem]) if problem.community_id is None else [],
            may_give_back=policies.may_give_back(membership, problem),
        )

    @property
    def shares(self) -> bool:
        return self.is_writer or self.own is not None


def _presses_of_problem(problem: Problem, membership: Membership) -> list[Press]:
    page = partial(_page_of, membership, problem.pk)
    return [
        Press("found", worded("Begin a community with it"), page("problem_begin"), is_form=True, look="secondary"),
        Press(
            "take_up",
            worded("Take it up in a community of yours"),
            page("problem_take_up"),
            is_form=True,
            look="secondary",
        ),
        Press("put_back", "Put it back", page("problem_back"), look="secondary"),
        Press("move", "Move it into a topic", page("problem_move"), is_form=True, look="quiet"),
        Press("change", "Change your words", page("problem_edit"), is_form=True, look="quiet"),
    ]


def communities_that_take_up(membership: Membership) -> CommunityQuerySet:
    """The communities at home in whose name this member may take something up."""
    seats = GroupMembership.objects.in_force(membership).filter(is_guest=False)
    rows = Community.objects.living().filter(organisation=membership.organisation)
    return rows.filter(group_id__in=seats.values("group_id")).order_by("name", "pk")


@dataclass(frozen=True)
class KickOffLine:
    """One kick-off in a list."""

    kickoff: KickOff
    look: Look
    when: str


def kickoff_lines(kickoffs: Sequence[KickOff], at: datetime) -> list[KickOffLine]:
    return [KickOffLine(one, labels.kickoff_look(one, at), when_in_words(one, at)) for one in kickoffs]


# So many stand in the directory and on home; the list has them all.
MOST_RUNNING = 5


@prepared
def _running(membership: Membership, today: date) -> QuerySet[KickOff]:
    rows = KickOff.objects.visible_to(membership).running(today).order_by("last_on", "pk")
    return rows.select_related("organisation")[:MOST_RUNNING]


def running_kickoffs(membership: Membership, at: datetime) -> list[KickOffLine]:
    """Those in which this member can write today, the ones that end first."""
    return kickoff_lines(_running(membership, timezone.localdate(at)), at)


def unclaimed_rows(membership: Membership, sort: str) -> ProblemQuerySet:
    """Problems of ended kick-offs that nobody has taken up."""
    return in_order(Problem.objects.visible_to(membership).unclaimed(), sort)
