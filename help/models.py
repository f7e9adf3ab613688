"""What readers of the help have put away."""

from django.db import models
from django.utils import timezone

from organisations.models import Person


class PutAway(models.Model):
    """That a person has put away the introduction of a page. Nobody else sees it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    page = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "introductions put away"
        constraints = [models.UniqueConstraint(fields=["person", "page"], name="introduction_put_away_once")]

    def __str__(self) -> str:
        return f"{self.page} by {self.person}"
