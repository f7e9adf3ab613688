"""A meeting of a community as a piece of work that one can get ready for (``kmportal.lib.work``)."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from communities.models import Meeting, MeetingDay
from communities.transitions import facilitated_by, running_facilitators
from kmportal.lib.things import Ref
from kmportal.lib.work import KindOfWork, Span, Work


def _meeting(row: Meeting) -> Work:
    community = row.community
    coming = MeetingDay.objects.held().filter(meeting=row, starts_at__gte=timezone.now() - timedelta(hours=12))
    next_day = coming.order_by("starts_at").first()
    leading = running_facilitators(community)
    return Work(
        Ref("meeting", row.pk),
        row,
        row.title,
        (row.title, row.words, f"{community.name} {community.question}"),
        row.organisation,
        starts_on=timezone.localdate(next_day.starts_at) if next_day else None,
        leads=leading[0] if leading else None,
        group=community.group,
        is_over=row.cancelled_at is not None or next_day is None,
    )


def _meetings(span: Span, people: tuple[int, ...] | None) -> QuerySet[Meeting]:
    """Meetings that are held once, of whoever facilitates the community; a rhythm would ask every week."""
    days = MeetingDay.objects.held().filter(starts_at__gte=span.begins, starts_at__lt=span.ends)
    rows: QuerySet[Meeting] = Meeting.objects.filter(
        repeats=Meeting.Repeats.ONCE, cancelled_at=None, pk__in=days.values("meeting")
    )
    if people is not None:
        rows = rows.filter(community__in=facilitated_by(people))
    return rows


MEETING = KindOfWork(_meeting, _meetings, ("organisation", "community__group", "community__organisation"))
