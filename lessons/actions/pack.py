"""Before somebody starts: a piece of work is described, each lesson of its pack is answered, the pack is printed.

A lesson is used (somebody promises what they do with it, as an action), not for this work because …, or decided later.
Whoever answers again changes the answer; an action that was promised stays until somebody drops it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Model

import actionplan.actions
from actionplan.models import Action
from jobs.actions import enqueue
from jobs.models import Job
from kmportal.lib.cleaning import clean_text, line_of_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from kmportal.lib.sentences import quoted
from kmportal.lib.work import Work, work_of
from lessons import policies
from lessons.events import Event
from lessons.finding import pack_url
from lessons.models import Lesson, PackAnswer, PieceOfWork, Quote
from lessons.workflow import readers_of_both
from organisations import events
from organisations.models import Membership, Organisation
from organisations.permissions import Permission
from organisations.policies import require, require_that
from organisations.visibility import Reach

Answer = PackAnswer.Answer
LONGEST_TITLE = 200


@transaction.atomic
def describe_work(
    organisation: Organisation,
    *,
    by: Membership,
    at: datetime,
    title: str,
    text: str = "",
    starts_on: date | None = None,
    once: UUID | None = None,
) -> PieceOfWork:
    """Describe a piece of work in words, to see what fits it. Idempotent: the same ``once`` answers the first one."""
    require(Permission.CONTRIBUTE, by, organisation)
    values: dict[str, Any] = {"title": line_of_text(title), "text": clean_text(text).strip(), "starts_on": starts_on}
    refuse_invalid(PieceOfWork(organisation=organisation, **values), "title", "text")
    row, made = PieceOfWork.objects.get_or_create(
        organisation=organisation, once=once or uuid4(), defaults={**values, "author": by.person, "created_at": at}
    )
    if made:
        events.record(Event.WORK_DESCRIBED, row, by=by, at=at, starts_on=starts_on)
    return row


@transaction.atomic
def change_work(
    work: PieceOfWork, *, by: Membership, at: datetime, seen: int, title: str, text: str, starts_on: date | None
) -> PieceOfWork:
    """Other words, another day. ``Stale`` when somebody else was quicker."""
    require_that(policies.may_change_work(by, work))
    work.refresh_from_db(from_queryset=PieceOfWork.objects.select_for_update(of=("self",)))
    if work.version != seen:
        raise Stale
    work.title, work.text, work.starts_on = line_of_text(title), clean_text(text).strip(), starts_on
    refuse_invalid(work, "title", "text")
    work.version += 1
    work.save(update_fields=["title", "text", "starts_on", "version"])
    events.record(Event.WORK_CHANGED, work, by=by, at=at, starts_on=starts_on)
    return work


@transaction.atomic
def use_lesson(work: Model, lesson: Lesson, *, by: Membership, at: datetime, seen: int = 0, **words: Any) -> PackAnswer:
    """The lesson is used: somebody promises what, by when. A promise that is still open is kept as it is.

    ``words`` are those of ``actionplan.actions.add_action``. What came of it is told by whoever it helped, as of every
    lesson (``lessons.actions.reuse``): an intention is no reuse.
    """
    require_that(policies.may_answer_lesson(by, work_of(work), lesson))
    piece = work_of(work)
    row = _answer_now(piece, lesson, by)
    if row.answer == Answer.USE and row.action is not None and row.action.state == Action.State.OPEN:
        return row
    _refuse_stale(row, seen)
    action = row.action
    if action is None or action.state != Action.State.OPEN:
        action = actionplan.actions.add_action(
            piece.organisation,
            by=by,
            at=at,
            source=work,
            told_when_late=piece.leads or by.person,
            **_readers(piece, lesson),
            **words,
        )
    return _keep(row, Answer.USE, by=by, at=at, action=action)


@transaction.atomic
def set_lesson_aside(
    work: Model, lesson: Lesson, *, by: Membership, at: datetime, because: str, seen: int = 0
) -> PackAnswer:
    """The lesson is not for this work, and why. Whoever reads the pack later reads it too."""
    require_that(policies.may_answer_lesson(by, work_of(work), lesson))
    piece = work_of(work)
    row = _answer_now(piece, lesson, by)
    because = line_of_text(because)
    if row.answer == Answer.NOT and row.because == because:
        return row
    _refuse_stale(row, seen)
    if not because:
        raise Refusal(worded("Say why this lesson is not for you."))
    return _keep(row, Answer.NOT, by=by, at=at, because=because)


@transaction.atomic
def put_lesson_off(work: Model, lesson: Lesson, *, by: Membership, at: datetime, seen: int = 0) -> PackAnswer:
    """Decide later: it is asked about again before the work begins."""
    require_that(policies.may_answer_lesson(by, work_of(work), lesson))
    piece = work_of(work)
    row = _answer_now(piece, lesson, by)
    if row.answer == Answer.LATER:
        return row
    _refuse_stale(row, seen)
    return _keep(row, Answer.LATER, by=by, at=at)


@transaction.atomic
def tick_lessons(work: Model, lessons: Sequence[Lesson], *, by: Membership, at: datetime) -> list[PackAnswer]:
    """In a before action review: these are used. Each becomes a promise of whoever leads the work, by its first day.

    What was answered with “use” already stays as it is.
    """
    require_that(policies.may_answer_pack(by, work_of(work)))
    piece = work_of(work)
    done = []
    for lesson in lessons:
        require_that(policies.may_answer_lesson(by, piece, lesson))
        row = _answer_now(piece, lesson, by)
        title = f"{worded('Use the lesson')}: {lesson.words.title}"[:LONGEST_TITLE]
        words = {"title": title, "owner": piece.leads or by.person, "due_on": _due_on(piece, at)}
        done.append(use_lesson(work, lesson, by=by, at=at, seen=row.version, **words))
    return done


@transaction.atomic
def request_pack_pdf(work: Model, *, by: Membership, at: datetime) -> Job:
    """Have the worker draw the pack on paper, with the rights that ``by`` has then. Idempotent: once for each person,
    hour and state of the answers and quotes."""
    require_that(policies.may_see_work(by, work_of(work)))
    piece = work_of(work)
    answers = PackAnswer.objects.filter(organisation=by.organisation_id).for_work(piece.ref).order_by("pk")
    newest = Lesson.objects.order_by("-pk").values_list("pk", flat=True).first()
    said = Quote.objects.filter(organisation=by.organisation_id).last_answer()
    drawn = [settings.VERSION, by.organisation.version, piece.texts, str(piece.starts_on), newest, f"{at:%Y-%m-%d %H}"]
    drawn.append(str(said))
    mark = sha256(repr([*drawn, *answers.values_list("pk", "version")]).encode()).hexdigest()[:16]
    ref = piece.ref
    return enqueue(
        "lessons.tasks.pack_pdf",
        {"kind": ref.kind, "ident": ref.pk},
        title=f"Before you start {quoted(piece.title)}, as a PDF",
        key=f"pack {ref.kind} {ref.pk} {mark} {by.person_id}",
        by=by,
        organisation=by.organisation,
        at=at,
        back_url=pack_url(piece, by),
    )


# --- What they share -------------------------------------------------------------------------------------------------


def _answer_now(piece: Work, lesson: Lesson, by: Membership) -> PackAnswer:
    """What stands there, locked; or one that is not kept yet. Of two who answer first at once, the second waits for
    the first on the row of the lesson."""
    Lesson.objects.select_for_update(of=("self",)).filter(pk=lesson.pk).first()
    key = {"organisation": by.organisation, "work_kind": piece.ref.kind, "work_ident": piece.ref.pk, "lesson": lesson}
    row = PackAnswer.objects.select_for_update(of=("self",)).select_related("action").filter(**key).first()
    return row or PackAnswer(**key, version=0)


def _refuse_stale(row: PackAnswer, seen: int) -> None:
    if row.version != seen:
        raise Refusal("Somebody else has answered meanwhile. Read their answer, then change it if you must.")


def _keep(
    row: PackAnswer, answer: str, *, by: Membership, at: datetime, because: str = "", action: Action | None = None
) -> PackAnswer:
    row.answer, row.because, row.person, row.at = answer, because, by.person, at
    row.action = action or row.action
    row.version += 1
    refuse_invalid(row, "answer", "because")
    row.save()
    events.record(Event.PACK_ANSWERED, row, by=by, at=at, answer=answer, lesson=row.lesson)
    return row


def _readers(piece: Work, lesson: Lesson) -> dict[str, Any]:
    """Who may read the action: those who read both the work and the lesson."""
    reach = Reach.ORGANISATION if piece.group is None else Reach.GROUP
    return dict(readers_of_both(lesson, piece.organisation.pk, reach, piece.group))


def _due_on(piece: Work, at: datetime) -> date | None:
    """By its first day, unless that has passed."""
    return piece.starts_on if piece.starts_on and piece.starts_on >= at.date() else None
