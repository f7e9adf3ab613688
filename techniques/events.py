"""What can happen to a session. What happens inside its room stands in the room’s own log (``techniques.room_log``)."""

from django.db import models

from kmportal.lib.domain_words import worded_later as _


class Event(models.TextChoices):
    """The vocabulary of sessions, in the words of the trail."""

    SESSION_PLANNED = "session.planned", _("planned")
    SESSION_CHANGED = "session.changed", _("changed")
    SESSION_CANCELLED = "session.cancelled", _("cancelled")
    SESSION_INVITED = "session.invited", _("invited to")
    ROOM_OPENED = "session.room_opened", _("opened")
    ADMISSION_STOPPED = "session.admission_stopped", _("shut the door of")
    ADMISSION_RESUMED = "session.admission_resumed", _("opened the door of")
    PARTICIPANT_REMOVED = "session.participant_removed", _("took somebody out of")
    NOTES_REVEALED = "session.notes_revealed", _("showed the notes of")
    VOTING_OPENED = "session.voting_opened", _("opened a vote in")
    VOTING_ENDED = "session.voting_ended", _("ended a vote in")
    MARKS_SHOWN = "session.marks_shown", _("showed the average mark of")
    SEATS_PLANNED = "session.seats_planned", _("planned the tables of")
    CONSENT_COUNTED = "session.consent_counted", _("counted who agrees in")
    NOTE_CORRECTED = "session.note_corrected", _("corrected a note in")
    NOTE_REMOVED = "session.note_removed", _("removed a note from")
    ATTENDANCE_NOTED = "session.attendance_noted", _("said who was at")
    SESSION_CLOSED = "session.closed", _("closed")
    SUMMARY_CORRECTED = "session.summary_corrected", _("corrected the summary of")
    OUTCOME_TOLD = "session.outcome_told", _("said what came of")
    ADVICE_REPORTED = "session.advice_reported", _("said what became of the advice in")
    MATCHES_TOLD = "session.matches_told", _("noted whether people talked after")
    # Of action learning sets. Who is in one stands in no line.
    SET_BEGUN = "learning-set.begun", "began"
    SET_CHANGED = "learning-set.changed", "changed"
    SUMMARY_SENT = "session.summary_sent", _("sent the summary of")
