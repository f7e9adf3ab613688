"""Affinity grouping: names above notes that belong together."""

from uuid import uuid4

from django.db import models

from kmportal.lib.domain_words import worded_later as _
from kmportal.lib.model_fields import LineField
from techniques.models.sessions import Session, Stage

GROUP_NAME_LIMIT = 80


class NoteGroup(models.Model):
    """A name for notes of one column that belong together. It keeps to its column, whose name says what they mean.

    One without notes is not shown; it is kept, so that what was done can be undone. ``handle`` is its only name outside
    the server.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="groups")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="groups")
    column = models.CharField(max_length=40)
    name = LineField(
        max_length=GROUP_NAME_LIMIT,
        error_messages={"blank": _("Write a name for the group, or choose one that is there.")},
    )
    handle = models.UUIDField(default=uuid4, unique=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
