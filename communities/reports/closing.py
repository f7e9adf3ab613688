"""The way to the end of a community: eleven steps with their days, and what it leaves with who looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from actionplan.models import Action
from communities import catalogue, policies
from communities.finding import name_of, sisters_of, what_it_leaves
from communities.models import Closing, Community, Rehoming, State
from communities.policies import Standing
from communities.reports import page_rows
from kmportal.lib.domain_words import worded
from kmportal.lib.sentences import capital, counted
from kmportal.lib.things import Look
from lessons.models import Lesson
from organisations.models import Membership

HOMES: dict[str, Look] = {
    Rehoming.State.ASKED: Look("info", "clock", "Asked"),
    Rehoming.State.ACCEPTED: Look("good", "circle-check", "Said yes"),
    Rehoming.State.DECLINED: Look("warn", "x", "Said no"),
    Rehoming.State.LEFT: Look("", "circle-dashed", "Not looked after"),
}
NO_HOME = Look("warn", "circle-dashed", "No home yet")


@dataclass(frozen=True)
class LeftRow:
    """One thing that must live on, and who looks after it."""

    kind: str
    ident: int
    kind_word: str
    name: str
    look: Look
    home: Rehoming | None

    @property
    def is_open(self) -> bool:
        """Whether somebody can still be asked."""
        return self.home is None or self.home.state != Rehoming.State.ACCEPTED


@dataclass(frozen=True)
class StepRow:
    """One of the eleven steps: its day, and what the portal sees of it."""

    step: catalogue.ClosingStep
    day: date
    seen: str
    is_done: bool


@dataclass(frozen=True)
class EndingPage:
    """The page for one member."""

    community: Community
    standing: Standing
    allowed: frozenset[str]
    closing: Closing
    steps: Sequence[StepRow]
    left: Sequence[LeftRow]
    sisters: Sequence[Community]
    homes: Sequence[Rehoming]

    @classmethod
    def build(cls, community: Community, closing: Closing, membership: Membership) -> "EndingPage":
        standing = policies.standing_of(membership, community)
        left = left_rows(community, closing, membership)
        sisters = sisters_of(community)
        steps = _steps_of(closing, left, sisters)
        allowed, homes = policies.allowed(membership, community, standing), homes_asked_of(community, membership)
        return cls(community, standing, allowed, closing, steps, left, sisters, homes)


def left_rows(community: Community, closing: Closing, membership: Membership) -> list[LeftRow]:
    """What must live on, as far as this member may read it."""
    homes = {(one.kind, one.ident): one for one in closing.rehomings.select_related("person")}
    readable: dict[str, Any] = {Rehoming.Kind.LESSON: Lesson, Rehoming.Kind.ACTION: Action}
    rows = []
    for kind, things in what_it_leaves(community).items():
        seen = things
        if kind in readable:
            seen = things.filter(pk__in=readable[kind].objects.visible_to(membership).values("pk"))
        for thing in seen.order_by("pk"):
            home = homes.get((kind, thing.pk))
            look = HOMES[home.state] if home else NO_HOME
            rows.append(LeftRow(kind, thing.pk, str(Rehoming.Kind(kind).label), name_of(kind, thing), look, home))
    return rows


def _steps_of(closing: Closing, left: Sequence[LeftRow], sisters: Sequence[Community]) -> list[StepRow]:
    """Days count from the announcement; the last day is the one that was said, and what follows counts from it."""
    said = timezone.localdate(closing.said_at)
    is_closed = closing.outcome == Closing.Outcome.CLOSED
    objections = closing.objections.count()
    homeless = sum(row.home is None or row.home.state in _WITHOUT for row in left)
    seen: dict[str, tuple[str, bool]] = {
        "say": ("Everybody in it was told", True),
        "objections": (
            _count(objections, "objection", "objections") if objections else "Nobody has objected so far",
            is_closed,
        ),
        "look": (f"{_count(len(left), 'thing', 'things') if left else 'Nothing'} found by the portal", bool(left)),
        "home": (f"{_count(homeless, 'thing has', 'things have')} no home" if homeless else "", not homeless),
        "meeting": (closing.last_meeting, bool(closing.last_meeting)),
        "story": ("", bool(closing.story)),
        "sisters": (
            worded(_count(len(sisters), "community to offer", "communities to offer")),
            closing.sisters_at is not None,
        ),
        "close": ("", is_closed),
        "thanks": (closing.thanks, bool(closing.thanks)),
        "heirs": ("", closing.heirs_asked_at is not None),
        "archive": ("", closing.community.state == State.ARCHIVED),
    }
    rows = []
    for step in catalogue.closing_steps():
        day = said + timedelta(days=step.day) if step.day < LAST else closing.last_on + timedelta(days=step.day - LAST)
        words, is_done = seen.get(step.key, ("", False))
        rows.append(StepRow(step, day, words, is_done))
    return rows


LAST = 30
_WITHOUT = (Rehoming.State.ASKED, Rehoming.State.DECLINED)


def _count(number: int, one: str, more: str) -> str:
    return capital(counted(number, one, more))


def homes_asked_of(community: Community, membership: Membership) -> list[Rehoming]:
    """What this member is asked to look after, in this community."""
    return page_rows.homes_asked(community.pk, membership.person_id)
