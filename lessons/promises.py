"""What waits for somebody among lessons and assets, for the mail of the day: drafts that a session left, once, a day
after it, since nobody else sees them; lessons and assets to look at again; lessons to answer before work begins; and
knowledge at risk that somebody sees to."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import partial

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import ngettext

from actionplan.models import PromiseReminder
from kmportal.lib.days import day_in_words
from kmportal.lib.domain_words import worded
from kmportal.lib.promises import Promised
from kmportal.lib.sentences import counted
from kmportal.lib.work import Span, Work, kinds, starting
from lessons.finding import count_to_answer, pack_url
from lessons.labels import asset_keeper_in_words, risk_in_words
from lessons.models import WAITING, Asset, ExpertQuestion, Lesson, ReviewTurn, Risk, State
from lessons.tokens import turn_path
from organisations.models import Membership
from organisations.permissions import Permission

# The mail says it on the first stage at or after this day.
AFTER = timedelta(days=1)
# So long before its first day, whoever leads a piece of work is asked about lessons without an answer.
BEFORE_START = timedelta(days=7)


def drafts(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Drafts from sessions that nobody has sent for review."""
    rows = Lesson.objects.filter(state=State.DRAFT).exclude(author=None).exclude(session=None)
    if people is not None:
        rows = rows.filter(author__in=people)
    for row in rows.select_related("organisation", "author", "revision", "session").order_by("pk"):
        day = timezone.localdate(row.created_at) + AFTER
        if day <= until:
            words = partial(_words, f"A draft from “{row.session}” that only you can see")
            yield Promised(
                "lesson-draft", row.pk, row.author, row.organisation, str(row.revision), row.get_absolute_url(), day,
                words, is_told_once=True,
            )  # fmt: skip


def assets(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Knowledge assets, on the day on which they are to be looked at again, to whoever looks after them, or stands in
    today: each is told once."""
    rows = Asset.objects.to_look_at(until, on=timezone.localdate(), people=people)
    for row in rows.select_related("organisation", "owner", "deputy").order_by("pk"):
        assert row.review_on is not None  # noqa: S101  the filter asked for it
        person = row.owner if row.asked == row.owner_id else row.deputy  # type: ignore[attr-defined]
        words = partial(_words, f"Is it still right? {asset_keeper_in_words(row, person)}")
        yield Promised(
            "asset-review", row.pk, person, row.organisation, row.title, row.get_absolute_url(), row.review_on,
            words, is_told_once=True,
        )  # fmt: skip


def turns(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Lessons of this month’s round, to whoever looks after them: one line each, with the link that answers without
    signing in. What is left of an earlier round is told once more in each month. Whoever can no longer read a lesson
    does not learn its title."""
    rows = ReviewTurn.objects.open().exclude(person=None)
    if people is not None:
        rows = rows.filter(person__in=people)
    first = timezone.localdate().replace(day=1)
    words = partial(_words, "Is it still right? Answer by the link")
    found = list(rows.select_related("lesson__organisation", "lesson__revision", "person").order_by("pk"))
    for row in _still_readable(found):
        yield Promised(
            "lesson-turn", row.pk, row.person, row.lesson.organisation, row.lesson.words.title, turn_path(row),
            max(row.asked_on, first), words, is_told_once=True,
        )  # fmt: skip


def _still_readable(turns: list[ReviewTurn]) -> list[ReviewTurn]:
    """Those whose person may contribute here today and read the lesson. One query, and one for each person."""
    lessons: dict[tuple[int | None, int], list[int]] = defaultdict(list)
    for turn in turns:
        lessons[turn.person_id, turn.lesson.organisation_id].append(turn.lesson_id)
    members = Membership.objects.current().may(Permission.CONTRIBUTE).select_related("organisation", "person")
    members = members.filter(person__in={turn.person_id for turn in turns})
    readable: set[tuple[int, int]] = set()
    for member in members:
        if keys := lessons.get((member.person_id, member.organisation_id)):
            rows = Lesson.objects.visible_to(member).filter(pk__in=keys).order_by()
            readable |= {(member.person_id, key) for key in rows.values_list("pk", flat=True)}
    return [turn for turn in turns if (turn.person_id, turn.lesson_id) in readable]


def changed_lessons(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Lessons that changed something half a year ago, to whoever checked them: is it still so? Each is told once."""
    rows = Lesson.objects.to_look_at_again(until).exclude(validated_by=None)
    if people is not None:
        rows = rows.filter(validated_by__in=people)
    for row in rows.select_related("organisation", "validated_by", "revision").order_by("pk"):
        assert row.look_again_on is not None  # noqa: S101  the filter asked for it
        words = partial(_words, "Six months are over. Is what has changed still so?")
        yield Promised(
            "lesson-still", row.pk, row.validated_by, row.organisation, str(row.revision), row.get_absolute_url(),
            row.look_again_on, words, is_told_once=True,
        )  # fmt: skip


def expert_links(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Links to people outside that ended without an answer, to whoever asked: each is told once."""
    rows = ExpertQuestion.objects.unanswered().filter(ends_on__lt=until).exclude(asked_by=None)
    if people is not None:
        rows = rows.filter(asked_by__in=people)
    rows = rows.filter(lesson__revision=F("revision"), lesson__state__in=WAITING)
    for row in rows.select_related("lesson__organisation", "asked_by", "revision").order_by("pk"):
        words = partial(_words, f"{row.whom} has not answered within 30 days. Ask again, or decide without")
        yield Promised(
            "expert-link", row.pk, row.asked_by, row.lesson.organisation, str(row.revision),
            row.lesson.get_absolute_url(), row.ends_on + AFTER, words, is_told_once=True,
        )  # fmt: skip


def packs(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Work that begins within a week, to whoever leads it, while lessons of its pack wait for an answer: each once.

    Who was told of that day already is left out before anything is looked for.
    """
    today = timezone.localdate()
    for kind, work in beginning(today, until, people):
        membership = (
            Membership.objects.current()
            .filter(organisation=work.organisation, person=work.leads)
            .select_related("organisation", "person")
            .first()
        )
        if membership is None or work.starts_on is None:
            continue
        day = work.starts_on - BEFORE_START
        told = PromiseReminder.objects.filter(kind=kind, ident=work.ref.pk, address=work.leads.email.lower())
        if day > until or told.filter(due_on=day).exists():
            continue
        number = count_to_answer(work, membership)
        if number:
            yield Promised(
                kind, work.ref.pk, work.leads, work.organisation, work.title,
                pack_url(work, membership), day,
                partial(_pack_in_words, number, work.starts_on), is_told_once=True,
            )  # fmt: skip


def beginning(
    first: date, until: date, people: Collection[int] | None, *, organisation: int | None = None
) -> Iterator[tuple[str, Work]]:
    """Everything that begins from this day on, within a week after ``until``, and is led by these people, in one
    organisation or in all: the name of the reminder, and the work."""
    span = Span.of(first, until + BEFORE_START)
    for name, kind in kinds().items():
        for row in starting(name, span, None if people is None else tuple(people)):
            if organisation is not None and row.organisation.pk != organisation:
                continue
            work = kind.of(row)
            if work.leads is not None and not work.is_over and (people is None or work.leads.pk in people):
                yield f"pack-{name}", work


def risks(until: date, people: Collection[int] | None) -> Iterator[Promised]:
    """Knowledge at risk, to whoever sees to it, until they say that it is kept: from the day on which it cannot wait
    any more because somebody leaves, or from the day by which it was to be done. Whoever may not contribute any more
    does not read when others leave, and is told nothing."""
    able = Membership.objects.current().may(Permission.CONTRIBUTE)
    able = able.filter(organisation=OuterRef("organisation"), person=OuterRef("owner"))
    rows = Risk.objects.open().filter(Exists(able)).filter(Q(warn_on__lte=until) | Q(due_on__lte=until))
    if people is not None:
        rows = rows.filter(owner__in=people)
    for row in rows.select_related("organisation", "owner").order_by("pk"):
        day = min(day for day in (row.warn_on, row.due_on) if day is not None)
        yield Promised(
            "risk", row.pk, row.owner, row.organisation, row.title, row.get_absolute_url(), day,
            partial(risk_in_words, row),
        )  # fmt: skip


def _pack_in_words(number: int, starts_on: date, on: date) -> str:
    lessons = counted(number, worded("lesson"), worded("lessons"))
    verb = ngettext("waits", "wait", number)
    return f"It begins {day_in_words(starts_on, on=on)}, and {lessons} {verb} for your answer before you start"


def _words(words: str, on: date) -> str:
    """The same on each day."""
    return words
