"""The health of a community for its own people: twelve questions, and beside each what was agreed and what happened.

No score, no rank, no names. Where too few did something to say anything, it says that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import ngettext

from communities import catalogue, policies
from communities.health import (
    WINDOW,
    built_between,
    first_answers,
    meetings_between,
    posts_by_person,
    usual_wait,
)
from communities.models import Agreed, Community, Pin, Post, QuietLine, Story, Thread
from communities.policies import Standing
from communities.reports import page_rows
from communities.transitions import running_people
from kmportal.lib.sentences import capital, counted, in_words
from lessons.models import Lesson
from organisations.models import AuditEntry, GroupMembership, Membership
from people.models import Profile

QUARTER, YEAR = timedelta(days=91), timedelta(days=365)
FEWEST = 5  # people or answers, below which a figure says more about persons than about the community
UNSEEN = "The portal does not see this. Talk about it."


@dataclass(frozen=True)
class HealthRow:
    """One question: what was agreed and what happened, in words, and what the charter says to it."""

    line: catalogue.HealthLine
    agreed: str
    happened: str
    charter: str


@dataclass(frozen=True)
class HealthPage:
    """The page of health for one member."""

    community: Community
    standing: Standing
    allowed: frozenset[str]
    rows: Sequence[HealthRow]
    quiet: QuietLine | None
    is_agreed: bool  # until then the figures are suggestions

    @classmethod
    def build(cls, community: Community, membership: Membership, *, at: datetime) -> "HealthPage":
        """Some twenty queries, whatever was written."""
        standing = policies.standing_of(membership, community)
        charter = community.charters.first()
        answers = charter.answers if charter else {}
        found = Agreed.objects.filter(community=community).first()
        agreed = found or Agreed(community=community)
        rows = [
            HealthRow(
                line,
                _AGREED[line.key](agreed) if line.key in _AGREED else line.agreed,
                _HAPPENED[line.key](community, at) if line.key in _HAPPENED else UNSEEN,
                answers.get(_CHARTER.get(line.key, ""), ""),
            )
            for line in catalogue.health_lines()
        ]
        allowed = policies.allowed(membership, community, standing)
        return cls(community, standing, allowed, rows, open_line(community, standing), is_agreed=found is not None)


def open_line(community: Community, standing: Standing) -> QuietLine | None:
    """The private line that waits for an answer, for those who keep the community together."""
    if not standing.runs or not community.is_living:
        return None
    return page_rows.open_quiet_lines.first(community.pk)


_CHARTER = {"rhythm": "rhythm", "people": "people", "builds": "makes"}
_AGREED: dict[str, Callable[[Agreed], str]] = {
    "rhythm": lambda agreed: f"{_sentence(agreed.meetings, 'meeting', 'meetings')} in three months",
    "answers": lambda agreed: f"Within {counted(agreed.answer_days, 'working day', 'working days')}",
    "builds": lambda agreed: f"{_sentence(agreed.builds, 'thing', 'things')} in three months",
    "stories": lambda agreed: f"{_sentence(agreed.stories, 'story', 'stories')} in a year",
}


def _sentence(number: int, one: str, more: str) -> str:
    return capital(counted(number, one, more))


def _part(part: int, whole: int, one: str, more: str) -> str:
    """“0 of 1 question”, “2 of 5 questions”."""
    return f"{part:,} of {whole:,} {ngettext(one, more, whole)}"


def _meetings(community: Community, at: datetime) -> str:
    held = meetings_between(community, at - QUARTER, at)
    if held is None:
        return "No meeting has been planned here yet"
    return f"{_sentence(held, 'meeting', 'meetings')} in three months"


def _people(community: Community, at: datetime) -> str:
    writers = set(posts_by_person(community, at - QUARTER, at))
    if len(writers) < FEWEST:
        return f"Fewer than {in_words(FEWEST)} people wrote in three months. That is too few to say."
    seats = GroupMembership.objects.filter(group_id=community.group_id, person__in=writers)
    told = Profile.objects.listed().filter(membership__in=seats.values("membership"))
    found = told.aggregate(
        sites=Count("site_key", distinct=True, filter=~Q(site_key="")),
        groups=Count("staff_group", distinct=True, filter=~Q(staff_group="")),
    )
    wrote = f"{len(writers)} people wrote in three months"
    if not found["sites"] and not found["groups"]:
        return f"{wrote}. None of them has said where they work."
    sites = counted(found["sites"], "site", "sites")
    return f"{wrote}, from {sites} and {counted(found['groups'], 'staff group', 'staff groups')}"


def _answers(community: Community, at: datetime) -> str:
    asked = Thread.objects.filter(community=community, kind=Thread.Kind.QUESTION, at__gte=at - QUARTER).count()
    if not asked:
        return "Nobody asked anything in three months"
    pairs = first_answers(community, at - QUARTER, at)
    wait = usual_wait(pairs)
    some = f"{_part(len(pairs), asked, 'question', 'questions')} answered"
    if wait is None:
        return some
    waited = "on the same day" if wait == 0 else f"within {counted(wait, 'working day', 'working days')}"
    return f"{some}, half of them {waited}"


def _voices(community: Community, at: datetime) -> str:
    wrote = posts_by_person(community, at - WINDOW, at)
    if len(wrote) < FEWEST:
        return f"Fewer than {in_words(FEWEST)} people wrote in 60 days. That is too few to say."
    most = sum(count for _, count in wrote.most_common(3))
    return f"{round(100 * most / wrote.total())} % was written by three people in 60 days"


def _newcomers(community: Community, at: datetime) -> str:
    seats = GroupMembership.objects.filter(
        group_id=community.group_id,
        membership__left_at=None,
        joined_at__gte=at - 2 * QUARTER,
        joined_at__lt=at - QUARTER,
    )
    new = set(seats.values_list("person", flat=True))
    if not new:
        return "Nobody joined three to six months ago"
    wrote = Post.objects.filter(thread__community=community, author__in=new, at__gte=at - QUARTER)
    stayed = wrote.values("author").distinct().count()
    return f"{stayed} of {len(new)} wrote in the last three months"


def _builds(community: Community, at: datetime) -> str:
    built = built_between(community, at - QUARTER, at)
    return f"{_sentence(built, 'thing', 'things') if built else 'Nothing'} in three months"


def _fresh(community: Community, at: datetime) -> str:
    today = timezone.localdate(at)
    pins = Pin.objects.filter(community=community).exclude(kind=Pin.Kind.PERSON)
    lessons = Lesson.objects.validated().filter(group_id=community.group_id)
    lessons = lessons.exclude(pk__in=pins.filter(lesson__isnull=False).values("lesson"))
    past = pins.filter(review_on__lt=today).count() + lessons.filter(review_on__lt=today).count()
    total = pins.count() + lessons.count()
    return f"{_part(past, total, 'thing', 'things')} past its day" if total else "Nothing is looked after yet"


def _stories(community: Community, at: datetime) -> str:
    told = Story.objects.filter(community=community, at__gte=at - YEAR).count()
    return f"{_sentence(told, 'story', 'stories')} in a year"


def _voices_of_review(community: Community, yes: str, no: str) -> str:
    """What members said at the newest look back at which five of them said something."""
    for review in community.reviews.all()[:2]:
        said = getattr(review, yes), getattr(review, no)
        if sum(said) >= FEWEST:
            return f"{said[0]} of {sum(said)} said yes"
    return f"Fewer than {in_words(FEWEST)} members have answered. That is too few to say."


def _missed(community: Community, at: datetime) -> str:
    return _voices_of_review(community, "missed_yes", "missed_no")


def _free(community: Community, at: datetime) -> str:
    return _voices_of_review(community, "free_yes", "free_no")


def _carriers(community: Community, at: datetime) -> str:
    people = [person.pk for person in running_people(community)]
    wrote = set(posts_by_person(community, at - WINDOW, at))
    deeds = AuditEntry.objects.filter(kind="community", ident=community.pk, at__gte=at - WINDOW, actor_id__in=people)
    active = set(people) & (wrote | set(deeds.values_list("actor_id", flat=True)))
    return f"{len(active)} of {len(people)} did something here in 60 days"


_HAPPENED: dict[str, Callable[[Community, datetime], str]] = {
    "rhythm": _meetings,
    "people": _people,
    "answers": _answers,
    "voices": _voices,
    "newcomers": _newcomers,
    "builds": _builds,
    "fresh": _fresh,
    "stories": _stories,
    "missed": _missed,
    "free": _free,
    "carriers": _carriers,
}
