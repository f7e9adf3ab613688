"""How a community ends: why, when, who would keep it open, and what it leaves."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from communities.models.community import LONGEST_ANSWER, LONGEST_REASON, Community
from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from organisations.models import Person


class Closing(models.Model):
    """One time that the end of a community was announced: what was said, and whether it came to it."""

    class Reason(models.TextChoices):
        DONE = "done", "We have done what we came for"
        DAILY_WORK = "daily-work", "It is part of daily work now"
        MERGED = "merged", _("It merges with another community")
        SPLIT = "split", "It splits into others"
        NO_TIME = "no-time", "Nobody has time for it"
        GONE = "gone", "The question has gone"

    # What is announced. A merger and a split are decided in the look back, and the portal carries them out.
    TO_ANNOUNCE = (Reason.DONE, Reason.DAILY_WORK, Reason.NO_TIME, Reason.GONE)

    class Outcome(models.TextChoices):
        OPEN = "open", "Announced"
        STOPPED = "stopped", "Stopped"
        CLOSED = "closed", "Carried out"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="closings")
    reason = models.CharField(
        max_length=20, choices=Reason.choices, error_messages={"invalid_choice": "Choose one of the reasons."}
    )
    words = models.TextField(
        "What happens to what you know?",
        max_length=LONGEST_ANSWER,
        validators=[MaxLengthValidator(LONGEST_ANSWER)],
        error_messages={"blank": "Say what happens to what you know."},
    )
    story = models.TextField(
        "What came of it?",
        max_length=LONGEST_ANSWER,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_ANSWER)],
    )
    before = models.CharField(max_length=12, help_text="The state to go back to if the closing is stopped.")
    last_on = models.DateField()
    said_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    last_meeting = models.TextField(
        "When did you meet a last time, or why not?",
        max_length=LONGEST_REASON,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_REASON)],
    )
    thanks = models.TextField(
        "A word of thanks",
        max_length=LONGEST_REASON,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_REASON)],
    )
    # The last step of content/closing.yaml that was asked for, and what the portal does by itself.
    asked_step = models.PositiveSmallIntegerField(default=0)
    sisters_at = models.DateTimeField(null=True, blank=True)
    heirs_asked_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    ended_at = models.DateTimeField(null=True, blank=True)
    # That the community it ended lives again.
    woken_at = models.DateTimeField(null=True, blank=True)
    woken_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    why_woken = models.TextField(
        "Why should it wake?",
        max_length=LONGEST_REASON,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_REASON)],
        error_messages={"blank": "Say why it should wake."},
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["community"], condition=Q(outcome="open"), name="closing_open_once")
        ]

    def __str__(self) -> str:
        return f"{self.community_id}: {self.get_reason_display()}"


class Objection(models.Model):
    """That a member would keep the community open, and whether they would carry it."""

    closing = models.ForeignKey(Closing, on_delete=models.CASCADE, related_name="objections")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    words = models.TextField(
        "Why should it stay open?",
        max_length=LONGEST_REASON,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_REASON)],
    )
    would_carry = models.BooleanField("I would help to carry it on", default=False)
    would_facilitate = models.BooleanField("I would facilitate it", default=False)
    at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(
        "What do you answer?",
        max_length=LONGEST_REASON,
        blank=True,
        validators=[MaxLengthValidator(LONGEST_REASON)],
    )
    answered_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["closing", "person"], name="objection_once")]

    def __str__(self) -> str:
        return f"{self.person_id} against {self.closing_id}"


class Rehoming(models.Model):
    """That somebody was asked to look after one thing of a community that ends. ``title`` is how it was called then."""

    class Kind(models.TextChoices):
        LESSON = "lesson", _("Lesson")
        PIN = "pin", "On the shelf"
        THREAD = "thread", "Question without an answer"
        ACTION = "action", _("Action")

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        ACCEPTED = "accepted", "Said yes"
        DECLINED = "declined", "Said no"
        LEFT = "left", "Not looked after"

    closing = models.ForeignKey(Closing, on_delete=models.CASCADE, related_name="rehomings")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    ident = models.BigIntegerField()
    title = LineField(max_length=250)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["closing", "kind", "ident"], name="rehoming_once")]

    def __str__(self) -> str:
        return self.title
