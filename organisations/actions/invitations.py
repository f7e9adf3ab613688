"""Invitations: made, sent again, taken back, accepted."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from kmportal.lib.addresses import address_or_refusal, is_same_address
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import emails, events, policies
from organisations.actions.settings import NAME_LIMIT
from organisations.events import Event
from organisations.models import (
    Group,
    GroupMembership,
    Invitation,
    Membership,
    Organisation,
    Person,
)
from organisations.permissions import Permission

INVITATION_LASTS = timedelta(days=14)


@transaction.atomic
def invite_member(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    email: str,
    role: str,
    name: str = "",
    groups: Iterable[Group] = (),
) -> Invitation:
    """Invite an address with a role and send the mail. KM leads, too, where the administrator allows it.

    Refuses somebody who is a member already, and a second invitation while one is open. Into a group that runs itself
    only its own people let anybody in.
    """
    policies.require_that(role in policies.roles_to_invite(by, organisation))
    groups = list(groups)
    policies.require_that(not any(group.is_self_run for group in groups))
    email = address_or_refusal(email)
    if Membership.objects.listed().filter(organisation=organisation, person__email=email).exists():
        raise Refusal(f"{email} already belongs to {organisation}.")
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organisation=organisation,
                email=email,
                name=name,
                role=role,
                nonce=secrets.token_urlsafe(16),
                invited_by=by.person,
                created_at=at,
                sent_at=at,
                expires_at=at + INVITATION_LASTS,
            )
    except IntegrityError:
        raise Refusal(f"{email} already has an invitation. Under People you can change it or cancel it.") from None
    invitation.groups.set(groups)
    events.record(Event.INVITATION_SENT, invitation, by=by, at=at, role=role)
    emails.invitation(invitation, by=by)
    return invitation


@dataclass(frozen=True)
class Invited:
    """What came of inviting several: how many were, and for each other address why not."""

    new: int
    refused: dict[str, str]


@transaction.atomic
def invite_members(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    people: Mapping[str, str],
    role: str,
    groups: Iterable[Group] = (),
) -> Invited:
    """Invite several people (address → name) as the same. One that is refused keeps nobody else from being invited."""
    policies.require_that(role in policies.roles_to_invite(by, organisation))
    refused: dict[str, str] = {}
    chosen = list(groups)
    for email, name in people.items():
        try:
            invite_member(organisation, by=by, at=at, email=email, role=role, name=name[:NAME_LIMIT], groups=chosen)
        except Refusal as refusal:
            refused[email] = str(refusal)
    return Invited(len(people) - len(refused), refused)


@transaction.atomic
def change_invitation(invitation: Invitation, *, by: Membership, at: datetime, role: str, name: str) -> None:
    """Correct the role or the name of an invitation that nobody has answered. The link that was sent goes on working,
    and leads to what it says now. The same again changes nothing."""
    policies.require(Permission.ADMINISTER, by, invitation.organisation)
    before = Invitation.objects.open().select_for_update().filter(pk=invitation.pk).first()
    if before is None:
        raise Refusal("This invitation has been answered or cancelled in the meantime.")
    name = line_of_text(name)
    if (before.role, before.name) == (role, name):
        return
    invitation.role, invitation.name = role, name
    refuse_invalid(invitation, "role", "name")
    invitation.save(update_fields=["role", "name"])
    events.record(Event.INVITATION_CHANGED, invitation, by=by, at=at, role=role)


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: Membership, at: datetime) -> None:
    """Send a new link for another two weeks; the old link dies."""
    policies.require(Permission.ADMINISTER, by, invitation.organisation)
    rows = Invitation.objects.open().filter(pk=invitation.pk)
    if not rows.update(nonce=secrets.token_urlsafe(16), sent_at=at, expires_at=at + INVITATION_LASTS):
        raise Refusal("This invitation has been answered or cancelled in the meantime.")
    invitation.refresh_from_db()
    events.record(Event.INVITATION_RESENT, invitation, by=by, at=at)
    emails.invitation(invitation, by=by)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: Membership, at: datetime) -> None:
    """Take an invitation back. Idempotent: a second press changes nothing. Refuses an accepted one."""
    policies.require(Permission.ADMINISTER, by, invitation.organisation)
    if Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=at):
        events.record(Event.INVITATION_REVOKED, invitation, by=by, at=at)
    elif Invitation.objects.filter(pk=invitation.pk, revoked_at=None).exists():
        raise Refusal("This invitation has already been accepted. Suspend or remove the person instead.")


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: Person, at: datetime) -> Membership:
    """Make the person who accepts a member with the role of the invitation.

    Works once. Refuses an invitation that is used up, revoked or expired, anybody with another address, and members of
    today: one who was suspended would let themselves in, and the only administrator could become a reader.
    Somebody who left before gets the old membership back with the new role, and nothing else of what they were.
    """
    if not is_same_address(by.email, invitation.email):
        raise Refusal(f"This invitation is for {invitation.email}. Sign in with that address.")
    rows = Invitation.objects.open().filter(pk=invitation.pk, nonce=invitation.nonce, expires_at__gt=at)
    if not rows.update(accepted_at=at, accepted_by=by):
        raise Refusal("This invitation is no longer open. Ask for a new one.")
    if Membership.objects.listed().filter(organisation=invitation.organisation, person=by).exists():
        raise Refusal(f"You belong to {invitation.organisation} already. An administrator can change your role.")
    membership, _ = Membership.objects.update_or_create(
        organisation=invitation.organisation,
        person=by,
        defaults={
            "role": invitation.role,
            "is_validator": False,
            "joined_at": at,
            "left_at": None,
            "suspended_at": None,
        },
    )
    for group in invitation.groups.filter(is_self_run=False):
        _, is_new = GroupMembership.objects.get_or_create(
            group=group, person=by, defaults={"membership": membership, "joined_at": at}
        )
        if is_new:  # or somebody who has the list of its people open would take this one out again
            Group.objects.filter(pk=group.pk).update(version=F("version") + 1)
    events.record(Event.MEMBER_JOINED, membership, by=membership, at=at, role=invitation.role)
    return membership


@transaction.atomic
def accept_as_newcomer(invitation: Invitation, *, at: datetime, name: str, password: str) -> Membership:
    """Make an account for whoever holds the link of an invitation, and accept it.

    The link is the permission: it was sent to the address. An account that exists already gets name and password only
    while it has no password. Raises ``IntegrityError`` when two browsers make the account at the same moment.
    """
    person = Person.objects.filter(email=invitation.email).first()
    if person is None:
        person = Person.objects.create_user(invitation.email, name=name)
    elif person.has_usable_password():
        raise Refusal("This address has an account already. Sign in with it.")
    person.name = name
    person.set_password(password)
    person.save()
    return accept_invitation(invitation, by=person, at=at)
