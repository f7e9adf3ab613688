"""Planning a session: when, where, with which script, and who is asked to come."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from kmportal.lib.exceptions import Refusal
from kmportal.lib.locking import save_over
from kmportal.lib.sentences import quoted
from notifications.actions import tell
from organisations import audit
from organisations.models import Group, Organisation, Person
from roadmap.models import Intervention
from search import index
from techniques import emails, join_codes, room_log
from techniques.models import Invitee, Participant, RoomEvent, Session, Stage, Technique
from techniques.search_documents import session_documents

# What those who are asked to come must hear of when it changes
ANNOUNCED = ("starts_at", "place_kind", "place")
NAME_LIMIT = Invitee._meta.get_field("name").max_length


@transaction.atomic
def plan(
    organisation: Organisation,
    *,
    by: Person,
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
    once: UUID | None = None,
    at: datetime | None = None,
) -> Session:
    """Plan a session: it gets its own copy of the script’s stages, and a join code.

    The same form sent twice (same ``once``) plans one session. Refuses a technique without a complete script.
    """
    if not technique.can_run:
        raise Refusal(f"“{technique.name}” has no script yet, so it cannot be planned as a session.")
    session, made = Session.objects.get_or_create(
        organisation=organisation,
        once=once or uuid4(),
        defaults={
            "technique": technique,
            "length": length,
            "minutes": sum(stage["minutes"][length] for stage in technique.stages),
            "confidentiality": technique.confidentiality,
            "title": title,
            "purpose": purpose,
            "intervention": intervention,
            "group": group,
            "facilitator": facilitator or by,
            "starts_at": starts_at,
            "place_kind": place_kind,
            "place": place,
            "code": _free_code(),
            "created_by": by,
            "created_at": at or timezone.now(),
        },
    )
    if not made:
        return session
    Stage.objects.bulk_create(_stages(session, technique, length))
    audit.record(organisation, "planned", session, by=by, technique=technique.key)
    _tell_facilitator(session, by)
    index.put_many([of_session(session)])
    return session


def _stages(session: Session, technique: Technique, length: str) -> Iterable[Stage]:
    """The session’s own stages. One without minutes at this length is left out."""
    for position, stage in enumerate(stage for stage in technique.stages if stage["minutes"][length]):
        yield Stage(
            session=session,
            key=stage["key"],
            position=position,
            name=stage["name"],
            prompts=stage["prompts"],
            say=stage["say"],
            minutes=stage["minutes"][length],
            planned_minutes=stage["minutes"][length],
            columns=stage["columns"],
            writes=stage["writes"],
            reveal=stage["reveal"],
        )


def _free_code() -> str:
    taken = set(Session.objects.exclude(code="").values_list("code", flat=True))
    return join_codes.make(taken)


def _plan_stages_anew(session: Session) -> None:
    """Give the session the stages of its length. Nothing is written in the old ones: it is still planned."""
    session.stages.all().delete()
    Stage.objects.bulk_create(_stages(session, session.technique, session.length))


def _tell_facilitator(session: Session, by: Person) -> None:
    if session.facilitator is None or session.facilitator == by:
        return
    tell(
        session.facilitator,
        organisation=session.organisation,
        kind="session",
        text=f"{by} asks you to lead {quoted(session.title)}",
        url_name="session_detail",
        url_args=[session.organisation.slug, session.pk],
        key=f"session {session.pk} led by {session.facilitator.pk}",
    )


@transaction.atomic
def edit(session: Session, *, by: Person, seen: int, **fields: Any) -> None:
    """Change the plan while nothing has begun. Those who were asked hear of a new time or place.

    Raises ``Stale`` when somebody else changed it since version ``seen``.
    """
    _still_planned(room_log.hold(session))  # held, so that nobody opens the room while its stages are planned anew
    moved = [name for name in ANNOUNCED if name in fields and fields[name] != getattr(session, name)]
    handed_over = "facilitator" in fields and fields["facilitator"] != session.facilitator
    stretched = "length" in fields and fields["length"] != session.length
    if stretched:
        fields["minutes"] = sum(stage["minutes"][fields["length"]] for stage in session.technique.stages)
    save_over(session, seen=seen, **fields)
    if stretched:
        _plan_stages_anew(session)
    audit.record(session.organisation, "changed", session, by=by, moved=bool(moved))
    if moved:
        emails.moved(session)
    if handed_over:
        _tell_facilitator(session, by)
    index.put_many([of_session(session)])


@transaction.atomic
def cancel(session: Session, *, by: Person, at: datetime | None = None) -> None:
    """Call a planned session off: the code dies, and those who were asked hear of it. Twice is the same as once."""
    session = room_log.hold(session)
    if session.state == Session.State.CANCELLED:
        return
    _still_planned(session)
    session.state = Session.State.CANCELLED
    session.end_code()
    session.save(update_fields=["state", "code", "last_code"])
    Participant.objects.filter(session=session, person=None).update(name="")
    room_log.add(session, RoomEvent.Kind.CLOSED, at=at or timezone.now())
    audit.record(session.organisation, "cancelled", session, by=by)
    emails.called_off(session)
    index.drop("session", session.pk)


def _still_planned(session: Session) -> None:
    if not session.is_planned:
        raise Refusal(f"This session is {session.get_state_display().lower()} and can no longer be changed.")


@transaction.atomic
def tick(session: Session, *, item: str, is_done: bool) -> None:
    """Tick an item of the checklist, or untick it. Items are told apart by their text."""
    session = room_log.hold(session)
    ticked = [one for one in session.prepared if one != item]
    session.prepared = [*ticked, item] if is_done else ticked
    session.save(update_fields=["prepared"])


@transaction.atomic
def invite(
    session: Session,
    *,
    by: Person,
    people: Iterable[Person] = (),
    guests: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> list[Invitee]:
    """Ask members, and guests by address (address → name), to come. Whoever was asked already is left in peace.

    Answers those who were asked now. Each gets a mail with the code; a member finds a notice too.
    """
    session = room_log.hold(session)
    if session.is_over:
        raise Refusal("This session is over, so nobody can be invited any more.")
    at = at or timezone.now()
    asked = [_ask_member(session, person, at) for person in people]
    asked += [_ask_guest(session, email.lower(), name, at) for email, name in (guests or {}).items()]
    fresh = [invitee for invitee in asked if invitee is not None]
    for invitee in fresh:
        emails.invitation(invitee, session)
        if invitee.person and invitee.person != by:
            _tell_invited(session, invitee.person)
    if fresh:
        audit.record(session.organisation, "invited to", session, by=by, people=len(fresh))
    return fresh


def _ask_member(session: Session, person: Person, at: datetime) -> Invitee | None:
    values = {"name": str(person)[:NAME_LIMIT], "invited_at": at}
    invitee, is_new = Invitee.objects.get_or_create(session=session, person=person, defaults=values)
    return invitee if is_new else None


def _ask_guest(session: Session, email: str, name: str, at: datetime) -> Invitee | None:
    if Invitee.objects.filter(session=session, person__email=email).exists():
        return None
    values = {"name": name[:NAME_LIMIT], "invited_at": at}
    invitee, is_new = Invitee.objects.get_or_create(session=session, email=email, defaults=values)
    return invitee if is_new else None


def _tell_invited(session: Session, person: Person) -> None:
    tell(
        person,
        organisation=session.organisation,
        kind="session",
        text=f"You are invited to {quoted(session.title)}",
        url_name="session_detail",
        url_args=[session.organisation.slug, session.pk],
        key=f"session {session.pk} invitation",
    )
