"""Planning a session: when, where, with which script, and who is asked to come.

Each asks its permission first and is told once, as an event: trail, notices, mails and search follow from there.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.locking import save_over
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Group, Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.policies import require_that
from roadmap.models import Intervention
from techniques import join_codes, notices, policies, room_log
from techniques.actions.room.fishbowl import choose_form
from techniques.confidentiality import Confidentiality, Naming
from techniques.events import Event
from techniques.models import Invitee, LearningSet, Participant, RoomEvent, Session, Stage, Technique
from techniques.preconditions import require_invitable, require_planned
from techniques.unlinking import forget_who_was_asked

# What those who are asked to come must hear of when it changes
ANNOUNCED = ("starts_at", "place_kind", "place")
# What people type or choose in a plan, with the rules on the model’s fields
TYPED = ("title", "length", "purpose", "place_kind", "place", "naming", "confidentiality")
# What people are promised before they write
PROMISES = ("naming", "confidentiality")
NAME_LIMIT = Invitee._meta.get_field("name").max_length


@transaction.atomic
def plan_session(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    technique: Technique,
    length: str,
    title: str,
    starts_at: datetime,
    purpose: str = "",
    intervention: Intervention | None = None,
    group: Group | None = None,
    facilitator: Person | None = None,
    place_kind: str = Session.Place.ROOM,
    place: str = "",
    naming: str = Naming.ANONYMOUS,
    confidentiality: str = "",
    circle: tuple[str, int] | None = None,
    once: UUID | None = None,
) -> Session:
    """Plan a session: it gets its own copy of the script’s stages, and a join code.

    Idempotent: the same form sent twice (same ``once``) plans one session. Without a ``facilitator`` whoever plans
    leads it. ``circle`` is the form of a fishbowl and how many chairs it has. Refuses a technique without a complete
    script.
    """
    require_that(policies.may_plan(by, organisation) and policies.may_use(by, technique))
    if not technique.can_run:
        raise Refusal(f"“{technique.name}” has no script yet, so it cannot be planned as {worded('a session')}.")
    if technique.meets_as_set:
        raise Refusal(f"“{technique.name}” needs the same few people several times. Begin a set, and plan there.")
    plan: dict[str, Any] = {
        "length": length,
        "title": title.strip(),
        "purpose": purpose.strip(),
        "intervention": intervention,
        "group": group,
        "facilitator": facilitator or by.person,
        "starts_at": starts_at,
        "place_kind": place_kind,
        "place": place.strip(),
        "naming": naming,
        "confidentiality": confidentiality or technique.confidentiality,
    }
    _check_plan(organisation, plan)
    return _make_session(organisation, technique, plan, by=by, at=at, circle=circle, once=once)


@transaction.atomic
def plan_meeting_of_set(
    learning_set: LearningSet,
    *,
    by: Membership,
    at: datetime,
    technique: Technique,
    starts_at: datetime,
    length: str,
    place: str = "",
    once: UUID | None = None,
) -> Session:
    """Plan the next meeting of an action learning set: its members are asked to come, and nobody else ever is.

    What is promised is part of the technique and cannot be chosen. Idempotent by ``once``.
    """
    require_that(policies.may_lead_set(by, learning_set))
    held = learning_set.meetings.exclude(state=Session.State.CANCELLED).count()
    plan: dict[str, Any] = {
        "length": length,
        "title": f"{learning_set.name}, meeting {held + 1}"[:120],
        "learning_set": learning_set,
        "facilitator": None if policies.leads_itself(learning_set) else learning_set.adviser,
        "starts_at": starts_at,
        "place": place.strip(),
        "naming": Naming.ANONYMOUS,
        "confidentiality": Confidentiality.SET_ONLY,
    }
    _check_plan(learning_set.organisation, plan)
    session = _make_session(learning_set.organisation, technique, plan, by=by, at=at, once=once)
    invite_to_session(session, by=by, at=at, people=learning_set.people)
    return session


def _make_session(
    organisation: Organisation,
    technique: Technique,
    plan: Mapping[str, Any],
    *,
    by: Membership,
    at: datetime,
    circle: tuple[str, int] | None = None,
    once: UUID | None,
) -> Session:
    session, made = Session.objects.get_or_create(
        organisation=organisation,
        once=once or uuid4(),
        defaults={
            **plan,
            "technique": technique,
            "minutes": sum(stage.minutes.of(plan["length"]) for stage in technique.stages),
            "code": _find_free_code(),
            "created_by": by.person,
            "created_at": at,
        },
    )
    if made:
        Stage.objects.bulk_create(_copy_stages(session))
        if circle:
            choose_form(session, by=by, at=at, kind=circle[0], chairs=circle[1])
        events.record(Event.SESSION_PLANNED, session, by=by, at=at, technique=technique.key)
    return session


@transaction.atomic
def edit_session(session: Session, *, by: Membership, at: datetime, seen: int, **fields: Any) -> Session:
    """Change the plan while nothing has begun. Those who were asked hear of a new time or place.

    Raises ``Stale`` when somebody else changed it since version ``seen``.
    """
    require_that(policies.may_facilitate(by, session))
    circle = fields.pop("circle", None)
    fields = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    before = room_log.lock_session(session)  # so that nobody opens the room while its stages are planned anew
    require_planned(before)
    if before.learning_set_id and not set(fields) <= {"starts_at", "place", "length"}:
        raise Refusal("What a set promises its members belongs to it and cannot be changed.")
    changed = {name: value for name, value in fields.items() if value != getattr(before, name)}
    _check_plan(session.organisation, changed)
    if any(name in changed for name in PROMISES) and Participant.objects.filter(session=session).exists():
        raise Refusal("Somebody has joined already and read what is promised, so it cannot be changed any more.")
    if "length" in changed:
        fields["minutes"] = sum(stage.minutes.of(changed["length"]) for stage in session.technique.stages)
    save_over(session, seen=seen, **fields)
    if "length" in changed:  # nothing is written in the old stages: it is still planned
        session.stages.all().delete()
        Stage.objects.bulk_create(_copy_stages(session))
    if circle:
        choose_form(session, by=by, at=at, kind=circle[0], chairs=circle[1])
    events.record(
        Event.SESSION_CHANGED,
        session,
        by=by,
        at=at,
        moved=any(name in changed for name in ANNOUNCED),
        new_facilitator="facilitator" in changed,
    )
    return session


@transaction.atomic
def pass_on_session(session: Session, *, by: Membership, at: datetime, to: Person | None) -> Session:
    """Have somebody else lead it, or nobody for now, also while its room is open. Idempotent."""
    require_that(policies.may_pass_on(by, session))
    before = room_log.lock_session(session)
    if before.facilitator_id == (to.pk if to else None) or before.is_over:
        return session
    _check_plan(session.organisation, {"facilitator": to})
    save_over(session, seen=before.version, facilitator=to)
    events.record(Event.SESSION_CHANGED, session, by=by, at=at, moved=False, new_facilitator=to is not None)
    return session


@transaction.atomic
def cancel_session(session: Session, *, by: Membership, at: datetime) -> None:
    """Call a planned session off: the code dies, and those who were asked hear of it. Of a meeting of a set it is
    forgotten who they were. Idempotent."""
    require_that(policies.may_facilitate(by, session))
    session = room_log.lock_session(session)
    if session.state == Session.State.CANCELLED:
        return
    require_planned(session)
    session.state = Session.State.CANCELLED
    session.version += 1  # or a calendar keeps the date as it was
    session.end_code()
    session.save(update_fields=["state", "code", "last_code", "version"])
    Participant.objects.filter(session=session, person=None).update(name="")
    room_log.append_event(session, RoomEvent.Kind.CLOSED, at=at)
    events.record(Event.SESSION_CANCELLED, session, by=by, at=at)
    if session.learning_set_id:
        forget_who_was_asked(session)
        Session.objects.filter(pk=session.pk).update(keeps_traces=True)


@transaction.atomic
def tick_preparation(session: Session, *, by: Membership, at: datetime, item: str, is_done: bool) -> None:
    """Tick an item of the checklist, or untick it. Items are told apart by their text. Idempotent.

    The trail is not told, nor anybody else: the list is an aid for those who prepare. One that is not on it changes
    nothing.
    """
    require_that(policies.may_facilitate(by, session))
    session = room_log.lock_session(session)
    if item not in [text for _, text in session.technique.preparation]:
        return
    ticked = [one for one in session.prepared if one != item]
    session.prepared = [*ticked, item] if is_done else ticked
    session.save(update_fields=["prepared"])


@transaction.atomic
def invite_to_session(
    session: Session,
    *,
    by: Membership,
    at: datetime,
    people: Iterable[Person] = (),
    guests: Mapping[str, str] | None = None,
) -> list[Invitee]:
    """Ask members, and guests by address (address → name), to come. Whoever was asked already is left in peace.

    Answers those who were asked now. Each gets a mail with the code; a member finds a notice too.
    """
    require_that(policies.may_facilitate(by, session))
    session = room_log.lock_session(session)
    require_invitable(session)
    members = list(people)
    _refuse_outsiders(session, members, guests or {})
    _check_members(session.organisation, members)
    asked = [_ask_member(session, person) for person in members]
    asked += [_invite_guest(session, email, name) for email, name in (guests or {}).items()]
    fresh = [invitee for invitee in asked if invitee is not None]
    if fresh:
        occurrence = events.record(Event.SESSION_INVITED, session, by=by, at=at, people=len(fresh))
        notices.send_invitations(occurrence, fresh)
    return fresh


# --- What they share ---------------------------------------------------------------------------------------------


def _check_plan(organisation: Organisation, plan: Mapping[str, Any]) -> None:
    """Refuse what is too long or empty, and what is not of this organisation."""
    for name in ("intervention", "group"):
        if plan.get(name) is not None:
            require_that(plan[name].organisation == organisation)
    typed = {name: plan[name] for name in TYPED if name in plan}
    refuse_invalid(Session(**typed), *typed)
    person = plan.get("facilitator")
    leads = Membership.objects.current().may(Permission.FACILITATE).filter(organisation=organisation)
    if person is not None and not leads.filter(person=person).exists():
        raise Refusal(f"{person} may not lead {worded('sessions')} here. Choose somebody else.")


def _refuse_outsiders(session: Session, people: Iterable[Person], guests: Mapping[str, str]) -> None:
    """To a meeting of a set nobody is asked but its members."""
    if session.learning_set is None:
        return
    inside = set(session.learning_set.people.values_list("pk", flat=True))
    if guests or any(person.pk not in inside for person in people):
        raise Refusal("Only the members of this set are asked to come.")


def _check_members(organisation: Organisation, people: Iterable[Person]) -> None:
    current = Membership.objects.current().filter(organisation=organisation, person__in=people)
    known = set(current.values_list("person_id", flat=True))
    for person in people:
        if person.pk not in known:
            raise Refusal(f"{person} is not a member here any more. Choose somebody else.")


def _copy_stages(session: Session) -> Iterable[Stage]:
    """The session’s own stages, from the script. One without minutes at its length is left out."""
    length, stages = session.length, session.technique.stages
    for position, stage in enumerate(stage for stage in stages if stage.minutes.of(length)):
        yield Stage(
            session=session,
            key=stage.key,
            position=position,
            name=stage.name,
            prompts=list(stage.prompts),
            say=stage.say,
            minutes=stage.minutes.of(length),
            planned_minutes=stage.minutes.of(length),
            columns=stage.columns,
            takes=stage.takes,
            writes=stage.writes,
            reveal=stage.reveal,
        )


def _find_free_code() -> str:
    taken = set(Session.objects.exclude(code="").values_list("code", flat=True))
    return join_codes.make_code(taken)


def _ask_member(session: Session, person: Person) -> Invitee | None:
    """Their new row; None when they were asked already."""
    values = {"name": str(person)[:NAME_LIMIT]}
    invitee, is_new = Invitee.objects.get_or_create(session=session, person=person, defaults=values)
    return invitee if is_new else None


def _invite_guest(session: Session, email: str, name: str) -> Invitee | None:
    """Their new row; None when they, or the member of that address, were asked already."""
    if Invitee.objects.filter(session=session, person__email=email).exists():
        return None
    refuse_invalid(Invitee(email=email), "email")
    values = {"name": name[:NAME_LIMIT]}
    invitee, is_new = Invitee.objects.get_or_create(session=session, email=email, defaults=values)
    return invitee if is_new else None
