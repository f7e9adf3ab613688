"""The yearly look back: begun, answered, and decided. What a decision means, the portal carries out."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from communities import catalogue, policies
from communities.actions.closing import announce_closing
from communities.events import Event
from communities.models import Community, Review, ReviewAnswer, ReviewVoice
from communities.transitions import (
    lock_community,
    lock_open_review,
    look_again_in_a_year,
    newest_review_answers,
    refuse_unless_living,
    settle_review,
)
from kmportal.lib.cleaning import clean_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that


@transaction.atomic
def open_review(community: Community, *, by: Membership, at: datetime) -> Review:
    """Begin to look back. Idempotent while one is open."""
    require_that(policies.may_shape(by, community))
    lock_community(community)
    refuse_unless_living(community)
    if found := community.reviews.filter(decision="").first():
        return found
    review = Review.objects.create(community=community, opened_at=at, opened_by=by.person)
    events.record(Event.COMMUNITY_REVIEW_OPENED, community, by=by, at=at)
    return review


@transaction.atomic
def answer_review(review: Review, *, by: Membership, at: datetime, answers: Mapping[str, str]) -> Review:
    """Write down what was said to each stage. The same again changes nothing; what stood there before is kept."""
    require_that(policies.may_shape(by, review.community))
    lock_open_review(review)
    before = newest_review_answers(review)
    fresh = []
    for stage in catalogue.review_stages():
        text = clean_text(answers.get(stage.key, "")).strip()
        if stage.key not in answers or text == (before[stage.key].text if stage.key in before else ""):
            continue
        row = ReviewAnswer(review=review, stage=stage.key, text=text, at=at, by=by.person)
        refuse_invalid(row, "text")
        fresh.append(row)
    if fresh:
        ReviewAnswer.objects.bulk_create(fresh)
        events.record(Event.COMMUNITY_REVIEW_ANSWERED, review.community, by=by, at=at)
    return review


@transaction.atomic
def give_voice(review: Review, *, by: Membership, at: datetime, would_miss: bool, is_free: bool) -> Review:
    """Whether one would miss it, and whether it is free to choose its topic: counted, once for each member. Who said
    what is kept nowhere, not even in the trail."""
    require_that(policies.may_belong(by, review.community))
    lock_open_review(review)
    _, is_new = ReviewVoice.objects.get_or_create(review=review, person=by.person)
    if not is_new:
        raise Refusal("You have answered already. Nobody can see what, so it cannot be changed.")
    columns = ("missed_yes" if would_miss else "missed_no", "free_yes" if is_free else "free_no")
    Review.objects.filter(pk=review.pk).update(**{column: F(column) + 1 for column in columns})
    review.refresh_from_db(fields=[*columns])
    return review


@transaction.atomic
def decide_to_carry_on(review: Review, *, by: Membership, at: datetime, why: str) -> Review:
    """As before, for another year."""
    require_that(policies.may_run(by, review.community))
    settle_review(review, Review.Decision.CARRY_ON, why, by=by, at=at)
    look_again_in_a_year(review.community, at=at)
    return review


@transaction.atomic
def decide_to_change(review: Review, *, by: Membership, at: datetime, why: str) -> Review:
    """With another charter, which is written next."""
    require_that(policies.may_run(by, review.community))
    settle_review(review, Review.Decision.CHANGE, why, by=by, at=at)
    look_again_in_a_year(review.community, at=at)
    return review


@transaction.atomic
def decide_to_close(review: Review, *, by: Membership, at: datetime, why: str, reason: str) -> Review:
    """The end is announced at once, with its thirty days."""
    require_that(policies.may_run(by, review.community))
    settle_review(review, Review.Decision.CLOSE, why, by=by, at=at)
    announce_closing(review.community, by=by, at=at, reason=reason, words=why)
    return review
