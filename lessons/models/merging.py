"""Merging lessons: that one has gone into another, and what went with it, so that it can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from actionplan.models import Action
from attachments.file_kinds import MOST
from kmportal.lib.json_field import JSONField
from lessons.models.asset import AssetPart
from lessons.models.comments import LessonComment
from lessons.models.experts import ExpertQuestion
from lessons.models.files import LessonFile
from lessons.models.follows import FollowHit
from lessons.models.lesson import Lesson, LessonRevision
from lessons.models.pack import PackAnswer
from lessons.models.posters import LeftNote
from lessons.models.quotes import Quote
from lessons.models.reuse import Reuse
from lessons.models.themes import LessonTheme
from organisations.models import Person
from search.models import UnansweredSearch


class LessonMerge(models.Model):
    """That one lesson (``source``) has gone into another (``target``).

    ``rows`` say what went with it. ``before`` and ``after`` hold the columns of both lessons that merging changed, by
    ``source`` and ``target``: what is still as the merge left it goes back when it is taken back.
    """

    UNDO_WITHIN = timedelta(days=7)

    source = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="merges_out")
    target = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="merges_in")
    revision = models.ForeignKey(
        LessonRevision, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="That it wrote."
    )
    before = JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = JSONField(default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(undone_at=None), name="lesson_merged_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="lesson_merged_into_another"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} into {self.target_id}"

    def can_be_undone(self, at: datetime) -> bool:
        """Within seven days, and once."""
        return self.undone_at is None and at < self.at + self.UNDO_WITHIN

    def carry(
        self, kind: str, rows: Any, *, field: str = "lesson", once: Sequence[str] = (), most: int | None = None
    ) -> bool:
        """Let rows that point at the one lesson point at the other, and remember which. Answers whether any did."""
        what = Hanging(rows, field, tuple(once), most)
        moved = what.going(self.source_id, self.target_id)
        rows.filter(pk__in=moved).update(**{field: self.target_id})
        LessonMergeRow.objects.bulk_create(LessonMergeRow(merge=self, kind=kind, ident=key) for key in moved)
        return bool(moved)

    def bring_back(self, kind: str, rows: Any, *, field: str = "lesson") -> None:
        """Those that went along go back, as far as they are still where they went."""
        keys = self.rows.filter(kind=kind).values_list("ident", flat=True)
        rows.filter(pk__in=list(keys), **{field: self.target_id}).update(**{field: self.source_id})


def where_it_went(number: int | None) -> int | None:
    """The lesson in which one of this number is read today: itself, or the one into which it has gone, as far as that
    goes on. One query, and one more for each step."""
    seen: set[int] = set()
    while number is not None and number not in seen:
        seen.add(number)
        further = Lesson.objects.filter(pk=number).values_list("merged_into", flat=True).first()
        if further is None:
            break
        number = further
    return number


class LessonMergeRow(models.Model):
    """One row that went along: of which kind, and which one."""

    merge = models.ForeignKey(LessonMerge, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=20)
    ident = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["merge", "kind", "ident"], name="lesson_merge_row_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ident}"


@dataclass(frozen=True)
class Hanging:
    """Rows that hang on a lesson and go along. ``once``: columns of which a lesson has each once; what the other one
    has already stays where it is. ``most``: so many a lesson may have."""

    rows: Any
    field: str = "lesson"
    once: tuple[str, ...] = ()
    most: int | None = None

    def going(self, source: int, target: int) -> list[int]:
        """The keys of those that go from the one lesson to the other."""
        keys = list(self.rows.filter(**{self.field: source}).order_by("pk").values_list("pk", *self.once))
        others = self.rows.filter(**{self.field: target})
        there = set(others.values_list(*self.once)) if self.once else set()
        going = [key for key, *values in keys if None in values or tuple(values) not in there or not self.once]
        return going if self.most is None else going[: max(0, self.most - others.count())]


def hanging() -> dict[str, Hanging]:
    """What goes along, of this app and of those below. Those above follow the event (``kmportal/subscribers.py``)."""
    return {
        "reuse": Hanging(Reuse.objects.all(), once=("organisation", "person", "kind")),
        "theme": Hanging(LessonTheme.objects.all(), once=("theme",)),
        "part": Hanging(AssetPart.objects.all(), once=("asset",)),
        "hit": Hanging(FollowHit.objects.all(), once=("membership",)),
        "action": Hanging(Action.objects.filter(source_kind="lesson"), field="source_ident"),
        "comment": Hanging(LessonComment.objects.all(), once=("once",)),
        "file": Hanging(LessonFile.objects.all(), once=("file__digest",), most=MOST),
        "opinion": Hanging(ExpertQuestion.objects.exclude(answered_at=None), once=("once",)),
        "pack": Hanging(PackAnswer.objects.all(), once=("organisation", "work_kind", "work_ident")),
        "quote": Hanging(Quote.objects.all()),
        "note": Hanging(LeftNote.objects.all()),
        "unanswered": Hanging(UnansweredSearch.objects.filter(answer_kind="lesson"), field="answer_ident"),
    }
