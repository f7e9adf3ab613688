"""Comments as the page of a lesson shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from kmportal.lib.prepared import prepared
from lessons import policies
from lessons.models import Lesson, LessonComment
from organisations.models import Membership
from organisations.permissions import Permission


@dataclass(frozen=True)
class CommentRow:
    """One comment, and whether this reader sees its words and may do something with it."""

    comment: LessonComment
    shows_words: bool
    is_own: bool
    may_hide: bool


@prepared
def _comments(membership: Membership, lesson: int) -> QuerySet[LessonComment]:
    rows = LessonComment.objects.visible_to(membership).filter(lesson=lesson)
    return rows.select_related("author", "hidden_by", "organisation")


@dataclass(frozen=True)
class CommentPanel:
    """All of them, the oldest first, and whether there is room for one more."""

    rows: Sequence[CommentRow]
    standing: int
    may_write: bool

    @classmethod
    def build(cls, lesson: Lesson, membership: Membership) -> "CommentPanel | None":
        """None for a lesson that was not checked: until then its author and whoever checks it talk in its review."""
        if not lesson.is_shared:
            return None
        shown = [row_of(one, membership) for one in _comments(membership, lesson.pk)]
        return cls(
            rows=shown,
            standing=sum(row.comment.stands for row in shown),
            may_write=policies.may_comment(membership, lesson),
        )


def row_of(comment: LessonComment, membership: Membership) -> CommentRow:
    """What is hidden is read on by its writer and by whoever decides about it."""
    is_own = comment.author_id == membership.person_id
    checks = membership.can(Permission.VALIDATE)
    return CommentRow(
        comment=comment,
        shows_words=comment.stands or (comment.withdrawn_at is None and (is_own or checks)),
        is_own=is_own,
        may_hide=checks and not is_own and comment.withdrawn_at is None,
    )
