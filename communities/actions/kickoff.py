"""A kick-off of many communities: opened, changed, ended, what gets in the way, what a session leaves on its page."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from communities import catalogue, policies
from communities.events import Event
from communities.models import KickOff, NamedBarrier, Problem, Topic
from communities.transitions import find_topic_like, lock_kickoff, name_new_topic, refuse_unless_running
from communities.unlinking import remove_traces
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_fields import key_of_name
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.unlinking import number_by_lot, rewrite_in_random_order
from organisations import events
from organisations.models import Membership, Organisation
from organisations.policies import require_that
from search.analyser import fold
from techniques import room_visibility
from techniques.actions.planning import plan_session
from techniques.column_kinds import JOINING, SUPPORT, TOPIC, ColumnKind, read_topic
from techniques.models import Length, Session, Technique
from techniques.seen_room import SeenColumn

FORTNIGHT = timedelta(days=13)  # the first day counts
LONGEST = timedelta(days=92)
SCRIPT = "kick-off-of-communities"
# The columns of the script: what is written there comes onto the page.
PROBLEMS, BARRIERS = "problems", "barriers"


@transaction.atomic
def open_kickoff(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    title: str,
    why: str = "",
    form: str = KickOff.Form.PAGE,
    opens_on: date | None = None,
    last_on: date | None = None,
    starts_at: datetime | None = None,
    length: str = Length.STANDARD,
    place: str = "",
    once: UUID | None = None,
) -> KickOff:
    """Open a kick-off: its page, and for a live one its session as well. Without a last day it lasts two weeks; a live
    one’s two weeks begin on the day of its session.

    Idempotent: the same ``once`` a second time answers the kick-off that it made.
    """
    require_that(policies.may_open_kickoff(by, organisation))
    key = once or uuid4()
    if made := KickOff.objects.filter(organisation=organisation, once=key).first():
        return made
    today = timezone.localdate(at)
    if form == KickOff.Form.LIVE and starts_at is None:
        raise Refusal("Say when you meet.")
    first = max(opens_on or today, today)
    counted_from = timezone.localdate(starts_at) if form == KickOff.Form.LIVE and starts_at else first
    kickoff = KickOff(
        organisation=organisation,
        title=title,
        why=clean_text(why).strip(),
        form=form,
        opens_on=first,
        last_on=last_on or max(first, counted_from) + FORTNIGHT,
        by=by.person,
        created_at=at,
        once=key,
    )
    refuse_invalid(kickoff, "title", "why", "form")
    _check_days(kickoff, not_before=counted_from)
    if form == KickOff.Form.LIVE and starts_at is not None:
        script = Technique.objects.filter(key=SCRIPT, organisation=None).first()
        if script is None:
            raise Refusal("The script of a live kick-off has not been loaded. Open it on a page.")
        kickoff.session = plan_session(
            organisation,
            by=by,
            at=at,
            technique=script,
            length=length,
            title=kickoff.title,
            starts_at=starts_at,
            purpose=kickoff.why[:1000],
            place=place,
            once=key,
        )
    kickoff.save()
    events.record(Event.KICKOFF_OPENED, kickoff, by=by, at=at, form=form, last_on=kickoff.last_on)
    return kickoff


def _check_days(kickoff: KickOff, *, not_before: date) -> None:
    if kickoff.last_on < max(kickoff.opens_on, not_before):
        raise Refusal("The last day comes before it begins. Choose a later last day.")
    if kickoff.last_on - kickoff.opens_on > LONGEST:
        raise Refusal("Three months are the most. Choose an earlier last day.")


@transaction.atomic
def change_kickoff(
    kickoff: KickOff, *, by: Membership, at: datetime, seen: int, title: str, why: str, last_on: date
) -> KickOff:
    """Other words, or another last day: today or later. ``Stale`` when it was changed since ``seen``, unless the same
    stands there."""
    require_that(policies.may_run_kickoff(by, kickoff))
    lock_kickoff(kickoff)
    if kickoff.is_ended:
        raise Refusal("This kick-off has ended.")
    wanted: Mapping[str, Any] = {"title": line_of_text(title), "why": clean_text(why).strip(), "last_on": last_on}
    if all(getattr(kickoff, name) == value for name, value in wanted.items()):
        return kickoff
    if kickoff.version != seen:
        raise Stale
    if last_on != kickoff.last_on and last_on < timezone.localdate(at):
        raise Refusal("This day has passed. Choose today or a later day, or end it now.")
    for name, value in wanted.items():
        setattr(kickoff, name, value)
    refuse_invalid(kickoff, "title", "why")
    _check_days(kickoff, not_before=kickoff.opens_on)
    kickoff.version += 1
    kickoff.save(update_fields=[*wanted, "version"])
    events.record(Event.KICKOFF_CHANGED, kickoff, by=by, at=at)
    return kickoff


@transaction.atomic
def end_kickoff(kickoff: KickOff, *, by: Membership, at: datetime) -> KickOff:
    """End it before its time. What nobody has taken up stays, for others to find. Idempotent."""
    require_that(policies.may_run_kickoff(by, kickoff))
    lock_kickoff(kickoff)
    return _end(kickoff, by=by, at=at)


@transaction.atomic
def end_due_kickoff(kickoff: KickOff, *, at: datetime) -> KickOff:
    """End it because its last day has passed. The timetable’s own; idempotent."""
    lock_kickoff(kickoff)
    if kickoff.last_on < timezone.localdate(at):
        _end(kickoff, by=None, at=at)
    return kickoff


def _end(kickoff: KickOff, *, by: Membership | None, at: datetime) -> KickOff:
    if kickoff.is_ended:
        return kickoff
    kickoff.ended_at = at
    kickoff.version += 1
    kickoff.save(update_fields=["ended_at", "version"])
    Topic.objects.filter(kickoff=kickoff).exclude(joined="").update(joined="")
    left = list(Problem.objects.filter(kickoff=kickoff, community=None).select_related("organisation", "kickoff"))
    communities = Problem.objects.filter(kickoff=kickoff).exclude(community=None).values("community").distinct()
    events.record(
        Event.KICKOFF_ENDED, kickoff, by=by, at=at, also=left, unclaimed=len(left), communities=communities.count()
    )
    return kickoff


# --- What gets in the way --------------------------------------------------------------------------------------------


@transaction.atomic
def name_barrier(kickoff: KickOff, *, by: Membership, at: datetime, key: str = "", words: str = "") -> NamedBarrier:
    """Say what gets in the way: one of the list, or in words. Nowhere is it written who said so. Idempotent."""
    require_that(policies.may_take_part_in_kickoff(by, kickoff))
    lock_kickoff(kickoff)
    refuse_unless_running(kickoff, at)
    if key and key not in {one.key for one in catalogue.barriers()}:
        raise Refusal("Choose one of the list, or say it in your own words.")
    row, is_new = _keep_barrier(kickoff, key=key, words="" if key else words)
    if is_new:
        _leave_no_order(kickoff)
    return row


def _keep_barrier(kickoff: KickOff, *, key: str = "", words: str = "") -> tuple[NamedBarrier, bool]:
    """The row, and whether it is new: whoever adds one or more calls ``_leave_no_order`` behind them."""
    row = NamedBarrier(kickoff=kickoff, key=key, words=line_of_text(words))
    if not key and not row.words:
        raise Refusal("Say what gets in the way.")
    refuse_invalid(row, "words")
    same = {"key": key} if key else {"key": "", "words_key": key_of_name(row.words)}
    if found := NamedBarrier.objects.filter(kickoff=kickoff, **same).first():
        return found, False
    # No line of the trail: it would stand between those of what people did in the same minute.
    row.save()
    return row, True


def _leave_no_order(kickoff: KickOff) -> None:
    """Neither a place in the file nor a transaction says who named a barrier: docs/decisions/0024."""
    rewrite_in_random_order(NamedBarrier.objects.filter(kickoff=kickoff))
    KickOff.objects.filter(pk=kickoff.pk).update(traces=number_by_lot())
    transaction.on_commit(remove_traces, robust=True)


@transaction.atomic
def remove_barrier(barrier: NamedBarrier, *, by: Membership, at: datetime) -> None:
    """Take a barrier away, for example because it names a colleague."""
    require_that(policies.may_run_kickoff(by, barrier.kickoff))
    lock_kickoff(barrier.kickoff)
    if NamedBarrier.objects.filter(pk=barrier.pk).delete()[0]:
        events.record(Event.KICKOFF_BARRIER_REMOVED, barrier.kickoff, by=by, at=at)


# --- What a session leaves -------------------------------------------------------------------------------------------


@transaction.atomic
def take_over_session(session: Session, *, at: datetime) -> KickOff | None:
    """Bring what was shown in the session of a kick-off onto its page: problems with how many shared them, topics with
    their problems, also those into which they were sorted on the desk, barriers. The only names that come along are
    those with which people have joined a topic; nobody is made a member by that.

    The portal’s own, when a session is closed. Idempotent; None where the session belongs to no kick-off.
    """
    kickoff = KickOff.objects.filter(session=session, taken_over_at=None).first()
    if kickoff is None:
        return None
    lock_kickoff(kickoff)
    if kickoff.taken_over_at is not None:
        return kickoff
    kickoff.taken_over_at = at
    kickoff.save(update_fields=["taken_over_at"])
    columns = [column for _, found in room_visibility.columns_to_close(session) for column in found]
    known = {fold(one.line): one for one in kickoff.problems.all()}
    raised_there = [column for column in columns if column.key == PROBLEMS]
    for note in [one for column in raised_there for one in column.notes]:
        problem = _take_over_problem(kickoff, note.text, known, at)
        _add_voices(problem, note.me_too + note.writers - 1)
    for text in _texts(columns, takes=SUPPORT):
        if meant := known.get(fold(line_of_text(text))):
            _add_voices(meant, 1)
    for text in _texts(columns, takes=TOPIC):
        _take_over_topic(kickoff, *read_topic(text), known, at)
    for group in [one for column in raised_there for one in column.named_groups if one.notes]:
        _take_over_topic(kickoff, group.name, [_line_of_note(note.text) for note in group.notes], known, at)
    if not kickoff.is_ended:  # names leave the page with the kick-off
        _take_over_names(kickoff, _texts(columns, takes=JOINING))
    named = [one.text for column in columns if column.key == BARRIERS for one in column.notes]
    most = NamedBarrier._meta.get_field("words").max_length
    are_new = [is_new for _, is_new in (_keep_barrier(kickoff, words=text[:most]) for text in named)]
    if any(are_new):
        _leave_no_order(kickoff)
    raised = list(Problem.objects.filter(kickoff=kickoff, at=at).select_related("organisation", "kickoff"))
    events.record(Event.KICKOFF_TAKEN_OVER, kickoff, by=None, at=at, also=raised, problems=len(raised))
    return kickoff


def _texts(columns: Sequence[SeenColumn], *, takes: ColumnKind) -> list[str]:
    return [note.text for column in columns if column.kind.key == takes.key for note in column.notes]


def _add_voices(problem: Problem, number: int) -> None:
    if number:
        Problem.objects.filter(pk=problem.pk).update(voices=F("voices") + number)


def _line_of_note(text: str) -> str:
    """The first line of a note, cut where it is too long."""
    most = Problem._meta.get_field("line").max_length or 0
    line = line_of_text(text.splitlines()[0])
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _take_over_problem(kickoff: KickOff, text: str, known: dict[str, Problem], at: datetime) -> Problem:
    """The first line of a note is the problem; the whole note stands below where it has more."""
    short = _line_of_note(text)
    if fold(short) not in known:
        more = "" if short == line_of_text(text) else text
        known[fold(short)] = Problem.objects.create(
            kickoff=kickoff, organisation=kickoff.organisation, line=short, more=more, at=at
        )
    return known[fold(short)]


def _take_over_topic(
    kickoff: KickOff, name: str, lines: Sequence[str], known: Mapping[str, Problem], at: datetime
) -> None:
    """What the scribe wrote, or a group into which the problems were sorted on the desk."""
    short = line_of_text(name)[: Topic._meta.get_field("name").max_length]
    topic = find_topic_like(kickoff, short) or name_new_topic(kickoff, short, at=at)
    inside = [problem.pk for line in lines if (problem := known.get(fold(line_of_text(line))))]
    Problem.objects.filter(pk__in=inside, topic=None, community=None).update(topic=topic)


def _take_over_names(kickoff: KickOff, texts: Sequence[str]) -> None:
    """Who joined which topic: to each the names in the order in which they were shown, each once. What names no topic
    of the page is left out."""
    topics = list(kickoff.topics.filter(community=None))
    found: dict[int, list[str]] = {}
    for text in texts:
        group, _, name = text.partition(":")
        topic = _topic_meant(topics, group)
        if topic is not None and (line := line_of_text(name)):
            found.setdefault(topic.pk, topic.names_joined).append(line)
    most = Topic._meta.get_field("joined").max_length or 0
    for key, names in found.items():
        kept = {fold(name): name for name in reversed(names)}
        once = list(dict.fromkeys(kept[fold(name)] for name in names))
        while len("\n".join(once)) > most:
            once.pop()
        Topic.objects.filter(pk=key).update(joined="\n".join(once))


def _topic_meant(topics: Sequence[Topic], group: str) -> Topic | None:
    """By its name, or else by words that only one topic has: who is in a hurry writes “Keys” for “Keys and doors”."""
    wanted = fold(line_of_text(group))
    exact = [one for one in topics if fold(one.name) == wanted]
    words = set(wanted.split())
    alike = [one for one in topics if words and words <= set(fold(one.name).split())]
    return exact[0] if exact else alike[0] if len(alike) == 1 else None
