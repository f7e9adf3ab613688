"""The pages of communities as plain values: directory, one community, its steps and charter, a thread, presses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from communities import catalogue, labels, policies
from communities.likeness import alike
from communities.models import (
    LISTED,
    Charter,
    Closing,
    Community,
    Knock,
    Objection,
    Pin,
    Post,
    RoleKind,
    State,
    StepAnswer,
    StepKind,
    StepMove,
    Thread,
)
from communities.policies import Standing
from communities.transitions import missing_prompts, newest_step_answers, seats_of
from kmportal.lib import pdf
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.presses import Press, offered
from kmportal.lib.sentences import capital, counted, listed, people_in_words
from kmportal.lib.things import Look
from lessons.labels import STATES as LESSON_STATES
from lessons.models import Lesson
from lessons.models import State as LessonState
from organisations.models import GroupMembership, Membership

SHOWN_THREADS = 5
SHOWN_LESSONS = 5
SHOWN_PINS = 5


# --- The directory ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CommunityRow:
    """One community in a list."""

    community: Community
    look: Look
    people: str
    is_yours: bool
    why: str = ""


def directory_rows(communities: Sequence[Community], membership: Membership) -> list[CommunityRow]:
    """Rows of the directory. Two queries, however many."""
    sizes = _sizes([one.group_id for one in communities])
    mine = set(GroupMembership.objects.in_force(membership).values_list("group_id", flat=True))
    return [
        CommunityRow(
            one,
            labels.STATES[State(one.state)],
            people_in_words(sizes.get(one.group_id, 0)),
            one.group_id in mine,
        )
        for one in communities
    ]


def _sizes(groups: Sequence[int]) -> dict[int, int]:
    rows = GroupMembership.objects.filter(group_id__in=groups, membership__left_at=None)
    return dict(rows.values("group_id").annotate(size=Count("pk")).values_list("group_id", "size"))


def similar_communities(membership: Membership, name: str, question: str) -> list[CommunityRow]:
    """Communities at home that are like the one that somebody is about to begin, and why each is shown."""
    rows = Community.objects.filter(organisation=membership.organisation, state__in=LISTED)
    found = alike(name, question, rows.values_list("pk", "name", "question"))
    if not found:
        return []
    by_key = rows.in_bulk([one.key for one in found])
    communities = [by_key[one.key] for one in found if one.key in by_key]
    why = {one.key: _why_alike(one.shared) for one in found}
    return [
        CommunityRow(row.community, row.look, row.people, row.is_yours, why[row.community.pk])
        for row in directory_rows(communities, membership)
    ]


def _why_alike(shared: Sequence[str]) -> str:
    if not shared:
        return "It has the same name."
    return f"Both speak of {listed([f'“{word}”' for word in shared[:4]])}."


# --- One community ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ThreadRow:
    """One thread in a list."""

    thread: Thread
    look: Look


def thread_rows(threads: Sequence[Thread]) -> list[ThreadRow]:
    """With how it stands; a question that was answered by some says by how many."""
    return [ThreadRow(one, _look_of_thread(one)) for one in threads]


def _look_of_thread(thread: Thread) -> Look:
    state = labels.thread_state(thread)
    look = labels.THREADS[state]
    if state == "discussed":
        return look._replace(word="1 answer" if thread.answers == 1 else f"{thread.answers} answers")
    return look


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
    people: Sequence[tuple[str, Sequence[GroupMembership]]]
    size: str
    needs_facilitator: bool
    stops: Sequence[Stop]
    charter: Charter | None
    missing: Sequence[catalogue.Prompt]
    knocks: Sequence[Knock]
    own_knock: Knock | None
    shelf: Sequence["ShelfRow"]
    lessons: Sequence[tuple[Lesson, Look]]
    who_may_come_in: str
    days_left: int | None
    closing: ClosingBox | None
    ended: Closing | None

    @classmethod
    def build(cls, community: Community, membership: Membership, *, at: datetime) -> "CommunityPage":
        """What is offered follows from the policies alone."""
        standing = policies.standing_of(membership, community)
        allowed = policies.allowed(membership, community, standing)
        seats = seats_of(community)
        charter = community.charters.select_related("by").first()
        knocks = list(community.knocks.filter(answered_at=None).select_related("membership__person"))
        threads = Thread.objects.visible_to(membership).filter(community=community)
        newest = list(threads.select_related("author", "organisation")[:SHOWN_THREADS])
        return cls(
            community=community,
            look=labels.STATES[State(community.state)],
            standing=standing,
            allowed=allowed,
            presses=offered(_presses_of(community, membership), allowed),
            threads=thread_rows(newest),
            people=_people_with_roles(seats),
            size=people_in_words(len(seats)),
            needs_facilitator="find_facilitator" in allowed and not _is_facilitated(seats),
            stops=stops_of(community, list(community.moves.all())),
            charter=charter,
            missing=missing_prompts(_charter_so_far(community, charter)),
            knocks=[one for one in knocks if one.kind == Knock.Kind.REQUEST] if standing.runs else [],
            own_knock=next((one for one in knocks if one.membership_id == membership.pk), None),
            shelf=shelf_rows(community, membership)[:SHOWN_PINS],
            lessons=_lessons_of(community, membership),
            who_may_come_in=labels.who_may_come_in(community) if community.is_living else "",
            days_left=_days_left(community, timezone.localdate(at)),
            closing=_closing_box(community, membership),
            ended=community.closings.filter(outcome=Closing.Outcome.CLOSED).first() if community.is_ended else None,
        )


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


def _people_with_roles(seats: Sequence[GroupMembership]) -> list[tuple[str, list[GroupMembership]]]:
    """Role by role, those that somebody has."""
    found = [
        (str(RoleKind(kind).label), [seat for seat in seats if any(role.kind == kind for role in seat.roles.all())])
        for kind in RoleKind.values
    ]
    return [(word, who) for word, who in found if who]


def _is_facilitated(seats: Sequence[GroupMembership]) -> bool:
    return any(role.kind == RoleKind.FACILITATOR for seat in seats for role in seat.roles.all())


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
    """What is pinned, in its order; a lesson only for those who may read it. Two queries."""
    pinned = Pin.objects.filter(community=community)
    pins = list(pinned.select_related("lesson__revision", "lesson__organisation", "person", "owner"))
    keys = [pin.lesson_id for pin in pins if pin.lesson_id]
    readable = set(Lesson.objects.visible_to(membership).filter(pk__in=keys).values_list("pk", flat=True))
    rows = []
    for pin in pins:
        if pin.lesson is None:
            rows.append(ShelfRow(pin, pin.title or str(pin.person or "Somebody who has left"), None))
        elif pin.lesson_id in readable:
            look = LESSON_STATES[LessonState(pin.lesson.state)]
            rows.append(ShelfRow(pin, pin.lesson.words.title, look))
    return rows


def _lessons_of(community: Community, membership: Membership) -> list[tuple[Lesson, Look]]:
    """The newest lessons that belong to the community, as far as this member may read them."""
    rows = Lesson.objects.visible_to(membership).validated().filter(group_id=community.group_id)
    found = rows.select_related("revision", "organisation").order_by("-pk")[:SHOWN_LESSONS]
    return [(lesson, LESSON_STATES[LessonState(lesson.state)]) for lesson in found]


def _days_left(community: Community, today: date) -> int | None:
    """Of forming; nought or less when its time is over."""
    if community.state != State.FORMING or community.forming_until_on is None:
        return None
    return (community.forming_until_on - today).days


def _closing_box(community: Community, membership: Membership) -> ClosingBox | None:
    if community.state != State.CLOSING:
        return None
    closing = community.closings.select_related("by").filter(outcome=Closing.Outcome.OPEN).first()
    if closing is None:
        return None
    others = Community.objects.filter(organisation=community.organisation).living().exclude(pk=community.pk)
    found = alike(community.name, community.question, others.values_list("pk", "name", "question"))
    sisters = others.in_bulk([one.key for one in found])
    return ClosingBox(
        closing=closing,
        objections=list(closing.objections.select_related("person")),
        lessons=Lesson.objects.visible_to(membership).validated().filter(group_id=community.group_id).count(),
        open_questions=Thread.objects.visible_to(membership).filter(community=community).unanswered().count(),
        sisters=[sisters[one.key] for one in found if one.key in sisters],
    )


# --- The four steps --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """One thing that shows that a step is done, and whether the portal sees it."""

    words: str
    is_there: bool


@dataclass(frozen=True)
class StepBox:
    """One step on its page: what was answered, what the portal sees, where it stands."""

    step: catalogue.Step
    stop: Stop
    answers: Sequence[tuple[catalogue.Question, StepAnswer | None]]
    evidence: Sequence[Evidence]


@dataclass(frozen=True)
class StepsPage:
    """The four steps and the history of the community’s way through them."""

    community: Community
    standing: Standing
    allowed: frozenset[str]
    boxes: Sequence[StepBox]
    moves: Sequence[StepMove]

    @classmethod
    def build(cls, community: Community, membership: Membership) -> "StepsPage":
        """A dozen queries, whatever was written."""
        standing = policies.standing_of(membership, community)
        moves = list(community.moves.select_related("by"))
        answers = newest_step_answers(community)
        stops, seen = stops_of(community, moves), _evidence_of(community)
        boxes = [
            StepBox(
                step,
                stops[step.number - 1],
                [(one, answers.get(catalogue.question_key(step.number, one.key))) for one in step.questions],
                seen[step.number],
            )
            for step in catalogue.steps()
        ]
        return cls(community, standing, policies.allowed(membership, community, standing), boxes, moves)


def _evidence_of(community: Community) -> dict[int, list[Evidence]]:
    """What the portal sees by itself, step by step."""
    seats = seats_of(community)
    roles = {role.kind for seat in seats for role in seat.roles.all()}
    core = sum(any(role.kind in CORE for role in seat.roles.all()) for seat in seats)
    marked = Thread.objects.filter(community=community).exclude(answer=None).count()
    lessons = Lesson.objects.validated().filter(group_id=community.group_id)
    owned, dated = lessons.count(), lessons.exclude(review_on=None).count()
    charters = list(community.charters.all())
    is_whole = bool(charters) and not missing_prompts(charters[0].answers)
    shared = _sentence(len(seats), "person shares", "people share")
    checked = _sentence(owned, worded("checked lesson belongs"), worded("checked lessons belong"))
    return {
        StepKind.PLANNING: [
            Evidence(f"{shared} the question. Five are enough.", len(seats) >= 5),
            Evidence(f"{_sentence(core, 'person is', 'people are')} at its core. Three are enough.", core >= 3),
        ],
        StepKind.CREATING: [
            Evidence("The charter has its nine answers.", is_whole),
            Evidence(worded("Facilitator and deputy are named."), roles >= {RoleKind.FACILITATOR, RoleKind.DEPUTY}),
        ],
        StepKind.BUILDING: [
            Evidence(f"{checked} to it. Three are a start.", owned >= 3),
            Evidence(worded("Each lesson has a day to be looked at again."), owned > 0 and dated == owned),
            Evidence(f"{_sentence(marked, 'question has', 'questions have')} a marked answer.", marked > 0),
        ],
        StepKind.REVIEWING: [
            Evidence("The charter was looked at again, and has a new version.", len(charters) > 1),
        ],
    }


def _sentence(number: int, one: str, more: str) -> str:
    """The beginning of a sentence: “Three people share”."""
    return capital(counted(number, one, more))


CORE = frozenset({RoleKind.FACILITATOR, RoleKind.DEPUTY, RoleKind.CORE})


# --- A thread --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PostBox:
    """One post on its page, and what this member may press at it."""

    post: Post
    is_first: bool
    is_answer: bool
    may_change: bool
    may_mark: bool


@dataclass(frozen=True)
class ThreadPage:
    """One thread for one member."""

    thread: Thread
    community: Community
    look: Look
    posts: Sequence[PostBox]
    may_write: bool
    may_settle: bool
    may_make_lesson: bool
    who_may_read: str

    @classmethod
    def build(cls, thread: Thread, membership: Membership, posts: Sequence[Post]) -> "ThreadPage":
        """``posts`` are those of the page; the question itself is always known by its place."""
        community = thread.community
        standing = policies.standing_of(membership, community)
        may_write = "talk" in policies.allowed(membership, community, standing)
        is_asker = thread.author_id == membership.person_id
        may_settle = may_write and thread.is_question and (standing.runs or (standing.is_in and is_asker))
        first = Post.objects.filter(thread=thread).values_list("pk", flat=True).first()
        contributes = policies.may_found(membership, thread.organisation)
        return cls(
            thread=thread,
            community=community,
            look=_look_of_thread(thread),
            posts=[
                PostBox(
                    post,
                    is_first=post.pk == first,
                    is_answer=post.pk == thread.answer_id,
                    may_change=may_write and post.author_id == membership.person_id,
                    may_mark=may_settle and post.pk not in (first, thread.answer_id),
                )
                for post in posts
            ],
            may_write=may_write,
            may_settle=may_settle,
            may_make_lesson=standing.is_in and contributes and thread.is_question and thread.lesson_id is None,
            who_may_read=labels.who_may_read(thread),
        )


# --- Home ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HomeRow:
    """One of somebody’s communities on their home page."""

    community: Community
    look: Look
    news: str


def own_communities(membership: Membership, *, at: datetime) -> list[HomeRow]:
    """The communities of a member, those with the newest talk first. One query."""
    week = at - timedelta(days=7)
    fresh = (
        Thread.objects.filter(community=OuterRef("pk"), last_at__gte=week)
        .order_by()
        .values("community")
        .annotate(n=Count("pk"))
        .values("n")
    )
    newest = Thread.objects.filter(community=OuterRef("pk")).order_by("-last_at").values("last_at")[:1]
    rows = Community.objects.of(membership).exclude(state=State.ARCHIVED)
    rows = rows.annotate(fresh=Subquery(fresh), newest=Subquery(newest)).select_related("organisation")
    found = sorted(rows, key=lambda one: (one.newest is None, -(one.newest.timestamp() if one.newest else 0)))
    return [HomeRow(one, labels.STATES[State(one.state)], _news_of(one.fresh or 0)) for one in found[:5]]


def _news_of(fresh: int) -> str:
    if not fresh:
        return "Nothing new this week"
    return f"{_sentence(fresh, 'discussion', 'discussions')} this week"


# --- The charter as a page of paper ----------------------------------------------------------------------------------


def charter_lines(answers: dict[str, str]) -> list[tuple[catalogue.Prompt, str]]:
    """Each prompt with its answer, in their order."""
    return [(prompt, answers.get(prompt.key, "")) for prompt in catalogue.prompts()]


def charter_as_pdf(community: Community, charter: Charter) -> bytes:
    """The charter on A4, tagged for screen readers. For the worker: drawing takes a second or two."""
    return pdf.render("pdf/charter.html", charter_values(community, charter))


def charter_values(community: Community, charter: Charter) -> dict[str, Any]:
    """What its template draws."""
    return {
        "organisation": community.organisation,
        "logo": community.organisation.logo_as_data,
        "community": community,
        "charter": charter,
        "written": long_day(timezone.localdate(charter.at)),
        "lines": [line for line in charter_lines(charter.answers) if line[1]],
        "people": _people_with_roles(seats_of(community)),
    }
