"""Who may say how far an innovation has come, and adapt it."""

from lessons.models import Lesson
from lessons.policies.lessons import may_write
from lessons.policies.reading import readable_lessons
from organisations import policies
from organisations.models import Membership
from organisations.permissions import Permission


def may_write_innovation(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever may write the lesson."""
    return lesson.kind == Lesson.Kind.INNOVATION and may_write(membership, lesson)


def may_adapt(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever contributes at home and reads one that is checked, also one that another organisation shares. A stopped
    one can be tried again elsewhere. One query."""
    if membership is None or lesson.kind != Lesson.Kind.INNOVATION or not lesson.is_shared or lesson.is_ended:
        return False
    return policies.may(Permission.CONTRIBUTE, membership, membership.organisation) and readable_lessons.exists(
        membership, lesson.pk
    )
