"""Members: their names, roles, second steps and ways back in; suspended, restored, removed."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.succession import belongings_of
from organisations import accounts, emails, events, policies, sign_ins
from organisations.events import Event
from organisations.models import (
    GroupMembership,
    Invitation,
    Membership,
    Person,
    SignIn,
)
from organisations.permissions import NAMED_VALIDATORS, Permission, Role
from organisations.tokens import person_of_reset


@transaction.atomic
def rename_person(person: Person, *, by: Person, at: datetime, name: str) -> None:
    """Change one’s own name: each organisation’s trail tells it, and whoever keeps names follows."""
    policies.require_that(by.pk == person.pk)
    name = line_of_text(name)
    if not name:
        raise Refusal("Enter your name.")
    if person.name == name:
        return
    person.name = name
    person.save(update_fields=["name"])
    events.record_in_each(person, Event.MEMBER_RENAMED, at=at)


@transaction.atomic
def say_away(person: Person, *, by: Person, at: datetime, from_on: date | None, until_on: date | None) -> None:
    """Say from which day to which, both counted in, one is away; nothing of both: one is there. Idempotent.

    The trail is not told: it is for colleagues, and over when it is over.
    """
    policies.require_that(by.pk == person.pk)
    if (from_on is None) != (until_on is None):
        raise Refusal("Give both the first and the last day, or neither.")
    if from_on is not None and until_on is not None and until_on < from_on:
        raise Refusal("The last day comes before the first. Choose a later one.")
    person.away_from_on, person.away_until_on = from_on, until_on
    person.save(update_fields=["away_from_on", "away_until_on"])


@transaction.atomic
def change_role(membership: Membership, *, by: Membership, at: datetime, role: str, is_validator: bool = False) -> None:
    """Give another role, and name (or unname) as somebody who checks lessons where the role allows it."""
    policies.require(Permission.ADMINISTER, by, membership.organisation)
    before = membership.role
    if before == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
        _keep_an_administrator(membership)
    membership.role, membership.is_validator = role, is_validator and role in NAMED_VALIDATORS
    membership.save(update_fields=["role", "is_validator"])
    events.record(
        Event.MEMBER_ROLE_CHANGED,
        membership,
        by=by,
        at=at,
        before=before,
        after=role,
        validator=membership.is_validator,
    )


@transaction.atomic
def make_reset_link(membership: Membership, *, by: Membership, at: datetime) -> str:
    """Make the link with which a member chooses a new password: for an hour, once, handed over by the administrator.

    The trail tells it, and so does a notice to the person. Refuses whoever belongs to another organisation, too: its
    administrator did not ask for it, and whoever has the link gets in there as well. A second factor stays on.
    """
    policies.require(Permission.ADMINISTER, by, membership.organisation)
    if membership.person_id == by.person_id:
        raise Refusal("This is your own account. Change your password on your account page.")
    if not membership.is_current:
        raise Refusal("Let this person in again first.")
    # Also where they are suspended: they may be let in again while the link, or the new password, is still good.
    elsewhere = Membership.objects.listed().filter(person=membership.person)
    if elsewhere.exclude(pk=membership.pk).exists():
        raise Refusal(
            "This account belongs to more than your organisation. Ask whoever runs the portal for a new password."
        )
    events.record(Event.RESET_LINK_MADE, membership, by=by, at=at)
    return emails.reset_link(membership.person)


@transaction.atomic
def choose_password_by_link(token: str, *, at: datetime, password: str) -> Person:
    """Give whoever holds the link of ``make_reset_link`` the password that they chose. The link is the permission."""
    person = person_of_reset(token)
    policies.require_that(person)
    assert person is not None  # noqa: S101  for the type checker
    person.set_password(password)
    person.save(update_fields=["password"])
    events.record_in_each(person, Event.PASSWORD_CHOSEN, at=at)
    return person


@transaction.atomic
def suspend_member(membership: Membership, *, by: Membership, at: datetime) -> None:
    """Keep somebody out for a while. It counts from their next click; what they wrote stays."""
    policies.require(Permission.ADMINISTER, by, membership.organisation)
    if membership.person_id == by.person_id:
        raise Refusal("You cannot suspend yourself. Ask another administrator.")
    _keep_an_administrator(membership)
    if Membership.objects.filter(pk=membership.pk, suspended_at=None).update(suspended_at=at):
        events.record(Event.MEMBER_SUSPENDED, membership, by=by, at=at)


@transaction.atomic
def restore_member(membership: Membership, *, by: Membership, at: datetime) -> None:
    """Let somebody in again who was suspended. Idempotent: a second press changes nothing."""
    policies.require(Permission.ADMINISTER, by, membership.organisation)
    if Membership.objects.filter(pk=membership.pk, suspended_at__isnull=False).update(suspended_at=None):
        events.record(Event.MEMBER_RESTORED, membership, by=by, at=at)


@transaction.atomic
def remove_member(
    membership: Membership, *, by: Membership, at: datetime, heirs: Mapping[tuple[str, int], Person] | None = None
) -> None:
    """End a membership and leave the groups it led to, here and elsewhere. Nothing that the person wrote goes.

    What they were responsible for goes to the ``heirs`` (key of the kind and of the row → person), and to nobody where
    none is named: no page goes on naming somebody who cannot see it any more (``kmportal.lib.succession``).
    """
    policies.require(Permission.ADMINISTER, by, membership.organisation)
    if membership.person_id == by.person_id:
        raise Refusal("You cannot remove yourself. Ask another administrator.")
    _keep_an_administrator(membership)
    # Before all that is passed on: whoever writes what this person has or knows holds the membership first, too.
    Membership.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.pk)
    for one in belongings_of(membership.person, membership.organisation):
        for row in one.rows:
            one.owned.pass_on(row, by=by, at=at, to=(heirs or {}).get((one.owned.key, row.pk)))
    if Membership.objects.filter(pk=membership.pk, left_at=None).update(left_at=at):
        asked = Invitation.objects.open().filter(organisation=membership.organisation_id)
        asked.filter(email=membership.person.email).update(revoked_at=at)
        seats = GroupMembership.objects.filter(membership=membership)
        groups = " ".join(map(str, seats.order_by("group_id").values_list("group_id", flat=True)))
        seats.delete()
        events.record(Event.MEMBER_REMOVED, membership, by=by, at=at, texts={"groups": groups})


@transaction.atomic
def sign_out_member(membership: Membership, *, by: Membership, at: datetime, reason: str) -> int:
    """End every session of somebody, for a ``SignIn.Ended`` reason; answers how many there were.

    The trail tells it, and so does a notice to the person, unless they are suspended. Whether they can sign in again
    stays as it is; so do their access tokens.
    """
    policies.require(Permission.ADMINISTER, by, membership.organisation)
    if membership.person_id == by.person_id:
        raise Refusal("You can sign yourself out on the page of your own sign-ins.")
    if reason not in SignIn.Ended.values:
        raise Refusal("Say why.")
    ended = sign_ins.end_sessions(membership.person)
    events.record(Event.MEMBER_SIGNED_OUT, membership, by=by, at=at, reason=reason)
    return ended


@transaction.atomic
def reset_second_step(membership: Membership, *, by: Membership, at: datetime) -> None:
    """Take the second step off somebody’s account who has lost it, and tell them by mail. Their password stays, and
    they are signed in nowhere any more. Idempotent.

    Refuses while another organisation asks the same person for one: it relies on it, and its administrator can do it.
    """
    policies.require(Permission.ADMINISTER, by, membership.organisation)
    if membership.person_id == by.person_id:
        raise Refusal("You can change your own second step on your account page.")
    elsewhere = Membership.objects.current().filter(person=membership.person_id).exclude(pk=membership.pk)
    if any(other.needs_second_step for other in elsewhere.select_related("organisation")):
        raise Refusal("Another organisation asks this person for a second step. Its administrator has to take it off.")
    if not accounts.forget_second_step(membership.person):
        return
    sign_ins.end_sessions(membership.person)
    emails.second_step_reset(membership, at)
    events.record(Event.MEMBER_SECOND_STEP_RESET, membership, by=by, at=at)


@transaction.atomic
def reset_lost_second_step(person: Person, *, at: datetime) -> bool:
    """The operator’s way for somebody whom no administrator can help. Answers whether there was a second step.

    Told by mail and in the trail of each organisation to which they belong. Idempotent.
    """
    if not accounts.forget_second_step(person):
        return False
    sign_ins.end_sessions(person)
    for membership in Membership.objects.current().filter(person=person).select_related("organisation", "person"):
        emails.second_step_reset(membership, at)
        events.record(Event.MEMBER_SECOND_STEP_RESET, membership, by=None, at=at)
    return True


def _keep_an_administrator(membership: Membership) -> None:
    """Refuse what would leave the organisation without anybody to look after it.

    Locks the administrators’ rows, so that two of them cannot end each other at the same moment.
    """
    if membership.role != Role.ADMINISTRATOR:
        return
    rows = Membership.objects.current().filter(organisation=membership.organisation, role=Role.ADMINISTRATOR)
    others = [pk for pk in rows.select_for_update(of=("self",)).values_list("pk", flat=True) if pk != membership.pk]
    if not others:
        raise Refusal("This is the only administrator. Make somebody else an administrator first.")
