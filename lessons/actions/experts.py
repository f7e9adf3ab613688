"""An expert without account: asked by a signed link, answered once, taken back."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from kmportal.lib.cleaning import line_of_text
from kmportal.lib.exceptions import Refusal
from kmportal.lib.mail import can_leave
from kmportal.lib.model_rules import refuse_invalid
from lessons import emails, policies
from lessons.events import Event
from lessons.models import OPEN_FOR, ExpertQuestion, Lesson
from lessons.tokens import is_token_of
from lessons.transitions import lock_lesson
from organisations import events
from organisations.models import Membership
from organisations.permissions import Permission
from organisations.policies import require, require_that

# Links that are open at once for one lesson.
MOST_OPEN = 10


@transaction.atomic
def ask_expert(
    lesson: Lesson, *, by: Membership, at: datetime, whom: str, email: str = "", question: str = "",
    once: UUID | None = None,
) -> ExpertQuestion:  # fmt: skip
    """Ask somebody outside whether the words as they are now are right. With an address, and a mail server, the link
    goes by mail; it can be copied either way. Idempotent by ``once``."""
    require(Permission.VALIDATE, by, lesson.organisation)
    lock_lesson(lesson)
    require_that(policies.may_ask_expert(by, lesson))
    if made := ExpertQuestion.objects.filter(lesson=lesson, once=once).first() if once else None:
        return made
    values = {"whom": whom.strip(), "email": email.strip(), "question": question.strip()}
    if not line_of_text(whom):
        raise Refusal("Say whom you ask.")
    refuse_invalid(ExpertQuestion(**values), *values)
    today = timezone.localdate(at)
    if ExpertQuestion.objects.unanswered().filter(lesson=lesson, ends_on__gte=today).count() >= MOST_OPEN:
        raise Refusal(f"{MOST_OPEN} links are open already. Take one back first.")
    row = ExpertQuestion.objects.create(
        lesson=lesson, revision=lesson.words, asked_by=by.person, asked_at=at, ends_on=today + OPEN_FOR,
        once=once or uuid4(), **values,
    )  # fmt: skip
    if row.email and can_leave():
        emails.question_to_expert(row, at=at)
    events.record(Event.LESSON_EXPERT_ASKED, lesson, by=by, at=at, question=row.pk, revision=lesson.words.number)
    return row


@transaction.atomic
def revoke_question(question: ExpertQuestion, *, by: Membership, at: datetime) -> ExpertQuestion:
    """Have the link open nothing any more. Idempotent; an answer stays."""
    require(Permission.VALIDATE, by, question.lesson.organisation)
    row = _locked(question)
    require_that(not policies.wrote(by, row.lesson))
    if row.answered_at is None and row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        events.record(Event.LESSON_EXPERT_REVOKED, row.lesson, by=by, at=at, question=row.pk)
    return row


@transaction.atomic
def answer_as_expert(
    question: ExpertQuestion, *, token: str, at: datetime, name: str, verdict: str, opinion: str = ""
) -> ExpertQuestion:
    """What whoever holds the link says: once. The same form sent twice changes nothing."""
    require_that(is_token_of(token, question))
    row = _locked(question)
    values = {"name": name.strip(), "verdict": verdict, "opinion": opinion.strip()}
    if row.answered_at is not None and all(getattr(row, key) == value for key, value in values.items()):
        return row
    if why := policies.why_closed_to_expert(row, on=timezone.localdate(at)):
        raise Refusal(why)
    if not line_of_text(name):
        raise Refusal("Say who you are.")
    if verdict not in ExpertQuestion.Verdict.values:
        raise Refusal("Say whether it is right.")
    refuse_invalid(ExpertQuestion(**values), *values)
    for key, value in values.items():
        setattr(row, key, value)
    row.answered_at = at
    row.save(update_fields=[*values, "answered_at"])
    events.record(
        Event.LESSON_EXPERT_ANSWERED, row.lesson, by=row, at=at, texts={"name": row.name}, question=row.pk,
        verdict=verdict, asked_by=row.asked_by,
    )  # fmt: skip
    return row


def _locked(question: ExpertQuestion) -> ExpertQuestion:
    rows = ExpertQuestion.objects.select_for_update(of=("self",))
    return rows.select_related("lesson__organisation", "lesson__revision", "asked_by").get(pk=question.pk)
