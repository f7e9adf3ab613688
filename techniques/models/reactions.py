"""What people say to a note: me too, a comment; and what its writer hears of a correction."""

from django.db import models
from django.utils import timezone

from techniques.models.rooms import NOTE_LIMIT, Note, Participant
from techniques.models.sessions import Session

COMMENT_LIMIT = 300


class MeToo(models.Model):
    """That one person would have written the same note. Only how many there are is shown; the close deletes all."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="me_toos")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "participant"], name="me_too_once")]

    def __str__(self) -> str:
        return f"me too on note {self.note_id}"


class Comment(models.Model):
    """A line below a note that everybody reads. It is like a note itself: sent once, and no name stands beside it."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="+")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=COMMENT_LIMIT)
    client_id = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["session", "client_id"], name="comment_sent_once")]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class Correction(models.Model):
    """What whoever leads has done to somebody’s note, for its writer alone.

    ``place`` names the column to which it was moved. Of a note that was taken away, perhaps because it names a patient,
    nothing is kept but its step, in ``place``. It is deleted when the writer has seen it, or at the close.
    """

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="corrections")
    before = models.TextField(max_length=NOTE_LIMIT, blank=True)
    after = models.TextField(max_length=NOTE_LIMIT, blank=True)
    place = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"correction {self.pk}"
