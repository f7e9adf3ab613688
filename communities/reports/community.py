"""One community: its page, what may be done there, its shelf and its lessons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.urls import reverse
from django.utils import timezone

from communities import catalogue, labels, policies
from communities.finding import sisters_of
from communities.models import (
    Charter,
    Closing,
    Community,
    EmergencyReading,
    Knock,
    Objection,
    Pin,
    Problem,
    QuietLine,
    Rehoming,
    RoleKind,
    State,
    StepMove,
    Story,
    Thread,
    Transfer,
)
from communities.policies import Standing
from communities.reports import page_rows
from communities.reports.closing import homes_asked_of
from communities.reports.emergency import readings_to_tell
from communities.reports.health import open_line
from communities.reports.meetings import DayRow, next_day
from communities.reports.review import transfers_of
from communities.reports.talk import ThreadRow, thread_rows
from communities.transitions import missing_prompts
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.presses import Press, offered
from kmportal.lib.sentences import people_in_words
from kmportal.lib.things import Look
from lessons.labels import look_of
from lessons.models import Lesson
from lessons.reports.assets import look_of_asset
from organisations.models import GroupMembership, Membership, Organisation

SHOWN_PINS = 5


@dataclass(frozen=True)
class Stop:
    """One of the four steps, as a line of the thread: where the community was, is, or has not been yet."""

    number: int
    name: str
    kind: str  # done, here, next
    note: str


def stops_of(community: Community, moves: Sequence[StepMove]) -> list[Stop]:
    """The four steps with the day on which the community first went there. None is locked."""
    first: dict[int, datetime] = {}
    for move in moves:
        first.setdefault(move.step, move.at)
    stops = []
    for step in catalogue.steps():
        at = first.get(step.number)
        is_here = community.step == step.number and not community.is_ended
        kind = "here" if is_here else "done" if at else "next"
        note = f"since {long_day(timezone.localdate(at))}" if at else step.usual
        stops.append(Stop(step.number, step.name, kind, note))
    return stops


@dataclass(frozen=True)
class ClosingBox:
    """What the page says while a community is closing."""

    closing: Closing
    objections: Sequence[Objection]
    lessons: int
    open_questions: int
    sisters: Sequence[Community]


@dataclass(frozen=True)
class CommunityPage:
    """The page of one community for one member. Threads are those that this member may read."""

    community: Community
    look: Look
    standing: Standing
    allowed: frozenset[str]
    presses: Sequence[Press]
    threads: Sequence[ThreadRow]
    next_day: DayRow | None
    people: Sequence[tuple[str, Sequence[GroupMembership]]]
    size: str
    needs_facilitator: bool
    stops: Sequence[Stop]
    charter: Charter | None
    missing: Sequence[catalogue.Prompt]
    requests: Sequence[Knock]
    own_knock: Knock | None
    shelf: Sequence["ShelfRow"]
    lessons: Sequence[tuple[Lesson, Look]]
    taken_up: Sequence[Problem]
    who_may_come_in: str
    home: Organisation | None  # named to who comes from another one
    is_review_due: bool
    days_left: int | None
    closing: ClosingBox | None
    ended: Closing | None
    rests: Sequence[Closing]  # the times that it had ended and was woken
    quiet: QuietLine | None
    stories: Sequence[Story]
    transfers: Sequence[tuple[Transfer, bool]]
    came_from: Sequence[Community]
    homes: Sequence[Rehoming]
    emergencies: Sequence[EmergencyReading]
    may_ask_in_emergency: bool

    @classmethod
    def build(cls, community: Community, membership: Membership, *, at: datetime) -> "CommunityPage":
        """What is offered follows from the policies alone."""
        standing = policies.standing_of(membership, community)
        allowed = policies.allowed(membership, community, standing)
        charter = page_rows.charters.first(community.pk)
        own_knock = page_rows.own_knocks.first(community.pk, membership.pk)
        with_roles = page_rows.seats_with_roles(community.group_id)
        ends = page_rows.closings(community.pk)
        is_at_home = community.organisation_id == membership.organisation_id
        return cls(
            community=community,
            look=labels.STATES[State(community.state)],
            standing=standing,
            allowed=allowed,
            presses=offered(_presses_of(community, membership), allowed - WAYS_IN if own_knock else allowed),
            threads=thread_rows(page_rows.newest_threads(membership, community.pk)),
            next_day=next_day(community, membership, at=at),
            people=people_with_roles(with_roles),
            size=people_in_words(page_rows.seats.count(community.group_id)),
            needs_facilitator="find_facilitator" in allowed and not _is_facilitated(community, with_roles),
            stops=stops_of(community, page_rows.moves(community.pk)),
            charter=charter,
            missing=missing_prompts(_charter_so_far(community, charter)),
            requests=page_rows.requests(community.pk) if standing.runs else [],
            own_knock=own_knock,
            shelf=shelf_rows(community, membership)[:SHOWN_PINS],
            lessons=_lessons_of(community, membership),
            taken_up=page_rows.taken_up(membership, community.pk),
            who_may_come_in=labels.who_may_come_in(community, is_at_home=is_at_home) if community.is_living else "",
            home=None if is_at_home else community.organisation,
            is_review_due=community.review_on is not None and community.review_on < timezone.localdate(at),
            days_left=_days_left(community, timezone.localdate(at)),
            closing=_closing_box(community, membership, ends),
            ended=next((one for one in ends if one.outcome == Closing.Outcome.CLOSED and community.is_ended), None),
            rests=[one for one in ends if one.woken_at],
            quiet=open_line(community, standing),
            stories=page_rows.newest_stories(membership, community.pk),
            transfers=transfers_of(community, standing, at=at),
            homes=homes_asked_of(community, membership),
            emergencies=readings_to_tell(community, membership, at=at),
            may_ask_in_emergency=policies.may_read_in_emergency(membership, community.organisation, at),
            came_from=page_rows.gone_into(community.pk),
        )


# Whoever has asked, or is invited, is shown that instead.
WAYS_IN = frozenset({"join", "knock"})


def _presses_of(community: Community, membership: Membership) -> list[Press]:
    page = partial(_page_of, membership, community)
    return [
        Press("join", "Join", page("community_join")),
        Press("knock", "Ask to join", page("community_knock"), is_form=True),
        Press("talk", worded("Ask the community"), page("thread_new"), is_form=True, icon="message-circle"),
        Press("object", "Keep it open", page("community_object"), is_form=True, look="secondary"),
        Press("wake", "Wake it", page("community_wake"), is_form=True, look="secondary"),
    ]


def _page_of(membership: Membership, community: Community, name: str, *args: int) -> str:
    return reverse(name, args=[membership.organisation.slug, community.pk, *args])


def people_with_roles(seats: Iterable[GroupMembership]) -> list[tuple[str, list[GroupMembership]]]:
    """Role by role, those that somebody has."""
    seats = list(seats)
    found = [
        (str(RoleKind(kind).label), [seat for seat in seats if any(role.kind == kind for role in seat.roles.all())])
        for kind in RoleKind.values
    ]
    return [(word, who) for word, who in found if who]


def _charter_so_far(community: Community, charter: Charter | None) -> dict[str, str]:
    """What a charter would hold now: name and question are there from the first minute."""
    return charter.answers if charter else {"name": community.name, "question": community.question}


@dataclass(frozen=True)
class ShelfRow:
    """One pinned thing as its readers see it."""

    pin: Pin
    name: str
    look: Look | None


def shelf_rows(community: Community, membership: Membership) -> list[ShelfRow]:
    """What is pinned, in its order; lessons and assets only for those who may read them. Three queries."""
    pins = page_rows.pins(community.pk)
    lessons = tuple(pin.lesson_id for pin in pins if pin.lesson_id)
    assets = tuple(pin.asset_id for pin in pins if pin.asset_id)
    readable = set(page_rows.readable_lessons(membership, lessons) if lessons else ())
    readable_assets = set(page_rows.readable_assets(membership, assets) if assets else ())
    rows = []
    for pin in pins:
        if pin.asset is not None:
            if pin.asset_id in readable_assets:
                rows.append(ShelfRow(pin, pin.asset.title, look_of_asset(pin.asset)))
        elif pin.lesson is None:
            rows.append(ShelfRow(pin, pin.title or str(pin.person or "Somebody who has left"), None))
        elif pin.lesson_id in readable:
            look = look_of(pin.lesson, membership.organisation_id)
            rows.append(ShelfRow(pin, pin.lesson.words.title, look))
    return rows


def _lessons_of(community: Community, membership: Membership) -> list[tuple[Lesson, Look]]:
    """The newest lessons that belong to the community, as far as this member may read them."""
    found = page_rows.newest_lessons(membership, community.group_id)
    return [(lesson, look_of(lesson, membership.organisation_id)) for lesson in found]


def _days_left(community: Community, today: date) -> int | None:
    """Of forming; nought or less when its time is over."""
    if community.state != State.FORMING or community.forming_until_on is None:
        return None
    return (community.forming_until_on - today).days


def _is_facilitated(community: Community, with_roles: Iterable[GroupMembership]) -> bool:
    """Whether any of those who keep it together can act in it today."""
    seats = tuple(one.pk for one in with_roles if any(role.kind == RoleKind.FACILITATOR for role in one.roles.all()))
    home = community.organisation
    return bool(seats) and page_rows.acting_facilitators.exists(seats, home.pk, home.admits_outsiders)


def _closing_box(community: Community, membership: Membership, ends: Iterable[Closing]) -> ClosingBox | None:
    closing = next((one for one in ends if one.outcome == Closing.Outcome.OPEN), None)
    if community.state != State.CLOSING or closing is None:
        return None
    return ClosingBox(
        closing=closing,
        objections=list(closing.objections.select_related("person", "answered_by")),
        lessons=Lesson.objects.visible_to(membership).validated().filter(group_id=community.group_id).count(),
        open_questions=Thread.objects.visible_to(membership).filter(community=community).unanswered().count(),
        sisters=sisters_of(community),
    )
