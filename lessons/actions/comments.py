"""Comments on lessons: saying something, other words for it, taking it back; hiding one, and showing it again."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from kmportal.lib.cleaning import clean_text
from kmportal.lib.domain_words import worded
from kmportal.lib.exceptions import Refusal, Stale
from kmportal.lib.model_rules import refuse_invalid
from lessons import policies
from lessons.events import Event
from lessons.models import Lesson, LessonComment, LessonCommentRevision
from organisations import events
from organisations.models import Membership, Person
from organisations.permissions import Permission
from organisations.policies import require, require_that

# More than anybody types: what goes beyond it is a loop or a mistake.
MOST_COMMENTS = 10
IN_MINUTES = 1


@transaction.atomic
def write_comment(
    lesson: Lesson, *, by: Membership, at: datetime, text: str, once: UUID | None = None
) -> LessonComment:
    """Say something beside a checked lesson. Idempotent: the same ``once`` a second time answers what it made."""
    require_that(policies.may_say_reuse(by, lesson))
    key = once or uuid4()
    stands = Lesson.objects.select_for_update().get(pk=lesson.pk)  # of two presses at once the second finds the first
    if found := LessonComment.objects.filter(lesson=lesson, author=by.person, once=key).first():
        return found
    if stands.is_ended:
        raise Refusal(worded("This lesson is no longer in use, so nobody can add to what was said about it."))
    _brake(by.person, at=at)
    comment = LessonComment(
        organisation=by.organisation,
        lesson=lesson,
        author=by.person,
        text=clean_text(text).strip(),
        at=at,
        once=key,
    )
    refuse_invalid(comment, "text")
    comment.save()
    events.record(Event.COMMENT_WRITTEN, comment, by=by, at=at)
    return comment


@transaction.atomic
def change_comment(comment: LessonComment, *, by: Membership, at: datetime, seen: int, text: str) -> LessonComment:
    """Other words for one’s own; how it read before is kept. The same again changes nothing."""
    require_that(policies.may_change_comment(by, comment))
    _lock_comment(comment)
    _refuse_gone(comment)
    clean = clean_text(text).strip()
    if comment.text == clean:
        return comment
    if comment.version != seen:
        raise Stale
    refuse_invalid(LessonComment(text=clean), "text")
    LessonCommentRevision.objects.create(comment=comment, text=comment.text, at=at)
    comment.text, comment.edited_at = clean, at
    _save(comment, "text", "edited_at")
    events.record(Event.COMMENT_CHANGED, comment, by=by, at=at)
    return comment


@transaction.atomic
def withdraw_comment(comment: LessonComment, *, by: Membership, at: datetime) -> LessonComment:
    """Take one’s own back: its words go, the earlier ones too; that something stood there stays. Idempotent."""
    require_that(policies.may_withdraw_comment(by, comment))
    _lock_comment(comment)
    if comment.withdrawn_at is not None:
        return comment
    comment.revisions.all().delete()
    comment.text, comment.withdrawn_at = "", at
    _save(comment, "text", "withdrawn_at")
    events.record(Event.COMMENT_WITHDRAWN, comment, by=by, at=at)
    return comment


@transaction.atomic
def hide_comment(comment: LessonComment, *, by: Membership, at: datetime, reason: str) -> LessonComment:
    """Take somebody’s words out of sight and say why; its writer is told. Idempotent: the first reason stays."""
    require(Permission.VALIDATE, by, comment.organisation)
    _lock_comment(comment)
    if comment.hidden_at is not None:
        return comment
    if comment.withdrawn_at is not None:
        raise Refusal("Its writer has taken it back meanwhile.")
    if comment.author_id == by.person_id:
        raise Refusal("You wrote this yourself. Take it back instead.")
    require_that(policies.may_hide_comment(by, comment))
    words = clean_text(reason).strip()
    if not words:
        raise Refusal("Say why it is hidden, so that its writer understands.")
    refuse_invalid(LessonComment(hidden_because=words), "hidden_because")
    comment.hidden_at, comment.hidden_by, comment.hidden_because = at, by.person, words
    _save(comment, "hidden_at", "hidden_by", "hidden_because")
    events.record(Event.COMMENT_HIDDEN, comment, by=by, at=at, note=words)
    return comment


@transaction.atomic
def show_comment(comment: LessonComment, *, by: Membership, at: datetime) -> LessonComment:
    """Show again what was hidden. Idempotent. Its writer, who may check lessons too, cannot do it for themselves."""
    require(Permission.VALIDATE, by, comment.organisation)
    _lock_comment(comment)
    if comment.hidden_at is None:
        return comment
    if comment.author_id == by.person_id:
        raise Refusal("Somebody else decides whether your words are shown again.")
    require_that(policies.may_show_comment(by, comment))
    comment.hidden_at, comment.hidden_by, comment.hidden_because = None, None, ""
    _save(comment, "hidden_at", "hidden_by", "hidden_because")
    events.record(Event.COMMENT_SHOWN, comment, by=by, at=at)
    return comment


# --- What they share -------------------------------------------------------------------------------------------------


def _lock_comment(comment: LessonComment) -> None:
    """Row lock: hold the row, and bring ``comment`` up to what stands there now."""
    rows = LessonComment.objects.select_for_update(of=("self",)).select_related("organisation", "lesson", "author")
    comment.refresh_from_db(from_queryset=rows)


def _save(comment: LessonComment, *columns: str) -> None:
    comment.version += 1
    comment.save(update_fields=[*columns, "version"])


def _refuse_gone(comment: LessonComment) -> None:
    if comment.withdrawn_at is not None:
        raise Refusal("You have taken this back in another window.")
    if comment.hidden_at is not None:
        raise Refusal(worded("This was hidden by somebody who checks lessons. It cannot be changed while it is."))


def _brake(person: Person, *, at: datetime) -> None:
    last = LessonComment.objects.filter(author=person, at__gt=at - timedelta(minutes=IN_MINUTES), at__lte=at)
    if last.count() >= MOST_COMMENTS:
        raise Refusal(f"You have written {MOST_COMMENTS} comments within a minute. Send this one in a minute.")
