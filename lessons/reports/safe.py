"""What the receipt of a safe lesson says: where it stands, what was answered, and what came of it. No names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kmportal.lib.things import Look
from lessons import labels, policies
from lessons.models import ENDED, Lesson, LessonEvent, LessonFile, LessonRevision, Receipt, Reuse, State
from lessons.models.merging import where_it_went
from lessons.storing import files_there

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
    is_part: bool
    files: Sequence[LessonFile]

    @classmethod
    def build(cls, receipt: Receipt, *, on: date) -> "ReceiptPage":
        lesson = receipt.lesson
        stands = Lesson.objects.get(pk=where_it_went(lesson.pk) or lesson.pk)
        events = LessonEvent.objects.filter(lesson=lesson, after__in=_ANSWERS).order_by("-pk")
        answer = events.values_list("comment", flat=True).first() if lesson.state in _ANSWERS else ""
        return cls(
            lesson=lesson,
            words=lesson.words,
            look=labels.look_of(stands, lesson.organisation_id),
            answer=answer or "",
            evidence=stands.evidence,
            changed_on=stands.learned_on,
            checked_at=lesson.validated_at,
            helped=Reuse.objects.filter(lesson=stands, kind=Reuse.Kind.HELPED).count(),
            end_reason=stands.end_reason if stands.state in ENDED else "",
            can_answer=policies.may_move(receipt, lesson, "send_again", on=on),
            can_take_back=policies.may_move(receipt, lesson, "take_back", on=on),
            can_forget=policies.may_forget_author(lesson),
            is_known=policies.is_author_kept(lesson),
            is_part=stands != lesson,
            files=files_there(lesson),
        )
