"""One move in a lesson’s life, as every action takes it: lock, check the table, write, and record the event. And what
the actions share of words and checks."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Min, Q
from django.utils import timezone

from kmportal.lib.domain_words import worded
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.exceptions import Refusal
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies, workflow
from lessons.events import Event
from lessons.models import Asset, CheckRule, Lesson, LessonCheck, LessonEvent, LessonRevision, Receipt, Risk, State
from lessons.quality import title_from
from organisations import events
from organisations.models import Group, Membership, Organisation, Person
from search import subscribers as search

# The columns of a revision that people write, and those that stand in one line.
WORDS = ("title", "expected", "happened", "why", "when_you", "then_do", "abstract", "learned")
ONE_LINE = frozenset({"title", "when_you"})

# Why a move is refused, by the state that the lesson is really in.
_INSTEAD = {
    State.DRAFT: "It is a draft: the author has taken it back, or has not sent it yet.",
    State.SUBMITTED: "It is waiting to be claimed.",
    State.RETURNED: "It has gone back to its author.",
    State.DECLINED: "It has been declined.",
    State.IDENTIFIED: _("This lesson is checked already."),
    State.NOTED: _("This lesson is checked already."),
    State.ACTION_AGREED: "Somebody has promised to change something because of it.",
    State.LEARNED: "Somebody has said already that it has changed.",
    State.EMBEDDED: "Somebody has said already that it is still so.",
    State.SUPERSEDED: _("Another lesson has taken its place."),
    State.RETIRED: "It has been taken out of use.",
}

# What a version of a lesson says.
_SAID = (*WORDS, "files")


def lock_lesson(lesson: Lesson) -> None:
    """Row lock: hold the row until the transaction ends, and bring ``lesson`` up to what stands there now."""
    rows = Lesson.objects.select_for_update(of=("self",)).select_related("organisation", "revision")
    lesson.refresh_from_db(from_queryset=rows)


def take_move(
    lesson: Lesson,
    name: str,
    *,
    by: Membership | Receipt,
    at: datetime,
    comment: str = "",
    facts: Mapping[str, Any] | None = None,
    is_unsigned: bool = False,
    **columns: Any,
) -> None:
    """Make one move of the table with a lesson that is locked, and tell of it.

    ``columns`` change with the state, ``facts`` are told with it. Refuses with a sentence what the table does not
    allow. The action has asked whether the person’s role allows such a move at all. ``is_unsigned``: nobody is named.
    """
    move = workflow.MOVES[name]
    if not policies.may_move(by, lesson, name, on=timezone.localdate(at)):
        raise Refusal(_reason_against(lesson, move, by))
    refuse_invalid(LessonEvent(comment=comment), "comment")
    before, lesson.state = lesson.state, workflow.state_after(move, lesson)
    for column, value in columns.items():
        setattr(lesson, column, value)
    lesson.reach = workflow.reach_after(move, lesson)
    save_columns(lesson, "state", "reach", *columns)
    told = {"before": before, "after": lesson.state, **(facts or {})}
    events.record(move.event, lesson, by=None if is_unsigned else by, at=at, note=comment.strip(), **told)


def _reason_against(lesson: Lesson, move: workflow.Move, by: Membership | Receipt) -> str:
    if isinstance(by, Receipt):
        return _INSTEAD.get(State(lesson.state), "It stands elsewhere by now. Open this page again.")
    if move.who is not workflow.Who.AUTHOR and policies.wrote(by, lesson):
        return worded("You cannot check your own lesson. Somebody else must do it.")
    if lesson.is_waiting and policies.has_checked(by, lesson):
        return worded("You have checked this lesson already. Somebody else must do it, too.")
    if lesson.state == State.IN_REVIEW and lesson.claimed_by_id not in {None, by.person_id}:
        return f"{lesson.claimed_by} has claimed this {worded('lesson')}."
    if lesson.state not in move.before:
        return _INSTEAD.get(
            State(lesson.state), f"This {worded('lesson')} is {lesson.get_state_display().lower()} already."
        )
    return f"Only {move.who.value} can do this."


def save_columns(lesson: Lesson, *columns: str) -> None:
    """Save columns of a locked lesson and count its version up."""
    lesson.version += 1
    lesson.save(update_fields=[*columns, "version"])


def write_revision(lesson: Lesson, words: Mapping[str, str], *, by: Membership, at: datetime) -> bool:
    """Keep the words of a locked lesson: over the newest version, or in a new one once somebody was shown it. Answers
    if they differ; whoever calls this saves which version is the newest."""
    revision = lesson.words
    if all(getattr(revision, name) == text for name, text in words.items()):
        return False
    if lesson.is_shared or revision.lessonevent_set.exclude(after=State.DRAFT).exists():
        kept = {name: getattr(revision, name) for name in _SAID}
        lesson.revision = LessonRevision.objects.create(
            lesson=lesson, number=next_number(lesson), by=by.person, at=at, **{**kept, **words}
        )
        return True
    for name, text in words.items():
        setattr(revision, name, text)
    revision.at, revision.by = at, by.person
    revision.save(update_fields=[*words, "at", "by"])
    return True


def refuse_foreign_group(organisation: Organisation, group: Group | None) -> None:
    """A lesson belongs to no group of another organisation. Raises ``Refusal``."""
    if group is not None and group.organisation_id not in {None, organisation.pk}:
        raise Refusal(worded("Choose a group of your own organisation."))


# --- Its words ------------------------------------------------------------------------------------------------------


def clean_words(words: Mapping[str, str]) -> dict[str, str]:
    """As they are kept: without white space around them, and in one line where there is only one."""
    known = ((name, words[name]) for name in WORDS if name in words)
    clean = {name: text.replace("\r\n", "\n").strip() for name, text in known}
    return {name: " ".join(text.split()) if name in ONE_LINE else text for name, text in clean.items()}


def next_number(lesson: Lesson) -> int:
    """Of the version that follows. The lesson is locked."""
    numbers = LessonRevision.objects.filter(lesson=lesson).order_by("-number").values_list("number", flat=True)
    return (numbers.first() or 0) + 1


def refuse_unready(lesson: Lesson) -> None:
    """What is sent says what happened and gives advice; without a title it gets one."""
    revision = lesson.words
    if not revision.happened.strip():
        raise Refusal("Say what happened before you send it.")
    if not revision.then_do.strip():
        raise Refusal("Give your advice after “then…” before you send it.")
    if not revision.title.strip() or _is_our_title_of_earlier_words(revision):
        revision.title = title_from(revision.then_do, revision.happened)
        revision.save(update_fields=["title"])


def _is_our_title_of_earlier_words(revision: LessonRevision) -> bool:
    """Whether the portal made this title, from words that have been changed since."""
    earlier = revision.lesson.revisions.filter(number__lt=revision.number)
    return revision.title in {title_from(words.then_do, words.happened) for words in earlier}


def tell_of_change(
    lesson: Lesson, *, by: Membership, at: datetime, is_reworded: bool, readers: tuple[str, int | None]
) -> None:
    """What others read is told. What is still with its author goes on in silence, and is found by its new words."""
    if not lesson.is_shared:
        search.put([lesson])
        return
    has_other_readers = (lesson.reach, lesson.group_id) != readers
    if has_other_readers:
        events.record(Event.LESSON_READERS_CHANGED, lesson, by=by, at=at, before=readers[0], after=lesson.reach)
    if is_reworded or not has_other_readers:
        number = lesson.words.number if is_reworded else None
        events.record(Event.LESSON_CHANGED, lesson, by=by, at=at, revision=number)


# --- Several checks -------------------------------------------------------------------------------------------------


def checks_left(lesson: Lesson, *, by: Membership) -> int:
    """How many more have to check it after this member. The lesson is locked, and its tags stand."""
    others = LessonCheck.objects.in_force(lesson).exclude(person=by.person)
    return max(0, CheckRule.objects.minimum_for(lesson) - others.count() - 1)


def who_cannot_check(lesson: Lesson) -> Collection[int]:
    """Keys of those who may check lessons, but not this one: its author, and whoever has checked these words before.
    One query."""
    checked = LessonCheck.objects.in_force(lesson).exclude(person=None).values_list("person", flat=True)
    return {lesson.author_id or 0, *checked}


def note_check(lesson: Lesson, *, by: Membership, at: datetime) -> None:
    """Part of a check: keep whose it is, of the words as they are now."""
    LessonCheck.objects.create(lesson=lesson, revision=lesson.words, person=by.person, at=at)


# --- Knowledge assets ------------------------------------------------------------------------------------------------

MOST_PARTS = 100


def lock_asset(asset: Asset) -> None:
    """Row lock: hold the row, and bring ``asset`` up to what stands there now. One that is gone is refused."""
    rows = Asset.objects.select_for_update(of=("self",)).select_related("organisation", "group", "deputy", "owner")
    try:
        asset.refresh_from_db(from_queryset=rows)
    except Asset.DoesNotExist:
        raise Refusal("Its author has thrown this draft away.") from None


def refuse_full(asset: Asset, *, more: int = 1) -> None:
    """It holds so many things and no more."""
    if asset.parts.count() + more > MOST_PARTS:
        raise Refusal(f"It can hold {MOST_PARTS} things. Take one out, or begin another.")


# --- Knowledge at risk -----------------------------------------------------------------------------------------------


def lock_risk(risk: Risk) -> None:
    """Row lock: hold the row, and bring ``risk`` up to what stands there now."""
    rows = Risk.objects.select_for_update(of=("self",)).select_related("organisation", "owner", "asset")
    risk.refresh_from_db(from_queryset=rows)


def lock_risks_of(person: Person | None, risk: Risk) -> None:
    """The same, and before it all other topics on which this person stands, by key: their day is one on all of them,
    and whoever removes them changes one after the other, so nobody waits in a circle."""
    if person is not None:
        knows = Risk.objects.filter(holders__person=person).values("pk")
        rows = Risk.objects.filter(organisation=risk.organisation_id)
        rows = rows.filter(Q(pk=risk.pk) | Q(owner=person) | Q(pk__in=knows))
        list(rows.select_for_update(of=("self",)).order_by("pk"))
    lock_risk(risk)


def keep_warning(risk: Risk) -> None:
    """When the first of those who know about it leaves, and from when on it cannot wait. The topic is locked."""
    before = (risk.leaves_on, risk.warn_on)
    risk.leaves_on = risk.holders.aggregate(first=Min("leaves_on"))["first"]
    risk.warn_on = risk.warned_on
    if before != (risk.leaves_on, risk.warn_on):
        risk.save(update_fields=["leaves_on", "warn_on"])
