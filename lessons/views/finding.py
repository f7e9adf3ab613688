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


def lesson_or_404(request: MemberRequest, pk: int, *, here: bool = True, as_it_was: bool = False) -> Lesson:
    """A lesson that this member may see; with ``here`` only one of their own organisation, to do something with it.
    ``as_it_was``: also one that has gone into another."""
    rows = Lesson.objects.visible_as_it_was if as_it_was else Lesson.objects.visible_to
    lessons = rows(request.membership).select_related(*_NEIGHBOURS)
    if here:
        lessons = lessons.filter(organisation=request.membership.organisation_id)
    return get_object_or_404(lessons, pk=pk)
