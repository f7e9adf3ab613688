"""What can happen to work that somebody must hear of."""

from django.db import models

from kmportal.lib.domain_words import worded_later as _


class Event(models.TextChoices):
    """A mail belongs to no organisation: what is told of it happens to the member who caused it."""

    MAIL_UNDELIVERED = "mail.undelivered", _("has a mail that could not be delivered")
