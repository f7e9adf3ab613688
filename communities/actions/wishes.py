"""How much mail somebody wants: from a community, of a discussion, and on which day."""

from datetime import datetime

from django.db import transaction

from communities import policies
from communities.models import Community, Follower, MailWish, Muted, Pace, Thread, Wish
from communities.transitions import refuse_unless_open
from kmportal.lib.exceptions import Refusal
from organisations.models import GroupMembership, Membership
from organisations.permissions import Permission
from organisations.policies import require, require_that


@transaction.atomic
def choose_community_mail(community: Community, *, by: Membership, at: datetime, how: str) -> MailWish:
    """Say how much mail one wants of a community. Idempotent."""
    require_that(policies.may_take_part(by, community))
    if how not in Wish.values:
        raise Refusal("Choose how much mail you want.")
    wish, _ = MailWish.objects.update_or_create(seat_id=policies.standing_of(by, community).seat, defaults={"how": how})
    return wish


def stop_community_mail(seat: GroupMembership, *, by: Membership, at: datetime) -> MailWish:
    """The same, by the link at the foot of a mail: whoever holds it is taken for who got the mail, and it can only
    stop. Idempotent."""
    require_that(seat.membership_id == by.pk)
    return MailWish.objects.update_or_create(seat=seat, defaults={"how": Wish.NOTHING})[0]


@transaction.atomic
def mute_thread(thread: Thread, *, by: Membership, at: datetime, mute: bool) -> None:
    """Hear nothing more of a discussion unless one is named in it, or hear of it again. Idempotent."""
    require_that(policies.may_read_thread(by, thread))
    if mute:
        Muted.objects.get_or_create(thread=thread, person=by.person)
        Follower.objects.filter(thread=thread, person=by.person).delete()
    else:
        Muted.objects.filter(thread=thread, person=by.person).delete()


@transaction.atomic
def follow_thread(thread: Thread, *, by: Membership, at: datetime, follow: bool) -> None:
    """Hear of each new post in a discussion, or no longer. Who had muted it hears of it again. Refused where nobody
    writes any more. Idempotent."""
    require_that(policies.may_read_thread(by, thread))
    if follow:
        refuse_unless_open(thread.community)
        Muted.objects.filter(thread=thread, person=by.person).delete()
        Follower.objects.get_or_create(thread=thread, person=by.person)
    else:
        Follower.objects.filter(thread=thread, person=by.person).delete()


@transaction.atomic
def choose_pace(*, by: Membership, at: datetime, weekday: int) -> Pace:
    """Say on which day one reads what is new. Idempotent."""
    require(Permission.READ, by, by.organisation)
    if weekday not in Pace.Day.values:
        raise Refusal("Choose a day of the week.")
    return Pace.objects.update_or_create(person=by.person, defaults={"weekday": weekday})[0]
