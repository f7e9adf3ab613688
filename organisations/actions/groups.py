"""Groups: who is in them, also from outside where both organisations allow it."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F

from kmportal.lib.addresses import address_or_refusal
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from organisations import events, policies
from organisations.events import Event
from organisations.models import (
    Group,
    GroupMembership,
    Membership,
    Organisation,
    Person,
)
from organisations.permissions import Permission


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
    rows = Membership.objects.current().filter(
        person__email=address_or_refusal(email), organisation__lends_members=True
    )
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
