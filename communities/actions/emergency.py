"""Reading what a community wrote, in an emergency: two people who were named beforehand, told to everybody in it."""

from datetime import datetime

from django.db import transaction

from communities import policies
from communities.events import Event
from communities.models import Community, EmergencyReader, EmergencyReading
from communities.transitions import lock_community
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission, Role
from organisations.policies import require, require_that


@transaction.atomic
def name_emergency_reader(
    organisation: Organisation, *, by: Membership, at: datetime, person: Person
) -> EmergencyReader:
    """Name somebody who is no administrator. It counts from a week later, so that nobody is named for a case at hand.
    Idempotent: a second time changes nothing, not the day from which it counts either."""
    require(Permission.ADMINISTER, by, organisation)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    member = Membership.objects.current().filter(organisation=organisation, person=person).first()
    if member is None:
        raise Refusal("Choose somebody who belongs to your organisation.")
    if member.role == Role.ADMINISTRATOR:
        raise Refusal("Administrators cannot be named. Choose people who are none.")
    found, is_new = EmergencyReader.objects.get_or_create(
        membership=member, defaults={"organisation": organisation, "named_at": at}
    )
    if is_new:
        events.record(Event.EMERGENCY_READER_NAMED, member, by=by, at=at)
    return found


@transaction.atomic
def release_emergency_reader(reader: EmergencyReader, *, by: Membership, at: datetime) -> None:
    """Take the name off somebody again; whoever was named may do so themself. Idempotent."""
    require_that(policies.may_release_emergency_reader(by, reader))
    member = reader.membership
    gone, _ = EmergencyReader.objects.filter(pk=reader.pk).delete()
    if gone:
        events.record(Event.EMERGENCY_READER_RELEASED, member, by=by, at=at)


@transaction.atomic
def ask_emergency_reading(community: Community, *, by: Membership, at: datetime, why: str) -> EmergencyReading:
    """Ask the others who were named to read with one. Nothing can be read until one of them agrees. Idempotent: while
    one’s own request waits, or the reading lasts, that one is answered."""
    require_that(policies.may_read_in_emergency(by, community.organisation, at))
    lock_community(community)
    ours = EmergencyReading.objects.filter(community=community)
    present = ours.running(at).first() or ours.waiting(at).first()
    if present is not None and not policies.both_count(present, at):
        _end(present, by=by, at=at)
        present = None
    if present is not None and present.asked_by_id == by.person_id:
        return present
    if present is not None and present.agreed_at is not None:
        raise Refusal("Two people are reading it already. Everybody in it was told.")
    if present is not None:
        raise Refusal(f"{present.asked_by or 'Somebody'} has asked already. Agree to that, or let it pass.")
    others = EmergencyReader.objects.counting(at).filter(organisation=community.organisation).exclude(membership=by)
    if not others.exists():
        raise Refusal("Nobody else is named whose time has come. It takes two people.")
    reading = EmergencyReading(
        organisation=community.organisation,
        community=community,
        why=clean_text(why).strip() if line_of_text(why) else "",
        asked_by=by.person,
        asked_at=at,
    )
    refuse_invalid(reading, "why")
    reading.save()
    events.record(Event.COMMUNITY_EMERGENCY_ASKED, community, by=by, at=at, reading=reading.pk)
    return reading


@transaction.atomic
def agree_to_emergency_reading(reading: EmergencyReading, *, by: Membership, at: datetime) -> EmergencyReading:
    """The second person says yes: both can read for a day, and everybody in the community is told who and why.
    Idempotent; whoever asked cannot agree."""
    require_that(policies.may_read_in_emergency(by, reading.organisation, at))
    _lock(reading)
    if reading.agreed_by_id == by.person_id and reading.is_running(at):
        return reading
    if reading.asked_by_id == by.person_id:
        raise Refusal("It takes two people. Somebody else who is named has to agree.")
    if not reading.is_waiting(at):
        raise Refusal("Nobody waits for an answer to this any more.")
    asker = Membership.objects.current().filter(organisation=reading.organisation, person=reading.asked_by).first()
    if asker is None or not policies.may_read_in_emergency(asker, reading.organisation, at):
        raise Refusal("Whoever asked does not count any more. Ask yourself, and let somebody else agree.")
    reading.agreed_by, reading.agreed_at = by.person, at
    reading.save(update_fields=["agreed_by", "agreed_at"])
    events.record(
        Event.COMMUNITY_EMERGENCY_OPENED,
        reading.community,
        by=by,
        at=at,
        reading=reading.pk,
        asker=reading.asked_by,
    )
    return reading


@transaction.atomic
def end_emergency_reading(reading: EmergencyReading, *, by: Membership, at: datetime) -> EmergencyReading:
    """Take the request back, or end the reading before its day is over: either of the two. Idempotent."""
    require_that(policies.may_end_emergency_reading(by, reading))
    _lock(reading)
    if reading.is_waiting(at) or reading.is_running(at):
        _end(reading, by=by, at=at)
    return reading


def forget_emergency_reader(membership: Membership, *, at: datetime) -> None:
    """Whoever was removed from the organisation is named no longer, also when they come back.

    The portal’s own: whoever removed them was asked the permission for that. Idempotent.
    """
    gone, _ = EmergencyReader.objects.filter(membership=membership).delete()
    if gone:
        events.record(Event.EMERGENCY_READER_RELEASED, membership, by=None, at=at)


def _end(reading: EmergencyReading, *, by: Membership, at: datetime) -> None:
    reading.ended_at = at
    reading.save(update_fields=["ended_at"])
    events.record(Event.COMMUNITY_EMERGENCY_ENDED, reading.community, by=by, at=at, reading=reading.pk)


def _lock(reading: EmergencyReading) -> None:
    """Hold the community’s row, so that of two who agree one comes first."""
    lock_community(reading.community)
    reading.refresh_from_db(fields=["agreed_by", "agreed_at", "ended_at"])
