"""What was expected and feared before some work began, in the room that looks back on it."""

from django.db import models

from techniques.models.sessions import Stage


class Outlook(models.Model):
    """One line of what was worded before, copied when whoever leads shows it. A fear is marked with what came of it."""

    class Kind(models.TextChoices):
        EXPECTED = "expected", "Expected"
        FEARED = "feared", "Feared"

    class Came(models.TextChoices):
        TRUE = "true", "It came true"
        PARTLY = "partly", "Partly"
        NOT = "not", "It did not"

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="outlook")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.CharField(max_length=1000)
    came = models.CharField(max_length=10, choices=Came.choices, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="feared") | models.Q(came=""), name="outlook_of_fears_is_marked"
            ),
        ]

    def __str__(self) -> str:
        return f"outlook in stage {self.stage_id}"
