"""Who gets which mail of a community, and what is new in a week."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse

from communities.models import ENDED, Community, MailWish, MeetingDay, Muted, Thread, Wish
from communities.reports.calendars import day_in_words
from communities.reports.steps import sentence
from communities.tokens import stop_link
from kmportal.lib.days import long_day
from kmportal.lib.domain_words import worded
from kmportal.lib.links import absolute
from kmportal.lib.mentions import mentioned
from kmportal.lib.news import Line, News
from organisations.models import GroupMembership, Membership

KIND = "community-news"
A_WEEK = timedelta(days=7)
# A machine that was off on somebody’s day tells it on one of the next two.
LATE_DAYS = 2
MOST_QUESTIONS = 3
MONDAY = 0


def seats_for_mail(community: Community) -> list[GroupMembership]:
    """Everybody in it who may come in today and wants any mail of it."""
    rows = _seats().filter(group_id=community.group_id)
    return list(rows.exclude(mail_wish__how=Wish.NOTHING).order_by("pk"))


def seats_at_once(thread: Thread, *, on: date) -> list[GroupMembership]:
    """Those who want to hear of each new discussion, but for who began it and who is away."""
    rows = _seats().filter(group_id=thread.group_id, mail_wish__how=Wish.AT_ONCE).exclude(person=thread.author_id)
    return [seat for seat in rows.order_by("pk") if not seat.person.is_away(on)]


def _seats() -> QuerySet[GroupMembership]:
    current = Membership.objects.current().values("pk")
    neighbours = ("person__pace", "membership__organisation", "group__community__organisation", "mail_wish")
    return GroupMembership.objects.filter(membership__in=current).select_related(*neighbours)


# --- Once a week -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Week:
    """What the communities in question have of the last week: by community."""

    threads: dict[int, list[Thread]]
    open_questions: dict[int, list[Thread]]
    days: dict[int, list[MeetingDay]]
    muted: set[tuple[int, int]]

    @property
    def concerned(self) -> set[int]:
        """Who wrote or muted something of it: everybody else reads the same."""
        threads = [thread for rows in (*self.threads.values(), *self.open_questions.values()) for thread in rows]
        return {thread.author_id for thread in threads if thread.author_id} | {person for _, person in self.muted}


def weekly_news(at: datetime, people: Collection[int] | None = None) -> Iterator[News]:
    """What is new for everybody, or for these people, whose day it is. Nothing for a week in which nothing happened.

    So many queries for everybody, however many they are.
    """
    seats = [(seat, day) for seat, day in _seats_of_day(at, people)]
    keys = {seat.group.community.pk for seat, _ in seats}
    if not keys:
        return
    week = _read_week(keys, at, [seat.person_id for seat, _ in seats])
    concerned, said = week.concerned, dict[tuple[object, ...], Sequence[Line]]()
    for seat, day in seats:
        late = at.astimezone(ZoneInfo(seat.membership.organisation.time_zone)).date() - day
        community, slug = seat.group.community, seat.membership.organisation.slug
        alike = (community.pk, slug, late, seat.person_id if seat.person_id in concerned else None)
        if alike not in said:
            said[alike] = _lines_for(seat, week, after=at - A_WEEK - late)
        if lines := said[alike]:
            yield News(
                kind=KIND,
                ident=community.pk,
                person=seat.person,
                organisation=seat.membership.organisation,
                title=community.name,
                url=absolute(reverse("community_detail", args=[slug, community.pk])),
                day=day,
                lines=lines,
                stop_url=stop_link(seat.pk),
                settings_url=absolute(reverse("community_mail", args=[slug, community.pk])),
            )


def _seats_of_day(at: datetime, people: Collection[int] | None) -> Iterable[tuple[GroupMembership, date]]:
    rows = _seats().filter(group__community__isnull=False).exclude(group__community__state__in=ENDED)
    rows = rows.filter(Q(mail_wish=None) | Q(mail_wish__how=Wish.WEEKLY))
    if people is not None:
        rows = rows.filter(person__in=people)
    # A day is another one further east or west: the zone decides below.
    weekdays = {(at + timedelta(days=offset)).weekday() for offset in range(-LATE_DAYS - 1, 2)}
    own = Q(person__pace__weekday__in=weekdays)
    for seat in rows.filter(own | Q(person__pace=None) if MONDAY in weekdays else own).order_by("pk"):
        today = at.astimezone(ZoneInfo(seat.membership.organisation.time_zone)).date()
        pace = getattr(seat.person, "pace", None)
        since = (today.weekday() - (pace.weekday if pace else MONDAY)) % 7
        if since <= LATE_DAYS:
            yield seat, today - timedelta(days=since)


def _read_week(communities: Collection[int], at: datetime, people: Collection[int]) -> _Week:
    fresh, still_open, days = defaultdict(list), defaultdict(list), defaultdict(list)
    longest_ago = at - A_WEEK - timedelta(days=LATE_DAYS)
    for thread in Thread.objects.filter(community__in=communities, last_at__gt=longest_ago, last_at__lte=at):
        fresh[thread.community_id].append(thread)
    questions = Thread.objects.unanswered().filter(community__in=communities, at__lte=at)
    for thread in questions.order_by("-at", "-pk"):
        still_open[thread.community_id].append(thread)
    coming = MeetingDay.objects.held().filter(meeting__community__in=communities)
    coming = coming.filter(starts_at__gt=at, starts_at__lte=at + A_WEEK).select_related("meeting__organisation")
    for day in coming:
        days[day.meeting.community_id].append(day)
    threads = [thread.pk for rows in (*fresh.values(), *still_open.values()) for thread in rows]
    muted = Muted.objects.filter(thread__in=threads, person__in=people).values_list("thread", "person")
    return _Week(fresh, still_open, days, set(muted))


def _lines_for(seat: GroupMembership, week: _Week, *, after: datetime) -> Sequence[Line]:
    """What to do on top: a question to answer, the next meeting; then what else was said."""
    key, slug = seat.group.community.pk, seat.membership.organisation.slug
    talk = [one for one in week.threads.get(key, ()) if one.last_at > after]
    fresh = [one for one in talk if (one.pk, seat.person_id) not in week.muted]
    fresh = [one for one in fresh if one.author_id != seat.person_id or one.answers]
    days = week.days.get(key, [])
    if not fresh and not days:
        return []
    asked = [
        one
        for one in week.open_questions.get(key, ())
        if one.author_id != seat.person_id and (one.pk, seat.person_id) not in week.muted
    ][:MOST_QUESTIONS]
    lines = [Line(f"Can you answer? {one.title}", _thread_page(slug, one)) for one in asked]
    for day in days[:1]:
        with day.meeting.organisation.at_home():
            words = f"Next meeting: {day.meeting.title}, {day_in_words(day.starts_at)}"
        lines.append(Line(words, absolute(reverse("meeting_detail", args=[slug, day.meeting_id]))))
    others = [one for one in fresh if one not in asked]
    if others:
        number = sentence(len(others), "discussion", "discussions")
        with seat.membership.organisation.at_home():
            words = worded(f"{number} with something new")
        lines.append(Line(words, absolute(reverse("thread_list", args=[slug, key]))))
    return lines


def _thread_page(slug: str, thread: Thread) -> str:
    return absolute(reverse("thread_detail", args=[slug, thread.pk]))


def away_among(text: str, thread: Thread, *, on: date) -> str:
    """Who of those whom a post names is away, as a sentence for who named them; else nothing. Nothing is asked of the
    database when nobody is named."""
    if "@" not in text:
        return ""
    rows = GroupMembership.objects.filter(group_id=thread.group_id, membership__left_at=None)
    people = {seat.person_id: seat.person for seat in rows.select_related("person")}
    named = [people[key] for key in mentioned(text, {key: one.name for key, one in people.items()})]
    away = [(one, one.away_until_on) for one in named if one.is_away(on)]
    return " ".join(f"{one} is away until {long_day(until)}." for one, until in away if until)


def wish_of(seat: GroupMembership) -> str:
    """How much mail a member wants."""
    wish = MailWish.objects.filter(seat=seat).first()
    return wish.how if wish else Wish.WEEKLY
