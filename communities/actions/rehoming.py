"""What a community leaves when it ends: each thing is given to somebody who says yes, or marked as not looked after."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

import actionplan.policies
from actionplan.actions import hand_over_action
from communities import catalogue, policies
from communities.events import Event
from communities.finding import name_of, sisters_of, what_it_leaves
from communities.models import Closing, Community, Rehoming, State
from communities.transitions import lock_community, refuse_unless_open
from kmportal.lib.cleaning import clean_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import quoted
from lessons.models import Lesson
from organisations import events
from organisations.models import GroupMembership, Membership, Person
from organisations.policies import require_that

HEIRS_AFTER = timedelta(days=180)
SISTERS_BEFORE = timedelta(days=2)


@transaction.atomic
def ask_for_home(
    community: Community, *, by: Membership, at: datetime, kind: str, ident: int, person: Person
) -> Rehoming:
    """Ask somebody to look after one thing. Another one can be asked until somebody has said yes.

    Nobody is asked who may not read it: the question would tell what it is.
    """
    require_that(policies.may_arrange(by, community))
    closing, row = _thing_of_closing(community, kind, ident)
    member = Membership.objects.current().filter(organisation=community.organisation, person=person).first()
    if member is None:
        raise Refusal("Choose somebody who belongs to your organisation.")
    if not _may_read(member, kind, row):
        raise Refusal(f"{person} may not read it. Choose somebody who may.")
    if kind == Rehoming.Kind.ACTION and not actionplan.policies.may_change(by, row):
        raise Refusal(worded("Ask whoever does this action, or who leads, to hand it over."))
    found = Rehoming.objects.filter(closing=closing, kind=kind, ident=ident).first()
    if found is not None and found.state == Rehoming.State.ACCEPTED:
        raise Refusal(f"{found.person or 'Somebody who has left'} looks after it already.")
    if found is not None and found.state == Rehoming.State.ASKED and found.person == person:
        return found
    asked = found or Rehoming(closing=closing, kind=kind, ident=ident)
    asked.title, asked.state, asked.person = name_of(kind, row), Rehoming.State.ASKED, person
    asked.asked_by, asked.at, asked.answered_at = by.person, at, None
    asked.save()
    events.record(Event.COMMUNITY_HOME_ASKED, community, by=by, at=at, member=person, kind=kind)
    if person == by.person:
        return _accept(asked, by=by, at=at)
    return asked


@transaction.atomic
def answer_for_home(rehoming: Rehoming, *, by: Membership, at: datetime, accept: bool) -> Rehoming:
    """Say yes or no. The first answer counts; whoever is asked alone answers."""
    require_that(policies.may_answer_for_home(by, rehoming))
    lock_community(rehoming.closing.community)
    rehoming.refresh_from_db(fields=["state", "person"])
    if rehoming.state != Rehoming.State.ASKED:
        raise Refusal(f"This was answered already: {rehoming.get_state_display()}.")
    if accept:
        return _accept(rehoming, by=by, at=at)
    rehoming.state, rehoming.answered_at = Rehoming.State.DECLINED, at
    rehoming.save(update_fields=["state", "answered_at"])
    events.record(Event.COMMUNITY_HOME_DECLINED, rehoming.closing.community, by=by, at=at, asked_by=rehoming.asked_by)
    return rehoming


@transaction.atomic
def leave_behind(community: Community, *, by: Membership, at: datetime, kind: str, ident: int) -> Rehoming:
    """Mark one thing as not looked after: it stays and can be read, and nobody is asked any more. Idempotent."""
    require_that(policies.may_arrange(by, community))
    closing, row = _thing_of_closing(community, kind, ident)
    found = Rehoming.objects.filter(closing=closing, kind=kind, ident=ident).first()
    left = found or Rehoming(closing=closing, kind=kind, ident=ident)
    if found is not None and found.state == Rehoming.State.LEFT:
        return found
    left.title, left.state, left.person, left.answered_at = name_of(kind, row), Rehoming.State.LEFT, None, at
    left.save()
    events.record(Event.COMMUNITY_LEFT_BEHIND, community, by=by, at=at, kind=kind)
    return left


@transaction.atomic
def write_farewell(community: Community, *, by: Membership, at: datetime, last_meeting: str, thanks: str) -> Closing:
    """When they met a last time, or why not, and a word of thanks that everybody reads when it closes."""
    require_that(policies.may_bid_farewell(by, community))
    closing = _open_closing(community)
    closing.last_meeting, closing.thanks = clean_text(last_meeting).strip(), clean_text(thanks).strip()
    refuse_invalid(closing, "last_meeting", "thanks")
    closing.save(update_fields=["last_meeting", "thanks"])
    events.record(Event.COMMUNITY_FAREWELL_WRITTEN, community, by=by, at=at)
    return closing


# --- What time does to a closing, the portal’s own -------------------------------------------------------------------


def walk_closings(*, at: datetime) -> int:
    """What is due today of all closings; answers how much was done."""
    running = Closing.objects.filter(outcome=Closing.Outcome.OPEN).select_related("community")
    done = sum(ask_about_closing(closing, at=at) + offer_sisters(closing, at=at) for closing in running)
    ended = Closing.objects.filter(
        outcome=Closing.Outcome.CLOSED, ended_at__lte=at - HEIRS_AFTER, heirs_asked_at=None
    ).select_related("community")
    return done + sum(ask_heirs(closing, at=at) for closing in ended)


@transaction.atomic
def ask_about_closing(closing: Closing, *, at: datetime) -> bool:
    """Ask the facilitators what belongs to this day, once; of what was missed only the newest, of what is done none."""
    lock_community(closing.community)
    closing.refresh_from_db(fields=["outcome", "asked_step", "last_meeting", "story", "thanks"])
    age = (timezone.localdate(at) - timezone.localdate(closing.said_at)).days
    due = [n for n, step in enumerate(catalogue.closing_steps()) if step.ask and step.day <= age]
    if closing.outcome != Closing.Outcome.OPEN or not due or due[-1] <= closing.asked_step:
        return False
    due = [n for n in due if n > closing.asked_step and not _is_done(closing, catalogue.closing_steps()[n].key)]
    if not due:
        return False
    closing.asked_step = due[-1]
    closing.save(update_fields=["asked_step"])
    ask = catalogue.closing_steps()[due[-1]].ask
    events.record(Event.COMMUNITY_CLOSING_ASKED, closing.community, by=None, at=at, texts={"ask": ask})
    return True


def _is_done(closing: Closing, key: str) -> bool:
    """Whether somebody has done already what the day of this step asks."""
    match key:
        case "home":
            return _is_all_settled(closing)
        case "meeting":
            return bool(closing.last_meeting)
        case "story":
            return bool(closing.story)
        case "thanks":
            return bool(closing.thanks)
    return False


def _is_all_settled(closing: Closing) -> bool:
    """Whether each thing that the portal finds has somebody who said yes, or is marked as not looked after."""
    states = [Rehoming.State.ACCEPTED, Rehoming.State.LEFT]
    settled = set(closing.rehomings.filter(state__in=states).values_list("kind", "ident"))
    left = what_it_leaves(closing.community).items()
    found = {(kind, key) for kind, rows in left for key in rows.values_list("pk", flat=True)}
    return bool(found) and found <= settled


@transaction.atomic
def offer_sisters(closing: Closing, *, at: datetime) -> bool:
    """Two days before the last one each member is told, once, of communities that are alike, where there are some."""
    lock_community(closing.community)
    closing.refresh_from_db(fields=["outcome", "sisters_at"])
    is_due = closing.last_on - SISTERS_BEFORE <= timezone.localdate(at)
    if closing.outcome != Closing.Outcome.OPEN or closing.sisters_at is not None or not is_due:
        return False
    closing.sisters_at = at
    closing.save(update_fields=["sisters_at"])
    names = [quoted(sister) for sister in sisters_of(closing.community)]
    if names:
        texts = {"names": ", ".join(names)}
        events.record(Event.COMMUNITY_SISTERS_OFFERED, closing.community, by=None, at=at, texts=texts)
    return True


@transaction.atomic
def ask_heirs(closing: Closing, *, at: datetime) -> bool:
    """Half a year later: whether those who took something need help. Once."""
    lock_community(closing.community)
    closing.refresh_from_db(fields=["heirs_asked_at"])
    if closing.heirs_asked_at is not None:
        return False
    closing.heirs_asked_at = at
    closing.save(update_fields=["heirs_asked_at"])
    if closing.rehomings.filter(state=Rehoming.State.ACCEPTED).exists():
        events.record(Event.COMMUNITY_HEIRS_ASKED, closing.community, by=None, at=at, closing=closing)
    return True


def _thing_of_closing(community: Community, kind: str, ident: int) -> tuple[Closing, Any]:
    closing = _open_closing(community)
    rows = what_it_leaves(community).get(kind)
    row = rows.filter(pk=ident).first() if rows is not None else None
    if row is None:
        raise Refusal(worded("Choose something that belongs to the community."))
    return closing, row


def _open_closing(community: Community) -> Closing:
    lock_community(community)
    refuse_unless_open(community)
    closing = community.closings.filter(outcome=Closing.Outcome.OPEN).first()
    if closing is None or community.state != State.CLOSING:
        raise Refusal(worded("This community is not closing."))
    return closing


def _may_read(member: Membership, kind: str, row: Any) -> bool:
    if kind == Rehoming.Kind.PIN:
        return row.lesson_id is None or Lesson.objects.visible_to(member).filter(pk=row.lesson_id).exists()
    return bool(type(row).objects.visible_to(member).filter(pk=row.pk).exists())


def _accept(rehoming: Rehoming, *, by: Membership, at: datetime) -> Rehoming:
    """Theirs from now on: an action is handed over, a lesson names them to ask, and on the shelf they own it."""
    community, changed = rehoming.closing.community, []
    row = what_it_leaves(community)[rehoming.kind].filter(pk=rehoming.ident).first()
    if row is None:
        raise Refusal(worded("It does not belong to the community any more."))
    match rehoming.kind:
        case Rehoming.Kind.LESSON:
            row.contact = str(by.person)[:200]
            row.save(update_fields=["contact"])
            changed = [row]
        case Rehoming.Kind.ACTION:
            asker = Membership.objects.current().filter(organisation=community.organisation, person=rehoming.asked_by)
            giver = asker.select_related("person", "organisation").first()
            if giver is None or not actionplan.policies.may_change(giver, row):
                raise Refusal("Whoever asked you may not give it away any more. Talk with them.")
            hand_over_action(row, by=giver, at=at, owner=by.person, reason=f"{quoted(community)} ends")
        case Rehoming.Kind.PIN if GroupMembership.objects.filter(group_id=community.group_id, person=by.person):
            row.owner = by.person
            row.save(update_fields=["owner"])
    rehoming.state, rehoming.answered_at = Rehoming.State.ACCEPTED, at
    rehoming.save(update_fields=["state", "answered_at"])
    events.record(
        Event.COMMUNITY_HOME_FOUND,
        community,
        by=by,
        at=at,
        also=changed,
        asked_by=rehoming.asked_by,
        kind=rehoming.kind,
    )
    return rehoming
