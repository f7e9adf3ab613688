"""What is new of what somebody follows, for the mail of the next morning."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse

from kmportal.lib.domain_words import worded
from kmportal.lib.links import absolute
from kmportal.lib.news import Line, News
from lessons.models import FollowHit, How, Lesson
from organisations.models import Membership

KIND = "followed-lessons"
# A machine that was off in a morning tells it on one of the next three.
LATE_DAYS = 4
MOST_LINES = 10


def news_of_followers(at: datetime, people: Collection[int] | None = None) -> Iterator[News]:
    """The lessons of each day that is over, for everybody or for these people: of what they still follow and may still
    read. Nothing where there is none."""
    oldest = at.date() - timedelta(days=LATE_DAYS + 1)
    rows = FollowHit.objects.filter(how=How.DIGEST, day__gte=oldest, day__lte=at.date() + timedelta(days=1))
    rows = rows.exclude(follow__how=How.OFF).filter(membership__in=Membership.objects.current())
    if people is not None:
        rows = rows.filter(membership__person__in=people)
    found: dict[tuple[Membership, date], list[FollowHit]] = defaultdict(list)
    for hit in rows.select_related("membership__organisation", "membership__person", "follow").order_by("pk"):
        today = at.astimezone(ZoneInfo(hit.membership.organisation.time_zone)).date()
        if today - timedelta(days=LATE_DAYS) <= hit.day < today:
            found[hit.membership, hit.day].append(hit)
    said: set[tuple[int, int]] = set()
    for (membership, day), hits in found.items():
        if lines := _lines_for(membership, hits, said):
            slug = membership.organisation.slug
            with membership.organisation.at_home():
                title = worded("lessons that you follow")
            page = absolute(reverse("follow_list", args=[slug]))
            yield News(
                kind=KIND,
                ident=membership.pk,
                person=membership.person,
                organisation=membership.organisation,
                title=title,
                url=page,
                day=day,
                lines=lines,
                settings_url=page,
            )


def _lines_for(membership: Membership, hits: Collection[FollowHit], said: set[tuple[int, int]]) -> list[Line]:
    """A lesson stands in the mail once, in however many organisations its reader is: ``said`` has person and lesson."""
    lessons = Lesson.objects.visible_to(membership).validated().filter(pk__in=[hit.lesson_id for hit in hits])
    slug = membership.organisation.slug
    new = [
        one for one in lessons.select_related("revision").order_by("pk") if (membership.person_id, one.pk) not in said
    ]
    said.update((membership.person_id, lesson.pk) for lesson in new)
    titles = [Line(one.words.title, absolute(reverse("lesson_detail", args=[slug, one.pk]))) for one in new]
    if len(titles) <= MOST_LINES:
        return titles
    everything = absolute(f"{reverse('lesson_list', args=[slug])}?sort=newest")
    return [*titles[:MOST_LINES], Line(f"And {len(titles) - MOST_LINES:,} more", everything)]
