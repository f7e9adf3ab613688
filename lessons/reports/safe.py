"""What the receipt of a safe lesson says: where it stands, what was answered, and what came of it. No names."""

from dataclasses import dataclass
from datetime import date, datetime

from kmportal.lib.things import Look
from lessons import labels, policies
from lessons.models import ENDED, Lesson, LessonEvent, LessonRevision, Receipt, Reuse, State

_ANSWERS = (State.RETURNED, State.DECLINED)


@dataclass(frozen=True)
class ReceiptPage:
    """One lesson for whoever holds its code."""

    lesson: Lesson
    words: LessonRevision
    look: Look
    answer: str
    evidence: str
    changed_on: date | None
    checked_at: datetime | None
    helped: int
    end_reason: str
    can_answer: bool
    can_take_back: bool
    can_forget: bool
    is_known: bool

    @classmethod
    def build(cls, receipt: Receipt, *, on: date) -> "ReceiptPage":
        lesson = receipt.lesson
        events = LessonEvent.objects.filter(lesson=lesson, after__in=_ANSWERS).order_by("-pk")
        answer = events.values_list("comment", flat=True).first() if lesson.state in _ANSWERS else ""
        return cls(
            lesson=lesson,
            words=lesson.words,
            look=labels.STATES[State(lesson.state)],
            answer=answer or "",
            evidence=lesson.evidence,
            changed_on=lesson.learned_on,
            checked_at=lesson.validated_at,
            helped=Reuse.objects.filter(lesson=lesson, kind=Reuse.Kind.HELPED).count(),
            end_reason=lesson.end_reason if lesson.state in ENDED else "",
            can_answer=policies.may_move(receipt, lesson, "send_again", on=on),
            can_take_back=policies.may_move(receipt, lesson, "take_back", on=on),
            can_forget=policies.may_forget_author(lesson),
            is_known=policies.is_author_kept(lesson),
        )
