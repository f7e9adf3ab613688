"""Action learning sets: beginning one, who belongs to it, who leads it, its next meeting, and what presenters do.

Nothing that is said in a set goes through here, but for what somebody means to do, which only they read.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

import actionplan.actions
from actionplan.models import Action
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import require_that
from techniques import learning, notices, policies, room_log, transitions
from techniques.actions import planning
from techniques.actions.room import closing
from techniques.events import Event
from techniques.models import (
    FEWEST_MEMBERS,
    MOST_DATES,
    MOST_MEMBERS,
    LearningSet,
    LookBack,
    OwnAction,
    Session,
    SetDate,
    SetMember,
    SetVisit,
    Technique,
)

SIZE = f"A set has {FEWEST_MEMBERS} to {MOST_MEMBERS} members, so that everybody has a turn. Six is best."


@transaction.atomic
def begin_set(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    name: str,
    people: Collection[Person],
    dates: Sequence[datetime],
    length: str,
    place: str = "",
    once: UUID | None = None,
) -> LearningSet:
    """Begin a set with its members and the days on which it means to meet; ``by`` advises it. Idempotent by ``once``.

    The first meeting is planned at once, and its members are asked to come.
    """
    require_that(policies.may_plan(by, organisation))
    fresh = LearningSet(
        organisation=organisation, name=line_of_text(name), adviser=by.person, length=length,
        place=line_of_text(place), created_at=at, once=once or uuid4(),
    )  # fmt: skip
    refuse_invalid(fresh, "name", "length", "place")
    if once and (found := LearningSet.objects.filter(organisation=organisation, once=once).first()):
        return found
    members = _members_among(organisation, people)
    if not FEWEST_MEMBERS <= len(members) <= MOST_MEMBERS:
        raise Refusal(SIZE)
    days = sorted(set(dates))
    if not 1 <= len(days) <= MOST_DATES:
        raise Refusal(f"Choose between one and {MOST_DATES} days.")
    fresh.save()
    SetMember.objects.bulk_create(SetMember(learning_set=fresh, person=person) for person in members)
    SetDate.objects.bulk_create(SetDate(learning_set=fresh, starts_at=day) for day in days)
    events.record(Event.SET_BEGUN, fresh, by=by, at=at)
    _plan(fresh, by=by, at=at, starts_at=days[0], length=length, place=fresh.place, once=None)
    return fresh


@transaction.atomic
def plan_next_meeting(
    learning_set: LearningSet,
    *,
    by: Membership,
    at: datetime,
    starts_at: datetime,
    length: str,
    place: str = "",
    once: UUID | None = None,
) -> Session:
    """Plan the next meeting, with length and place as they are from now on. Its members are asked to come.

    Refuses while another one is planned or under way. Idempotent by ``once``.
    """
    require_that(policies.may_lead_set(by, learning_set))
    learning_set = _lock(learning_set)
    if once and (found := learning_set.meetings.filter(once=once).first()):
        return found
    if learning_set.meetings.to_come().exists():
        raise Refusal("There is a meeting to come already. Move it, or end it first.")
    learning_set.length, learning_set.place = length, line_of_text(place)
    refuse_invalid(learning_set, "length", "place")
    learning_set.save(update_fields=["length", "place"])
    return _plan(learning_set, by=by, at=at, starts_at=starts_at, length=length, place=place, once=once)


def _plan(
    learning_set: LearningSet,
    *,
    by: Membership,
    at: datetime,
    starts_at: datetime,
    length: str,
    place: str,
    once: UUID | None,
) -> Session:
    technique = Technique.objects.visible_to(by).filter(can_run=True)
    script = next((one for one in technique if one.meets_as_set), None)
    if script is None:
        raise Refusal("The script of action learning sets is not there. Ask whoever runs the portal to load it.")
    session = planning.plan_meeting_of_set(
        learning_set, by=by, at=at, technique=script, starts_at=starts_at, length=length, place=place, once=once
    )
    learning_set.dates.filter(starts_at__lte=starts_at).delete()
    return session


@transaction.atomic
def bring_in(learning_set: LearningSet, *, by: Membership, at: datetime, people: Collection[Person]) -> int:
    """Let more members of the organisation into the set. Idempotent; answers how many are new."""
    require_that(policies.may_lead_set(by, learning_set))
    learning_set = _lock(learning_set)
    there = set(learning_set.members.values_list("person", flat=True))
    fresh = [one for one in _members_among(learning_set.organisation, people) if one.pk not in there]
    if learning_set.people.count() + len(fresh) > MOST_MEMBERS:
        raise Refusal(SIZE)
    SetMember.objects.bulk_create(SetMember(learning_set=learning_set, person=person) for person in fresh)
    for session in learning_set.meetings.to_come() if fresh else ():
        planning.invite_to_session(session, by=by, at=at, people=fresh)
    if fresh:
        events.record(Event.SET_CHANGED, learning_set, by=by, at=at)
    return len(fresh)


@transaction.atomic
def leave_set(learning_set: LearningSet, *, by: Membership, at: datetime) -> None:
    """Go, also out of a room that is open. Whoever goes comes into no further meeting; what is their own stays with
    them. Idempotent."""
    require_that(policies.is_member_of_set(by, learning_set))
    learning_set = _lock(learning_set)
    learning_set.members.filter(person=by.person).delete()
    for planned in learning_set.meetings.to_come():
        session = room_log.lock_session(planned)
        session.invitees.filter(person=by.person).delete()
        for participant in session.participants.filter(person=by.person):
            transitions.end_presence(session, participant, at)


@transaction.atomic
def choose_adviser(learning_set: LearningSet, *, by: Membership, at: datetime, adviser: Person | None) -> LearningSet:
    """Hand the set over to its members (nobody), or have somebody lead it who may lead sessions here, and hears of it.
    In a room that is open the presses to move on go to the phones, or away from them. Idempotent."""
    require_that(policies.may_lead_set(by, learning_set))
    learning_set = _lock(learning_set)
    if adviser is not None:
        here = Membership.objects.current().may(Permission.FACILITATE).filter(organisation=learning_set.organisation)
        if not here.filter(person=adviser).exists():
            raise Refusal(f"{adviser} may not lead a set here. Choose somebody else.")
    if learning_set.adviser_id == (adviser.pk if adviser else None):
        return learning_set
    learning_set.adviser = adviser
    learning_set.save(update_fields=["adviser"])
    for planned in learning_set.meetings.to_come():
        session = room_log.lock_session(planned)
        Session.objects.filter(pk=session.pk).update(facilitator=adviser)
        if session.is_live:
            learning.tell(session, at, *learning.OF_A_SET)
    notices.ask_to_lead_set(events.record(Event.SET_CHANGED, learning_set, by=by, at=at), adviser)
    return learning_set


@transaction.atomic
def end_meeting(
    session: Session,
    *,
    by: Membership,
    at: datetime,
    asking: str = "",
    working: str = "",
    people: Collection[Person] = (),
) -> Session:
    """End a meeting of a set. Two lines on how it worked are kept, and who came: those who joined, and ``people``, who
    were there without a phone."""
    require_that(session.learning_set is not None and policies.may_facilitate(by, session))
    session = room_log.lock_session(session)
    line = LookBack(session=session, asking=line_of_text(asking), working=line_of_text(working))
    refuse_invalid(line, "asking", "working")
    session = closing.close_session(session, by=by, at=at, summary={})
    if line.asking or line.working:
        line.save()
    assert session.learning_set is not None  # noqa: S101  as asked above
    inside = set(session.learning_set.members.values_list("person", flat=True))
    here = set(session.visits.values_list("person", flat=True))
    more = [person for person in people if person.pk in inside - here]
    SetVisit.objects.bulk_create(SetVisit(session=session, person=person) for person in more)
    return session


# --- What a presenter means to do, for their eyes alone ------------------------------------------------------------


@transaction.atomic
def write_own_action(
    learning_set: LearningSet, *, by: Membership, at: datetime, text: str, due_on: date | None = None
) -> OwnAction:
    """Write down what one means to do. The same open one again is one. No event tells it, and nobody else reads it."""
    require_that(policies.is_member_of_set(by, learning_set))
    action = OwnAction(
        person=by.person, learning_set=learning_set, text=line_of_text(text), due_on=due_on, created_at=at
    )
    refuse_invalid(action, "text")
    same = OwnAction.objects.of_person(by.person).open().filter(learning_set=learning_set, text=action.text)
    if found := same.filter(due_on=due_on).first():
        return found
    action.save()
    return action


@transaction.atomic
def change_own_action(
    action: OwnAction,
    *,
    by: Membership,
    at: datetime,
    text: str,
    due_on: date | None,
    is_done: bool,
    became: str = "",
) -> OwnAction:
    """Word it otherwise, give it another day, say that it is done and what came of it. Idempotent."""
    require_that(policies.may_change_own_action(by, action))
    row = _lock_own_action(action)
    row.text, row.due_on, row.became = line_of_text(text), due_on, line_of_text(became)
    row.done_at = (row.done_at or at) if is_done else None
    refuse_invalid(row, "text", "became")
    row.save(update_fields=["text", "due_on", "became", "done_at"])
    return row


def _lock_own_action(action: OwnAction) -> OwnAction:
    """As it stands now: what was deleted does not come back. Raises ``Refusal``."""
    row = OwnAction.objects.select_for_update().filter(pk=action.pk).first()
    if row is None:
        raise Refusal("This was deleted meanwhile.")
    return row


@transaction.atomic
def delete_own_action(action: OwnAction, *, by: Membership, at: datetime) -> None:
    """Delete it for good."""
    require_that(policies.may_change_own_action(by, action))
    OwnAction.objects.filter(pk=action.pk).delete()


@transaction.atomic
def share_own_action(action: OwnAction, *, by: Membership, at: datetime) -> Action | None:
    """Make an ordinary action of it as well, which others read. It does not say that it comes from a set. Once."""
    require_that(policies.may_change_own_action(by, action))
    row = _lock_own_action(action)
    if row.is_shared:
        return None
    row.is_shared = True
    row.save(update_fields=["is_shared"])
    title, detail = row.text[:200], row.text if len(row.text) > 200 else ""
    return actionplan.actions.add_action(
        by.organisation, by=by, at=at, title=title, detail=detail, owner=by.person, due_on=row.due_on
    )


# --- What they share -----------------------------------------------------------------------------------------------


def _lock(learning_set: LearningSet) -> LearningSet:
    return LearningSet.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=learning_set.pk)


def _members_among(organisation: Organisation, people: Collection[Person]) -> list[Person]:
    chosen = {person.pk: person for person in people}
    here = Membership.objects.current().filter(organisation=organisation, person__in=chosen).values_list("person_id")
    known = {pk for (pk,) in here}
    for person in chosen.values():
        if person.pk not in known:
            raise Refusal(f"{person} is not a member here any more. Choose somebody else.")
    return list(chosen.values())
