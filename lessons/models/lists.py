"""Lists of lessons that somebody keeps under a name, for themselves."""

from django.db import models

from kmportal.lib.model_fields import LineField, ReadingKeyField
from lessons.models.follows import LONGEST_QUERY
from organisations.models import Membership


class SavedListQuerySet(models.QuerySet["SavedList"]):
    """Saved lists."""

    def of(self, membership: Membership) -> "SavedListQuerySet":
        """One’s own; nobody ever sees another person’s."""
        return self.filter(membership=membership)


class SavedList(models.Model):
    """A saved filter: the words, filters and order of the list of lessons (``query``, as its address has them), under a
    name. It goes with its membership."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    name = LineField("What do you call this list?", max_length=60, error_messages={"blank": "Give the list a name"})
    name_key = ReadingKeyField()
    query = models.CharField(max_length=LONGEST_QUERY)

    objects = SavedListQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["membership", "name_key"], name="saved_list_once")]

    def __str__(self) -> str:
        return self.name
