"""Asking people to answer a round: members, addresses, one link for all; and reminding them.

Each action asks its permission first and is told once, as an event; the notices and mails follow from it.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kmportal.lib.addresses import address_or_text
from kmportal.lib.exceptions import Refusal
from organisations import events
from organisations.models import Membership, Person
from organisations.policies import require_that
from selfassessment import notices, policies
from selfassessment.actions.meeting import invite_to_meeting
from selfassessment.events import Event
from selfassessment.models import Asked, Assessment, Response
from selfassessment.workflow import lock_assessment, require_open


@dataclass(frozen=True)
class Invited:
    """How many were asked just now, and how many had been asked before."""

    new: int
    before: int


@transaction.atomic
def ask_people(
    assessment: Assessment,
    *,
    by: Membership,
    at: datetime,
    members: Iterable[Person] = (),
    addresses: Iterable[str] = (),
) -> Invited:
    """Ask people to answer, by mail; members get a notice too. Idempotent: nobody is asked twice.

    An address that belongs to a member asks that member. People who are not members of the organisation are left out.
    """
    require_that(policies.may_run(by, assessment))
    fresh = lock_assessment(assessment)
    require_open(fresh)
    people, guests = _sort_by_kind(assessment, members, addresses)
    asked = Asked.objects.filter(assessment=assessment)
    # With people of their own making, whoever asks could make up the five around an answer that is there, or on its
    # way: who has begun has read how many were asked, and may take long over the first question.
    is_begun = fresh.begun_on is not None or Response.objects.filter(assessment=assessment).exists()
    trusted = _members_before(fresh) if is_begun else set(people)
    had_people = _asked_before(asked, people)
    had_guests = set(asked.filter(email__in=guests).values_list("email", flat=True))
    rows = [
        *(
            Asked(assessment=assessment, person=person, nonce=_make_nonce(), is_late=pk not in trusted)
            for pk, person in people.items()
            if pk not in had_people
        ),
        *(
            Asked(assessment=assessment, email=address, nonce=_make_nonce(), is_late=is_begun)
            for address in guests
            if address not in had_guests
        ),
    ]
    Asked.objects.bulk_create(rows)
    if rows:
        occurrence = events.record(Event.PEOPLE_ASKED, assessment, by=by, at=at, people=len(rows))
        notices.send_requests(occurrence, rows)
        invite_to_meeting(fresh, rows, by=by, at=at)
    return Invited(new=len(rows), before=len(had_people) + len(had_guests))


def _asked_before(asked: QuerySet[Asked], people: dict[int, Person]) -> set[int]:
    """Of these people who was asked already, as a member or by the address that their account has now."""
    by_address = {person.email.lower(): pk for pk, person in people.items()}
    had = set(asked.filter(person__in=people).values_list("person_id", flat=True))
    return had | {by_address[email] for email in asked.filter(email__in=by_address).values_list("email", flat=True)}


def _members_before(assessment: Assessment) -> set[int]:
    """The members who had an account here when the round was opened."""
    members = Membership.objects.filter(organisation=assessment.organisation_id, joined_at__lte=assessment.opened_at)
    return set(members.values_list("person_id", flat=True))


def _sort_by_kind(
    assessment: Assessment, members: Iterable[Person], addresses: Iterable[str]
) -> tuple[dict[int, Person], list[str]]:
    """The current members by key, also those who were named by their address; and the addresses of everybody else."""
    current = Membership.objects.current().filter(organisation=assessment.organisation_id).select_related("person")
    by_address = {member.person.email.lower(): member.person for member in current}
    known = {person.pk for person in by_address.values()}
    people = {person.pk: person for person in members if person.pk in known}
    written = dict.fromkeys(address_or_text(address) for address in addresses)
    people |= {by_address[address].pk: by_address[address] for address in written if address in by_address}
    return people, [address for address in written if address not in by_address]


@transaction.atomic
def remind_people(assessment: Assessment, *, by: Membership, at: datetime) -> int:
    """Write to those who have not answered; in an anonymous round to everybody, since nobody may know who has.

    Answers to how many. The same person is reminded once a day at most.
    """
    require_that(policies.may_run(by, assessment))
    require_open(lock_assessment(assessment))
    today = timezone.localdate(at, ZoneInfo(assessment.organisation.time_zone))
    rows = list(
        Asked.objects.to_remind(assessment)
        .exclude(reminded_on=today)
        .select_related("person", "assessment__organisation", "assessment__framework")
    )
    current = Membership.objects.current().filter(organisation=assessment.organisation_id)
    here = set(current.values_list("person_id", flat=True))
    rows = [row for row in rows if row.email or row.person_id in here]
    if not rows:
        raise Refusal("There is nobody to remind today.")
    Asked.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)
    occurrence = events.record(Event.PEOPLE_REMINDED, assessment, by=by, at=at, people=len(rows))
    notices.send_reminders(occurrence, rows)
    return len(rows)


@transaction.atomic
def enable_link(assessment: Assessment, *, by: Membership, at: datetime) -> Assessment:
    """Make the one link with which anybody can answer. Made again it is another one, and the old one is dead."""
    require_that(policies.may_run(by, assessment))
    fresh = lock_assessment(assessment)
    require_open(fresh)
    _save_nonce(assessment, _make_nonce())
    event = Event.LINK_RENEWED if fresh.link_nonce else Event.LINK_ENABLED
    events.record(event, assessment, by=by, at=at)
    return assessment


@transaction.atomic
def disable_link(assessment: Assessment, *, by: Membership, at: datetime) -> Assessment:
    """Kill the one link. What was said through it stays and counts. Idempotent."""
    require_that(policies.may_run(by, assessment))
    if lock_assessment(assessment).link_nonce:
        _save_nonce(assessment, "")
        events.record(Event.LINK_DISABLED, assessment, by=by, at=at)
    return assessment


def _save_nonce(assessment: Assessment, nonce: str) -> None:
    assessment.link_nonce = nonce
    assessment.save(update_fields=["link_nonce"])


def _make_nonce() -> str:
    return secrets.token_urlsafe(16)
