"""What can happen to a round of assessment and to the suggestions of its report. Never who answered, or when."""

from django.db import models

from kmportal.lib.domain_words import worded_later as _


class Event(models.TextChoices):
    """The vocabulary of assessments, in the words of the trail."""

    ASSESSMENT_PREPARED = "assessment.prepared", _("prepared")
    ASSESSMENT_CHANGED = "assessment.changed", _("changed")
    ASSESSMENT_DELETED = "assessment.deleted", _("discarded")
    ASSESSMENT_OPENED = "assessment.opened", _("opened")
    PEOPLE_ASKED = "assessment.people_asked", _("asked people")
    PEOPLE_REMINDED = "assessment.people_reminded", _("reminded people of")
    LINK_ENABLED = "assessment.link_enabled", _("made a link for")
    LINK_RENEWED = "assessment.link_renewed", _("renewed the link of")
    LINK_DISABLED = "assessment.link_disabled", _("turned off the link of")
    CLOSING_DATE_REACHED = "assessment.closing_date_reached", _("reached the closing date")
    ASSESSMENT_CLOSED = "assessment.closed", _("closed")
    COMMENT_WITHHELD = "assessment.comment_withheld", _("withheld a comment from the report of")
    COMMENT_SHOWN_AGAIN = "assessment.comment_shown_again", _("let a comment back into the report of")
    REPORT_PUBLISHED = "assessment.published", _("published the report of")
    COMMENTS_PUBLISHED = "assessment.comments_published", _("published the comments of")
    SUGGESTION_DECIDED = "decision.made", _("decided")
    DECISION_UNDONE = "decision.deleted", _("undid")
