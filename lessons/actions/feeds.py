"""Secret addresses of feeds: made, renewed and taken away. Each is shown once."""

from datetime import datetime

from django.db import transaction

from lessons import policies
from lessons.models import Follow, LessonFeed
from organisations.access_tokens import hash_of, make_secret
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require, require_that


@transaction.atomic
def renew_feed(organisation: Organisation, *, by: Membership, at: datetime) -> tuple[LessonFeed, str]:
    """A new address for all new lessons that one may read, and its secret."""
    require(Permission.READ, by, organisation)
    return _renew(by, None, at)


@transaction.atomic
def renew_feed_of_search(follow: Follow, *, by: Membership, at: datetime) -> tuple[LessonFeed, str]:
    """The same for a saved search of one’s own."""
    require_that(policies.is_own_follow(by, follow) and follow.kind == Follow.Kind.SEARCH)
    return _renew(by, follow, at)


def _renew(by: Membership, follow: Follow | None, at: datetime) -> tuple[LessonFeed, str]:
    secret = make_secret()
    wanted = {"hash": hash_of(secret), "made_at": at}
    return LessonFeed.objects.update_or_create(membership=by, follow=follow, defaults=wanted)[0], secret


@transaction.atomic
def close_feed(feed: LessonFeed, *, by: Membership, at: datetime) -> None:
    """Have an address open nothing any more. Idempotent."""
    require_that(policies.is_own_follow(by, feed))
    LessonFeed.objects.filter(pk=feed.pk).delete()
