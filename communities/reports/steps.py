"""The four steps of a community: what each asks, and what the portal sees by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from communities import catalogue, policies
from communities.models import (
    Community,
    RoleKind,
    StepAnswer,
    StepKind,
    StepMove,
    Thread,
)
from communities.policies import Standing
from communities.reports.community import Stop, stops_of
from communities.reports.talk import CORE
from communities.transitions import missing_prompts, newest_step_answers, seats_of, seats_with_roles
from kmportal.lib.domain_words import worded
from kmportal.lib.sentences import capital, counted
from lessons.models import Lesson
from organisations.models import Membership


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
    inside, seats = seats_of(community).count(), list(seats_with_roles(community))
    roles = {role.kind for seat in seats for role in seat.roles.all()}
    core = sum(any(role.kind in CORE for role in seat.roles.all()) for seat in seats)
    marked = Thread.objects.filter(community=community).exclude(answer=None).count()
    lessons = Lesson.objects.checked().filter(group_id=community.group_id)
    owned, dated = lessons.count(), lessons.exclude(review_on=None).count()
    charters = list(community.charters.all())
    is_whole = bool(charters) and not missing_prompts(charters[0].answers)
    shared = sentence(inside, "person shares", "people share")
    checked = sentence(owned, worded("checked lesson belongs"), worded("checked lessons belong"))
    return {
        StepKind.PLANNING: [
            Evidence(f"{shared} the question. Five are enough.", inside >= 5),
            Evidence(f"{sentence(core, 'person is', 'people are')} at its core. Three are enough.", core >= 3),
        ],
        StepKind.CREATING: [
            Evidence("The charter has its nine answers.", is_whole),
            Evidence(worded("Facilitator and deputy are named."), roles >= {RoleKind.FACILITATOR, RoleKind.DEPUTY}),
        ],
        StepKind.BUILDING: [
            Evidence(f"{checked} to it. Three are a start.", owned >= 3),
            Evidence(worded("Each lesson has a day to be looked at again."), owned > 0 and dated == owned),
            Evidence(f"{sentence(marked, 'question has', 'questions have')} a marked answer.", marked > 0),
        ],
        StepKind.REVIEWING: [
            Evidence("The charter was looked at again, and has a new version.", len(charters) > 1),
        ],
    }


def sentence(number: int, one: str, more: str) -> str:
    """The beginning of a sentence: “Three people share”."""
    return capital(counted(number, one, more))
