"""Files of lessons: pictures, sound and documents that belong to one, each with what it shows or says."""

from django.core.validators import MaxLengthValidator
from django.db import models

from attachments.models import StoredFile
from lessons.models.lesson import Lesson
from organisations.models import Membership

LONGEST_TELLING = 2_000


class LessonFileQuerySet(models.QuerySet["LessonFile"]):
    """Files of lessons."""

    def visible_to(self, membership: Membership) -> "LessonFileQuerySet":
        """Those of the lessons that this member may read, now."""
        return self.filter(lesson__in=Lesson.objects.visible_to(membership))


class LessonFile(models.Model):
    """A file in a lesson. Who may read the lesson may read it.

    ``tells``: what a picture shows or a recording says, for whoever cannot see or hear it.
    """

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="attached")
    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="+")
    tells = models.TextField(
        "What does it show or say?",
        max_length=LONGEST_TELLING,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_TELLING)],
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects = LessonFileQuerySet.as_manager()

    class Meta:
        ordering = ["lesson", "position", "pk"]

    def __str__(self) -> str:
        return f"File {self.pk}"

    @property
    def wants_words(self) -> bool:
        """Whether somebody who cannot see or hear it misses something."""
        return not self.tells and (self.file.is_picture or self.file.is_sound)
