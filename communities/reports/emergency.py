"""What the pages about reading in an emergency show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from communities import policies
from communities.models import Community, EmergencyReader, EmergencyReading, Thread
from communities.models.emergency import COUNTS_AFTER, LASTS_FOR
from communities.reports import page_rows
from kmportal.lib.things import Look
from organisations import policies as organisation_policies
from organisations.models import Membership, Organisation
from organisations.permissions import Permission, Role

WAITING = Look("warn", "clock", "Waits for a second person")
RUNNING = Look("bad", "eye", "Two people can read")
STOPPED = Look("warn", "lock", "Stands still: one of the two does not count any more")
OVER = Look("", "check", "Over")
NEVER = Look("", "circle-dashed", "Nobody agreed")
BOTH = 2
MOST_READINGS = 50


def look_of(reading: EmergencyReading, at: datetime) -> Look:
    """How it stands."""
    if reading.is_waiting(at):
        return WAITING
    if reading.is_running(at):
        return RUNNING if policies.both_count(reading, at) else STOPPED
    return OVER if reading.agreed_at else NEVER


@dataclass(frozen=True)
class NamedRow:
    """Somebody who is named, and whether it counts."""

    reader: EmergencyReader
    look: Look
    may_release: bool


def _row(reader: EmergencyReader, membership: Membership, at: datetime) -> NamedRow:
    member = reader.membership
    if member.role == Role.ADMINISTRATOR:
        look = Look("warn", "circle-alert", "Does not count: an administrator now")
    elif not member.is_current:
        look = Look("warn", "circle-alert", "Does not count: cannot come in")
    elif at >= reader.counts_from and not EmergencyReader.objects.counting(at).filter(pk=reader.pk).exists():
        look = Look("warn", "circle-alert", "Does not count: an administrator opened the account")
    elif at < reader.counts_from:
        look = Look("", "clock", "Counts a week after the day of naming")
    else:
        look = Look("good", "circle-check", "Counts")
    return NamedRow(reader, look, policies.may_release_emergency_reader(membership, reader))


@dataclass(frozen=True)
class EmergencyPage:
    """Who is named in one organisation, and what one member may know of readings there."""

    named: Sequence[NamedRow]
    may_name: bool
    is_able: bool
    is_named: bool
    readings: Sequence[tuple[EmergencyReading, Look]]
    wait_days: int
    hours: int

    @classmethod
    def build(cls, organisation: Organisation, membership: Membership, *, at: datetime) -> "EmergencyPage":
        """Everybody sees who is named; readings, as far as they may know of them."""
        rows = EmergencyReader.objects.visible_to(membership).filter(membership__left_at=None)
        rows = rows.select_related("membership__person", "organisation").order_by("pk")
        is_named = policies.may_read_in_emergency(membership, organisation, at)
        known = EmergencyReading.objects.visible_to(membership).filter(organisation=organisation)
        readings = known.select_related("community", "asked_by", "agreed_by")[:MOST_READINGS]
        return cls(
            named=[_row(row, membership, at) for row in rows],
            may_name=organisation_policies.may(Permission.ADMINISTER, membership, organisation),
            is_able=EmergencyReader.objects.counting(at).filter(organisation=organisation).count() >= BOTH,
            is_named=is_named,
            readings=[(reading, look_of(reading, at)) for reading in readings],
            wait_days=COUNTS_AFTER.days,
            hours=int(LASTS_FOR.total_seconds() // 3600),
        )


@dataclass(frozen=True)
class ReadingPage:
    """One reading, for one member."""

    reading: EmergencyReading
    look: Look
    may_agree: bool
    may_end: bool
    reads: bool
    threads: QuerySet[Thread]

    @classmethod
    def build(cls, reading: EmergencyReading, membership: Membership, *, at: datetime) -> "ReadingPage":
        """The titles of discussions are part of what is read: only the two see them, and only while it lasts."""
        is_waiting, reads = reading.is_waiting(at), policies.reads_in_emergency(membership, reading, at)
        is_other = reading.asked_by_id != membership.person_id
        threads = Thread.objects.filter(community=reading.community) if reads else Thread.objects.none()
        return cls(
            reading=reading,
            look=look_of(reading, at),
            may_agree=is_waiting and is_other and policies.may_read_in_emergency(membership, reading.organisation, at),
            may_end=policies.may_end_emergency_reading(membership, reading) and (is_waiting or reading.is_running(at)),
            reads=reads,
            threads=threads.select_related("author"),
        )


def readings_to_tell(community: Community, membership: Membership, *, at: datetime) -> list[EmergencyReading]:
    """What the page of a community says on top: readings that last, to who is in it and to those named; and requests,
    to those named."""
    if not page_rows.unended_readings.exists(community.pk):
        return []
    ours = EmergencyReading.objects.visible_to(membership).filter(community=community)
    return list((ours.running(at) | ours.waiting(at)).select_related("asked_by", "agreed_by"))
