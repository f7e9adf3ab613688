"""What can happen to an action."""

from django.db import models

from kmportal.lib.domain_words import worded_later as _


class Event(models.TextChoices):
    """The vocabulary of actions, in the words of the trail."""

    ACTION_ADDED = "action.added", _("promised")
    ACTION_REWORDED = "action.reworded", _("reworded")
    ACTION_DONE = "action.done", _("done")
    ACTION_REOPENED = "action.reopened", _("reopened")
    ACTION_MOVED = "action.moved", _("moved")
    ACTION_HANDED_OVER = "action.handed_over", _("handed over")
    ACTION_DROPPED = "action.dropped", _("dropped")
    ACTION_READERS_CHANGED = "action.readers_changed", _("shown to others")
    ACTION_DELETED = "action.deleted", _("took out")
