"""Your communities on the home page, and what is new in each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from communities import labels
from communities.models import (
    Community,
    MeetingDay,
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
    """With the numbers of discussions since a moment, and when the newest one was. What has gone into another community
    is met there."""
    fresh = (
        Thread.objects.filter(community=OuterRef("pk"), last_at__gte=since)
        .order_by()
        .values("community")
        .annotate(n=Count("pk"))
        .values("n")
    )
    newest = Thread.objects.filter(community=OuterRef("pk")).order_by("-last_at").values("last_at")[:1]
    rows = Community.objects.of(membership).filter(moved_to=None).exclude(state=State.ARCHIVED)
    return rows.annotate(fresh=Subquery(fresh), newest=Subquery(newest)).select_related("organisation")


def own_communities(membership: Membership, *, at: datetime) -> list[HomeRow]:
    """The communities of a member, those with the newest talk first. Two queries."""
    rows = _communities_of(membership, at - timedelta(days=7))
    found = sorted(rows, key=lambda one: (one.newest is None, -(one.newest.timestamp() if one.newest else 0)))
    days = next_days(membership, found[:5], at=at)
    return [_row_of(one, days.get(one.pk)) for one in found[:5]]


def _row_of(community: Any, day: MeetingDay | None) -> HomeRow:
    look = labels.STATES[State(community.state)]
    return HomeRow(community, look, _news_of(community.fresh or 0), day.starts_at if day else None)


def _news_of(fresh: int) -> str:
    if not fresh:
        return "Nothing new this week"
    return f"{sentence(fresh, 'discussion', 'discussions')} this week"
