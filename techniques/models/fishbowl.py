"""Fishbowl: the chairs of the inner circle, who waits, and how long people have spoken. At the close sums are left."""

from django.db import models
from django.db.models import F, Q

from kmportal.lib.model_fields import LineField
from techniques.circling import CLOSED, FEWEST_CHAIRS, MODES, MOST_CHAIRS, ONLINE, OPEN, USUAL_CHAIRS
from techniques.models.rooms import Note, Participant
from techniques.models.sessions import Session

# Somebody who joined, or the name of somebody without a phone.
ONE_OF_BOTH = Q(participant__isnull=False, name="") | (Q(participant__isnull=True) & ~Q(name=""))


class Bowl(models.Model):
    """The form of one session, chosen at planning, and what is left after the close, or of a room
    that nobody has closed: how many voices were heard.

    ``offered_at``: since when whoever is next could come in.
    """

    class Kind(models.TextChoices):
        OPEN = OPEN, "Open"
        CLOSED = CLOSED, "Closed"
        ONLINE = ONLINE, "Online"

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="bowl")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.OPEN)
    chairs = models.PositiveSmallIntegerField(default=USUAL_CHAIRS)
    offered_at = models.DateTimeField(null=True, blank=True)
    voices = models.PositiveSmallIntegerField(null=True, blank=True, help_text="How many sat in it. From the close on.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(chairs__gte=FEWEST_CHAIRS, chairs__lte=MOST_CHAIRS), name="bowl_has_chairs"
            ),
            models.CheckConstraint(condition=Q(kind__in=list(MODES)), name="bowl_of_a_kind"),
        ]

    def __str__(self) -> str:
        return self.in_words

    @property
    def in_words(self) -> str:
        """“Open, 4 chairs”."""
        return f"{self.get_kind_display()}, {self.chairs} chairs"


class Chair(models.Model):
    """Somebody in a chair of the inner circle. There are never more than chairs: the database keeps their numbers.

    ``speaks_at``: since when they speak, of one at most. ``said_at``: when they last had spoken.
    """

    bowl = models.ForeignKey(Bowl, on_delete=models.CASCADE, related_name="taken")
    number = models.PositiveSmallIntegerField()
    chairs = models.PositiveSmallIntegerField(help_text="Of the bowl, so that the database knows which there are.")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = LineField(max_length=60, blank=True, help_text="Of somebody without a phone.")
    sat_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When they were asked to leave.")
    speaks_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["bowl", "number"], name="chair_for_one"),
            models.UniqueConstraint(fields=["participant"], name="chair_one_each"),
            models.UniqueConstraint(fields=["bowl", "name"], condition=~Q(name=""), name="chair_one_each_name"),
            models.UniqueConstraint(fields=["bowl"], condition=Q(speaks_at__isnull=False), name="chair_one_speaks"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=F("chairs"), chairs__lte=MOST_CHAIRS), name="chair_of_the_bowl"
            ),
            models.CheckConstraint(condition=ONE_OF_BOTH, name="chair_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"chair {self.number}"


class Waiting(models.Model):
    """Somebody who would like to speak. The order of the rows is the order of asking."""

    bowl = models.ForeignKey(Bowl, on_delete=models.CASCADE, related_name="queue")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = LineField(max_length=60, blank=True, help_text="Of somebody without a phone.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["participant"], name="waiting_one_each"),
            models.UniqueConstraint(fields=["bowl", "name"], condition=~Q(name=""), name="waiting_one_each_name"),
            models.CheckConstraint(condition=ONE_OF_BOTH, name="waiting_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"waiting in {self.bowl_id}"


class Spoken(models.Model):
    """How long somebody has spoken who sat in the circle, in seconds. Gone with the close."""

    bowl = models.ForeignKey(Bowl, on_delete=models.CASCADE, related_name="spoken")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = LineField(max_length=60, blank=True, help_text="Of somebody without a phone.")
    seconds = models.PositiveIntegerField(default=0)
    longest = models.PositiveIntegerField(default=0, help_text="Their longest turn.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant"], name="spoken_one_each"),
            models.UniqueConstraint(fields=["bowl", "name"], condition=~Q(name=""), name="spoken_one_each_name"),
            models.CheckConstraint(condition=ONE_OF_BOTH, name="spoken_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"talk in {self.bowl_id}"


class Answered(models.Model):
    """A note of the outer circle to which the inner circle has said something. Gone with the close."""

    note = models.OneToOneField(Note, on_delete=models.CASCADE, related_name="answered")

    def __str__(self) -> str:
        return f"answered note {self.note_id}"
