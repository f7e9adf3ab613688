"""What somebody may follow."""

from django.db.models import QuerySet

from kmportal.lib.prepared import prepared
from lessons.models import Follow, Lesson, LessonFeed, SavedList, Tag
from lessons.policies.reading import readable_lessons
from organisations import policies
from organisations.models import Group, Membership, Person
from organisations.permissions import Permission


@prepared
def _is_here(organisation: int, person: int) -> QuerySet[Membership]:
    return Membership.objects.current().filter(organisation=organisation, person=person)


def followable(membership: Membership, lesson: Lesson) -> dict[str, Tag | Group | Person]:
    """What of a checked lesson its reader may follow, by a key: its tags, its group, and its author where the page
    names them and they still belong here. The tags, groups and people of another organisation are not ours to list."""
    if not lesson.is_shared or lesson.organisation_id != membership.organisation_id:
        return {}
    found: dict[str, Tag | Group | Person] = {f"tag-{tag.pk}": tag for tag in lesson.tags.all()}
    if lesson.group is not None:
        found["group"] = lesson.group
    author = None if lesson.source or lesson.author_id == membership.person_id else lesson.author
    if author is not None and _is_here.exists(lesson.organisation_id, author.pk):
        found["author"] = author
    return found


def may_follow(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever reads a checked lesson of their own organisation. One query."""
    if membership is None or not policies.may(Permission.READ, membership, lesson.organisation):
        return False
    return lesson.is_shared and readable_lessons.exists(membership, lesson.pk)


def is_own_follow(membership: Membership | None, follow: Follow | LessonFeed | SavedList) -> bool:
    """What somebody follows, the address of a feed, and a list under a name are their own."""
    return membership is not None and membership.is_current and follow.membership_id == membership.pk
