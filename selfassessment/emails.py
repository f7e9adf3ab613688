"""Mails that ask people to answer. Each is written into the outbox inside the caller’s transaction."""

from django.template.loader import render_to_string
from django.urls import reverse

from kmportal.lib.days import long_day
from kmportal.lib.links import absolute
from kmportal.lib.mail import post
from kmportal.lib.sentences import one_line, quoted
from organisations.events import Occurrence
from selfassessment.models import Asked


def answering_link(row: Asked) -> str:
    """The whole address where this person answers: a member signs in, an address has a link of its own."""
    assessment = row.assessment
    if row.person_id:
        return absolute(reverse("assessment_answer", args=[assessment.organisation.slug, assessment.pk]))
    return absolute(reverse("answer_start", args=[row.nonce]))


def ask_to_answer(row: Asked, occurrence: Occurrence) -> None:
    """Ask somebody for the first time, and say before they open anything whether names are kept."""
    _post_to_asked(row, occurrence, "asked", f"{row.assessment.organisation} asks how you share and use what you know")


def remind_to_answer(row: Asked, occurrence: Occurrence) -> None:
    """Remind somebody. In an anonymous round everybody gets it, so it thanks those who have answered already."""
    words = f"Please answer {quoted(row.assessment)} by {long_day(row.assessment.closes_on)}"
    _post_to_asked(row, occurrence, "reminder", words)


def _post_to_asked(row: Asked, occurrence: Occurrence, template: str, subject: str) -> None:
    """Write the mail to whoever was asked, on behalf of the person who asks."""
    link = answering_link(row)
    values = {"asked": row, "assessment": row.assessment, "by": occurrence.person, "link": link}
    recipient = row.person.email if row.person else row.email
    with row.assessment.organisation.at_home():
        body = render_to_string(f"emails/selfassessment/{template}.txt", values)
    post(recipient, one_line(subject), body, at=occurrence.at, by=occurrence.by)
