"""Getting in: how the views of lessons find the one they are about."""

from django.db.models import QuerySet

from kmportal.lib.prepared import prepared
from kmportal.lib.view_kit import first_or_404
from lessons.models import Lesson
from organisations.models import Membership
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


@prepared
def _lesson(membership: Membership, pk: int, here: bool, as_it_was: bool) -> QuerySet[Lesson]:
    rows = Lesson.objects.visible_as_it_was if as_it_was else Lesson.objects.visible_to
    lessons = rows(membership).select_related(*_NEIGHBOURS).filter(pk=pk)
    return lessons.filter(organisation=membership.organisation_id) if here else lessons


def lesson_or_404(request: MemberRequest, pk: int, *, here: bool = True, as_it_was: bool = False) -> Lesson:
    """A lesson that this member may see; with ``here`` only one of their own organisation, to do something with it.
    ``as_it_was``: also one that has gone into another."""
    return first_or_404(_lesson, request.membership, pk, here, as_it_was)
