"""Comments: what readers say beside a checked lesson, how it read before, and what was taken out of sight."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from lessons.models.lesson import LONGEST_COMMENT, SHARED, Lesson
from organisations.models import Membership, Organisation, Person

LONGEST_REASON = 500


class LessonCommentQuerySet(models.QuerySet["LessonComment"]):
    """Comments on lessons."""

    def visible_to(self, membership: Membership) -> "LessonCommentQuerySet":
        """Those of one’s own organisation on lessons that one may read, also those that nobody uses any more. A lesson
        that comes from elsewhere is talked about at home."""
        lessons = Lesson.objects.visible_to(membership).filter(state__in=SHARED)
        return self.filter(organisation_id=membership.organisation_id, lesson__in=lessons)

    def to_withdraw_by(self, membership: Membership) -> "LessonCommentQuerySet":
        """Those that one reads, and one’s own, also on a lesson that is out of one’s reach by now."""
        own = self.filter(organisation_id=membership.organisation_id, author=membership.person_id)
        return self.visible_to(membership) | own

    def standing(self) -> "LessonCommentQuerySet":
        """Neither taken back by their writer nor hidden by whoever checks lessons."""
        return self.filter(withdrawn_at=None, hidden_at=None)


class LessonComment(models.Model):
    """What one reader says. ``organisation`` is theirs, not always that of the lesson.

    Taken back by its writer (``withdrawn_at``) its words are gone; hidden by whoever checks lessons they are kept, for
    its writer and those who check, and can be shown again.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(
        "Your comment",
        max_length=LONGEST_COMMENT,
        validators=[MaxLengthValidator(LONGEST_COMMENT)],
        error_messages={"blank": "Write something first."},
    )
    at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    hidden_because = models.TextField(
        "Why is it hidden?",
        max_length=LONGEST_REASON,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_REASON)],
    )
    # Made by the form: the same form sent twice makes one comment.
    once = models.UUIDField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = LessonCommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["lesson", "once"], name="lesson_comment_form_once"),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | Q(hidden_by=None) | Q(author=None) | ~Q(hidden_by=F("author")),
                name="lesson_comment_not_hidden_by_its_writer",
            ),
        ]
        indexes = [models.Index(fields=["author", "-at"], name="lesson_comment_by_author")]

    def __str__(self) -> str:
        return f"Comment {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("comment_detail", args=[self.organisation.slug, self.pk])

    @property
    def name_in_trail(self) -> str:
        """The trail is read by people who may not read the lesson."""
        return f"Comment {self.pk}"

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None and self.hidden_at is None


class LessonCommentRevision(models.Model):
    """How a comment read until it was changed."""

    comment = models.ForeignKey(LessonComment, on_delete=models.CASCADE, related_name="revisions")
    text = models.TextField(max_length=LONGEST_COMMENT)
    at = models.DateTimeField(default=timezone.now, help_text="When it was changed.")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Before {self.at:%d %B %Y}"
