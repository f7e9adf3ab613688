"""Whom somebody has asked about a lesson: what became of each link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kmportal.lib.links import absolute
from kmportal.lib.prepared import prepared
from kmportal.lib.things import Look
from lessons import policies
from lessons.models import ExpertQuestion, Lesson
from lessons.tokens import expert_path
from organisations.models import Membership

_LOOKS = {
    ExpertQuestion.Verdict.RIGHT: Look("good", "circle-check", ExpertQuestion.Verdict.RIGHT.label),
    ExpertQuestion.Verdict.PARTLY: Look("warn", "triangle-alert", ExpertQuestion.Verdict.PARTLY.label),
    ExpertQuestion.Verdict.WRONG: Look("bad", "circle-x", ExpertQuestion.Verdict.WRONG.label),
    ExpertQuestion.Verdict.UNSURE: Look("", "info", ExpertQuestion.Verdict.UNSURE.label),
}
_WAITS, _GONE = Look("info", "clock", "No answer yet"), Look("", "circle-x", "The link is closed")


@dataclass(frozen=True)
class QuestionRow:
    """One question. ``link`` only while it opens something."""

    question: ExpertQuestion
    look: Look
    why_closed: str
    link: str


def question_rows(lesson: Lesson, *, on: date) -> list[QuestionRow]:
    """All questions about a lesson, the newest first."""
    rows = ExpertQuestion.objects.filter(lesson=lesson).select_related("asked_by", "revision")
    return [_row_of(question, lesson, on=on) for question in rows]


@prepared
def _answered(lesson: int) -> QuerySet[ExpertQuestion]:
    rows = ExpertQuestion.objects.filter(lesson=lesson).exclude(answered_at=None)
    return rows.select_related("asked_by", "revision")


def answers_for(lesson: Lesson, membership: Membership) -> Sequence[QuestionRow]:
    """What experts have answered, for those who check and for its author. One query."""
    if not policies.may_read_experts(membership, lesson):
        return []
    rows = _answered(lesson.pk)
    return [QuestionRow(row, _LOOKS[ExpertQuestion.Verdict(row.verdict)], "", "") for row in rows]


def _row_of(question: ExpertQuestion, lesson: Lesson, *, on: date) -> QuestionRow:
    question.lesson = lesson
    if question.answered_at is not None:
        return QuestionRow(question, _LOOKS[ExpertQuestion.Verdict(question.verdict)], "", "")
    why = policies.why_closed_to_expert(question, on=on)
    return QuestionRow(question, _GONE if why else _WAITS, why, "" if why else absolute(expert_path(question)))
