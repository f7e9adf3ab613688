"""How a community ends and wakes: announced, objected to, stopped or carried out, archived, woken."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from communities import policies
from communities.events import Event
from communities.models import Closing, Community, Objection, State
from communities.transitions import (
    lock_community,
    look_again_in_a_year,
    make_facilitator,
    refuse_unless_living,
    save_community,
    take_seat,
)
from kmportal.lib.cleaning import clean_text
from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import quoted
from organisations import events
from organisations.models import GroupMembership, Membership, Person
from organisations.policies import require_that

NOTICE_DAYS = 30
ARCHIVED_AFTER = timedelta(days=365)
STOPPED_BY = 3
DECIDED_ELSEWHERE = _("Merge or split it in its look back. The portal carries it out there, and can take it back.")


@transaction.atomic
def announce_closing(
    community: Community, *, by: Membership, at: datetime, reason: str, words: str, last_on: date | None = None
) -> Closing:
    """Say that the community ends: why, when, and what happens to what it knows. Everybody in it is told.

    The last day is thirty days away at least, so that they can object; where nobody else is in it, it may be today.
    What merges or splits is not announced: the look back decides it, and the portal carries it out.
    """
    require_that(policies.may_run(by, community))
    lock_community(community)
    refuse_unless_living(community)
    if reason in Closing.Reason and reason not in Closing.TO_ANNOUNCE:
        raise Refusal(DECIDED_ELSEWHERE)
    today = timezone.localdate(at)
    others = GroupMembership.objects.filter(group_id=community.group_id).exclude(person=by.person).exists()
    first = today + timedelta(days=NOTICE_DAYS) if others else today
    last_on = last_on or first
    if last_on < first:
        raise Refusal(f"Give the members {NOTICE_DAYS} days to answer. Choose {first:%-d %B %Y} or a later day.")
    closing = Closing(
        community=community,
        reason=reason,
        words=clean_text(words).strip(),
        before=community.state,
        last_on=last_on,
        said_at=at,
        by=by.person,
    )
    refuse_invalid(closing, "reason", "words")
    closing.save()
    community.state = State.CLOSING
    save_community(community, "state")
    events.record(Event.COMMUNITY_CLOSING, community, by=by, at=at, reason=reason, last_on=last_on)
    return closing


@transaction.atomic
def object_to_closing(
    community: Community,
    *,
    by: Membership,
    at: datetime,
    words: str = "",
    would_carry: bool = False,
    would_facilitate: bool = False,
) -> Objection:
    """Say that it should stay open. Three who would carry it on, with one who would facilitate among them, stop the
    closing. A second time says it anew."""
    require_that(policies.may_belong(by, community))
    closing = _open_closing(community)
    row = Objection(
        closing=closing,
        person=by.person,
        words=clean_text(words).strip(),
        would_carry=would_carry or would_facilitate,
        would_facilitate=would_facilitate,
        at=at,
    )
    refuse_invalid(row, "words")
    Objection.objects.filter(closing=closing, person=by.person).delete()
    row.save()
    events.record(Event.COMMUNITY_OBJECTED, community, by=by, at=at)
    inside = GroupMembership.objects.filter(group_id=community.group_id).values("person")
    would_carry_on = Objection.objects.filter(closing=closing, would_carry=True, person__in=inside)
    carriers = list(would_carry_on.select_related("person"))
    if len(carriers) >= STOPPED_BY and any(one.would_facilitate for one in carriers):
        _stop(community, closing, [one.person for one in carriers if one.would_facilitate and one.person], at=at)
        events.record(Event.COMMUNITY_CLOSING_STOPPED, community, by=by, at=at)
    return row


@transaction.atomic
def answer_objection(objection: Objection, *, by: Membership, at: datetime, answer: str) -> Objection:
    """Answer somebody who would keep it open, for everybody in it to read. They are told. The same again changes
    nothing; refused once the closing is over."""
    require_that(policies.may_run(by, objection.closing.community))
    community = objection.closing.community
    lock_community(community)
    if _open_closing(community).pk != objection.closing_id:
        raise Refusal("That closing is over. Nothing is left to answer.")
    row = Objection.objects.select_related("person").select_for_update(of=("self",)).filter(pk=objection.pk).first()
    if row is None:
        raise Refusal("It was said anew meanwhile. Read it first.")
    text = clean_text(answer).strip()
    if not text:
        raise Refusal("Write an answer.")
    if row.answer == text:
        return row
    row.answer, row.answered_by = text, by.person
    refuse_invalid(row, "answer")
    row.save(update_fields=["answer", "answered_by"])
    events.record(Event.COMMUNITY_OBJECTION_ANSWERED, community, by=by, at=at, person=row.person)
    return row


@transaction.atomic
def stop_closing(community: Community, *, by: Membership, at: datetime) -> Community:
    """Whoever keeps it together takes the announcement back."""
    require_that(policies.may_run(by, community))
    closing = _open_closing(community)
    _stop(community, closing, [], at=at)
    events.record(Event.COMMUNITY_CLOSING_STOPPED, community, by=by, at=at)
    return community


def _stop(community: Community, closing: Closing, facilitators: list[Person], *, at: datetime) -> None:
    """Back to where it was; who said they would facilitate does it from now on."""
    closing.outcome, closing.ended_at = Closing.Outcome.STOPPED, at
    closing.save(update_fields=["outcome", "ended_at"])
    community.state = closing.before
    save_community(community, "state")
    for person in facilitators:
        make_facilitator(community, person, at=at)


@transaction.atomic
def write_story(community: Community, *, by: Membership, at: datetime, story: str) -> Community:
    """What came of it, to be read when it is closed. Until the last day it can be changed."""
    require_that(policies.may_shape(by, community))
    closing = _open_closing(community)
    text = clean_text(story).strip()
    if closing.story == text:
        return community
    closing.story = text
    refuse_invalid(closing, "story")
    closing.save(update_fields=["story"])
    events.record(Event.COMMUNITY_STORY_WRITTEN, community, by=by, at=at)
    return community


@transaction.atomic
def close_due_community(community: Community, *, at: datetime) -> Community:
    """The last day is over: nothing new is written, all stays readable. The portal’s own; idempotent."""
    lock_community(community)
    closing = community.closings.filter(outcome=Closing.Outcome.OPEN).first()
    if closing is None or community.state != State.CLOSING or closing.last_on >= timezone.localdate(at):
        return community
    closing.outcome, closing.ended_at = Closing.Outcome.CLOSED, at
    closing.save(update_fields=["outcome", "ended_at"])
    community.state, community.closed_at, community.end_reason = State.CLOSED, at, closing.reason
    save_community(community, "state", "closed_at", "end_reason")
    events.record(
        Event.COMMUNITY_CLOSED, community, by=None, at=at, reason=closing.reason, texts={"thanks": closing.thanks}
    )
    return community


@transaction.atomic
def archive_due_community(community: Community, *, at: datetime) -> Community:
    """Closed for a year: it leaves the directory. The portal’s own; idempotent."""
    lock_community(community)
    if community.state != State.CLOSED or community.closed_at is None or community.closed_at + ARCHIVED_AFTER > at:
        return community
    community.state = State.ARCHIVED
    save_community(community, "state")
    events.record(Event.COMMUNITY_ARCHIVED, community, by=None, at=at)
    return community


@transaction.atomic
def wake_community(
    community: Community, *, by: Membership, at: datetime, reason: str, facilitator: Person
) -> Community:
    """Let a closed or archived community live again: why, and who facilitates it. Who kept it together before does so
    still, and is told so. Idempotent once it lives."""
    require_that(policies.may_wake(by, community))
    lock_community(community)
    if community.is_living:
        return community
    if community.state == State.CLOSING:
        raise Refusal("It has not ended yet. Say on its page that you would keep it open.")
    text = clean_text(reason).strip()
    if not text:
        raise Refusal("Say why it should wake.")
    member = Membership.objects.current().filter(organisation=community.organisation, person=facilitator).first()
    if member is None:
        raise Refusal(f"{quoted(facilitator)} does not belong to your organisation.")
    take_seat(community, member, at=at)
    make_facilitator(community, facilitator, at=at)
    _keep_why_it_woke(community, text, by=by, at=at)
    community.state = State.ESTABLISHED if community.review_on else State.INFORMAL
    community.closed_at, community.end_reason, community.moved_to = None, "", None
    save_community(community, "state", "closed_at", "end_reason", "moved_to")
    if community.review_on and community.review_on < timezone.localdate(at):
        look_again_in_a_year(community, at=at)
    events.record(Event.COMMUNITY_WOKEN, community, by=by, at=at, note=text, facilitator=facilitator)
    return community


def _keep_why_it_woke(community: Community, why: str, *, by: Membership, at: datetime) -> None:
    """Beside why it had ended, for its page to tell both."""
    ended = community.closings.filter(outcome=Closing.Outcome.CLOSED).first()
    if ended is not None:
        ended.woken_at, ended.woken_by, ended.why_woken = at, by.person, why
        refuse_invalid(ended, "why_woken")
        ended.save(update_fields=["woken_at", "woken_by", "why_woken"])


def _open_closing(community: Community) -> Closing:
    """Lock the community, and find the closing that is announced."""
    lock_community(community)
    closing = community.closings.filter(outcome=Closing.Outcome.OPEN).first()
    if closing is None or community.state != State.CLOSING:
        raise Refusal(worded("This community is not closing."))
    return closing
