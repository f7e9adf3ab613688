"""What a community agreed on for itself, and the one private line when it has become quieter.

Nobody outside the community reads any of it, and the trail keeps nothing of it (decision 52).
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from communities.models.community import Community
from organisations.models import GroupMembership, Person


class Agreed(models.Model):
    """The figures of a community’s own charter. Without a row, those of ``Agreed()`` hold."""

    community = models.OneToOneField(Community, on_delete=models.CASCADE, related_name="agreed")
    meetings = models.PositiveSmallIntegerField(
        "How often do you meet in three months?", default=3, validators=[MaxValueValidator(90)]
    )
    answer_days = models.PositiveSmallIntegerField(
        "In how many working days does a question get an answer?",
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    builds = models.PositiveSmallIntegerField(
        "How many things do you build in three months?", default=1, validators=[MaxValueValidator(90)]
    )
    stories = models.PositiveSmallIntegerField(
        "How many stories of value do you tell in a year?", default=2, validators=[MaxValueValidator(90)]
    )

    def __str__(self) -> str:
        return f"Agreed in {self.community_id}"


class QuietLine(models.Model):
    """That facilitators and deputies were asked, once, whether the community is as quiet as they want it."""

    class Answer(models.TextChoices):
        WANTED = "wanted", "It is as we want it"
        BUSY = "busy", "We are busy just now"
        HELP = "help", "Please help us"
        REVIEW = "review", "We look back together"
        PASSED = "passed", "It passed by itself"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="quiet_lines")
    at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["community"], condition=Q(answer=""), name="quiet_line_once")]

    def __str__(self) -> str:
        return f"{self.community_id} on {self.at:%d %B %Y}"


class InPicture(models.Model):
    """Consent: that a member lets the others of a community see whose questions they answered, and who answered theirs.

    It goes with the seat: whoever leaves, or comes back, is asked anew.
    """

    seat = models.OneToOneField(GroupMembership, on_delete=models.CASCADE, related_name="in_picture")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.seat_id}"
