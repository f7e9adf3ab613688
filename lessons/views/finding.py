"""Getting in: how the views of lessons find the one they are about."""

from django.shortcuts import get_object_or_404

from lessons.models import Lesson
from organisations.requests import MemberRequest

_NEIGHBOURS = (
    "organisation",
    "author",
    "group",
    "revision__by",
    "approved",
    "claimed_by",
    "validated_by",
    "session__organisation",
    "intervention__programme__organisation",
)


def lesson_or_404(request: MemberRequest, pk: int, *, here: bool = True) -> Lesson:
    """A lesson that this member may see; with ``here`` only one of their own organisation, to do something with it."""
    lessons = Lesson.objects.visible_to(request.membership).select_related(*_NEIGHBOURS)
    if here:
        lessons = lessons.filter(organisation=request.membership.organisation_id)
    return get_object_or_404(lessons, pk=pk)
