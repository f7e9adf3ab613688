"""Your communities on the home page, and what is new in each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from communities import labels
from communities.models import (
    Community,
    MeetingDay,
    Post,
    Seen,
    State,
    Thread,
)
from communities.reports.meetings import next_days
from communities.reports.steps import sentence
from kmportal.lib.prepared import prepared
from kmportal.lib.things import Look
from organisations.models import Membership


@dataclass(frozen=True)
class HomeRow:
    """One of somebody’s communities on their home page."""

    community: Community
    look: Look
    news: str
    next_at: datetime | None = None


@prepared
def _communities_of(membership: Membership, since: datetime) -> QuerySet[Any]:
    """With the numbers of discussions in which others have written since this member was there (who never was: since a
    moment), and when the newest one was. What has gone into another community is met there."""
    seen = Seen.objects.filter(seat__membership=membership.pk, seat__group=OuterRef("group")).values("talk_at")[:1]
    by_others = Post.objects.filter(thread=OuterRef("pk"), at__gt=OuterRef(OuterRef("new_from")))
    fresh = (
        Thread.objects.filter(community=OuterRef("pk"), last_at__gt=OuterRef("new_from"))
        .filter(Exists(by_others.exclude(author_id=membership.person_id)))
        .order_by()
        .values("community")
        .annotate(n=Count("pk"))
        .values("n")
    )
    newest = Thread.objects.filter(community=OuterRef("pk")).order_by("-last_at").values("last_at")[:1]
    rows = Community.objects.of(membership).filter(moved_to=None).exclude(state=State.ARCHIVED)
    rows = rows.annotate(seen_at=Subquery(seen), newest=Subquery(newest))
    rows = rows.annotate(new_from=Coalesce("seen_at", Value(since, output_field=DateTimeField())))
    return rows.annotate(fresh=Subquery(fresh)).select_related("organisation")


def own_communities(membership: Membership, *, at: datetime) -> list[HomeRow]:
    """The communities of a member, those with the newest talk first. Two queries."""
    rows = _communities_of(membership, at - timedelta(days=7))
    found = sorted(rows, key=lambda one: (one.newest is None, -(one.newest.timestamp() if one.newest else 0)))
    days = next_days(membership, found[:5], at=at)
    return [_row_of(one, days.get(one.pk)) for one in found[:5]]


def _row_of(community: Any, day: MeetingDay | None) -> HomeRow:
    look = labels.STATES[State(community.state)]
    return HomeRow(
        community,
        look,
        _news_of(community.fresh or 0, "since you were there" if community.seen_at else "this week"),
        day.starts_at if day else None,
    )


def _news_of(fresh: int, when: str) -> str:
    if not fresh:
        return f"Nothing new {when}"
    return f"{sentence(fresh, 'discussion', 'discussions')} {when}"
