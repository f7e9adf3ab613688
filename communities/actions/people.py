"""Who belongs to a community: joining, asking, inviting, leaving, and who does what in it."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from communities import policies
from communities.actions.shelf import release_pins
from communities.events import Event
from communities.models import Access, Community, CommunityRole, Knock, RoleKind
from communities.transitions import (
    facilitator_roles,
    invite,
    lock_community,
    make_facilitator,
    refuse_last_facilitator,
    refuse_unless_living,
    running_facilitators,
    seat_in,
    take_seat,
)
from kmportal.lib.cleaning import clean_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from organisations import events
from organisations.actions import let_outsider_in
from organisations.models import GroupMembership, Membership, Organisation, Person
from organisations.policies import require_that


@transaction.atomic
def join_community(community: Community, *, by: Membership, at: datetime) -> Community:
    """Come in where everybody here can. Idempotent."""
    require_that(policies.may_ask_in(by, community))
    lock_community(community)
    refuse_unless_living(community)
    if community.access != Access.OPEN and not policies.standing_of(by, community).is_in:
        raise Refusal(
            worded("Not everybody can join this community. Ask to join, or ask somebody in it to invite you.")
        )
    if take_seat(community, by, at=at) is not None:
        events.record(Event.COMMUNITY_JOINED, community, by=by, at=at, member=by.person)
    return community


@transaction.atomic
def ask_to_join(community: Community, *, by: Membership, at: datetime, words: str = "") -> Knock:
    """Ask the facilitators to be let in; whoever is invited is in at once. Idempotent: a second time answers what was
    asked already."""
    require_that(policies.may_ask_in(by, community))
    lock_community(community)
    refuse_unless_living(community)
    if policies.standing_of(by, community).is_in:
        raise Refusal(worded("You belong to this community already."))
    if community.access == Access.OPEN:
        raise Refusal(worded("Everybody here can join this community. You need not ask."))
    open_one = Knock.objects.filter(community=community, membership=by, answered_at=None).first()
    if open_one is not None and open_one.kind == Knock.Kind.INVITATION:
        return _answer(open_one, by=by, at=at, accept=True)
    if open_one is not None:
        return open_one
    if community.access == Access.INVITATION:
        raise Refusal(worded("People are invited into this community. Ask somebody in it to invite you."))
    knock = Knock(community=community, membership=by, kind=Knock.Kind.REQUEST, words=clean_text(words).strip(), at=at)
    refuse_invalid(knock, "words")
    knock.save()
    events.record(Event.COMMUNITY_ASKED_TO_JOIN, community, by=by, at=at, note=knock.words)
    return knock


@transaction.atomic
def invite_into_community(community: Community, *, by: Membership, at: datetime, person: Person) -> Knock:
    """Invite somebody of the organisation, who says yes or no. Whoever has asked already is let in at once.

    Any member may invite; into one that people ask to join, or are invited into, only who keeps it together.
    """
    require_that(policies.may_belong(by, community))
    if community.access != Access.OPEN:
        require_that(policies.may_run(by, community))
    lock_community(community)
    refuse_unless_living(community)
    found = _member_here(community.organisation, person)
    if GroupMembership.objects.filter(group_id=community.group_id, person=person).exists():
        raise Refusal(f"{person} belongs to this {worded('community')} already.")
    open_one = Knock.objects.filter(community=community, membership=found, answered_at=None).first()
    if open_one is not None:
        if open_one.kind == Knock.Kind.REQUEST:
            return _answer(open_one, by=by, at=at, accept=True)
        return open_one
    return invite(community, found, by=by, at=at)


def _member_here(organisation: Organisation, person: Person) -> Membership:
    found = Membership.objects.current().filter(organisation=organisation, person=person).first()
    if found is None:
        raise Refusal("Choose somebody who belongs to your organisation.")
    return found


@transaction.atomic
def answer_knock(knock: Knock, *, by: Membership, at: datetime, accept: bool) -> Knock:
    """Say yes or no to somebody who asks, or to one’s own invitation. What was answered already stays."""
    require_that(policies.may_answer_knock(by, knock))
    lock_community(knock.community)
    knock.refresh_from_db(fields=["answered_at", "is_accepted"])
    if knock.answered_at is not None:
        return knock
    if accept:
        refuse_unless_living(knock.community)
    return _answer(knock, by=by, at=at, accept=accept)


def _answer(knock: Knock, *, by: Membership, at: datetime, accept: bool) -> Knock:
    if accept and not knock.membership.is_current:
        raise Refusal(f"{knock.membership.person} does not belong to your organisation any more.")
    knock.answered_at, knock.is_accepted = at, accept
    knock.save(update_fields=["answered_at", "is_accepted"])
    if accept:
        take_seat(knock.community, knock.membership, at=at)
    is_own = knock.kind == Knock.Kind.INVITATION
    if is_own and accept:
        events.record(Event.COMMUNITY_JOINED, knock.community, by=by, at=at, member=by.person)
    elif not is_own:
        events.record(
            Event.COMMUNITY_REQUEST_ANSWERED,
            knock.community,
            by=by,
            at=at,
            member=knock.membership.person,
            accepted=accept,
        )
    return knock


@transaction.atomic
def leave_community(community: Community, *, by: Membership, at: datetime) -> Community:
    """Leave, with all roles; what one looked after there, others look after. What one wrote stays. Its only facilitator
    hands over first."""
    require_that(policies.may_take_part(by, community))
    lock_community(community)
    standing = policies.standing_of(by, community)
    refuse_last_facilitator(community, standing)
    GroupMembership.objects.filter(group_id=community.group_id, person=by.person).delete()
    release_pins([community.group_id], at=at)
    events.record(Event.COMMUNITY_LEFT, community, by=by, at=at, member=by.person)
    return community


@transaction.atomic
def set_roles(
    community: Community, *, by: Membership, at: datetime, person: Person, roles: Collection[str]
) -> Community:
    """Say what somebody in the community does; what is not named is taken off them. Idempotent.

    There is always a facilitator: the last one gives the role to somebody else first. A guest has no role.
    """
    require_that(policies.may_run(by, community))
    lock_community(community)
    if community.is_ended:
        refuse_unless_living(community)
    wanted = set(roles)
    if not wanted <= set(RoleKind.values):
        raise Refusal("Choose from the roles that there are.")
    seat = seat_in(community, person)
    if seat.is_guest and wanted:
        raise Refusal(f"{person} is a guest. Guests take part, and have no role.")
    present = set(seat.roles.values_list("kind", flat=True))
    if present == wanted:
        return community
    goes = RoleKind.FACILITATOR in present - wanted
    if goes and not facilitator_roles(community).exclude(seat=seat).exists():
        raise Refusal(worded("A community needs a facilitator. Give the role to somebody else first."))
    seat.roles.filter(kind__in=present - wanted).delete()
    CommunityRole.objects.bulk_create([CommunityRole(seat=seat, kind=kind, at=at) for kind in sorted(wanted - present)])
    events.record(
        Event.COMMUNITY_ROLES_CHANGED,
        community,
        by=by,
        at=at,
        member=person,
        roles=", ".join(sorted(wanted)),
        given=", ".join(sorted(wanted - present)),
    )
    return community


@transaction.atomic
def find_facilitator(community: Community, *, by: Membership, at: datetime, person: Person) -> Community:
    """Give a community that has lost its last facilitator another one, who comes in if they are not in it yet. Any
    member may, and who plans the programme. Refused while somebody facilitates it."""
    require_that(policies.may_wake(by, community))
    lock_community(community)
    if community.is_ended:
        refuse_unless_living(community)
    if running_facilitators(community):
        raise Refusal("Somebody facilitates it already. They can give the role to others.")
    take_seat(community, _member_here(community.organisation, person), at=at)
    make_facilitator(community, person, at=at)
    kind = RoleKind.FACILITATOR
    events.record(
        Event.COMMUNITY_ROLES_CHANGED, community, by=by, at=at, member=person, roles=kind.value, given=kind.value
    )
    return community


@transaction.atomic
def keep_a_facilitator(community: Community, *, at: datetime) -> Community:
    """After somebody was taken from the organisation: a deputy follows a facilitator who has gone.

    The portal’s own: whoever took them away was asked the permission for that. Where there is no deputy, the event
    tells those who plan the programme. Idempotent.
    """
    lock_community(community)
    roles = CommunityRole.objects.filter(seat__group_id=community.group_id)
    if community.is_ended or roles.filter(kind=RoleKind.FACILITATOR).exists():
        return community
    deputy = roles.filter(kind=RoleKind.DEPUTY).select_related("seat__person").order_by("pk").first()
    if deputy is not None:
        deputy.kind = RoleKind.FACILITATOR
        deputy.save(update_fields=["kind"])
    follows = deputy.seat.person if deputy else None
    events.record(Event.COMMUNITY_WITHOUT_FACILITATOR, community, by=None, at=at, follows=follows)
    return community


@transaction.atomic
def let_in_from_elsewhere(
    community: Community, *, by: Membership, at: datetime, email: str, is_guest: bool = False
) -> GroupMembership:
    """Let in somebody of another organisation, as a member or a guest. Both organisations must allow it."""
    require_that(policies.may_run(by, community) and policies.belongs_here(by, community))
    lock_community(community)
    refuse_unless_living(community)
    seat = let_outsider_in(community.group, by=by, at=at, email=email, is_guest=is_guest)
    events.record(Event.COMMUNITY_JOINED, community, by=by, at=at, member=seat.person)
    return seat
