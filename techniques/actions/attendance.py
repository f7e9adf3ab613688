"""Who was at a session without joining it with a device: written down afterwards by whoever leads it."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from organisations import events
from organisations.models import Membership, Person
from organisations.policies import require_that
from techniques import policies, room_log
from techniques.confidentiality import Confidentiality
from techniques.events import Event
from techniques.models import NOTED, Participant, Session

MOST_PEOPLE = 500
# What stands in place of a name for those of whom only the number is said.
NAMELESS = "Somebody"


@transaction.atomic
def note_attendance(
    session: Session, *, by: Membership, at: datetime, people: Collection[Person] = (), others: int = 0
) -> int:
    """Say who was there besides those who joined: these members, and so many others. Answers how many took part in all.

    What was said before is replaced, so saying it twice changes nothing. Where it is not kept who came, nobody is named
    and only ``others`` counts.
    """
    require_that(policies.may_facilitate(by, session))
    session = room_log.lock_session(session)
    if not policies.may_note_attendance(by, session):
        raise Refusal(worded("Say who was there once the session is closed. Until then people join it by themselves."))
    named = _members_among(session, people) if Confidentiality(session.confidentiality).keeps_who_came else []
    rows = Participant.objects.filter(session=session)
    before = set(rows.noted().here().values_list("person", flat=True)), rows.noted().here().count()
    rows.noted().filter(note=None).delete()
    rows.noted().update(joined_at=None)  # of whoever has typed for the room
    there = set(rows.here().filter(person__in=named).values_list("person", flat=True))
    fresh = [person for person in named if person.pk not in there]
    if rows.here().count() + len(fresh) + others > MOST_PEOPLE:
        raise Refusal(f"At most {MOST_PEOPLE} people can be counted. Check the number.")
    for person in fresh:
        row = {"name": str(person)[:60], "joined_at": session.starts_at, "key": _key()}
        Participant.objects.update_or_create(session=session, person=person, defaults=row)
    Participant.objects.bulk_create(
        Participant(session=session, name=NAMELESS, key=_key(), joined_at=session.starts_at) for _ in range(others)
    )
    after = set(rows.noted().here().values_list("person", flat=True)), rows.noted().here().count()
    came = rows.here().count()
    if after != before:
        events.record(Event.ATTENDANCE_NOTED, session, by=by, at=at, people=came)
    return came


def _key() -> str:
    return f"{NOTED}{uuid4().hex}"


def _members_among(session: Session, people: Collection[Person]) -> list[Person]:
    """Those who belong to the organisation or did; nobody else is named."""
    belong = Membership.objects.filter(organisation=session.organisation_id, person__in=people)
    require_that(belong.count() == len({person.pk for person in people}))
    return list({person.pk: person for person in people}.values())
