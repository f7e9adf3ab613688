"""Safe lessons: who wrote one stands in no column of the lesson. One row says it, for the one who checks it, and it can
be taken away; a receipt opens the lesson for whoever holds its code. See docs/decisions/0066-a-safe-lesson.md."""

from django.db import models

from lessons.models.lesson import Lesson
from organisations.models import Person


class SafeAuthor(models.Model):
    """Who wrote a safe lesson, and who alone is told. It has no moment, and nothing else points at it.

    Read by ``lessons.policies`` alone: ``known_author`` and ``wrote``.
    """

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="safe_author")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    known_to = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"Who wrote {self.lesson_id}"


class Receipt(models.Model):
    """With its code somebody sees what became of a lesson, and answers, without an account. Its code was shown once;
    only the hash is kept."""

    # Nobody’s: whoever acts by it stays unknown (``organisations.events``).
    person = None
    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="receipt")
    hash = models.CharField(max_length=64, unique=True)
    traces = models.PositiveIntegerField(
        default=1,
        help_text="How often something was written that joins it and its author beside the tables; 0: nothing is left.",
    )

    def __str__(self) -> str:
        return f"Receipt of {self.lesson_id}"
