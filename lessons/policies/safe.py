"""Who knows whose a safe lesson is, and until when."""

from django.utils import timezone

from lessons.models import SHARED, Lesson, LessonMerge, SafeAuthor, State
from organisations import policies
from organisations.models import Membership, Person
from organisations.permissions import Permission


def known_author(membership: Membership | None, lesson: Lesson) -> Person | None:
    """Who wrote a safe lesson, for the one who was trusted with it, as long as they check lessons. One query."""
    if not lesson.is_safe or membership is None:
        return None
    if not policies.may(Permission.VALIDATE, membership, lesson.organisation):
        return None
    row = SafeAuthor.objects.filter(lesson=lesson, known_to=membership.person_id).select_related("person").first()
    return row.person if row else None


def is_author_kept(lesson: Lesson) -> bool:
    """Whether anybody can still see who wrote a safe lesson. One query."""
    return SafeAuthor.objects.filter(lesson=lesson).exclude(person=None).exclude(known_to=None).exists()


def may_forget_author(lesson: Lesson) -> bool:
    """By the receipt, once it is answered: checked, also where it is part of another one now, or declined. One that
    went into another unchecked may come out again within some days and wait; until then it keeps its author."""
    if not lesson.is_safe:
        return False
    if lesson.merged_into_id is None or lesson.validated_at is not None:
        return lesson.state in SHARED or lesson.state == State.DECLINED
    merge = LessonMerge.objects.filter(source=lesson, undone_at=None).first()
    return merge is None or not merge.can_be_undone(timezone.now())
