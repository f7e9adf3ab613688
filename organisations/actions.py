"""What changes who belongs where. Every deed asks its permission first and is told once, as an event."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from kmportal.lib.addresses import is_same_address, normal_address
from kmportal.lib.cleaning import line_of_text
from kmportal.lib.domain_words import BY_KEY, Forms, find_problems, worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.mail import can_leave
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import capital
from kmportal.lib.succession import belongings_of
from organisations import access_tokens, accounts, emails, events, policies, sign_ins
from organisations.events import Event
from organisations.models import (
    AccessToken,
    Group,
    GroupMembership,
    Invitation,
    Membership,
    Organisation,
    Person,
    SignIn,
)
from organisations.permissions import NAMED_VALIDATORS, Permission, Role
from organisations.tokens import person_of_reset

INVITATION_LASTS = timedelta(days=14)
LONGEST_TOKEN_DAYS = 366

# As the trail says them.
NAME_LIMIT = 120
SETTINGS_IN_WORDS = {
    "incident_name": "incident system",
    "incident_url": "address of the incident system",
    "time_zone": "time zone",
    "admits_outsiders": _("members of other organisations in our groups"),
    "lends_members": _("our members in groups elsewhere"),
    "asks_second_step": "second step when signing in",
    "words": "words of the organisation",
    "leads_invite": _("KM leads inviting people"),
}


@transaction.atomic
def found_organisation(name: str, *, slug: str, kind: str, administrator: Person, at: datetime) -> Membership:
    """Make an organisation with its first administrator; answers their membership.

    For the operator of the portal (``make first``, the demo): no page leads here, so nobody's permission is asked.
    """
    organisation = Organisation.objects.create(name=name, slug=slug, kind=kind, created_at=at)
    membership = Membership.objects.create(
        organisation=organisation, person=administrator, role=Role.ADMINISTRATOR, joined_at=at
    )
    events.record(Event.ORGANISATION_FOUNDED, organisation, by=membership, at=at)
    return membership


# --- Invitations -----------------------------------------------------------------------------------------------------


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

    Refuses somebody who is a member already, and a second invitation while one is open.
    """
    policies.require_that(role in policies.roles_to_invite(by, organisation))
    email = _read_address(email)
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
        raise Refusal(f"{email} already has an invitation. Send it again or cancel it.") from None
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
    for group in invitation.groups.all():
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


def _read_address(email: str) -> str:
    try:
        return normal_address(email)
    except ValidationError as error:
        raise Refusal(f"{error.messages[0]}.") from None


# --- Members ---------------------------------------------------------------------------------------------------------


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
    _tell_organisations(person, Event.MEMBER_RENAMED, at=at)


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
    elsewhere = Membership.objects.current().filter(person=membership.person)
    if elsewhere.exclude(pk=membership.pk).exists():
        raise Refusal("This account opens more than your organisation. Ask whoever runs the portal for a new password.")
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
    _tell_organisations(person, Event.PASSWORD_CHOSEN, at=at)
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
    for one in belongings_of(membership.person, membership.organisation):
        for row in one.rows:
            one.owned.pass_on(row, by=by, at=at, to=(heirs or {}).get((one.owned.key, row.pk)))
    if Membership.objects.filter(pk=membership.pk, left_at=None).update(left_at=at):
        asked = Invitation.objects.open().filter(organisation=membership.organisation_id)
        asked.filter(email=membership.person.email).update(revoked_at=at)
        GroupMembership.objects.filter(membership=membership).delete()
        events.record(Event.MEMBER_REMOVED, membership, by=by, at=at)


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


# --- Groups ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_group(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    name: str,
    kind: str = Group.Kind.TEAM,
    people: Iterable[Person] = (),
) -> Group:
    """Make a group of current members. Refuses a name that another group of the organisation has."""
    policies.require(Permission.ADMINISTER, by, organisation)
    group = _create_group(organisation, name=name, kind=kind, at=at)
    _let_members_in(group, organisation, {person.pk for person in people}, at)
    events.record(Event.GROUP_CREATED, group, by=by, at=at)
    return group


@transaction.atomic
def create_source_group(organisation: Organisation, *, at: datetime, name: str) -> Group:
    """Make the group that stands for where lessons were brought in from.

    Called by the job that brings them in: the permission was asked when somebody asked for the job.
    """
    group = _create_group(organisation, name=name, kind=Group.Kind.SOURCE, at=at)
    events.record(Event.GROUP_CREATED, group, by=None, at=at)
    return group


def _create_group(organisation: Organisation, *, name: str, kind: str, at: datetime) -> Group:
    try:
        with transaction.atomic():
            return Group.objects.create(organisation=organisation, name=name, kind=kind, created_at=at)
    except IntegrityError:
        raise Refusal(worded("There is already a group with this name.")) from None


@transaction.atomic
def change_group(
    group: Group, *, by: Membership, at: datetime, seen: int, name: str, kind: str, people: Iterable[Person]
) -> None:
    """Rename a group and say who of the organisation belongs to it.

    Who belongs to it from elsewhere stays, unless left out; they come in by ``admit_outsider``. Raises ``Stale`` when
    it was changed, or somebody joined it, since version ``seen``.
    """
    policies.require(Permission.ADMINISTER, by, _home_of_group(group))
    group.refresh_from_db(from_queryset=Group.objects.select_for_update())
    _refuse_self_run(group)
    if group.version != seen:
        raise Stale
    wanted = {person.pk for person in people}
    rows = GroupMembership.objects.filter(group=group)
    gone = list(rows.exclude(person__in=wanted).values_list("pk", flat=True))
    group.name, group.kind, group.version = name, kind, group.version + 1
    try:
        with transaction.atomic():
            group.save(update_fields=["name", "name_key", "kind", "version"])
    except IntegrityError:
        raise Refusal(worded("There is already a group with this name.")) from None
    rows.filter(pk__in=gone).delete()
    joined = _let_members_in(group, by.organisation, wanted, at)
    events.record(Event.GROUP_CHANGED, group, by=by, at=at, joined=joined, left=len(gone))


@transaction.atomic
def admit_outsider(
    group: Group, *, by: Membership, at: datetime, email: str, is_guest: bool = False
) -> GroupMembership:
    """Let a member of another organisation into a group. Both organisations must allow it in their settings.

    Refuses an address that leads to nobody who may come, in words that do not tell whether it has an account.
    """
    policies.require(Permission.ADMINISTER, by, _home_of_group(group))
    _refuse_self_run(group)
    return let_outsider_in(group, by=by, at=at, email=email, is_guest=is_guest)


@transaction.atomic
def let_outsider_in(group: Group, *, by: Membership, at: datetime, email: str, is_guest: bool) -> GroupMembership:
    """What ``admit_outsider`` does, for a group of whose people somebody else decides: that one’s action has asked the
    permission."""
    organisation = _home_of_group(group)
    if not organisation.admits_outsiders:
        raise Refusal(
            worded("Your organisation does not let members of other organisations into its groups. See Settings.")
        )
    rows = Membership.objects.current().filter(person__email=_read_address(email), organisation__lends_members=True)
    found = rows.exclude(organisation=organisation).select_related("person", "organisation").order_by("pk").first()
    if found is None:
        raise Refusal(
            worded(
                "No organisation that lets its members join groups elsewhere has somebody with this address. "
                "Ask them to check their address with you, and their administrator to allow it."
            )
        )
    row, is_new = GroupMembership.objects.get_or_create(
        group=group,
        person=found.person,
        defaults={"membership": found, "is_guest": is_guest, "joined_at": at},
    )
    if not is_new:
        raise Refusal(f"{found.person} belongs to this {worded('group')} already.")
    Group.objects.filter(pk=group.pk).update(version=F("version") + 1)
    events.record(Event.GROUP_CHANGED, group, by=by, at=at, joined=1, left=0)
    events.record(Event.MEMBER_LENT, found, by=by, at=at, group=group)
    return row


def _refuse_self_run(group: Group) -> None:
    """What a community reads is for who belongs to it: no administrator puts anybody in, themself least of all."""
    if group.is_self_run:
        raise Refusal(f"People join and leave “{group}” on its own page, under {worded('Communities')}.")


def _home_of_group(group: Group) -> Organisation:
    """The organisation that looks after a group. Those of the network are nobody’s to change here."""
    if group.organisation is None:
        raise PermissionDenied
    return group.organisation


def _let_members_in(group: Group, organisation: Organisation, people: set[int], at: datetime) -> int:
    """Add those of the organisation's members who are not in yet; answers how many."""
    present = set(GroupMembership.objects.filter(group=group).values_list("person_id", flat=True))
    members = Membership.objects.listed().filter(organisation=organisation, person__in=people - present)
    rows = [
        GroupMembership(group=group, person_id=person, membership_id=pk, joined_at=at)
        for pk, person in members.order_by("pk").values_list("pk", "person_id")
    ]
    GroupMembership.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


# --- Settings --------------------------------------------------------------------------------------------------------


@transaction.atomic
def change_settings(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    seen: int,
    logo: bytes | None = None,
    **values: str | bool | Mapping[str, Sequence[str]],
) -> None:
    """Save these settings and write down which of them changed; none is no change. ``logo`` is a PNG, empty to take
    it away, None to leave it. A new version: what was drawn with the old ones is drawn anew.

    Raises ``Stale`` when somebody else has changed them since version ``seen``. Refuses ``words`` that nobody could
    tell apart: see ``kmportal.lib.domain_words``.
    """
    policies.require(Permission.ADMINISTER, by, organisation)
    organisation.refresh_from_db(from_queryset=Organisation.objects.select_for_update())
    if organisation.version != seen:
        raise Stale
    wanted: dict[str, object] = {**values}
    if "words" in wanted:
        _require_sayable(wanted["words"])
    if logo is not None:
        wanted |= {"logo": logo, "logo_type": "image/png" if logo else ""}
    changed = [name for name, value in wanted.items() if getattr(organisation, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(organisation, name, wanted[name])
    organisation.version += 1
    organisation.save(update_fields=[*changed, "version"])
    named = {str(SETTINGS_IN_WORDS.get(name, name)) for name in changed if name != "logo_type"}
    events.record(Event.SETTINGS_CHANGED, organisation, by=by, at=at, fields=", ".join(sorted(named)))


def _require_sayable(words: Any) -> None:
    unknown = set(words) - set(BY_KEY)
    if unknown:
        raise LookupError(f"No words of the portal: {', '.join(sorted(unknown))}")
    for key, problem in find_problems({key: Forms(*forms) for key, forms in words.items()}):
        raise Refusal(f"{capital(BY_KEY[key].usual.one)}: {problem[:1].lower()}{problem[1:]}.")


@transaction.atomic
def send_test_mail(organisation: Organisation, *, by: Membership, at: datetime) -> None:
    """Write a mail to oneself, to see whether mail arrives. Refuses where none can leave."""
    policies.require(Permission.ADMINISTER, by, organisation)
    if not can_leave():
        raise Refusal("E-mail is not set up, so there is nothing to test yet.")
    events.record(Event.MAIL_TESTED, organisation, by=by, at=at)
    emails.test_mail(organisation, by.person, at=at)


# --- Sessions --------------------------------------------------------------------------------------------------------


@transaction.atomic
def end_session(session: SignIn, *, by: Person, at: datetime) -> None:
    """Sign a browser of one’s own out. Idempotent."""
    policies.require_that(by.pk == session.person_id)
    sign_ins.end_session(session)


@transaction.atomic
def end_other_sessions(person: Person, *, by: Person, at: datetime, current: str) -> int:
    """Sign out every browser of one’s own but that with the session ``current``; answers how many."""
    policies.require_that(by.pk == person.pk)
    return sign_ins.end_sessions(person, but=current)


# --- Access tokens ---------------------------------------------------------------------------------------------------


@transaction.atomic
def create_access_token(
    person: Person, *, by: Person, at: datetime, name: str, scope: str, days: int, once: UUID | None = None
) -> str:
    """Make a token with which a program acts for oneself; answers the token, which nobody can show again.

    Each organisation’s trail tells it. Refuses a lifetime under a day or over a year, and the same ``once`` a second
    time: it makes no second token, and the first cannot be shown again.
    """
    policies.require_that(by.pk == person.pk)
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise Refusal(f"A token lasts between 1 and {LONGEST_TOKEN_DAYS} days.")
    secret = access_tokens.make_secret()
    token = AccessToken(
        person=person,
        name=name,
        hash=access_tokens.hash_of(secret),
        scope=scope,
        created_at=at,
        expires_at=at + timedelta(days=days),
        once=once,
    )
    if once and AccessToken.objects.filter(once=once).exists():
        raise Refusal("This token was made already, and cannot be shown again. Revoke it if you have not copied it.")
    refuse_invalid(token, "name", "scope")
    token.save()
    _tell_organisations(person, Event.TOKEN_CREATED, at=at, token=token.pk, scope=scope)
    return access_tokens.written(token, secret)


@transaction.atomic
def revoke_access_token(token: AccessToken, *, by: Person, at: datetime) -> None:
    """Let a token open nothing any more. Idempotent."""
    policies.require_that(by.pk == token.person_id)
    if AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        _tell_organisations(token.person, Event.TOKEN_REVOKED, at=at, token=token.pk)


def _tell_organisations(person: Person, event: Event, *, at: datetime, **facts: Any) -> None:
    for membership in Membership.objects.listed().filter(person=person).select_related("organisation", "person"):
        events.record(event, membership, by=membership, at=at, **facts)
