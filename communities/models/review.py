"""Looking back each year: what was answered, what was decided, and what went from one community to another by it."""

from datetime import datetime, timedelta

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from communities.models.community import LONGEST_ANSWER, LONGEST_REASON, Community
from kmportal.lib.domain_words import worded_later as _
from organisations.models import Person
from techniques.models import Session


class Review(models.Model):
    """One look back. Open until it is decided.

    ``missed_yes`` and the like count what members said; who said what is kept nowhere (see ``ReviewVoice``).
    ``session``: where people look back together; once it is closed, what was shown there stands here
    (``taken_over_at``).
    """

    class Decision(models.TextChoices):
        CARRY_ON = "carry-on", "Carry on"
        CHANGE = "change", "Change"
        SPLIT = "split", "Split"
        MERGE = "merge", "Merge"
        CLOSE = "close", "Close"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="reviews")
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    why = models.TextField(
        "Why?",
        max_length=LONGEST_REASON,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_REASON)],
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    missed_yes = models.PositiveIntegerField(default=0)
    missed_no = models.PositiveIntegerField(default=0)
    free_yes = models.PositiveIntegerField(default=0)
    free_no = models.PositiveIntegerField(default=0)
    session = models.ForeignKey(Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    taken_over_at = models.DateTimeField(null=True, blank=True)
    traces = models.BigIntegerField(
        default=0, help_text="Somebody answered; the files still tell what the counts were before. Zero: they do not."
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["community"], condition=Q(decision=""), name="review_open_once")]

    def __str__(self) -> str:
        return f"{self.community_id} on {self.opened_at:%d %B %Y}"


class ReviewAnswer(models.Model):
    """What was written to one stage of a look back. The newest counts, the others are its history."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="answers")
    stage = models.CharField(max_length=40, help_text="The key of the stage in content/review.yaml.")
    text = models.TextField(max_length=LONGEST_ANSWER, blank=True, validators=[MaxLengthValidator(LONGEST_ANSWER)])
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.stage} of {self.review_id}"


class ReviewVoice(models.Model):
    """That a member has answered the two questions, once; never what."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="voices")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="review_voice_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.review_id}"


class Transfer(models.Model):
    """That one community goes into another, or another comes out of it. ``rows`` say what went, so that it can be taken
    back exactly. ``before``: the state to which the source goes back."""

    class Kind(models.TextChoices):
        MERGE = "merge", "Merge"
        SPLIT = "split", "Split"

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        DONE = "done", "Done"
        DECLINED = "declined", "Declined"
        UNDONE = "undone", _("Taken back")

    UNDO_WITHIN = timedelta(days=1)

    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="given")
    target = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="taken")
    review = models.ForeignKey(Review, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    before = models.CharField(max_length=12, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(state="asked"), name="transfer_asked_once")
        ]

    def __str__(self) -> str:
        return f"{self.source_id} to {self.target_id}"

    def can_be_undone(self, at: datetime) -> bool:
        """Within a day of having been carried out."""
        return self.state == self.State.DONE and self.done_at is not None and at < self.done_at + self.UNDO_WITHIN


class TransferRow(models.Model):
    """One row that went with a transfer: of which kind, which one, and at which place of a shelf it had stood."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=20)
    ident = models.BigIntegerField()
    position = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["transfer", "kind", "ident"], name="transfer_row_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ident}"
