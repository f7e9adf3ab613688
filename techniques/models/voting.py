"""Dot voting: who may give how many votes to what, and what came of it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.json_field import JSONField
from techniques.models.grouping import NoteGroup
from techniques.models.rooms import Note, Participant
from techniques.models.sessions import Session, Stage

# Votes that one person can have.
BUDGETS = range(1, 11)


class VotingQuerySet(models.QuerySet["Voting"]):
    """Votes of rooms."""

    def under_way(self) -> "VotingQuerySet":
        return self.filter(ended_at=None)

    def with_traces(self) -> "VotingQuerySet":
        """Those that are over, while who voted for what may still lie in the files of the database."""
        return self.filter(keeps_traces=True)


class Voting(models.Model):
    """A vote in one stage, on its notes or on its groups. Until it ends its ballots are counted for nobody.

    ``result`` says how many votes each handle has. It is written at the end, when the ballots are deleted.
    """

    class On(models.TextChoices):
        NOTES = "notes", "Each note"
        GROUPS = "groups", _("Groups, and notes in no group")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="votings")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="votings")
    on = models.CharField(max_length=10, choices=On.choices)
    budget = models.PositiveSmallIntegerField(help_text="Votes that each person has.")
    opened_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    voters = models.PositiveSmallIntegerField(default=0, help_text="How many people had voted at the end.")
    result = JSONField(default=dict, help_text=_("Handle of a note or group → votes."))
    keeps_traces = models.BooleanField(default=False)

    objects = VotingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["stage"], condition=Q(ended_at=None), name="voting_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(budget__gte=BUDGETS[0]) & Q(budget__lte=BUDGETS[-1]), name="voting_budget_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"voting {self.pk}"


class Ballot(models.Model):
    """One vote of one person, for a note or a group.

    The budget is kept by the database: each vote fills one of the person’s ``slot`` numbers, and there are as many as
    the budget. While the vote is open it must be known whose it is; at its end all of them are deleted.
    """

    voting = models.ForeignKey(Voting, on_delete=models.CASCADE, related_name="ballots")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    slot = models.PositiveSmallIntegerField()
    budget = models.PositiveSmallIntegerField()
    note = models.ForeignKey(Note, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    group = models.ForeignKey(NoteGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voting", "participant", "slot"], name="ballot_slot_once"),
            models.CheckConstraint(condition=Q(slot__gte=1) & Q(slot__lte=F("budget")), name="ballot_within_budget"),
            models.CheckConstraint(condition=Q(note__isnull=True) ^ Q(group__isnull=True), name="ballot_for_one_thing"),
        ]

    def __str__(self) -> str:
        return f"ballot of voting {self.voting_id}"
