"""One question of consent at the end: answered privately, told as all or not all."""

from django.db import models
from django.utils import timezone

from techniques.models.rooms import Participant
from techniques.models.sessions import Stage


class Consent(models.Model):
    """The answer of one person. Until the answers are counted it must be known whose it is; then all are deleted."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="consents")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    agrees = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "participant"], name="consent_one_each")]

    def __str__(self) -> str:
        return f"consent in stage {self.stage_id}"


class ConsentAskedQuerySet(models.QuerySet["ConsentAsked"]):
    """Questions that were counted."""

    def with_traces(self) -> "ConsentAskedQuerySet":
        """Those whose single answers may still lie in the files of the database."""
        return self.filter(keeps_traces=True)


class ConsentAsked(models.Model):
    """What came of it, and all that is kept: whether everybody agreed. One no means no, and so does one silence."""

    stage = models.OneToOneField(Stage, on_delete=models.CASCADE, related_name="consent_asked")
    everybody = models.BooleanField()
    counted_at = models.DateTimeField(default=timezone.now)
    keeps_traces = models.BooleanField(default=True)

    objects = ConsentAskedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"consent of stage {self.stage_id}"

    @property
    def in_words(self) -> str:
        return "Everybody agreed." if self.everybody else "Not everybody agreed."
