"""Which rows somebody reads, asked by the rules of several topics."""

from django.db.models import QuerySet

from kmportal.lib.prepared import prepared
from lessons.models import Lesson
from organisations.models import Membership


@prepared
def readable_lessons(membership: Membership, lesson: int) -> QuerySet[Lesson]:
    """This lesson, if they may read it."""
    return Lesson.objects.visible_to(membership).filter(pk=lesson)
