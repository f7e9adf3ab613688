"""Who is told what of a round: those who are asked to answer, and whoever facilitates. Never the one who did it.

Who has answered is told to nobody.
"""

from collections.abc import Iterable

from kmportal.lib.sentences import quoted
from notifications.actions import notify
from organisations.events import Occurrence
from selfassessment import emails, reports
from selfassessment.events import Event
from selfassessment.models import Asked, Assessment


def send(occurrence: Occurrence) -> None:
    """Leave the notices of an event."""
    assessment = occurrence.subject
    assert isinstance(assessment, Assessment)  # noqa: S101  what the event is about
    match occurrence.event:
        case Event.ASSESSMENT_CHANGED if occurrence.facts["fields"] == "facilitator":
            notify(assessment.facilitator, occurrence, f"{occurrence.person} asks you to run {quoted(assessment)}")
        case Event.CLOSING_DATE_REACHED:
            notify(assessment.facilitator, occurrence, _closing_words(assessment))
        case Event.ASSESSMENT_CLOSED if reports.remarks_to_read(assessment):
            words = f"{quoted(assessment)} is closed. Read the comments, then publish the report."
            notify(assessment.facilitator, occurrence, words)
        case Event.REPORT_PUBLISHED if reports.turnout(assessment).is_enough:
            _tell_of_report(occurrence, assessment)


def _tell_of_report(occurrence: Occurrence, assessment: Assessment) -> None:
    """Everybody who was asked; the facilitator of comments that still wait, where the timetable has published."""
    if occurrence.by is None:
        words = f"The figures of {quoted(assessment)} are published. Its comments wait for you to read them."
        notify(assessment.facilitator, occurrence, words)
    for row in assessment.asked.exclude(person=None).select_related("person"):
        if occurrence.by is not None or row.person_id != assessment.facilitator_id:
            notify(row.person, occurrence, f"{quoted(assessment)} has closed. Read the results.")


def send_requests(occurrence: Occurrence, asked: Iterable[Asked]) -> None:
    """Ask those to answer who are new on the list; the event itself knows only how many."""
    for row in asked:
        emails.ask_to_answer(row, occurrence)
        notify(row.person, occurrence, f"You are asked to answer {quoted(row.assessment)}")


def send_reminders(occurrence: Occurrence, asked: Iterable[Asked]) -> None:
    """Remind these people. In an anonymous round that says nothing of who has answered: it goes to everybody."""
    for row in asked:
        emails.remind_to_answer(row, occurrence)


def _closing_words(assessment: Assessment) -> str:
    words = reports.turnout(assessment).words
    return f"{quoted(assessment)} has reached its closing date. {words}. Close it when you are ready."
