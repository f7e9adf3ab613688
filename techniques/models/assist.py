"""Peer assist: how long the home team has spoken, and what it does with each piece of advice."""

from datetime import timedelta

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from techniques.column_kinds import NOTE_LIMIT
from techniques.models.rooms import Note, Side
from techniques.models.sessions import Session, Stage

# So long after the close it is asked what became of the advice.
REPORT_AFTER = timedelta(days=42)


class TalkShare(models.Model):
    """How long each side has spoken while all were together, in seconds; never how long a person has.

    ``speaking`` is who speaks since ``began_at``, or nobody. After the close both figures are whole half minutes.
    """

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="talk_share")
    home = models.PositiveIntegerField(default=0)
    visitors = models.PositiveIntegerField(default=0)
    speaking = models.CharField(max_length=10, choices=Side.choices, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(speaking="", began_at__isnull=True)
                | (~models.Q(speaking="") & models.Q(began_at__isnull=False)),
                name="talk_of_a_side_since_then",
            ),
        ]

    def __str__(self) -> str:
        return f"talk of {self.session_id}"


class AdviceQuerySet(models.QuerySet["Advice"]):
    """Advice that was answered."""

    def to_report_on(self) -> "AdviceQuerySet":
        """Kept after the close, and nobody has said yet what became of it."""
        return self.filter(session__state=Session.State.CLOSED, became="")


class Advice(models.Model):
    """What the home team does with one piece of advice, and later what became of it.

    While the session runs its words are those of the ``note``; the close copies them and leaves the note behind.
    """

    class Answer(models.TextChoices):
        USE = "use", "We use it"
        ADAPT = "adapt", "We adapt it"
        PARK = "park", "We park it"

    class Became(models.TextChoices):
        USED = "used", "Used"
        ADAPTED = "adapted", "Adapted"
        PARKED = "parked", "Parked"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="advice")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+")
    note = models.OneToOneField(Note, on_delete=models.SET_NULL, null=True, blank=True, related_name="advice")
    text = models.CharField(max_length=NOTE_LIMIT, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reason = LineField(
        max_length=300, blank=True, validators=[MaxLengthValidator(300, _("Say the reason in 300 characters or less."))]
    )
    became = models.CharField(
        max_length=10, choices=Became.choices, blank=True, error_messages={"blank": "Choose what became of it."}
    )
    because = LineField(max_length=300, blank=True)
    answered_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)

    objects = AdviceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"advice in {self.session_id}"
