"""Meetings on pages: what comes, what has been, and one meeting with its days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from communities.models import ENDED, Community, Meeting, MeetingDay
from communities.reports.calendars import rhythm_in_words
from kmportal.lib.days import clock
from kmportal.lib.prepared import prepared
from kmportal.lib.things import Look
from organisations.models import GroupMembership, Membership

SHOWN_BEHIND = 10
AROUND_HOURS = 2  # so long after its beginning a day still counts as to come
CALLED_OFF = Look("bad", "x", "Called off")
MOVED = Look("warn", "arrow-right", "Moved")
BEEN = Look("", "circle-check", "Has been")


@dataclass(frozen=True)
class DayRow:
    """One day as its readers see it."""

    day: MeetingDay
    weekday: str
    until: str
    look: Look | None
    is_ahead: bool
    is_link: bool

    @classmethod
    def of(cls, day: MeetingDay, *, at: datetime) -> "DayRow":
        ahead = day.starts_at >= at
        look = CALLED_OFF if day.cancelled_at else MOVED if day.is_moved else None
        local = timezone.localtime(day.starts_at)
        is_link = day.place.startswith(("https://", "http://"))
        return cls(day, f"{local:%A}", clock(timezone.localtime(day.ends_at)), look, ahead, is_link)


def days_ahead(rows: "QuerySet[MeetingDay]", at: datetime) -> "QuerySet[MeetingDay]":
    """What is to come, and what has begun within the last two hours."""
    return rows.filter(starts_at__gte=at - timedelta(hours=AROUND_HOURS)).order_by("starts_at", "pk")


def not_called_off_as_a_whole(rows: "QuerySet[MeetingDay]") -> "QuerySet[MeetingDay]":
    """Without the days of a rhythm that meets no more: they would stand before everything that does come."""
    gone = Q(meeting__cancelled_at__isnull=False) & ~Q(meeting__repeats=Meeting.Repeats.ONCE)
    return rows.exclude(gone)


def days_of_community(community: Community, membership: Membership) -> "QuerySet[MeetingDay]":
    """All days that this member may read of. With the meeting, and how many came."""
    rows = MeetingDay.objects.visible_to(membership).filter(meeting__community=community)
    return rows.select_related("meeting").annotate(came=Count("attendances"))


@prepared
def _days_ahead(membership: Membership, community: int, since: datetime) -> QuerySet[MeetingDay]:
    rows = MeetingDay.objects.visible_to(membership).held().filter(meeting__community=community, starts_at__gte=since)
    return rows.order_by("starts_at", "pk").select_related("meeting").annotate(came=Count("attendances"))[:1]


def next_day(community: Community, membership: Membership, *, at: datetime) -> DayRow | None:
    """The next time that it meets, for who belongs to it. One query."""
    if community.state in ENDED:
        return None
    day = _days_ahead.first(membership, community.pk, at - timedelta(hours=AROUND_HOURS))
    return DayRow.of(day, at=at) if day else None


@prepared
def _days_between(
    membership: Membership, communities: tuple[int, ...], since: datetime, until: datetime
) -> QuerySet[MeetingDay]:
    rows = MeetingDay.objects.visible_to(membership).held().filter(meeting__community__in=communities)
    rows = rows.filter(starts_at__gte=since, starts_at__lte=until)
    return rows.order_by("starts_at", "pk").select_related("meeting")


def next_days(membership: Membership, communities: Sequence[Community], *, at: datetime) -> dict[int, MeetingDay]:
    """The next day of each of these communities, by its key. One query."""
    living = tuple(one.pk for one in communities if one.state not in ENDED)
    since, until = at - timedelta(hours=AROUND_HOURS), at + timedelta(days=62)
    found: dict[int, MeetingDay] = {}
    for day in _days_between(membership, living, since, until) if living else ():
        found.setdefault(day.meeting.community_id, day)
    return found


def who_joined(day: MeetingDay) -> list[int]:
    """Of the people of the community, who was in the session that the day was held as. Nobody before it is closed, and
    where it is not kept who came."""
    session = day.session
    if session is None or not session.is_closed or not day.keeps_who_came:
        return []
    seats = GroupMembership.objects.filter(group=day.meeting.community.group_id, membership__left_at=None)
    here = session.participants.here().filter(person__in=seats.values("person"))
    return list(here.values_list("person", flat=True).order_by("person"))


@dataclass(frozen=True)
class MeetingPage:
    """One meeting: its rhythm in words, what comes of it, what has been."""

    meeting: Meeting
    rhythm: str
    ahead: Sequence[DayRow]
    behind: Sequence[DayRow]
    is_over: bool

    @classmethod
    def build(cls, meeting: Meeting, membership: Membership, *, at: datetime) -> "MeetingPage":
        rows = days_of_community(meeting.community, membership).filter(meeting=meeting)
        past = rows.filter(starts_at__lt=at - timedelta(hours=2)).order_by("-starts_at", "-pk")[:SHOWN_BEHIND]
        ahead = [DayRow.of(day, at=at) for day in not_called_off_as_a_whole(days_ahead(rows, at))]
        return cls(
            meeting,
            rhythm_in_words(meeting),
            ahead,
            [DayRow.of(day, at=at) for day in past],
            is_over=not ahead,  # while it lasts, whoever comes late looks for the link, and may put it right
        )
