"""What changes who belongs where. Every change writes a line of the audit trail."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from kmportal.lib.exceptions import Refusal, Stale
from organisations import audit, emails
from organisations.models import Group, GroupMembership, Invitation, Membership, Organisation, Person, PutAway
from organisations.permissions import NAMED_VALIDATORS, Role

INVITATION_LASTS = timedelta(days=14)

# As the trail says them.
SETTINGS_IN_WORDS = {
    "incident_name": "incident system",
    "incident_url": "address of the incident system",
    "time_zone": "time zone",
}


@transaction.atomic
def found(name: str, *, slug: str, kind: str, administrator: Person, at: datetime | None = None) -> Organisation:
    """Make an organisation with its first administrator."""
    organisation = Organisation.objects.create(name=name, slug=slug, kind=kind, created_at=at or timezone.now())
    Membership.objects.create(organisation=organisation, person=administrator, role=Role.ADMINISTRATOR)
    audit.record(organisation, "founded", organisation, by=administrator)
    return organisation


@transaction.atomic
def invite(
    organisation: Organisation,
    *,
    by: Person,
    email: str,
    role: str,
    name: str = "",
    groups: Iterable[Group] = (),
    at: datetime | None = None,
) -> Invitation:
    """Invite an address with a role and send the mail.

    Refuses somebody who is a member already, and a second invitation while one is open.
    """
    at, email = at or timezone.now(), email.strip().lower()
    if Membership.objects.listed().filter(organisation=organisation, person__email__iexact=email).exists():
        raise Refusal(f"{email} already belongs to {organisation}.")
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organisation=organisation,
                email=email,
                name=name.strip(),
                role=role,
                nonce=secrets.token_urlsafe(16),
                invited_by=by,
                created_at=at,
                sent_at=at,
                expires_at=at + INVITATION_LASTS,
            )
    except IntegrityError:
        raise Refusal(f"{email} already has an invitation. Send it again or cancel it.") from None
    invitation.groups.set(groups)
    audit.record(organisation, "sent", invitation, by=by, role=role)
    emails.invitation(invitation)
    return invitation


@transaction.atomic
def send_again(invitation: Invitation, *, by: Person, at: datetime | None = None) -> None:
    """Send a new link for another two weeks; the old link dies."""
    at = at or timezone.now()
    rows = Invitation.objects.open().filter(pk=invitation.pk)
    if not rows.update(nonce=secrets.token_urlsafe(16), sent_at=at, expires_at=at + INVITATION_LASTS):
        raise Refusal("This invitation has been answered or cancelled in the meantime.")
    invitation.refresh_from_db()
    audit.record(invitation.organisation, "sent again", invitation, by=by)
    emails.invitation(invitation)


@transaction.atomic
def revoke(invitation: Invitation, *, by: Person, at: datetime | None = None) -> None:
    """Take an invitation back. Revoking twice is the same as once; an accepted one is refused."""
    if Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=at or timezone.now()):
        audit.record(invitation.organisation, "revoked", invitation, by=by)
    elif Invitation.objects.filter(pk=invitation.pk, revoked_at=None).exists():
        raise Refusal("This invitation has already been accepted. Suspend or remove the person instead.")


@transaction.atomic
def accept(invitation: Invitation, *, person: Person, at: datetime | None = None) -> Membership:
    """Make the person a member with the role of the invitation.

    Works once. Refuses an invitation that is used up, revoked or expired, anybody with another address, and members of
    today: one who was suspended would let themselves in, and the only administrator could become a reader.
    Somebody who left before gets the old membership back with the new role, and nothing else of what they were.
    """
    at = at or timezone.now()
    if person.email.lower() != invitation.email.lower():
        raise Refusal(f"This invitation is for {invitation.email}. Sign in with that address.")
    rows = Invitation.objects.open().filter(pk=invitation.pk, nonce=invitation.nonce, expires_at__gt=at)
    if not rows.update(accepted_at=at, accepted_by=person):
        raise Refusal("This invitation is no longer open. Ask for a new one.")
    if Membership.objects.listed().filter(organisation=invitation.organisation, person=person).exists():
        raise Refusal(f"You belong to {invitation.organisation} already. An administrator can change your role.")
    membership, _ = Membership.objects.update_or_create(
        organisation=invitation.organisation,
        person=person,
        defaults={
            "role": invitation.role,
            "is_validator": False,
            "joined_at": at,
            "left_at": None,
            "suspended_at": None,
        },
    )
    for group in invitation.groups.all():
        _, is_new = GroupMembership.objects.get_or_create(group=group, person=person, defaults={"joined_at": at})
        if is_new:  # or somebody who has the list of its people open would take this one out again
            Group.objects.filter(pk=group.pk).update(version=F("version") + 1)
    audit.record(invitation.organisation, "joined", membership, by=person, role=invitation.role)
    return membership


@transaction.atomic
def change_role(membership: Membership, *, role: str, is_validator: bool = False, by: Person) -> None:
    """Give another role, and name (or unname) as somebody who checks lessons where the role allows it."""
    before = membership.role
    if before == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
        _keep_an_administrator(membership)
    membership.role, membership.is_validator = role, is_validator and role in NAMED_VALIDATORS
    membership.save(update_fields=["role", "is_validator"])
    audit.record(
        membership.organisation, "changed role", membership, by=by, before=before, after=role,
        validator=membership.is_validator,
    )  # fmt: skip


@transaction.atomic
def suspend(membership: Membership, *, by: Person, at: datetime | None = None) -> None:
    """Keep somebody out for a while. It counts from their next click; what they wrote stays."""
    if membership.person_id == by.pk:
        raise Refusal("You cannot suspend yourself. Ask another administrator.")
    _keep_an_administrator(membership)
    if Membership.objects.filter(pk=membership.pk, suspended_at=None).update(suspended_at=at or timezone.now()):
        audit.record(membership.organisation, "suspended", membership, by=by)


@transaction.atomic
def restore(membership: Membership, *, by: Person) -> None:
    """Let a suspended member in again."""
    if Membership.objects.filter(pk=membership.pk, suspended_at__isnull=False).update(suspended_at=None):
        audit.record(membership.organisation, "let in again", membership, by=by)


@transaction.atomic
def remove(membership: Membership, *, by: Person, at: datetime | None = None) -> None:
    """End a membership and leave the organisation’s groups. Nothing that the person wrote goes; promises stay theirs
    until somebody hands them over."""
    if membership.person_id == by.pk:
        raise Refusal("You cannot remove yourself. Ask another administrator.")
    _keep_an_administrator(membership)
    at = at or timezone.now()
    if Membership.objects.filter(pk=membership.pk, left_at=None).update(left_at=at):
        asked = Invitation.objects.open().filter(organisation=membership.organisation_id)
        asked.filter(email__iexact=membership.person.email).update(revoked_at=at)
        GroupMembership.objects.filter(group__organisation=membership.organisation, person=membership.person).delete()
        audit.record(membership.organisation, "removed", membership, by=by)


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


@transaction.atomic
def make_group(organisation: Organisation, *, by: Person | None, name: str, kind: str = Group.Kind.TEAM) -> Group:
    """Make a group. Refuses a name that another group of the organisation has."""
    try:
        with transaction.atomic():
            group = Group.objects.create(organisation=organisation, name=name.strip(), kind=kind)
    except IntegrityError:
        raise Refusal("There is already a group with this name.") from None
    audit.record(organisation, "made", group, by=by)
    return group


@transaction.atomic
def change_group(group: Group, *, by: Person, seen: int, name: str, kind: str, people: Iterable[Person]) -> None:
    """Rename a group and say who belongs to it. Only current members of the organisation can be in a group.

    Raises ``Stale`` when it was changed, or somebody joined it, since version ``seen``.
    """
    group.refresh_from_db(from_queryset=Group.objects.select_for_update())
    if group.version != seen:
        raise Stale
    wanted = {person.pk: person for person in people}
    allowed = set(
        Membership.objects.listed()
        .filter(organisation=group.organisation, person__in=wanted)
        .values_list("person_id", flat=True)
    )
    present = set(GroupMembership.objects.filter(group=group).values_list("person_id", flat=True))
    group.name, group.kind, group.version = name.strip(), kind, group.version + 1
    try:
        with transaction.atomic():
            group.save(update_fields=["name", "kind", "version"])
    except IntegrityError:
        raise Refusal("There is already a group with this name.") from None
    GroupMembership.objects.filter(group=group, person_id__in=present - allowed).delete()
    GroupMembership.objects.bulk_create(
        [GroupMembership(group=group, person_id=pk) for pk in sorted(allowed - present)], ignore_conflicts=True
    )
    added, left = len(allowed - present), len(present - allowed)
    audit.record(group.organisation, "changed", group, by=by, joined=added, left=left)


@transaction.atomic
def change_settings(
    organisation: Organisation, *, by: Person, seen: int, logo: bytes | None = None, **values: str
) -> None:
    """Save these settings and write down which of them changed; none is no change. ``logo`` is a PNG, empty to take
    it away, None to leave it. A new version: what was drawn with the old ones is drawn anew.

    Raises ``Stale`` when somebody else has changed them since version ``seen``.
    """
    organisation.refresh_from_db(from_queryset=Organisation.objects.select_for_update())
    if organisation.version != seen:
        raise Stale
    wanted: dict[str, object] = {**values}
    if logo is not None:
        wanted |= {"logo": logo, "logo_type": "image/png" if logo else ""}
    changed = [name for name, value in wanted.items() if getattr(organisation, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(organisation, name, wanted[name])
    organisation.version += 1
    organisation.save(update_fields=[*changed, "version"])
    named = {SETTINGS_IN_WORDS.get(name, name) for name in changed if name != "logo_type"}
    audit.record(organisation, "changed settings", organisation, by=by, fields=", ".join(sorted(named)))


def put_away(page: str, *, by: Person) -> None:
    """Show somebody the introduction of this page no more. Twice is the same as once.

    No organisation is concerned, so nothing goes into a trail; nor does it for the two below.
    """
    PutAway.objects.get_or_create(person=by, page=page)


def take_out(page: str, *, by: Person) -> None:
    """Show somebody the introduction of this page again."""
    PutAway.objects.filter(person=by, page=page).delete()


def take_out_all(*, by: Person) -> None:
    """Show somebody every introduction again."""
    PutAway.objects.filter(person=by).delete()
