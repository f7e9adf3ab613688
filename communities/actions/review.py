"""The yearly look back: begun, answered, and decided. What a decision means, the portal carries out."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from communities import catalogue, policies
from communities.actions.closing import announce_closing
from communities.events import Event
from communities.models import Community, Review, ReviewAnswer, ReviewVoice
from communities.models.community import LONGEST_ANSWER
from communities.transitions import (
    lock_community,
    lock_open_review,
    look_again_in_a_year,
    newest_review_answers,
    refuse_unless_living,
    settle_review,
)
from communities.unlinking import remove_traces
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.unlinking import number_by_lot, rewrite_in_random_order
from organisations import events
from organisations.models import Membership
from organisations.policies import require_that
from techniques import room_visibility
from techniques.actions.planning import plan_session
from techniques.models import Length, Session, Technique

SCRIPT = "look-back-of-a-community"
# The stage that has no box: what was decided is a press.
UNDECIDED = "decide"
TITLE_LIMIT = 120
ROOM_FOR_REST = 80


class WrittenMeanwhile(Refusal):
    """Somebody has written to these stages since; ``answers`` are what stands there now, by stage."""

    def __init__(self, answers: Mapping[str, ReviewAnswer]) -> None:
        super().__init__("Somebody has written here meanwhile. Both stand below: put together what should stay.")
        self.answers = answers


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
def answer_review(
    review: Review, *, by: Membership, at: datetime, answers: Mapping[str, str], seen: int | None = None
) -> Review:
    """Write down what was said to each stage. The same again changes nothing; what stood there before is kept.

    ``seen`` is the key of the newest answer that the writer saw: raises ``WrittenMeanwhile`` where somebody else, or
    the session, has written to a stage since that they would change.
    """
    require_that(policies.may_shape(by, review.community))
    lock_open_review(review)
    before = newest_review_answers(review)
    fresh = []
    newer = {key: row for key, row in before.items() if seen is not None and row.pk > seen}
    for stage in catalogue.review_stages():
        text = clean_text(answers.get(stage.key, "")).strip()
        if stage.key not in answers or text == (before[stage.key].text if stage.key in before else ""):
            continue
        row = ReviewAnswer(review=review, stage=stage.key, text=text, at=at, by=by.person)
        refuse_invalid(row, "text")
        fresh.append(row)
    if clashes := {row.stage: newer[row.stage] for row in fresh if row.stage in newer}:
        raise WrittenMeanwhile(clashes)
    if fresh:
        ReviewAnswer.objects.bulk_create(fresh)
        events.record(Event.COMMUNITY_REVIEW_ANSWERED, review.community, by=by, at=at)
    return review


@transaction.atomic
def plan_review_session(
    review: Review, *, by: Membership, at: datetime, starts_at: datetime, length: str = Length.STANDARD, place: str = ""
) -> Session:
    """Look back together in a session with its script, for the people of the community. Idempotent while it is to come
    or under way; whoever plans it must be one who leads sessions."""
    require_that(policies.may_shape(by, review.community))
    lock_open_review(review)
    if review.session is not None and review.session.state in (Session.State.PLANNED, Session.State.LIVE):
        return review.session
    script = Technique.objects.filter(key=SCRIPT, organisation=None).first()
    if script is None:
        raise Refusal("The script of the look back has not been loaded. Write down what was said on the page.")
    community = review.community
    review.session = plan_session(
        community.organisation,
        by=by,
        at=at,
        technique=script,
        length=length,
        title=f"Looking back: {community.name}"[:TITLE_LIMIT],
        starts_at=starts_at,
        group=community.group,
        place=place,
        place_kind=Session.Place.ONLINE if "://" in place else Session.Place.ROOM,
    )
    review.taken_over_at = None
    review.save(update_fields=["session", "taken_over_at"])
    events.record(Event.COMMUNITY_REVIEW_PLANNED, community, by=by, at=at, session=review.session)
    return review.session


@transaction.atomic
def take_over_review_session(session: Session, *, at: datetime) -> Review | None:
    """Write what the summary says of each stage, or else what was shown at it, below what stands there already.
    Nobody’s name comes along, and nothing of what people would have decided.

    The portal’s own, when a session is closed. Idempotent; None where the session belongs to no open look back.
    """
    review = Review.objects.filter(session=session, taken_over_at=None, decision="").first()
    if review is None:
        return None
    lock_community(review.community)
    review.refresh_from_db(fields=["taken_over_at", "decision"])
    if review.taken_over_at is not None or review.decision:
        return review
    review.taken_over_at = at
    review.save(update_fields=["taken_over_at"])
    before = newest_review_answers(review)
    keys = {stage.key for stage in catalogue.review_stages()} - {UNDECIDED}
    said: dict[str, list[str]] = {}
    for stage, notes in room_visibility.notes_to_close(session):
        for column in stage.columns:
            if column.key in keys:
                said.setdefault(column.key, []).extend(f"– {line_of_text(text)}" for text in notes[column.key])
    agreed = {key: text.strip().splitlines() for key, text in session.summary.items() if key in keys}
    said |= {key: lines for key, lines in agreed.items() if lines}
    fresh = [
        ReviewAnswer(review=review, stage=key, text=text, at=at)
        for key, texts in said.items()
        if texts and (text := _text_of_stage(before[key].text if key in before else "", texts))
    ]
    ReviewAnswer.objects.bulk_create(fresh)
    if fresh:
        events.record(Event.COMMUNITY_REVIEW_ANSWERED, review.community, by=None, at=at)
    return review


def _text_of_stage(present: str, fresh: list[str]) -> str:
    """What stands there, then the new lines as far as there is room; how many are left is said."""
    lines = [present, *fresh] if present else fresh
    if _as_posted(lines) <= LONGEST_ANSWER:
        return "\n".join(lines)
    kept = lines[:1] if present else []
    for line in lines[len(kept) :]:
        if _as_posted([*kept, line]) > LONGEST_ANSWER - ROOM_FOR_REST:
            break
        kept.append(line)
    rest = worded(f"… and {len(lines) - len(kept)} more, in the summary of the session")
    whole = [*kept, rest]
    return "\n".join(whole if _as_posted(whole) <= LONGEST_ANSWER else kept)


def _as_posted(lines: list[str]) -> int:
    """How long a text is when a browser sends it back: each of its line ends counts as two letters there."""
    text = "\n".join(lines)
    return len(text) + text.count("\n")


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
    Review.objects.filter(pk=review.pk).update(traces=number_by_lot(), **{column: F(column) + 1 for column in columns})
    # The counts before and after stand in the files one behind the other, and so would those who answered: 0024, 0092.
    rewrite_in_random_order(ReviewVoice.objects.filter(review=review), renumber=True)
    transaction.on_commit(remove_traces, robust=True)
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
