"""What can happen to a profile and to a question."""

from django.db import models

from kmportal.lib.domain_words import worded_later as _


class Event(models.TextChoices):
    """The vocabulary of the people finder, in the words of the trail."""

    PROFILE_WRITTEN = "profile.written", _("wrote")
    PROFILE_DELETED = "profile.deleted", _("deleted")
    ENQUIRY_SENT = "enquiry.sent", _("asked")
    ENQUIRY_ANSWERED = "enquiry.answered", _("answered")
    ENQUIRY_PASSED = "enquiry.passed", _("passed on")
    ENQUIRY_CLOSED = "enquiry.closed", _("closed")
    ENQUIRY_DELETED = "enquiry.deleted", _("deleted")
