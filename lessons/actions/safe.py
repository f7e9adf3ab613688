"""Safe lessons: sent so that one person who checks lessons knows who wrote them, and nobody else; and what whoever
holds the receipt does without an account.

No event of these names anybody: what was told of the draft before loses its name, too.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from actionplan.models import PromiseReminder
from attachments.models import StoredFile
from attachments.storing import forget_files
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies, workflow
from lessons.events import Event
from lessons.models import (
    Innovation,
    LeftNote,
    Lesson,
    LessonCheck,
    LessonEvent,
    LessonRevision,
    Receipt,
    SafeAuthor,
    State,
)
from lessons.storing import files_in_words, files_there
from lessons.tokens import hash_of_receipt, tidy_receipt_code
from lessons.transitions import WORDS, clean_words, lock_lesson, next_number, refuse_unready, save_columns, take_move
from organisations import events
from organisations.models import AuditEntry, Membership, Person, SentForm
from organisations.permissions import Permission
from organisations.policies import require, require_that


@transaction.atomic
def send_safely(lesson: Lesson, *, by: Membership, at: datetime, to: Person | None, code: str) -> Lesson:
    """Send a draft to one who checks lessons, who alone is told who wrote it. ``code`` opens its receipt.

    From here on the author’s account has nothing to do with it; the same form sent twice finds nothing to send.
    """
    require(Permission.CONTRIBUTE, by, lesson.organisation)
    lock_lesson(lesson)
    if lesson.author_id == by.person_id and policies.was_sent(lesson):
        raise Refusal(worded("Others have seen already who wrote this lesson. Write it down anew to send it safely."))
    refuse_unready(lesson)
    if to is None or to == by.person or not _checks_here(lesson, to):
        raise Refusal(worded("Choose somebody else who checks lessons."))
    code = tidy_receipt_code(code)
    if not code:
        raise Refusal("Open this page again, so that you get a new code.")
    _refuse_own_name(lesson, by.person)
    SafeAuthor.objects.create(lesson=lesson, person=by.person, known_to=to)
    Receipt.objects.create(lesson=lesson, hash=hash_of_receipt(code))
    _forget_who_wrote(lesson)
    take_move(
        lesson, "send_safely", by=by, at=at, is_unsigned=True, author=None, is_safe=True, once=None,
        contact="", session=None, intervention=None, created_at=_day_of(lesson.created_at),
        claimed_by=to, claimed_at=_day_of(at), submitted_at=_day_of(at), answer_due_on=_answer_due(at),
    )  # fmt: skip
    return lesson


@transaction.atomic
def answer_by_receipt(
    receipt: Receipt, *, at: datetime, seen: int, words: Mapping[str, str], without: Collection[int] = ()
) -> Lesson:
    """Change a safe lesson that came back, or was taken back, take files ``without`` which it shall go away, and send
    it again; whoever knows its author has it again, if they still check lessons and have not checked these very words.
    Idempotent."""
    lesson = receipt.lesson
    lock_lesson(lesson)
    fresh = {name: text for name, text in clean_words(words).items() if text or name != "title"}
    gone = [one.file for one in files_there(lesson) if one.pk in without]
    is_same = not gone and all(getattr(lesson.words, name) == text for name, text in fresh.items())
    if lesson.is_waiting and is_same:
        return lesson
    require_that(policies.may_move(receipt, lesson, "send_again", on=timezone.localdate(at)))
    if lesson.version != seen:
        raise Stale
    refuse_invalid(LessonRevision(**fresh), *fresh)
    if not is_same:
        forget_files(gone)
        kept = {name: getattr(lesson.words, name) for name in WORDS}
        lesson.revision = LessonRevision.objects.create(
            lesson=lesson, number=next_number(lesson), by=None, at=at, **{**kept, **fresh}, files=files_in_words(lesson)
        )
    refuse_unready(lesson)
    known = SafeAuthor.objects.filter(lesson=lesson).select_related("known_to", "person").first()
    if known is not None and known.person is not None:
        _refuse_own_name(lesson, known.person)
    checker = known.known_to if known is not None else None
    if checker is not None and not (_checks_here(lesson, checker) and _has_yet_to_check(lesson, checker)):
        checker = None
    take_move(
        lesson, "send_again", by=receipt, at=at, facts={"kept_for": checker}, revision=lesson.revision,
        submitted_at=_day_of(at), answer_due_on=_answer_due(at), claimed_by=None, claimed_at=None,
    )  # fmt: skip
    if checker is not None:
        lesson.state, lesson.claimed_by, lesson.claimed_at = State.IN_REVIEW, checker, _day_of(at)
        save_columns(lesson, "state", "claimed_by", "claimed_at")
        before, after = State.SUBMITTED, State.IN_REVIEW
        events.record(Event.LESSON_PASSED_ON, lesson, by=receipt, at=at, before=before, after=after)
    return lesson


@transaction.atomic
def withdraw_by_receipt(receipt: Receipt, *, at: datetime) -> Lesson:
    """Take a safe lesson back, so that nobody reads it but whoever holds the code. Idempotent."""
    lesson = receipt.lesson
    lock_lesson(lesson)
    if lesson.state == State.DRAFT:
        return lesson
    empty: dict[str, Any] = {"submitted_at": None, "answer_due_on": None, "claimed_by": None, "claimed_at": None}
    take_move(lesson, "take_back", by=receipt, at=at, facts={"taken_from": lesson.claimed_by}, **empty)
    return lesson


@transaction.atomic
def forget_author(receipt: Receipt, *, at: datetime) -> Lesson:
    """Take away who wrote it: from now on nobody can see it, the one who checked it neither. Only once it is answered:
    until then it keeps its author from checking it. Idempotent."""
    lesson = receipt.lesson
    lock_lesson(lesson)
    require_that(policies.may_forget_author(lesson))
    gone, _ = SafeAuthor.objects.filter(lesson=lesson).delete()
    if gone:
        Receipt.objects.filter(lesson=lesson).update(traces=F("traces") + 1)
        events.record(Event.LESSON_AUTHOR_FORGOTTEN, lesson, by=receipt, at=at)
    return lesson


def _forget_who_wrote(lesson: Lesson) -> None:
    """What was kept of the draft while it was an ordinary one: its versions, its history, its files, the trail, the
    note from a poster that it was made of, that its author was reminded of it, and the forms that they sent.

    Moments go, too, down to the day: a draft was begun in the very moment in which somebody closed a session.
    """
    for one in LessonRevision.objects.filter(lesson=lesson):
        LessonRevision.objects.filter(pk=one.pk).update(by=None, at=_day_of(one.at))
    LessonEvent.objects.filter(lesson=lesson).delete()  # that it was drafted, and when
    for file in StoredFile.objects.filter(pk__in=[one.file_id for one in files_there(lesson)]):
        StoredFile.objects.filter(pk=file.pk).update(uploaded_by=None, uploaded_at=_day_of(file.uploaded_at))
    trail = AuditEntry.objects.filter(organisation=lesson.organisation)
    trail.filter(kind="lesson", ident=lesson.pk).delete()
    for entry in trail.filter(facts__lesson=lesson.pk):
        AuditEntry.objects.filter(pk=entry.pk).update(actor_id=None, at=_day_of(entry.at))
    for note in LeftNote.objects.filter(lesson=lesson):
        day = max(note.at, _day_of(note.decided_at)) if note.decided_at else None
        LeftNote.objects.filter(pk=note.pk).update(decided_by=None, decided_at=day)
    PromiseReminder.objects.filter(kind="lesson-draft", ident=lesson.pk).delete()
    SentForm.objects.filter(url__contains=f"/lessons/{lesson.pk}/").delete()


def _day_of(moment: datetime) -> datetime:
    """The beginning of its day."""
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def _answer_due(at: datetime) -> Any:
    return workflow.working_days_after(timezone.localdate(at), workflow.ANSWER_WITHIN)


def _checks_here(lesson: Lesson, person: Person) -> bool:
    members = Membership.objects.current().filter(organisation=lesson.organisation, person=person)
    return members.may(Permission.VALIDATE).exists()


def _has_yet_to_check(lesson: Lesson, person: Person) -> bool:
    """Whoever has checked these very words as one of several leaves them to the others."""
    return not LessonCheck.objects.in_force(lesson).filter(person=person).exists()


def _names(person: Person, text: str) -> bool:
    folded = " ".join(text.split()).casefold()
    return any(one and one.casefold() in folded for one in (person.name, person.email))


def _refuse_own_name(lesson: Lesson, person: Person) -> None:
    words = lesson.words
    if any(_names(person, getattr(words, name)) for name in WORDS) or _names(person, lesson.process):
        raise Refusal("Your own name stands in what you wrote. Take it out first.")
    if any(_names(person, _spaced(one.file.name)) or _names(person, one.tells) for one in files_there(lesson)):
        raise Refusal("Your own name stands in the name of a file, or in what it shows. Take it out first.")
    row = Innovation.objects.filter(lesson=lesson).first()
    if row and any(_names(person, words) for words in (row.improved, row.stopped_because, *(w for _, w in row.facts))):
        raise Refusal("Your own name stands in what you told of trying it. Take it out first.")


def _spaced(name: str) -> str:
    """The name of a file with the signs that people write between words as spaces, beside itself."""
    return f"{name} {re.sub(r'[_.+-]+', ' ', name)}"
