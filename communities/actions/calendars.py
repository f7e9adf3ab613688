"""Secret addresses of calendars: made and renewed. Each is shown once; the one before opens nothing any more."""

from datetime import datetime

from django.db import transaction

from communities import policies
from communities.events import Event
from communities.models import CalendarFeed, Community
from organisations import events
from organisations.access_tokens import hash_of, make_secret
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require, require_that


@transaction.atomic
def renew_own_calendar(*, by: Membership, at: datetime) -> tuple[CalendarFeed, str]:
    """A new address for one’s own calendar over all communities, and its secret."""
    require(Permission.READ, by, by.organisation)
    secret = make_secret()
    wanted = {"hash": hash_of(secret), "made_at": at}
    return CalendarFeed.objects.update_or_create(person=by.person, defaults=wanted)[0], secret


@transaction.atomic
def renew_community_calendar(community: Community, *, by: Membership, at: datetime) -> tuple[CalendarFeed, str]:
    """A new address for the calendar of a community, and its secret, for who keeps the community together."""
    require_that(policies.may_run(by, community))
    secret = make_secret()
    wanted = {"hash": hash_of(secret), "made_at": at}
    feed, _ = CalendarFeed.objects.update_or_create(community=community, defaults=wanted)
    events.record(Event.COMMUNITY_CALENDAR_RENEWED, community, by=by, at=at)
    return feed, secret
