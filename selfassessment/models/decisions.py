"""What was decided about the suggestions of a closed round, and what each became."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from actionplan.models import Action
from kmportal.lib.domain_words import worded_later as _
from organisations.models import Membership, Organisation, Person
from roadmap.models import Intervention
from selfassessment.models.framework import Criterion, Suggestion
from selfassessment.models.rounds import Assessment


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions."""

    def visible_to(self, membership: Membership) -> "DecisionQuerySet":
        """Those of the member’s organisation: whoever may read the report reads what was decided."""
        return self.filter(assessment__organisation_id=membership.organisation_id)


class Decision(models.Model):
    """What was decided about one suggestion of a closed round, and what it became."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        CHANGED = "changed", "Accepted, changed"
        REJECTED = "rejected", "Rejected"

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="decisions")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT)
    suggestion = models.ForeignKey(Suggestion, on_delete=models.PROTECT)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    words = models.CharField(
        "What will you call it?", max_length=200, blank=True, help_text=_("The suggestion as it was accepted.")
    )
    reason = models.CharField("Why not?", max_length=500, blank=True)
    intervention = models.ForeignKey(Intervention, on_delete=models.SET_NULL, null=True, blank=True)
    action = models.ForeignKey(Action, on_delete=models.SET_NULL, null=True, blank=True)
    now = models.DecimalField(max_digits=3, decimal_places=1, null=True, help_text="As it stood at the decision.")
    wanted = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="decision_once"),
            models.CheckConstraint(
                condition=~Q(verdict="rejected") | ~Q(reason=""),
                name="decision_rejection_has_reason",
                violation_error_message="Say why it is rejected.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.code}: {self.get_verdict_display()}"

    @property
    def organisation(self) -> Organisation:
        return self.assessment.organisation
