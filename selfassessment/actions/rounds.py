"""A round from its preparation to its close. The callers have checked that ``by`` may run rounds."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from jobs.actions import enqueue
from kmportal.lib.exceptions import Refusal
from kmportal.lib.locking import save_over
from kmportal.lib.sentences import people_in_words, quoted
from notifications.actions import tell
from organisations import audit
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from roadmap.models import Programme
from search import index
from selfassessment import emails
from selfassessment.models import Asked, Assessment, Framework, Response
from selfassessment.scoring import enough
from selfassessment.search_documents import documents

State = Assessment.State
FIXED_ONCE_OPEN = {"anonymous", "framework", "capacity", "months_ahead"}
TELL_AT = time(8)


@transaction.atomic
def prepare(
    organisation: Organisation,
    *,
    by: Person,
    title: str,
    closes_on: date,
    framework: Framework | None = None,
    capacity: str = Assessment.Capacity.ORGANISATION,
    scope: str = "",
    programme: Programme | None = None,
    facilitator: Person | None = None,
    anonymous: bool = True,
    results_at: datetime | None = None,
    results_place: str = "",
    once: UUID | None = None,
) -> Assessment:
    """Write a round down. Nobody is asked and nothing can be answered until it is opened.

    Without a framework it takes the one that the organisation may use; ``by`` facilitates unless somebody else does.
    The same ``once`` a second time answers what it made the first time.
    """
    framework = framework or Framework.objects.usable_by(organisation).first()
    if framework is None:
        raise Refusal("There is no set of questions yet. Ask your administrator to load the content.")
    _check_facilitator(organisation, facilitator)
    assessment, made = Assessment.objects.get_or_create(
        organisation=organisation,
        once=once or uuid4(),
        defaults={
            "framework": framework,
            "programme": programme,
            "title": title.strip(),
            "capacity": capacity,
            "scope": scope.strip(),
            "facilitator": facilitator or by,
            "anonymous": anonymous,
            "months_ahead": framework.months_ahead,
            "closes_on": closes_on,
            "results_at": results_at,
            "results_place": results_place.strip(),
            "created_by": by,
        },
    )
    if made:
        audit.record(organisation, "prepared", assessment, by=by, anonymous=anonymous, closes_on=closes_on)
    return assessment


@transaction.atomic
def edit(assessment: Assessment, *, by: Person, seen: int, **fields: Any) -> Assessment:
    """Change what the round says about itself. Raises ``Stale`` when somebody else was first.

    Once it is open, what people were told before they answered stands: names, questions, for whom.
    """
    fresh = _locked(assessment)
    changed = {name for name, value in fields.items() if getattr(fresh, name) != value}
    if fresh.is_closed:
        raise Refusal("This round is closed and can no longer be changed.")
    if fresh.is_open and changed & FIXED_ONCE_OPEN:
        raise Refusal(
            "People have been told how this round works. "
            "You can no longer change the questions, who people answer for or whether names are kept."
        )
    if "facilitator" in changed:
        _check_facilitator(fresh.organisation, fields["facilitator"])
    save_over(assessment, seen=seen, **fields)
    assessment.state = fresh.state
    audit.record(assessment.organisation, "changed", assessment, by=by, fields=", ".join(sorted(changed)))
    if assessment.is_open:
        _put_into_search(assessment)
        if "closes_on" in changed:
            _tell_when_it_closes(assessment)
    return assessment


@transaction.atomic
def discard(assessment: Assessment, *, by: Person) -> None:
    """Throw away a round that was never opened."""
    if not _locked(assessment).is_draft:
        raise Refusal("People have already been asked. Close the round instead.")
    audit.record(assessment.organisation, "discarded", assessment, by=by)
    assessment.delete()


@transaction.atomic
def open_for_answers(assessment: Assessment, *, by: Person, at: datetime | None = None) -> Assessment:
    """Let people answer. From now on the database refuses to change what was said about names. Safe to repeat."""
    fresh = _locked(assessment)
    if fresh.is_closed:
        raise Refusal("This round is closed. Prepare a new one.")
    if fresh.is_draft:
        if fresh.closes_on < _today(fresh, at):
            raise Refusal("The closing date has passed. Choose a later one first.")
        _keep(assessment, state=State.OPEN, opened_at=at or timezone.now())
        audit.record(assessment.organisation, "opened", assessment, by=by, anonymous=assessment.anonymous)
        _put_into_search(assessment)
        _tell_when_it_closes(assessment)
    return assessment


@dataclass(frozen=True)
class Invited:
    """How many were asked just now, and how many had been asked before."""

    new: int
    before: int


@transaction.atomic
def ask(
    assessment: Assessment,
    *,
    by: Person,
    members: Iterable[Person] = (),
    addresses: Iterable[str] = (),
    at: datetime | None = None,
) -> Invited:
    """Ask people to answer, by mail; members get a notice too. Nobody is asked twice.

    An address that belongs to a member asks that member. People who are not members of the organisation are left out.
    """
    _must_be_open(_locked(assessment))
    current = Membership.objects.current().filter(organisation=assessment.organisation_id).select_related("person")
    by_address = {member.person.email.lower(): member.person for member in current}
    known = {person.pk for person in by_address.values()}
    people = {person.pk: person for person in members if person.pk in known}
    written = dict.fromkeys(address.strip().lower() for address in addresses)
    people |= {by_address[address].pk: by_address[address] for address in written if address in by_address}
    guests = [address for address in written if address not in by_address]

    asked = Asked.objects.filter(assessment=assessment)
    had_people = set(asked.filter(person__in=people).values_list("person_id", flat=True))
    had_guests = set(asked.filter(email__in=guests).values_list("email", flat=True))
    moment = at or timezone.now()
    rows = [
        *(Asked(assessment=assessment, person=person, nonce=_nonce(), asked_at=moment)
          for person in people.values() if person.pk not in had_people),
        *(Asked(assessment=assessment, email=address, nonce=_nonce(), asked_at=moment)
          for address in guests if address not in had_guests),
    ]  # fmt: skip
    Asked.objects.bulk_create(rows)
    for row in rows:
        emails.asked(row, by=by)
        if row.person_id != by.pk:
            _tell(assessment, row.person, text=f"You are asked to answer {quoted(assessment)}", event="asked")
    if rows:
        audit.record(assessment.organisation, "asked people", assessment, by=by, people=len(rows))
    return Invited(new=len(rows), before=len(had_people) + len(had_guests))


@transaction.atomic
def turn_link_on(assessment: Assessment, *, by: Person) -> Assessment:
    """Make the one link with which anybody can answer. Made again it is another one, and the old one is dead."""
    _must_be_open(_locked(assessment))
    again = bool(assessment.link_nonce)
    _keep(assessment, link_nonce=_nonce())
    audit.record(assessment.organisation, "renewed the link of" if again else "made a link for", assessment, by=by)
    return assessment


@transaction.atomic
def turn_link_off(assessment: Assessment, *, by: Person) -> Assessment:
    """Kill the one link. What was said through it stays and counts. Safe to repeat."""
    if _locked(assessment).link_nonce:
        _keep(assessment, link_nonce="")
        audit.record(assessment.organisation, "turned off the link of", assessment, by=by)
    return assessment


@transaction.atomic
def remind(assessment: Assessment, *, by: Person, at: datetime | None = None) -> int:
    """Write to those who have not answered; in an anonymous round to everybody, since nobody may know who has.

    Answers to how many. The same person is reminded once a day at most.
    """
    _must_be_open(_locked(assessment))
    today = _today(assessment, at)
    rows = list(Asked.objects.to_remind(assessment).exclude(reminded_on=today).select_related("person"))
    current = Membership.objects.current().filter(organisation=assessment.organisation_id)
    here = set(current.values_list("person_id", flat=True))
    rows = [row for row in rows if row.email or row.person_id in here]
    if not rows:
        raise Refusal("There is nobody to remind today.")
    Asked.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)
    for row in rows:
        emails.reminder(row, by=by)
    audit.record(assessment.organisation, "reminded people of", assessment, by=by, people=len(rows))
    return len(rows)


@transaction.atomic
def close(assessment: Assessment, *, by: Person, not_heard: str = "", at: datetime | None = None) -> Assessment:
    """End the answering, before or after the closing date. What was said until now is the report. Safe to repeat."""
    fresh = _locked(assessment)
    if fresh.is_draft:
        raise Refusal("This round was never opened, so there is nothing to close.")
    if fresh.is_open:
        answered = Response.objects.filter(assessment=assessment).counted().count()
        _keep(
            assessment,
            state=State.CLOSED,
            closed_at=at or timezone.now(),
            closed_by=by,
            not_heard=not_heard.strip().rstrip("."),
        )
        audit.record(assessment.organisation, "closed", assessment, by=by, answered=answered)
        _put_into_search(assessment)
        if enough(answered):
            for row in assessment.asked.exclude(person=by).exclude(person=None).select_related("person"):
                text = f"{quoted(assessment)} has closed. Read the results."
                _tell(assessment, row.person, text=text, event="closed")
    return assessment


@transaction.atomic
def tell_closing(assessment: Assessment, *, day: date) -> None:
    """Remind the facilitator on the closing date, or later if nothing ran on it. Does nothing when the round is closed
    already or was prolonged."""
    fresh = _locked(assessment)
    if not fresh.is_open or fresh.closes_on != day:
        return
    answered = Response.objects.filter(assessment=fresh).counted().count()
    have = f"{people_in_words(answered)} {'has' if answered == 1 else 'have'} answered"
    text = f"{quoted(fresh)} has reached its closing date. {have}. Close it when you are ready."
    _tell(fresh, fresh.facilitator, text=text, event=f"closing {day}")


def _locked(assessment: Assessment) -> Assessment:
    """The row as it stands, held until the transaction ends, so that opening, closing and answering take turns."""
    return Assessment.objects.select_for_update(of=["self"]).select_related("organisation", "facilitator").get(
        pk=assessment.pk
    )  # fmt: skip


def _today(assessment: Assessment, at: datetime | None) -> date:
    return timezone.localdate(at, ZoneInfo(assessment.organisation.time_zone))


def _keep(assessment: Assessment, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(assessment, name, value)
    assessment.save(update_fields=fields)


def _must_be_open(assessment: Assessment) -> None:
    if assessment.is_draft:
        raise Refusal("Open the round first.")
    if assessment.is_closed:
        raise Refusal("This round is closed.")


def _check_facilitator(organisation: Organisation, person: Person | None) -> None:
    rows = Membership.objects.current().may(Permission.FACILITATE)
    if person and not rows.filter(organisation=organisation, person=person).exists():
        raise Refusal(f"{person} does not run assessments here. Choose somebody whose role allows it.")


def _nonce() -> str:
    return secrets.token_urlsafe(16)


def _tell(assessment: Assessment, person: Person | None, *, text: str, event: str) -> None:
    tell(
        person,
        organisation=assessment.organisation,
        kind="assessment",
        text=text,
        url_name="assessment_detail",
        url_args=[assessment.organisation.slug, assessment.pk],
        key=f"assessment {assessment.pk} {event}",
    )


def _tell_when_it_closes(assessment: Assessment) -> None:
    """A job for the morning of the closing date. One written for a day that was moved since finds nothing to do."""
    morning = datetime.combine(assessment.closes_on, TELL_AT, tzinfo=ZoneInfo(assessment.organisation.time_zone))
    enqueue(
        "selfassessment.tasks.tell_closing",
        {"assessment_id": assessment.pk, "day": assessment.closes_on.isoformat()},
        title="Tell that a round of assessment reaches its closing date",
        key=f"assessment {assessment.pk} closing {assessment.closes_on}",
        organisation=assessment.organisation,
        due_at=morning,
    )


def _put_into_search(assessment: Assessment) -> None:
    index.put_many([of_assessment(assessment)])
