"""Who may say what beside a lesson, and which groups can have a poster."""

from lessons.models import Lesson, LessonComment
from lessons.policies.reuse import may_say_reuse
from organisations import policies
from organisations.models import Group, Membership, Organisation
from organisations.permissions import Permission


def may_comment(membership: Membership | None, lesson: Lesson) -> bool:
    """Whoever reads a checked lesson that is in use; one of another organisation is talked about at home. One query."""
    return not lesson.is_ended and may_say_reuse(membership, lesson)


def may_read_comment(membership: Membership | None, comment: LessonComment) -> bool:
    """As the queryset says it. One query."""
    if not isinstance(membership, Membership) or not (membership.is_current and membership.can(Permission.READ)):
        return False
    return LessonComment.objects.visible_to(membership).filter(pk=comment.pk).exists()


def may_withdraw_comment(membership: Membership | None, comment: LessonComment) -> bool:
    """Its writer, also one that was hidden, and of a lesson that is out of their reach by now."""
    is_own = membership is not None and comment.author_id == membership.person_id
    return is_own and policies.may(Permission.READ, membership, comment.organisation)


def may_change_comment(membership: Membership | None, comment: LessonComment) -> bool:
    """Its writer, as long as it stands there."""
    return may_withdraw_comment(membership, comment) and may_read_comment(membership, comment)


def may_hide_comment(membership: Membership | None, comment: LessonComment) -> bool:
    """Moderation: whoever checks lessons and reads it, never its writer."""
    if membership is None or not policies.may(Permission.VALIDATE, membership, comment.organisation):
        return False
    return comment.author_id != membership.person_id and may_read_comment(membership, comment)


def may_show_comment(membership: Membership | None, comment: LessonComment) -> bool:
    return may_hide_comment(membership, comment)


def has_poster(organisation: Organisation, group: Group) -> bool:
    """Whether a group can have one: a unit or a team, whose wall people pass."""
    return group.organisation_id == organisation.pk and group.kind in {Group.Kind.UNIT, Group.Kind.TEAM}
