"""What those who curate do with searches that found nothing, and with what words mean. That somebody searched is no
event: nobody is noted."""

from django.db import models


class Event(models.TextChoices):
    """The vocabulary of search, in the words of the trail."""

    UNANSWERED_ANSWERED = "unanswered.answered", "answered"
    UNANSWERED_SET_ASIDE = "unanswered.set_aside", "set aside"
    UNANSWERED_OPENED_AGAIN = "unanswered.opened_again", "opened again"
    MEANING_ADDED = "meaning.added", "added"
    MEANING_DELETED = "meaning.deleted", "deleted"
