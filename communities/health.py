"""How a community is, counted: against what it agreed on, and against its own past. No score, and nobody is named.

``meetings_between`` is the one place where meetings are counted; everything else asks it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low

from django.db.models import F, Min, Q
from django.utils import timezone

from communities.models import Community, MeetingDay, Pin, Post, Thread
from lessons.models import Lesson

WINDOW = timedelta(days=60)
# The time before that it is held against, and how old a community must be to have had it.
EARLIER = 3
OLD_ENOUGH = WINDOW * (EARLIER + 1)
# A half of next to nothing says nothing: so many in the earlier time at least.
FEWEST_BEFORE = EARLIER
FALLEN_LINES = 2


@dataclass(frozen=True)
class Rhythm:
    """What happened in one stretch of 60 days."""

    meetings: int | None
    answered: int
    voices: int
    built: int


def meetings_between(community: Community, start: datetime, end: datetime) -> int | None:
    """How many meetings were held; None where the community has never planned one here."""
    days = MeetingDay.objects.filter(meeting__community=community).held()
    if not days.exists():
        return None
    return days.filter(starts_at__gte=start, starts_at__lt=end).count()


def built_between(community: Community, start: datetime, end: datetime) -> int:
    """What was put on the shelf, and lessons of the community that were checked."""
    pins = Pin.objects.filter(community=community, at__gte=start, at__lt=end).exclude(kind=Pin.Kind.PERSON)
    fresh = Lesson.objects.checked().filter(group_id=community.group_id, validated_at__gte=start, validated_at__lt=end)
    return pins.count() + fresh.exclude(pk__in=pins.filter(lesson__isnull=False).values("lesson")).count()


def first_answers(community: Community, start: datetime, end: datetime) -> list[tuple[date, date]]:
    """The day of each question asked in that time, and of its first answer by somebody else. One query."""
    asked = Thread.objects.filter(community=community, kind=Thread.Kind.QUESTION, at__gte=start, at__lt=end)
    by_others = Q(posts__author__isnull=False) & ~Q(posts__author=F("author"))
    rows = asked.annotate(answered_at=Min("posts__at", filter=by_others)).exclude(answered_at=None)
    return [(timezone.localdate(row.at), timezone.localdate(row.answered_at)) for row in rows]


def posts_by_person(community: Community, start: datetime, end: datetime) -> Counter[int]:
    """How much each person wrote; for counting, never for a page."""
    rows = Post.objects.filter(thread__community=community, at__gte=start, at__lt=end, author__isnull=False)
    return Counter(rows.values_list("author_id", flat=True))


def rhythm_between(community: Community, start: datetime, end: datetime) -> Rhythm:
    return Rhythm(
        meetings=meetings_between(community, start, end),
        answered=len(first_answers(community, start, end)),
        voices=len(posts_by_person(community, start, end)),
        built=built_between(community, start, end),
    )


def has_become_quiet(community: Community, *, at: datetime) -> bool:
    """The rule of rhythm: in the last 60 days at most half of what was usual in the 180 days before, in two of four
    lines. Younger communities have no usual yet."""
    if community.created_at + OLD_ENOUGH > at:
        return False
    now = rhythm_between(community, at - WINDOW, at)
    before = [rhythm_between(community, at - WINDOW * (n + 1), at - WINDOW * n) for n in range(1, EARLIER + 1)]
    lines = [
        (now.answered, [one.answered for one in before]),
        (now.voices, [one.voices for one in before]),
        (now.built, [one.built for one in before]),
    ]
    if now.meetings is not None:
        lines.append((now.meetings, [one.meetings or 0 for one in before]))
    return sum(_fell(one, past) for one, past in lines) >= FALLEN_LINES


def _fell(now: int, past: Iterable[int]) -> bool:
    """By half, against the mean of the stretches before."""
    total = sum(past)
    return total >= FEWEST_BEFORE and now * EARLIER * 2 <= total


def working_days_between(start: date, end: date) -> int:
    """Monday to Friday, the first day not counted."""
    days = (end - start).days
    return sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, days + 1))


def usual_wait(pairs: Iterable[tuple[date, date]]) -> int | None:
    """Working days until the first answer: half of the questions waited no longer. None where nobody answered."""
    waits = [working_days_between(*pair) for pair in pairs]
    return median_low(waits) if waits else None
