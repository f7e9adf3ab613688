"""The shared close: how summary, actions and lessons are worded while the room looks on, and what becomes of them."""

from django.db import models
from django.utils import timezone

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.json_field import JSONField
from organisations.models import Person
from techniques.models.rooms import Participant
from techniques.models.sessions import Session

WISH_LIMIT = 500


class Wording(models.Model):
    """The draft of a close, kept while it is written; the close deletes it.

    ``fields`` is the form as it was sent last, name → values. ``shown`` is what the room reads of it: ``summary``,
    ``actions`` and ``lessons``, each a list. ``version`` counts the changes of ``shown``: who agrees agrees to one of
    them.
    """

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="wording")
    fields = JSONField(default=dict)
    shown = JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"wording of {self.session_id}"


class WishQuerySet(models.QuerySet["Wish"]):
    """What people would word otherwise."""

    def open(self) -> "WishQuerySet":
        return self.filter(state=Wish.State.OPEN)


class Wish(models.Model):
    """What somebody in the room would word otherwise or add. Whoever leads takes it up or leaves it out."""

    class About(models.TextChoices):
        SUMMARY = "summary", "The summary"
        ACTION = "action", _("An action")
        LESSON = "lesson", _("A lesson for others")

    class State(models.TextChoices):
        OPEN = "open", "Not decided yet"
        TAKEN = "taken", "Taken up"
        LEFT_OUT = "left-out", "Left out"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="wishes")
    author = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=10, choices=About.choices)
    text = models.CharField(max_length=WISH_LIMIT)
    client_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)

    objects = WishQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["session", "client_id"], name="wish_sent_once")]

    def __str__(self) -> str:
        return f"wish {self.pk}"


class SummaryVersion(models.Model):
    """The agreed words as they stood from one moment on. The first is that of the close.

    ``agreed`` of ``people`` who were there agreed to these words in the room, nobody knows who.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="summary_versions")
    number = models.PositiveSmallIntegerField()
    words = JSONField(default=dict, help_text="Stage key → agreed words.")
    reason = models.CharField(max_length=300, blank=True)
    agreed = models.PositiveSmallIntegerField(default=0)
    people = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="summary_number_once")]

    def __str__(self) -> str:
        return f"summary {self.number} of {self.session_id}"
