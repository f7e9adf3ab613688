"""An author’s side: write a lesson down, change it, send it for review, take it back, throw a draft away."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from actionplan import actions as promises
from actionplan.models import Action
from kmportal.lib.exceptions import Refusal, Stale
from lessons import search_documents, workflow
from lessons.actions import transitions
from lessons.models import Lesson, LessonAction, LessonRevision, State, Tag
from lessons.quality import title_from
from notifications.actions import tell, untell
from organisations import audit
from organisations.models import Membership, Organisation, Person
from organisations.permissions import Permission
from organisations.visibility import Reach
from roadmap.models import Intervention
from techniques.models import Session

# The columns of a revision that people write, and of the lesson itself.
WORDS = ("title", "expected", "happened", "why", "when_you", "then_do", "abstract", "learned")
FACTS = ("kind", "went_well", "group", "happened_on", "contact", "process", "share_with")
SHORT = {"title": 300, "when_you": 1000}
# With whom a checked lesson can be shared, from few to many.
WIDTHS = [Reach.AUTHOR, Reach.REVIEWERS, Reach.GROUP, Reach.ORGANISATION, Reach.NETWORK]


@transaction.atomic
def start(
    organisation: Organisation,
    *,
    by: Person,
    at: datetime,
    words: Mapping[str, str],
    facts: Mapping[str, Any] | None = None,
    tags: Iterable[str] = (),
    session: Session | None = None,
    intervention: Intervention | None = None,
    once: UUID | None = None,
) -> Lesson:
    """Write a draft down; only its author sees it. The caller has checked that ``by`` may log lessons here.

    The same ``once`` a second time answers the draft that it made the first time, unchanged.
    """
    lesson, made = Lesson.objects.get_or_create(
        organisation=organisation,
        author=by,
        once=once or uuid4(),
        defaults={
            "session": session,
            "intervention": intervention or (session.intervention if session else None),
            "created_at": at,
            "contact": str(by),
            **_known(facts or {}, FACTS),
        },
    )
    if not made:
        return lesson
    lesson.revision = LessonRevision.objects.create(lesson=lesson, number=1, at=at, by=by, **_words(words))
    lesson.save(update_fields=["revision"])
    file_under(lesson, tags)
    transitions.note(lesson, before="", by=by, at=at)
    audit.record(organisation, "drafted", lesson, by=by, session=session.pk if session else None)
    search_documents.put(lesson)
    return lesson


@transaction.atomic
def write(
    lesson: Lesson,
    *,
    by: Person,
    at: datetime,
    seen: int,
    words: Mapping[str, str],
    facts: Mapping[str, Any] | None = None,
    tags: Iterable[str] | None = None,
) -> Lesson:
    """Change a lesson. ``seen`` is the version that the person had before them; ``Stale`` when it has moved on, unless
    the same stands there already (the same form sent twice).

    Words that nobody was shown yet are written over; those that were sent, returned or checked stay as they were and
    a new revision follows them. After the check the page says that it was changed since. Fewer may read it then at any
    time; more only if somebody says so who could have checked it.
    """
    transitions.lock(lesson)
    membership = transitions.membership_in(lesson, by)
    if not workflow.may_write(lesson, membership):
        raise Refusal(why_not_now(lesson, by))
    fresh, values = _words(words), _known(facts or {}, FACTS)
    if not _differs(lesson, fresh, values, tags):
        return lesson
    if lesson.version != seen:
        raise Stale
    _check_share(lesson, values, membership)
    changed = _write_words(lesson, fresh, by=by, at=at)
    readers = lesson.reach, lesson.group_id
    if lesson.is_shared:
        lesson.reach = values["reach"] = values.get("share_with", lesson.share_with)
    for column, value in values.items():
        setattr(lesson, column, value)
    transitions.keep(lesson, "revision", *values)
    if lesson.is_shared and (lesson.reach, lesson.group_id) != readers:
        _take_promises_along(lesson, by=by)
        audit.record(
            lesson.organisation, "changed the readers of", lesson, by=by, before=readers[0], after=lesson.reach
        )
    if tags is not None:
        file_under(lesson, tags)
    if changed and lesson.is_shared:
        transitions.note(lesson, before=lesson.state, by=by, at=at)
        audit.record(lesson.organisation, "changed", lesson, by=by, revision=lesson.words.number)
    search_documents.put(lesson)
    return lesson


@transaction.atomic
def send(lesson: Lesson, *, by: Person, at: datetime) -> Lesson:
    """Send a draft, or one that came back, for review. Whoever checks lessons is told. Sent twice is sent once."""
    transitions.lock(lesson)
    if lesson.state in (State.SUBMITTED, State.IN_REVIEW) and lesson.author_id == by.pk:
        return lesson
    revision = lesson.words
    if not revision.happened.strip():
        raise Refusal("Say what happened before you send it.")
    if not revision.then_do.strip():
        raise Refusal("Give your advice after “then…” before you send it.")
    if not revision.title.strip():
        revision.title = title_from(revision.then_do, revision.happened)
        revision.save(update_fields=["title"])
    due = workflow.working_days_after(timezone.localdate(at), workflow.ANSWER_WITHIN)
    values: dict[str, Any] = {"submitted_at": at, "answer_due_on": due, "claimed_by": None, "claimed_at": None}
    event = transitions.take(lesson, "submit", by=by, at=at, **values)
    _tell_validators(lesson, by, key=f"lesson {lesson.pk} waits {event.pk}")
    return lesson


@transaction.atomic
def withdraw(lesson: Lesson, *, by: Person, at: datetime) -> Lesson:
    """Take back what was sent, so that it is a draft again and nobody else sees it."""
    transitions.lock(lesson)
    if lesson.state == State.DRAFT and lesson.author_id == by.pk:
        return lesson
    reader = lesson.claimed_by
    empty: dict[str, Any] = {"submitted_at": None, "answer_due_on": None, "claimed_by": None, "claimed_at": None}
    event = transitions.take(lesson, "withdraw", by=by, at=at, **empty)
    untell(lesson.organisation, keys=f"lesson {lesson.pk} ", but=by)
    tell(
        reader,
        organisation=lesson.organisation,
        kind="lesson",
        text="The author has taken back a lesson that you had claimed",
        url_name="lesson_queue",
        url_args=[lesson.organisation.slug],
        key=f"lesson {lesson.pk} withdrawn {event.pk}",
    )
    return lesson


@transaction.atomic
def discard(lesson: Lesson, *, by: Person) -> None:
    """Throw away a draft that was never sent. What was sent once is never deleted."""
    transitions.lock(lesson)
    if lesson.state != State.DRAFT or lesson.author_id != by.pk:
        raise Refusal("Only the author can delete a draft.")
    if lesson.events.exclude(after=State.DRAFT).exists():
        raise Refusal(
            "This lesson has been sent for review before, so we keep it. It stays a draft that only you can see."
        )
    search_documents.drop(lesson.pk)
    audit.record(lesson.organisation, "deleted", lesson, by=by)
    lesson.delete()


@transaction.atomic
def promise_for(lesson: Lesson, *, by: Person, **words: Any) -> Action:
    """An action that follows from a checked lesson: who changes what. ``words`` are those of ``promise``."""
    if not lesson.is_shared:
        raise Refusal("This lesson has not been checked yet. You can add actions once it is checked.")
    action = promises.promise(
        lesson.organisation,
        by=by,
        source=f"Lesson {lesson.pk}: {lesson.words.title}"[:200],
        source_url_name="lesson_detail",
        source_url_args=[lesson.organisation.slug, lesson.pk],
        told_when_late=lesson.validated_by or by,
        **_readers_of_promises(lesson),
        **words,
    )
    LessonAction.objects.get_or_create(action=action, defaults={"lesson": lesson})
    return action


def _readers_of_promises(lesson: Lesson) -> dict[str, Any]:
    """Who may read what was promised because of a lesson, which says its title: at most those who read the lesson."""
    if lesson.reach == Reach.GROUP:
        return {"reach": Reach.GROUP, "group": lesson.group}
    return {"reach": Reach.ORGANISATION, "group": None}


def _take_promises_along(lesson: Lesson, *, by: Person) -> None:
    for action in Action.objects.filter(lessonaction__lesson=lesson).select_related("organisation"):
        promises.show_to(action, by=by, **_readers_of_promises(lesson))


def file_under(lesson: Lesson, names: Iterable[str]) -> None:
    """Give a lesson exactly these tags; a tag that is not there yet is made. Capital letters make no new tag."""
    wanted = {name.lower(): name for name in (" ".join(name.split())[:80] for name in names) if name}
    there = {tag.name.lower(): tag for tag in Tag.objects.filter(organisation=lesson.organisation)} if wanted else {}
    for key, name in wanted.items():
        if key not in there:
            there[key], _ = Tag.objects.get_or_create(
                organisation=lesson.organisation, name__iexact=name, defaults={"name": name}
            )
    lesson.tags.set([there[key] for key in wanted])


def _differs(lesson: Lesson, words: dict[str, str], facts: dict[str, Any], tags: Iterable[str] | None) -> bool:
    """Whether anything would change."""
    if any(getattr(lesson.words, name) != text for name, text in words.items()):
        return True
    if any(getattr(lesson, name) != value for name, value in facts.items()):
        return True
    if tags is None:
        return False
    return {tag.name.lower() for tag in lesson.tags.all()} != {" ".join(name.split()).lower() for name in tags}


def _write_words(lesson: Lesson, words: dict[str, str], *, by: Person, at: datetime) -> bool:
    revision = lesson.words
    if all(getattr(revision, name) == text for name, text in words.items()):
        return False
    was_shown = lesson.is_shared or revision.lessonevent_set.exclude(after=State.DRAFT).exists()
    if was_shown:
        kept = {name: getattr(revision, name) for name in WORDS}
        number = transitions.newest_number(lesson) + 1
        lesson.revision = LessonRevision.objects.create(lesson=lesson, number=number, by=by, at=at, **{**kept, **words})
    else:
        for name, text in words.items():
            setattr(revision, name, text)
        revision.at, revision.by = at, by
        revision.save(update_fields=[*words, "at", "by"])
    return True


def _words(words: Mapping[str, str]) -> dict[str, str]:
    clean = {name: text.replace("\r\n", "\n").strip() for name, text in _known(words, WORDS).items()}
    return {name: " ".join(text.split())[: SHORT[name]] if name in SHORT else text for name, text in clean.items()}


def _known(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _check_share(lesson: Lesson, values: Mapping[str, Any], membership: Membership) -> None:
    share, group = values.get("share_with", lesson.share_with), values.get("group", lesson.group)
    if share == Reach.GROUP and group is None:
        raise Refusal("Choose the group that may read it, or share it with everybody here.")
    if not lesson.is_shared:
        return
    elsewhere = share == lesson.share_with == Reach.GROUP and group != lesson.group
    further = elsewhere or WIDTHS.index(Reach(share)) > WIDTHS.index(Reach(lesson.share_with))
    if further and (lesson.author_id == membership.person_id or not membership.can(Permission.VALIDATE)):
        raise Refusal("It was checked for fewer readers. Ask somebody else who checks lessons to share it further.")


def why_not_now(lesson: Lesson, by: Person) -> str:
    """Why somebody who asks to change a lesson cannot, in words for them."""
    if lesson.author_id == by.pk and lesson.state in (State.SUBMITTED, State.IN_REVIEW):
        return "This lesson is being reviewed. Take it back first if you want to change it."
    if lesson.author_id == by.pk and lesson.state == State.DECLINED:
        return "This lesson was declined and can no longer be changed."
    return "Only its author can change this lesson."


def _tell_validators(lesson: Lesson, by: Person, *, key: str) -> None:
    members = Membership.objects.current().filter(organisation=lesson.organisation).may(Permission.VALIDATE)
    for member in members.exclude(person=by).select_related("person"):
        tell(
            member.person,
            organisation=lesson.organisation,
            kind="lesson",
            text=f"A lesson is waiting to be checked: {lesson.words.title}",
            url_name="lesson_detail",
            url_args=[lesson.organisation.slug, lesson.pk],
            key=key,
        )
