"""The yearly look back of a community, on its page: what was said, what was said last time, what is to be decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.urls import reverse

from communities import catalogue, policies
from communities.models import Community, Review, ReviewAnswer, ReviewVoice, Story, Transfer
from communities.policies import Standing
from communities.reports import page_rows
from communities.transitions import newest_review_answers
from kmportal.lib.presses import Press
from organisations import policies as organisation_policies
from organisations.models import Membership
from organisations.permissions import Permission
from techniques.models import Session

SHOWN_STORIES = 5


@dataclass(frozen=True)
class StageBox:
    """One stage: what was said now, and what was said the last time."""

    stage: catalogue.ReviewStage
    now: ReviewAnswer | None
    before: ReviewAnswer | None


@dataclass(frozen=True)
class ReviewPage:
    """The page for one member."""

    community: Community
    standing: Standing
    allowed: frozenset[str]
    review: Review | None
    boxes: Sequence[StageBox]
    past: Sequence[Review]
    heard: int
    may_speak: bool
    presses: Sequence[Press]
    stories: Sequence[Story]
    transfers: Sequence[tuple[Transfer, bool]]
    session: Session | None
    may_meet: bool

    @classmethod
    def build(cls, community: Community, membership: Membership, *, at: datetime) -> "ReviewPage":
        """A dozen queries, whatever was written."""
        standing = policies.standing_of(membership, community)
        allowed = policies.allowed(membership, community, standing)
        reviews = list(community.reviews.select_related("decided_by", "opened_by"))
        review = next((one for one in reviews if not one.decision), None)
        past = [one for one in reviews if one.decision]
        now = newest_review_answers(review) if review else {}
        before = newest_review_answers(past[0]) if past else {}
        voices = set(ReviewVoice.objects.filter(review=review).values_list("person", flat=True)) if review else set()
        session = _session_of(review, membership)
        is_free = session is None or session.state in (Session.State.CLOSED, Session.State.CANCELLED)
        stories = Story.objects.visible_to(membership).filter(community=community)
        return cls(
            community=community,
            standing=standing,
            allowed=allowed,
            review=review,
            boxes=[StageBox(one, now.get(one.key), before.get(one.key)) for one in catalogue.review_stages()],
            past=past,
            heard=len(voices),
            may_speak=review is not None and "voice" in allowed and membership.person_id not in voices,
            presses=_decisions(community, membership) if review and "decide" in allowed else [],
            stories=list(stories.select_related("author", "organisation")[:SHOWN_STORIES]),
            transfers=transfers_of(community, standing, at=at),
            session=session,
            may_meet=review is not None and "review" in allowed and is_free and _leads(membership, community),
        )


def _session_of(review: Review | None, membership: Membership) -> Session | None:
    """The session in which they look back, for who may see it."""
    if review is None or review.session_id is None:
        return None
    return Session.objects.visible_to(membership).filter(pk=review.session_id).first()


def _leads(membership: Membership, community: Community) -> bool:
    return organisation_policies.may(Permission.FACILITATE, membership, community.organisation)


def transfers_of(community: Community, standing: Standing, *, at: datetime) -> list[tuple[Transfer, bool]]:
    """What waits for an answer or can be taken back, for those who keep it together; whether it waits for them."""
    if not standing.runs:
        return []
    shown = []
    for row in page_rows.transfers(community.pk):
        if row.state == Transfer.State.ASKED or row.can_be_undone(at):
            shown.append((row, row.state == Transfer.State.ASKED and row.target_id == community.pk))
    return shown


def _decisions(community: Community, membership: Membership) -> list[Press]:
    page = partial(_page_of, membership, community)
    return [
        Press("decide", "Carry on", page("review_carry_on"), is_form=True),
        Press("decide", "Change the charter", page("review_change"), is_form=True, look="secondary"),
        Press("decide", "Split", page("review_split"), is_form=True, look="secondary"),
        Press("decide", "Merge", page("review_merge"), is_form=True, look="secondary"),
        Press("decide", "Close", page("review_close"), is_form=True, look="secondary"),
    ]


def _page_of(membership: Membership, community: Community, name: str) -> str:
    return reverse(name, args=[membership.organisation.slug, community.pk])
